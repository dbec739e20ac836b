"""The fields of schemas, each with the sentence that the OpenAPI document says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from marshmallow import Schema, fields, validate

LONGEST = 1000
"""Characters of a text."""
MOST = 1_000_000
"""The largest number of anything that is counted."""
MANY = 500
"""Entries of a list of names."""

OPTIONAL: Mapping[str, Any] = {"load_default": None, "allow_none": True}
"""Of a field that may be left out, or null."""


def text(said: str, *, example: str | None = None, longest: int = LONGEST, **how: Any) -> fields.String:
    """Return a text."""
    return fields.String(metadata=_said(said, example), validate=validate.Length(min=1, max=longest), **_null(how))


def number(
    said: str, *, least: int = 0, most: int = MOST, example: int | None = None, strict: bool = True, **how: Any
) -> fields.Integer:
    """Return a whole number; in a query, where all is text, not a `strict` one."""
    within = validate.Range(min=least, max=most)
    return fields.Integer(strict=strict, metadata=_said(said, example), validate=within, **_null(how))


def yes_no(said: str, **how: Any) -> fields.Boolean:
    """Return what is so or not."""
    words = {"truthy": {True, "true"}, "falsy": {False, "false"}}
    field = fields.Boolean(metadata=_said(said), **_null(how))
    field.truthy, field.falsy = words["truthy"], words["falsy"]
    return field


def moment(said: str, **how: Any) -> fields.AwareDateTime:
    """Return a time with its zone (RFC 3339)."""
    return fields.AwareDateTime(format="iso", metadata=_said(said, "2026-12-01T09:00:00+00:00"), **_null(how))


def day(said: str, **how: Any) -> fields.Date:
    """Return a day."""
    return fields.Date(metadata=_said(said, "2026-12-01"), **_null(how))


def choice(said: str, kinds: type[Enum], **how: Any) -> fields.Enum[Any]:
    """Return one of the values of an enumeration."""
    return fields.Enum(kinds, by_value=True, metadata=_said(said), **_null(how))


def choices(said: str, kinds: type[Enum], **how: Any) -> fields.List[Any]:
    """Return a list of values of an enumeration."""
    return fields.List(fields.Enum(kinds, by_value=True), metadata=_said(said), **_null(how))


def names(said: str, **how: Any) -> fields.List[Any]:
    """Return a list of texts."""
    inner = fields.String(validate=validate.Length(min=1, max=LONGEST))
    return fields.List(inner, metadata=_said(said), validate=validate.Length(max=MANY), **_null(how))


def sorted_names(said: str, **how: Any) -> fields.List[Any]:
    """Return a set of texts, written in their order."""
    return _Sorted(fields.String(), metadata=_said(said), **_null(how))


def one(said: str, schema: type[Schema] | Schema, **how: Any) -> fields.Nested:
    """Return what a schema of its own describes."""
    return fields.Nested(schema, metadata=_said(said), **_null(how))


def many(said: str, schema: type[Schema] | Schema, **how: Any) -> fields.List[Any]:
    """Return a list of what a schema describes."""
    return fields.List(fields.Nested(schema), metadata=_said(said), **_null(how))


def keyed(said: str, value: fields.Field[Any], **how: Any) -> fields.Dict:
    """Return values by name."""
    return fields.Dict(keys=fields.String(), values=value, metadata=_said(said), **_null(how))


def anything(said: str, **how: Any) -> fields.Raw:
    """Return JSON of any shape."""
    return fields.Raw(metadata=_said(said), **_null(how))


class _Sorted(fields.List[Any]):
    def _serialize(self, value: Iterable[Any] | None, attr: str | None, obj: Any, **kwargs: Any) -> list[Any] | None:
        return None if value is None else super()._serialize(sorted(value), attr, obj, **kwargs)


def _null(how: dict[str, Any]) -> dict[str, Any]:
    """Write null, and leave nothing out, where what could have the value is not there itself."""
    return {"dump_default": None, **how} if how.get("allow_none") else how


def _said(said: str, example: object = None) -> dict[str, Any]:
    return {"description": said} | ({"example": example} if example is not None else {})
