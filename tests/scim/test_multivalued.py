"""The values of a multi-valued attribute (RFC 7643 section 2.4)."""

from __future__ import annotations

from typing import Any

import pytest

from connector.scim.multivalued import distinct, leave_primary, merge

A = {"value": "a", "type": "work"}


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ([A, A], [A]),
        ([A, A | {"display": "A"}], [A | {"display": "A"}]),
        ([A, {"value": "a", "type": "home"}, {"value": "a"}], [A, {"value": "a", "type": "home"}, {"value": "a"}]),
        ([{"country": "FR"}, {"country": "FR"}, {"country": "DE"}], [{"country": "FR"}, {"country": "DE"}]),
        (["x", "x", "y"], ["x", "y"]),
        ([5, 5, {"value": 5}], [5, {"value": 5}]),
        ([{"value": "a", "type": ["odd"]}], [{"value": "a", "type": ["odd"]}]),
    ],
)
def test_no_value_stands_there_twice(stated: list[Any], kept: list[Any]) -> None:
    """What has the same value and type is one element; what has no value is compared whole."""
    assert distinct(stated) == kept


def test_one_primary_at_most() -> None:
    """Of several the first stays; the others say so no more."""
    stated = [{"value": "a"}, {"value": "b", "primary": True}, {"value": "c", "primary": True}]
    assert [each.get("primary") for each in distinct(stated)] == [None, True, False]


def test_merging_tells_where_the_elements_stand() -> None:
    """At their old places or at the end, so that the caller can look after the primary one."""
    elements = [{"value": "x"}, A]
    assert merge(elements, [A | {"display": "A"}, {"value": "new"}]) == [1, 2]
    assert elements == [{"value": "x"}, A | {"display": "A"}, {"value": "new"}]


def test_only_what_claims_to_be_primary_is_changed() -> None:
    """Elements are replaced, not altered: others may hold them."""
    held = {"value": "a", "primary": True}
    elements = [held, {"value": "b"}, {"value": "c", "primary": True}]
    leave_primary(elements, 2)
    assert elements == [{"value": "a", "primary": False}, {"value": "b"}, {"value": "c", "primary": True}]
    assert held == {"value": "a", "primary": True}
