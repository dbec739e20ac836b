"""PATCH operations on members, worked out without the members."""

from __future__ import annotations

from typing import Any

import pytest

from connector.domain.attributes import GROUP
from connector.domain.people import MemberChange
from connector.scim.dialects import canonical_operations
from connector.scim.errors import NoTarget, NotWritable
from connector.scim.members import apart
from connector.scim.operations import Operation

A, B = frozenset("a"), frozenset("b")
NOBODY: frozenset[str] = frozenset()


def _apart(*operations: dict[str, Any]) -> tuple[MemberChange, list[Operation]]:
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": list(operations)}
    return apart(canonical_operations(body, GROUP))


@pytest.mark.parametrize(
    ("operations", "change"),
    [
        ([{"op": "add", "path": "members", "value": [{"value": "a"}]}], MemberChange(add=A)),
        ([{"op": "add", "value": {"members": [{"value": "a"}]}}], MemberChange(add=A)),
        ([{"op": "remove", "path": 'members[value eq "a"]'}], MemberChange(remove=A)),
        ([{"op": "remove", "path": 'members[value eq "a" or value eq "b"]'}], MemberChange(remove=A | B)),
        ([{"op": "Remove", "path": "members", "value": [{"value": "a"}]}], MemberChange(remove=A)),
        # Emptied only by an explicit request: no value at all, or a replacement by nothing.
        ([{"op": "remove", "path": "members"}], MemberChange(replace=NOBODY)),
        ([{"op": "replace", "path": "members", "value": []}], MemberChange(replace=NOBODY)),
        ([{"op": "replace", "value": {"members": []}}], MemberChange(replace=NOBODY)),
        ([{"op": "Remove", "path": "members", "value": []}], MemberChange()),
        ([{"op": "replace", "value": {"displayName": "G"}}], MemberChange()),
        ([{"op": "replace", "path": "members", "value": [{"value": "a"}]}], MemberChange(replace=A)),
        # One after the other.
        (
            [
                {"op": "remove", "path": 'members[value eq "b"]'},
                {"op": "add", "path": "members", "value": [{"value": "a"}]},
            ],
            MemberChange(remove=B, add=A),
        ),
        (
            [
                {"op": "add", "path": "members", "value": [{"value": "a"}]},
                {"op": "replace", "path": "members", "value": [{"value": "b"}]},
            ],
            MemberChange(replace=B),
        ),
    ],
)
def test_what_happens_to_the_members(operations: list[dict[str, Any]], change: MemberChange) -> None:
    """Reference idp-clients.md section 3: remove member, remove all, replace members."""
    assert _apart(*operations)[0] == change


def test_what_is_about_the_group_itself_is_kept_apart() -> None:
    """A rename beside a change of members is applied to the document."""
    change, others = _apart(
        {"op": "replace", "value": {"id": "1", "displayName": "G"}},
        {"op": "add", "path": "members", "value": [{"value": "a"}]},
    )
    assert change == MemberChange(add=A)
    assert [str(each) for each in others] == ["displayName"]


@pytest.mark.parametrize("path", ['members[type eq "User"]', 'members[value sw "a"]', 'members[not (value eq "a")]'])
def test_members_are_selected_by_their_ids_alone(path: str) -> None:
    """Any other selection would need them all; it is refused, never taken for everybody."""
    with pytest.raises(NoTarget) as refused:
        _apart({"op": "remove", "path": path})
    assert path in str(refused.value)


def test_one_member_cannot_be_turned_into_another() -> None:
    """RFC 7643 section 4.2: a member's value is immutable."""
    with pytest.raises(NotWritable):
        _apart({"op": "replace", "path": 'members[value eq "a"]', "value": {"value": "b"}})
