"""A first look at a canonical document: most are plainly in order, and need no validator that could word a complaint.

What is plain here is valid to `connector.scim.requests`, which judges all the rest; a test holds that it is so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from connector.domain.attributes import Attribute, Mutability, ResourceType, Returned, Type

Json = Any
Look = Callable[[Json], bool]

LONGEST, LONGEST_BEYOND_ASCII = 500, 30
"""Characters of a text that is plain: however it is folded, an index can hold it."""


def is_plain(document: Mapping[str, Json], resource: ResourceType) -> bool:
    """Tell whether a document is in order at first sight; False says nothing about it."""
    return _whole(resource)(document)


@cache
def _whole(resource: ResourceType) -> Look:
    stated = [each for each in resource.extensions if any(map(_is_stated, each.attributes))]
    looks = {"externalId": _text} | {each.urn: _object(each.attributes) for each in stated}
    return _object(resource.schema.attributes, looks)


def _object(attributes: Iterable[Attribute], also: Mapping[str, Look] = MappingProxyType({})) -> Look:
    stated = [each for each in attributes if _is_stated(each)]
    looks = {each.name: _look(each) for each in stated} | dict(also)
    required = [each.name for each in stated if each.required]

    def look(value: Json) -> bool:
        if type(value) is not dict:
            return False
        for name, each in value.items():
            if name not in looks or not looks[name](each):
                return False
        return all(name in value for name in required)

    return look


def _is_stated(attribute: Attribute) -> bool:
    ours = attribute.mutability is Mutability.READ_ONLY or attribute.returned is Returned.NEVER
    return not ours and attribute.name != "members"


def _look(attribute: Attribute) -> Look:
    if attribute.type is Type.COMPLEX:
        one = _object(attribute.sub_attributes)
    else:
        one = _truth if attribute.type is Type.BOOLEAN else _text
    return _list_of(one) if attribute.multi_valued else one


def _text(value: Json) -> bool:
    if type(value) is not str or "\0" in value or not value.strip():
        return False
    return len(value) <= (LONGEST if value.isascii() else LONGEST_BEYOND_ASCII)


def _truth(value: Json) -> bool:
    return value is True or value is False


def _list_of(one: Look) -> Look:
    return lambda value: type(value) is list and all(map(one, value))
