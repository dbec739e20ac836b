"""How identity providers bend SCIM, unbent: the only module that knows that they differ.

Every directory accepts every dialect and nothing is detected. What comes out has names as RFC 7643 spells them, values
of one shape per attribute, and nothing that a client cannot state. Whether the values have the right types is for
`connector.scim.requests` to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from connector.domain.attributes import (
    CORE_GROUP,
    CORE_USER,
    ENTERPRISE_USER,
    Attribute,
    AttributePath,
    Mutability,
    ResourceType,
    Returned,
    Schema,
    Type,
)
from connector.domain.errors import InvalidPath, InvalidValue
from connector.mappers.filters import PatchPath, parse_path
from connector.scim.errors import InvalidSyntax, NoTarget, NotWritable
from connector.scim.multivalued import distinct
from connector.scim.operations import Op, Operation

Json = Any
PATCH_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MAX_OPERATIONS = 10_000
NOTHING: tuple[Json, ...] = (None, [], {})

# OneLogin writes the URNs of SCIM 1.1 with a 2.0 in them; a sample of Entra ID's own documentation lacks a colon.
_URN = re.compile(
    r'"(?:[^"\\]|\\.)*"'
    r"|urn:scim:schemas:(?P<kind>core|extension:enterprise):[12]\.0(?::(?P<type>user|group))?(?=$|[:\s\]])"
    r"|urn:ietf:params:scim:schemas:extension:enterprise:2\.0user(?=$|[:\s\]])",
    re.IGNORECASE,
)


def canonical_text(text: str, resource: ResourceType) -> str:
    """Return a filter, path or attribute name with the URNs that we serve in place of their variants."""

    def served(match: re.Match[str]) -> str:
        if match[0].startswith('"'):
            return match[0]
        if (match["kind"] or "").lower() != "core":
            return ENTERPRISE_USER
        named = {"user": CORE_USER, "group": CORE_GROUP}.get((match["type"] or "").lower())
        return named or resource.schema.urn

    return _URN.sub(served, text) if "urn:" in text.lower() else text


def canonical_message(body: Json) -> dict[str, Json]:
    """Return the body with `schemas` and `operations` in lower case, whatever the case they came in."""
    if not isinstance(body, dict):
        raise InvalidSyntax("The body must be a JSON object.")
    message = {key.lower() if key.lower() in ("schemas", "operations") else key: value for key, value in body.items()}
    schemas = message.get("schemas")
    message["schemas"] = schemas = [schemas] if isinstance(schemas, str) else schemas
    if not isinstance(schemas, list) or not schemas or not all(isinstance(urn, str) for urn in schemas):
        raise InvalidSyntax(
            "The body must name its schemas (RFC 7643 section 3), for example "
            '"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"].'
        )
    return message


def canonical_resource(body: Json, resource: ResourceType) -> dict[str, Json]:
    """Return what the body of a POST or PUT states, as a canonical document.

    Left out are read-only and unknown attributes, passwords (Okta always sends one that nobody chose) and nulls, but
    not a null for a whole attribute: it says that the attribute has no value. Raises InvalidSyntax without `schemas`.
    """
    document: dict[str, Json] = {}
    for path, stated in _stated(canonical_message(body), resource):
        container = document.setdefault(path.urn, {}) if path.urn else document
        name = path.attribute.name
        container[name] = _value_at(path, stated, container.get(name))
    for extension in resource.extensions:
        inner = {name: value for name, value in document.pop(extension.urn, {}).items() if value not in NOTHING}
        document |= {extension.urn: inner} if inner else {}
    return document


def canonical_operations(body: Json, resource: ResourceType) -> list[Operation]:
    """Return the operations of a PATCH body, each with a path; what changes nothing is left out.

    Raises InvalidSyntax, InvalidPath, InvalidValue, NoTarget (remove without a path) or NotWritable. Paths into schemas
    that are not served are passed over, as unknown attributes of a body are: directories map more than we keep.
    """
    message = canonical_message(body)
    if PATCH_URN.lower() not in {str(urn).lower() for urn in message["schemas"]}:
        raise InvalidSyntax(f"The schemas of a PATCH request name {PATCH_URN}.")
    stated = message.get("operations")
    stated = [stated] if isinstance(stated, dict) else stated
    if not isinstance(stated, list) or not stated or len(stated) > MAX_OPERATIONS:
        raise InvalidSyntax(f"Operations must be a list of 1 to {MAX_OPERATIONS} operations.")
    return [operation for one in stated for operation in _operations(one, resource)]


def canonical_value(attribute: Attribute, value: Json) -> Json:
    """Return the value of a whole attribute: a list of distinct elements, a dictionary, a scalar, or None for none.

    Elements of which we know nothing are left out; not of members, where one without an id is a mistake to be told.
    An empty externalId is none: it could be that of one person only.
    """
    if value is None or (value == "" and attribute.name == "externalId"):
        return None
    if attribute.multi_valued:
        elements = _elements(attribute, value)
        return distinct([element for element in elements if element != {} or attribute.name == "members"])
    if attribute.type is Type.COMPLEX:
        return _element(attribute, _single(attribute, value) if isinstance(value, list) else value)
    return _scalar(attribute, value)


def _single(attribute: Attribute, values: list[Json]) -> Json:
    """Return the one value of an attribute that Entra ID states as a list; an empty list says that there is none."""
    if len(values) > 1:
        raise InvalidValue(attribute.name, "has one value, not several.")
    return values[0] if values else None


def _stated(body: Mapping[str, Json], resource: ResourceType) -> Iterator[tuple[AttributePath, Json]]:
    """Yield what an object states, attribute by attribute, unless it is unknown or not the client's to state."""
    for key, value in body.items():
        name = canonical_text(key, resource)
        schema = _schema(name, resource)
        if schema is not None:
            if isinstance(value, dict):
                yield from _stated({f"{schema.urn}:{inner}": each for inner, each in value.items()}, resource)
            elif value:
                raise InvalidValue(schema.urn, "must be an object.")
            continue
        path = resource.find(name)
        if path is not None and not _is_ours(path) and not _is_dropped(path):
            yield path, value


