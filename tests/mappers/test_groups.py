"""Group documents read as groups, and requests about members as one change."""

from __future__ import annotations

from connector.domain.people import MemberChange, StatedGroup
from connector.mappers.groups import member_ids, patched_group, stated_group, then_add, then_remove

A, B, C = frozenset("a"), frozenset("b"), frozenset("c")


def test_a_group_is_stated_without_its_members() -> None:
    """They may be ten thousand, and are kept as rows of their own."""
    document = {"displayName": "G", "externalId": "e", "members": [{"value": "a"}]}
    assert stated_group(document) == StatedGroup("G", "e", {"displayName": "G", "externalId": "e"})


def test_a_replacement_silent_about_external_id_keeps_it_and_a_null_clears_it() -> None:
    """As with people; a rule may be bound by it."""
    before = stated_group({"displayName": "G", "externalId": "e"})
    assert stated_group({"displayName": "H"}, before).external_id == "e"
    assert stated_group({"displayName": "H", "externalId": None}, before) == StatedGroup(
        "H", None, {"displayName": "H"}
    )


def test_a_patched_document_is_taken_as_it_is() -> None:
    """What a PATCH removed is gone."""
    assert patched_group({"displayName": "G"}) == StatedGroup("G", None, {"displayName": "G"})


def test_members_are_their_ids() -> None:
    """A list that is absent or null has none."""
    assert member_ids([{"value": "a", "display": "A"}, {"value": "a"}, {"value": "b"}]) == A | B
    assert member_ids(None) == frozenset()


def test_changes_of_members_follow_one_another() -> None:
    """The last word about somebody counts: MemberChange replaces, then removes, then adds."""
    assert then_remove(then_add(MemberChange(), A), A) == MemberChange(remove=A)
    assert then_add(then_remove(MemberChange(), A), A) == MemberChange(add=A)
    assert then_remove(MemberChange(replace=A | B), A) == MemberChange(replace=A | B, remove=A)
    assert then_add(MemberChange(replace=A), C) == MemberChange(replace=A, add=C)
