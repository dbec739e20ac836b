"""The rules for the values of a multi-valued attribute: none twice, one primary at most (RFC 7643 section 2.4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Json = Any


def distinct(elements: list[Json]) -> list[Json]:
    """Return the elements without repetition; of several primary ones the first stays primary."""
    result: list[Json] = []
    merge(result, elements)
    primary = next((index for index, element in enumerate(result) if is_primary(element)), None)
    if primary is not None:
        leave_primary(result, primary)
    return result


def merge(elements: list[Json], arriving: Iterable[Json]) -> list[int]:
    """Add elements in place and return where they now stand.

    One that has the value and the type of an element already there is that element, with what else it says of it.
    """
    places = {key: index for index, element in enumerate(elements) if (key := _key(element)) is not None}
    arrived = []
    for element in arriving:
        key = _key(element)
        if key is None:
            index = elements.index(element) if element in elements else len(elements)
        else:
            index = places.setdefault(key, len(elements))
        if index == len(elements):
            elements.append(element)
        elif isinstance(element, dict):
            elements[index] = elements[index] | element
        arrived.append(index)
    return arrived


def leave_primary(elements: list[Json], primary: int) -> None:
    """Let the element at that place be the primary one: others that claim it become `primary: false`, in place."""
    for index, element in enumerate(elements):
        if index != primary and is_primary(element):
            elements[index] = element | {"primary": False}


def is_primary(element: Json) -> bool:
    """Tell whether an element claims to be the preferred one."""
    return isinstance(element, dict) and element.get("primary") is True


def _key(element: Json) -> tuple[str, str | None] | str | None:
    """Return what tells an element from the others, or None where only the whole of it does."""
    if isinstance(element, str):
        return element
    value = element.get("value") if isinstance(element, dict) else None
    kind = element.get("type") if isinstance(element, dict) else None
    return (value, kind) if isinstance(value, str) and isinstance(kind, str | None) else None