def _value_at(path: AttributePath, stated: Json, before: Json) -> Json:
    """Return what an attribute comes to when the whole of it, or one sub-attribute by a dotted name, is stated."""
    if path.sub_attribute is None:
        return canonical_value(path.attribute, stated)
    if stated is None:
        return before
    part = {path.sub_attribute.name: _scalar(path.sub_attribute, stated)}
    if path.attribute.multi_valued:
        return [part]
    return before | part if isinstance(before, dict) else part


def _schema(name: str, resource: ResourceType) -> Schema | None:
    return resource.schema if name.lower() == resource.schema.urn.lower() else resource.extension(name)


def _is_ours(path: AttributePath) -> bool:
    return Mutability.READ_ONLY in (path.attribute.mutability, path.target.mutability)


def _is_dropped(path: AttributePath) -> bool:
    """Tell whether a statement is accepted and not kept: passwords, and the list of schemas, which we work out."""
    return path.attribute.returned is Returned.NEVER or path.attribute.name == "schemas"


def _operations(stated: Json, resource: ResourceType) -> Iterator[Operation]:
    if not isinstance(stated, dict):
        raise InvalidSyntax("Every operation must be an object.")
    fields = {key.lower(): value for key, value in stated.items()}
    try:
        op = Op(str(fields.get("op")).lower())
    except ValueError:
        raise InvalidSyntax("The op of an operation must be add, replace or remove.") from None
    if op is not Op.REMOVE and "value" not in fields:
        raise InvalidValue("value", f"is required by the operation {op}.")
    text, value = fields.get("path"), fields.get("value")
    if text is not None and not isinstance(text, str):
        raise InvalidPath(str(text), "it must be a text.")
    if text and text.strip():
        yield from _targeted(op, text.strip(), value, resource)
    elif op is Op.REMOVE:
        raise NoTarget(None)
    elif isinstance(value, dict):
        yield from _spread(op, value, resource)
    else:
        raise InvalidValue("value", "must be an object where the operation has no path.")


def _spread(op: Op, values: Mapping[str, Json], resource: ResourceType, prefix: str = "") -> Iterator[Operation]:
    """Yield one operation for each key of an operation without a path: `active`, `name.givenName`, `urn:...:manager`.

    The object stands for a resource, so what is read-only (Okta sends `id`) or unknown in it is passed over.
    """
    for key, value in values.items():
        name = canonical_text(prefix + key, resource)
        if _schema(name, resource) is None and "[" not in name:
            path = resource.find(name)
            if path is None or _is_ours(path):
                continue
        yield from _targeted(op, name, value, resource)


