"""The shape that a request must have once its names are canonical: marshmallow fields made from our schemas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias

from marshmallow import Schema, ValidationError, fields, validate

from connector.domain.attributes import GROUP, USER, Attribute, Mutability, ResourceType, Returned, Type
from connector.domain.errors import InvalidValue
from connector.domain.folding import fold
from connector.scim.operations import Op, Operation
from connector.scim.plainness import is_plain

MAX_NAME = 2000
"""Bytes. PostgreSQL's indexes take 2,704, the directory's id included."""

NAMES = frozenset({"userName", "displayName", "externalId", "value"})

Json = Any
Errors = Any
Messages: TypeAlias = dict[str, str | list[Any] | dict[Any, Any]]


class _Text(fields.String):
    """A text that can be stored: a NUL character cannot."""

    default_error_messages = {"invalid": "must be a text."}  # noqa: RUF012 - theirs

    def _deserialize(self, value: Json, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, str) and "\0" in value:
            raise ValidationError("must not contain a NUL character.")
        return str(super()._deserialize(value, attr, data, **kwargs))


class _Name(_Text):
    """A text by which things are looked up: an index must be able to hold it, folded."""

    def _deserialize(self, value: Json, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if len(fold(text).encode()) > MAX_NAME:
            raise ValidationError(f"must not be longer than {MAX_NAME} bytes.")
        return text


class _Truth(fields.Field[bool]):
    """A JSON boolean and nothing else; the dialects have read `"True"` already."""

    def _deserialize(self, value: Json, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("must be true or false.")
        return value


class _Members(fields.Field[list[Json]]):
    """The members of a group: judged in one pass, because there may be ten thousand."""

    def _deserialize(self, value: Json, attr: str | None, data: Any, **kwargs: Any) -> list[Json]:
        for index, member in enumerate(value):
            identifier = member.get("value") if isinstance(member, dict) else None
            if not isinstance(identifier, str) or not identifier or "\0" in identifier:
                raise ValidationError({index: {"value": ["must be the id of a person."]}})
        return list(value)


_OBJECT: Messages = {"type": "must be an object.", "invalid": "must be an object."}


def check_resource(document: Mapping[str, Json], resource: ResourceType) -> None:
    """Raise InvalidValue, naming the attribute, unless the canonical document can be a resource of that type."""
    if not is_plain(document, resource):
        _check(_shape(resource), document)


def check_operations(operations: Iterable[Operation]) -> None:
    """Raise InvalidValue, naming the attribute, unless each operation's value fits its target."""
    for operation in operations:
        path = operation.path.path
        if operation.op is Op.REMOVE and operation.value is None:
            continue
        if operation.path.value_filter is not None and path.sub_attribute is None:
            field = _element(path.attribute, path.urn)
        else:
            field = _field(path.target, path.urn)
        try:
            field.deserialize(operation.value)
        except ValidationError as error:
            raise _invalid(error.messages, str(path)) from None


@cache
def _shape(resource: ResourceType) -> Schema:
    shape = {attribute.name: _field(attribute, None) for attribute in _stated(resource.schema.attributes)}
    shape["externalId"] = _Name(allow_none=True)
    for extension in resource.extensions:
        inner = {attribute.name: _field(attribute, extension.urn) for attribute in _stated(extension.attributes)}
        if inner:
            shape[extension.urn] = fields.Nested(Schema.from_dict(inner), error_messages=_OBJECT)
    return Schema.from_dict(shape, name=resource.name)()


def _stated(attributes: Iterable[Attribute]) -> Iterable[Attribute]:
    ours = (Mutability.READ_ONLY,)
    return (each for each in attributes if each.mutability not in ours and each.returned is not Returned.NEVER)


@cache
def _field(attribute: Attribute, urn: str | None) -> fields.Field[Any]:
    if attribute.name == "members":
        return _Members(allow_none=True)
    if attribute.multi_valued:
        return fields.List(_element(attribute, urn), allow_none=True, error_messages={"invalid": "must be a list."})
    return _element(attribute, urn)


@cache
def _element(attribute: Attribute, urn: str | None) -> fields.Field[Any]:
    required = {"required": True, "validate": validate.Regexp(r"\s*\S", error="must not be empty.")}
    options: dict[str, Any] = required if attribute.required else {"allow_none": True}
    messages: Messages = {"required": "is required.", "null": "is required."}
    if attribute.type is Type.COMPLEX:
        inner = {sub.name: _field(sub, urn) for sub in _stated(attribute.sub_attributes)}
        return fields.Nested(Schema.from_dict(inner), error_messages=_OBJECT, **options)
    if attribute.type is Type.BOOLEAN:
        return _Truth(error_messages=messages, **options)
    text = _Name if attribute.name in NAMES and attribute.type is Type.STRING else _Text
    return text(error_messages=messages, **options)


def _check(shape: Schema, document: Mapping[str, Json]) -> None:
    errors = shape.validate(document)
    if errors:
        raise _invalid(errors, "")


def _invalid(errors: Errors, where: str) -> InvalidValue:
    """Return the first complaint, with the place it is about: `emails[0].value`."""
    while isinstance(errors, dict):
        key, errors = next(iter(errors.items()))
        if isinstance(key, int):
            where += f"[{key}]"
        elif key != "_schema":
            where = f"{where}{_separator(where)}{key}"
    problem = errors[0] if isinstance(errors, list) else errors
    return InvalidValue(where, "must be an object." if problem == "Invalid input type." else str(problem))


def _separator(where: str) -> str:
    if not where:
        return ""
    return ":" if any(where == extension.urn for extension in (*USER.extensions, *GROUP.extensions)) else "."
