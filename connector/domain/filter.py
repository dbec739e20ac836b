"""Filters as values, and what they mean (RFC 7644 section 3.4.2.2).

`connector.mappers.filters` reads them from text and checks names and types; `connector.storage.filtering` says the same
in SQL. This module is the meaning that both are held to:

- A comparison needs a value. An attribute that is absent, null, or empty has none (RFC 7643 section 2.5), so it matches
  no comparison, `ne` included: a missing value never widens an answer. `not (userType eq "x")` includes those without.
- Of several values one that matches is enough, for `ne` as well. Within `emails[...]` all terms look at one element.
- Text is compared as `fold` leaves it, exactly where the schema says caseExact; `lt` and its like go by code point.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from itertools import combinations
from typing import Any, TypeAlias

from connector.domain.attributes import Attribute, AttributePath, ResourceType, Type
from connector.domain.folding import fold

Json = Any
Value: TypeAlias = str | bool | int | float | datetime


class Operator(StrEnum):
    """The comparisons of RFC 7644 table 3; presence is a filter of its own."""

    EQ = "eq"
    NE = "ne"
    CO = "co"
    SW = "sw"
    EW = "ew"
    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"


@dataclass(frozen=True, slots=True)
class Compare:
    """The attribute has a value that stands in this relation to `value`.

    The value has the Python type of the attribute: str, bool, int or float, or an aware datetime in UTC. The path names
    a simple attribute: `emails eq "x"` has become `emails.value`.
    """

    path: AttributePath
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class Present:
    """The attribute has a value; a complex one has when one of its sub-attributes has (`pr`)."""

    path: AttributePath


@dataclass(frozen=True, slots=True)
class And:
    """All of them match."""

    terms: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of them matches; of no terms, none does."""

    terms: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """It does not match."""

    term: Filter


@dataclass(frozen=True, slots=True)
class ValuePath:
    """One element of the attribute matches `inner` on its own, as in `emails[type eq "work"]`.

    The paths of `inner` begin with the same attribute; only their sub-attribute counts. Value paths do not nest.
    """

    path: AttributePath
    inner: Filter


Filter: TypeAlias = Compare | Present | And | Or | Not | ValuePath
NOTHING = Or(())
"""Matches nobody."""

Reader: TypeAlias = Callable[[AttributePath], Iterator[Json]]

_RELATIONS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.CO: operator.contains,
    Operator.SW: str.startswith,
    Operator.EW: str.endswith,
}


def matches(filter_: Filter, document: Mapping[str, Json]) -> bool:
    """Tell whether a canonical SCIM document matches; `id`, `meta` and `groups` count where the document has them."""
    return _holds(filter_, partial(_values, document))


def matches_element(filter_: Filter, element: Json) -> bool:
    """Tell whether one element of a multi-valued attribute matches the filter within its square brackets."""
    return _holds(filter_, partial(_values_of_element, element))


def as_asked_of(resource: ResourceType, filter_: Filter) -> Filter:
    """Return a filter on several types as it is to be understood of one of them.

    What only another type has is an attribute without a value here (RFC 7644 section 3.4.2.1).
    """
    match filter_:
        case And(terms):
            return And(tuple(as_asked_of(resource, term) for term in terms))
        case Or(terms):
            return Or(tuple(as_asked_of(resource, term) for term in terms))
        case Not(term):
            return Not(as_asked_of(resource, term))
        case Compare(path) | Present(path) | ValuePath(path):
            return filter_ if resource.find(str(path)) is not None else NOTHING


def stated_values(filter_: Filter) -> dict[str, Value] | None:
    """Return what a filter of equalities joined by `and` says of an element, by sub-attribute; None for any other.

    PATCH makes a missing element from it: `emails[type eq "work"].value` makes one whose type is work.
    """
    match filter_:
        case Compare(path, Operator.EQ, value):
            return {path.target.name: value}
        case And(terms):
            stated: dict[str, Value] = {}
            for term in terms:
                values = stated_values(term)
                if values is None or any(stated.get(name, value) != value for name, value in values.items()):
                    return None
                stated |= values
            return stated
        case _:
            return None