def _targeted(op: Op, text: str, value: Json, resource: ResourceType) -> Iterator[Operation]:
    text = canonical_text(text, resource)
    schema = _schema(text, resource)
    if schema is not None:
        yield from _on_schema(op, schema, value, resource)
        return
    try:
        path = parse_path(text, resource)
    except InvalidPath as error:
        if error.unknown and text.lower().startswith("urn:"):
            return
        raise
    if _is_dropped(path.path):
        return
    if _is_ours(path.path):
        raise NotWritable(text, "read-only")
    if Mutability.IMMUTABLE in (path.path.attribute.mutability, path.path.target.mutability):
        raise NotWritable(text, "immutable")
    yield from _canonical(op, path, value)


def _on_schema(op: Op, schema: Schema, value: Json, resource: ResourceType) -> Iterator[Operation]:
    """Yield the operations for a path that is nothing but the URN of a schema."""
    prefix = f"{schema.urn}:"
    if op is Op.REMOVE:
        for attribute in schema.attributes:
            yield from _targeted(op, prefix + attribute.name, None, resource)
    elif isinstance(value, dict):
        yield from _spread(op, value, resource, prefix)
    else:
        raise InvalidValue(schema.urn, "must be an object.")


def _canonical(op: Op, path: PatchPath, value: Json) -> Iterator[Operation]:
    attribute, whole = path.path.attribute, path.sub_attribute is None and path.value_filter is None
    if op is Op.REMOVE:
        # Entra ID removes members by a list of values; the RFC, read literally, would empty the group. A removal
        # whose list is empty takes nobody out.
        if not (whole and attribute.multi_valued) or value is None:
            yield Operation(op, path)
        elif elements := canonical_value(attribute, value):
            yield Operation(op, path, elements)
        return
    stated = value
    if whole:
        value = canonical_value(attribute, stated)
    elif path.sub_attribute is not None:
        value = _scalar(path.sub_attribute, stated)
        value = None if value == "" and path.sub_attribute.name == "value" else value
    else:
        value = _element(attribute, stated[0] if isinstance(stated, list) and len(stated) == 1 else stated)
    if value not in NOTHING:
        yield Operation(op, path, value)
    elif op is Op.REPLACE and value != {} and not (attribute.multi_valued and whole and _elements(attribute, stated)):
        # By nothing at all; what says only things that we do not know is no reason to lose what we do.
        yield Operation(Op.REMOVE, path)


def _elements(attribute: Attribute, value: Json) -> list[Json]:
    """Return the values of a multi-valued attribute; `{}` where one says only what we do not know.

    Raises InvalidValue for an element that says nothing at all: no client is known that means anything by it.
    """
    members = attribute.name == "members"
    nothing = value is None or (value in ({}, "") and not members)
    stated = value if isinstance(value, list) else [] if nothing else [value]
    for index, each in enumerate(stated):
        if each in NOTHING or each == "":
            raise InvalidValue(f"{attribute.name}[{index}]", "must not be empty.")
    elements = [_element(attribute, each) for each in stated]
    return elements if members else [element for element in elements if element is not None]


def _element(attribute: Attribute, value: Json) -> Json:
    """Return one value of an attribute; None for what says that there is none, such as a manager of `{"value": ""}`."""
    if not attribute.sub_attributes:
        return _scalar(attribute, value)
    if isinstance(value, str) and attribute.sub_attribute("value"):
        value = {"value": value}
    if not isinstance(value, dict):
        return value
    element: dict[str, Json] = {}
    for key, each in value.items():
        sub = attribute.sub_attribute(key)
        if sub is not None and each is not None and sub.mutability is not Mutability.READ_ONLY:
            element[sub.name] = _scalar(sub, each)
    if attribute.name == "roles":
        element = _role(element)
    return None if element.get("value") == "" and attribute.name != "members" else element


def _role(element: dict[str, Json]) -> dict[str, Json]:
    """Return a role read from the JSON text that Entra ID's AppRoleAssignmentsComplex puts into its value."""
    text = element.get("value")
    if not isinstance(text, str) or not text.lstrip().startswith("{"):
        return element
    try:
        inner = orjson.loads(text)
    except orjson.JSONDecodeError:
        return element
    if not inner.get("value"):
        return element
    display = {"display": inner["displayName"]} if inner.get("displayName") else {}
    return element | {"value": inner["value"]} | display


def _scalar(attribute: Attribute, value: Json) -> Json:
    # Entra ID has sent simple values as [{"$ref": null, "value": "..."}], and booleans as "True" and "False".
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict) and "value" in value:
        value = value["value"]
    if attribute.type is Type.BOOLEAN and isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower(), value)
    return value
