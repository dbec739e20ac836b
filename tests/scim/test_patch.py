"""PATCH on canonical documents, sentence by sentence (RFC 7644 section 3.5.2)."""

from __future__ import annotations

from typing import Any

import pytest

from connector.domain.attributes import ENTERPRISE_USER, USER
from connector.scim.dialects import canonical_operations
from connector.scim.errors import NoTarget, NotWritable
from connector.scim.patch import apply

WORK, HOME = {"type": "work", "value": "w@x", "primary": True}, {"type": "home", "value": "h@x"}


def _after(document: dict[str, Any], *operations: dict[str, Any]) -> dict[str, Any]:
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": list(operations)}
    return apply(document, canonical_operations(body, USER))


def _op(op: str, path: str | None = None, value: Any = None) -> dict[str, Any]:
    return {
        "op": op,
        **({"path": path} if path else {}),
        **({} if op == "remove" and value is None else {"value": value}),
    }


@pytest.mark.parametrize(
    ("before", "operation", "after"),
    [
        # Single values.
        ({}, _op("add", "title", "T"), {"title": "T"}),
        ({"title": "S"}, _op("add", "title", "T"), {"title": "T"}),
        ({}, _op("replace", "title", "T"), {"title": "T"}),
        ({"title": "T"}, _op("remove", "title"), {}),
        ({}, _op("remove", "title"), {}),
        # A complex value keeps what is not mentioned; a reference is replaced whole.
        (
            {"name": {"givenName": "A", "familyName": "B"}},
            _op("replace", "name", {"givenName": "C"}),
            {"name": {"givenName": "C", "familyName": "B"}},
        ),
        ({}, _op("add", "name.givenName", "C"), {"name": {"givenName": "C"}}),
        ({"name": {"givenName": "C"}}, _op("remove", "name.givenName"), {}),
        (
            {ENTERPRISE_USER: {"manager": {"value": "m", "$ref": "/m"}}},
            _op("replace", "manager", {"value": "n"}),
            {ENTERPRISE_USER: {"manager": {"value": "n"}}},
        ),
        ({ENTERPRISE_USER: {"department": "D"}}, _op("remove", "department"), {}),
        # Lists.
        ({"emails": [HOME]}, _op("add", "emails", [WORK]), {"emails": [HOME, WORK]}),
        ({"emails": [WORK]}, _op("add", "emails", [WORK]), {"emails": [WORK]}),
        (
            {"emails": [WORK]},
            _op("add", "emails", [{"type": "work", "value": "w@x", "display": "W"}]),
            {"emails": [WORK | {"display": "W"}]},
        ),
        ({"emails": [HOME, WORK]}, _op("replace", "emails", [HOME]), {"emails": [HOME]}),
        ({"emails": [HOME, WORK]}, _op("remove", "emails"), {}),
        ({"emails": [HOME, WORK]}, _op("remove", "emails", [{"value": "h@x"}]), {"emails": [WORK]}),
        ({"emails": [HOME, WORK]}, _op("remove", "emails", [{"value": "H@X"}]), {"emails": [WORK]}),
        ({"emails": [WORK]}, _op("remove", "emails", [{"value": "nobody"}]), {"emails": [WORK]}),
        ({"emails": [WORK]}, _op("remove", "emails", [{"value": "w@x", "type": "home"}]), {"emails": [WORK]}),
        # Elements by a filter.
        ({"emails": [HOME, WORK]}, _op("remove", 'emails[type eq "home"]'), {"emails": [WORK]}),
        (
            {"emails": [HOME, WORK]},
            _op("replace", 'emails[type eq "home"].value', "n@x"),
            {"emails": [HOME | {"value": "n@x"}, WORK]},
        ),
        (
            {"emails": [HOME]},
            _op("replace", 'emails[type eq "home"]', {"type": "other", "value": "o@x"}),
            {"emails": [{"type": "other", "value": "o@x"}]},
        ),
        (
            {"emails": [HOME]},
            _op("add", 'emails[type eq "home"]', {"display": "H"}),
            {"emails": [HOME | {"display": "H"}]},
        ),
        ({"emails": [HOME, WORK]}, _op("remove", 'emails[type eq "home"].value'), {"emails": [WORK]}),
        (
            {"emails": [WORK]},
            _op("remove", 'emails[type eq "work"].primary'),
            {"emails": [{"type": "work", "value": "w@x"}]},
        ),
        # A filter without a target makes the element that it describes.
        ({}, _op("add", 'emails[type eq "work"].value', "n@x"), {"emails": [{"type": "work", "value": "n@x"}]}),
        (
            {"emails": [HOME]},
            _op("Replace", 'emails[type eq "work" and primary eq true].value', "n@x"),
            {"emails": [HOME, {"type": "work", "primary": True, "value": "n@x"}]},
        ),
        (
            {"roles": [{"value": "A", "primary": True}]},
            _op("Replace", 'roles[primary eq "True"].value', "B"),
            {"roles": [{"value": "B", "primary": True}]},
        ),
        # A sub-attribute of every element.
        (
            {"emails": [{"value": "a"}, {"value": "b"}]},
            _op("replace", "emails.type", "work"),
            {"emails": [{"value": "a", "type": "work"}, {"value": "b", "type": "work"}]},
        ),
        # One primary at most: whoever is made primary is the one.
        (
            {"emails": [WORK, HOME]},
            _op("replace", 'emails[type eq "home"].primary', True),
            {"emails": [WORK | {"primary": False}, HOME | {"primary": True}]},
        ),
        (
            {"emails": [WORK]},
            _op("add", "emails", [HOME | {"primary": True}]),
            {"emails": [WORK | {"primary": False}, HOME | {"primary": True}]},
        ),
    ],
)
def test_one_operation(before: dict[str, Any], operation: dict[str, Any], after: dict[str, Any]) -> None:
    """RFC 7644 sections 3.5.2.1 to 3.5.2.3, and the tolerances of the design."""
    assert _after(before, operation) == after