def contradicts_itself(filter_: Filter) -> bool:
    """Tell whether a filter demands two values of what has only one, or something together with its negation.

    Nobody ever matches such a filter. It compares equalities and negations alone: False does not say that anybody can.
    """
    match filter_:
        case And():
            terms = list(_joined(filter_))
            pairs = combinations(terms, 2)
            return any(map(contradicts_itself, terms)) or any(_exclude_each_other(*pair) for pair in pairs)
        case Or(terms):
            return all(map(contradicts_itself, terms))
        case _:
            return False


def _joined(filter_: Filter) -> Iterator[Filter]:
    """Yield what must match together."""
    if isinstance(filter_, And):
        for term in filter_.terms:
            yield from _joined(term)
    else:
        yield filter_


def _exclude_each_other(one: Filter, other: Filter) -> bool:
    if Not(one) == other or Not(other) == one:
        return True
    match one, other:
        case Compare(path, Operator.EQ, value), Compare(also, Operator.EQ, wanted) if path == also:
            several = path.attribute.multi_valued or path.target.multi_valued
            same = value == wanted or _satisfies(path.target, Operator.EQ, value, wanted)
            return not several and not same
    return False


def instant(text: str) -> datetime:
    """Return the moment that an xsd:dateTime names, in UTC, which it is taken to be in when it says no offset.

    Raises ValueError for anything else (RFC 7643 section 2.3.5). A date alone is its midnight.
    """
    if text[4:5] != "-" or text[7:8] != "-":  # fromisoformat would take week dates and dates without hyphens
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(text) from None


def is_assigned(value: Json) -> bool:
    """Tell whether there is a value at all: null, empty text, and what contains nothing else are none."""
    if isinstance(value, Mapping):
        return any(map(is_assigned, value.values()))
    if isinstance(value, list | tuple):
        return any(map(is_assigned, value))
    return value is not None and value != ""


def _holds(filter_: Filter, values: Reader) -> bool:
    match filter_:
        case Compare(path, relation, wanted):
            return any(_satisfies(path.target, relation, value, wanted) for value in values(path))
        case Present(path):
            return any(True for _ in values(path))
        case And(terms):
            return all(_holds(term, values) for term in terms)
        case Or(terms):
            return any(_holds(term, values) for term in terms)
        case Not(term):
            return not _holds(term, values)
        case ValuePath(path, inner):
            return any(matches_element(inner, element) for element in values(path))


def _values(document: Mapping[str, Json], path: AttributePath) -> Iterator[Json]:
    container = document if path.urn is None else document.get(path.urn)
    if not isinstance(container, Mapping):
        return
    for element in _each(container.get(path.attribute.name)):
        if path.sub_attribute is None:
            yield element
        else:
            yield from _values_of_element(element, path)


def _values_of_element(element: Json, path: AttributePath) -> Iterator[Json]:
    if path.sub_attribute is None:
        yield from _each(element)
    elif isinstance(element, Mapping):
        yield from _each(element.get(path.sub_attribute.name))


def _each(value: Json) -> Iterator[Json]:
    yield from filter(is_assigned, value if isinstance(value, list | tuple) else [value])


def _satisfies(attribute: Attribute, relation: Operator, value: Json, wanted: Value) -> bool:
    compare = _RELATIONS[relation]
    if attribute.type is Type.BOOLEAN:
        return isinstance(value, bool) and compare(value, wanted)
    if attribute.type in (Type.INTEGER, Type.DECIMAL):
        return isinstance(value, int | float) and not isinstance(value, bool) and compare(value, wanted)
    if not isinstance(value, str):
        return False
    if isinstance(wanted, datetime):
        try:
            return compare(instant(value), wanted)
        except ValueError:
            return False
    return compare(value, wanted) if attribute.case_exact else compare(fold(value), fold(str(wanted)))