@pytest.mark.parametrize(
    "operation",
    [
        _op("replace", 'emails[type eq "other"]', {"value": "o"}),
        _op("add", 'emails[type eq "other"]', {"value": "o"}),
        _op("remove", 'emails[type eq "other"]'),
        _op("remove", 'emails[type eq "other"].value'),
        _op("replace", 'emails[value co "zzz"].type', "work"),
        _op("replace", 'emails[type eq "a" or type eq "b"].value', "x"),
    ],
)
def test_a_filter_that_selects_nothing_has_no_target(operation: dict[str, Any]) -> None:
    """RFC 7644 section 3.5.2.3; only an equality tells what the missing element would be."""
    with pytest.raises(NoTarget):
        _after({"emails": [WORK]}, operation)


@pytest.mark.parametrize("operation", [_op("remove", "userName"), _op("replace", "userName", None)])
def test_what_is_required_cannot_be_removed(operation: dict[str, Any]) -> None:
    """RFC 7644 section 3.5.2.2: 400 mutability."""
    with pytest.raises(NotWritable):
        _after({"userName": "bo"}, operation)


def test_operations_apply_in_order_and_leave_what_was_given_alone() -> None:
    """The caller may apply them again to another state of the row, after a restart."""
    before = {"emails": [dict(HOME)], "name": {"givenName": "A"}}
    kept = {"emails": [dict(HOME)], "name": {"givenName": "A"}}
    after = _after(
        before,
        _op("add", "emails", [WORK]),
        _op("replace", 'emails[type eq "work"].value', "n@x"),
        _op("remove", "name.givenName"),
        _op("remove", 'emails[type eq "home"]'),
    )
    assert after == {"emails": [WORK | {"value": "n@x"}]}
    assert before == kept


def test_a_later_refusal_leaves_nothing_of_the_earlier_operations() -> None:
    """All or nothing (RFC 7644 section 3.5.2)."""
    before = {"title": "S"}
    with pytest.raises(NoTarget):
        _after(before, _op("replace", "title", "T"), _op("remove", 'emails[type eq "work"]'))
    assert before == {"title": "S"}
