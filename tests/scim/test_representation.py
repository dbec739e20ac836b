"""People and groups as SCIM shows them, and the parts that a client asks for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.domain.attributes import CORE_GROUP, CORE_USER, ENTERPRISE_USER, GROUP, MEMBERSHIP_USER, USER
from connector.domain.errors import InvalidValue
from connector.domain.memberships import Membership, State
from connector.domain.people import Group, Member, Person, StatedGroup, StatedPerson
from connector.scim.representation import Projection, group_document, person_document

URL = "https://seats.example/scim/acme/v2"
MORNING, NOON = datetime(2026, 11, 22, 8, 0, 0, 123456, UTC), datetime(2026, 11, 22, 12, tzinfo=UTC)
ATTRIBUTES = {
    "userName": "bo",
    "externalId": "e1",
    "active": True,
    "name": {"givenName": "Bo", "familyName": "B"},
    "emails": [{"value": "w@x", "type": "work"}, {"value": "h@x", "type": "home"}],
    ENTERPRISE_USER: {"department": "D", "manager": {"value": "m"}},
}
PERSON = Person("p1", "t", "d", StatedPerson("bo", "e1", True, ATTRIBUTES), 3, MORNING, NOON)
MEMBERSHIP = Membership("m1", "t", "a1", "p1", State.INVITED, None, seat_types=frozenset({"editor", "admin"}))
PLACES = [{"membership": MEMBERSHIP, "slug": "design", "name": "Design", "vendor": "own"}]
GROUPS = [Member("g1", "Staff")]


def _person(places: Any = PLACES, groups: Any = GROUPS, **arguments: str) -> dict[str, Any]:
    return person_document(PERSON, groups, places, Projection.of(arguments, USER), URL)


def test_a_person_is_shown_whole() -> None:
    """RFC 7643 section 3.1 and 4.1, with the membership extension beside what the directory stated."""
    assert _person() == {
        "schemas": [CORE_USER, ENTERPRISE_USER, MEMBERSHIP_USER],
        "id": "p1",
        **ATTRIBUTES,
        "groups": [{"value": "g1", "$ref": f"{URL}/Groups/g1", "display": "Staff", "type": "direct"}],
        MEMBERSHIP_USER: {
            "memberships": [
                {"account": "design", "state": "invited", "seatTypes": ["admin", "editor"], "waiting": False}
            ]
        },
        "meta": {
            "resourceType": "User",
            "created": "2026-11-22T08:00:00.123Z",
            "lastModified": "2026-11-22T12:00:00.000Z",
            "location": f"{URL}/Users/p1",
            "version": 'W/"3"',
        },
    }


def test_what_is_empty_is_left_out_and_schemas_list_what_is_there() -> None:
    """Entra ID wants no nulls; `schemas` name exactly the schemas of what is present (RFC 7643 section 3)."""
    stated = StatedPerson("bo", None, False, {"userName": "bo", "active": False})
    person = Person("p1", "t", "d", stated, 1, MORNING, NOON)
    document = person_document(person, [], [], Projection.of({}, USER), URL)
    assert document["schemas"] == [CORE_USER]
    assert set(document) == {"schemas", "id", "userName", "active", "meta"}


@pytest.mark.parametrize(
    ("attributes", "left"),
    [
        ("userName", {"userName": "bo"}),
        ("USERNAME, active", {"userName": "bo", "active": True}),
        (f"{CORE_USER}:userName", {"userName": "bo"}),
        ("name.givenName", {"name": {"givenName": "Bo"}}),
        ("name.givenName,name", {"name": ATTRIBUTES["name"]}),
        ("emails.value", {"emails": [{"value": "w@x"}, {"value": "h@x"}]}),
        ("emails.primary", {}),
        ("id", {}),
        ("shoeSize", {}),
        (ENTERPRISE_USER, {ENTERPRISE_USER: ATTRIBUTES[ENTERPRISE_USER]}),
        (f"{ENTERPRISE_USER}:manager.value", {ENTERPRISE_USER: {"manager": {"value": "m"}}}),
        ("department", {ENTERPRISE_USER: {"department": "D"}}),
        ("meta.version", {"meta": {"version": 'W/"3"'}}),
    ],
)
def test_only_what_is_asked_for_is_shown_and_always_the_id(attributes: str, left: dict[str, Any]) -> None:
    """RFC 7644 section 3.9; `id` is returned always, unknown names select nothing."""
    extensions = [urn for urn in (ENTERPRISE_USER, MEMBERSHIP_USER) if urn in left]
    assert _person(attributes=attributes) == {"schemas": [CORE_USER, *extensions], "id": "p1", **left}


@pytest.mark.parametrize(
    ("names", "gone"),
    [
        ("emails", "emails"),
        ("groups,meta", "groups"),
        (ENTERPRISE_USER, ENTERPRISE_USER),
        (MEMBERSHIP_USER, MEMBERSHIP_USER),
    ],
)
def test_what_is_excluded_is_not_shown(names: str, gone: str) -> None:
    """RFC 7644 section 3.9."""
    document = _person(excludedAttributes=names)
    assert gone not in document
    assert gone not in document["schemas"]
    assert {"id", "userName"} <= set(document)


def test_parts_of_attributes_can_be_excluded_but_never_the_id() -> None:
    """What is returned always stays (RFC 7643 section 7)."""
    document = _person(excludedAttributes=f"id,schemas,name.familyName,emails.type,{ENTERPRISE_USER}:department")
    assert document["id"] == "p1"
    assert document["name"] == {"givenName": "Bo"}
    assert document["emails"] == [{"value": "w@x"}, {"value": "h@x"}]
    assert document[ENTERPRISE_USER] == {"manager": {"value": "m"}}


def test_both_parameters_at_once_are_refused() -> None:
    """They exclude each other (RFC 7644 section 3.9)."""
    with pytest.raises(InvalidValue, match="attributes"):
        Projection.of({"attributes": "a", "excludedAttributes": "b"}, USER)


@pytest.mark.parametrize(
    ("arguments", "groups", "memberships"),
    [
        ({}, True, True),
        ({"attributes": "userName"}, False, False),
        ({"attributes": "groups.value"}, True, False),
        ({"attributes": MEMBERSHIP_USER}, False, True),
        ({"excludedAttributes": "groups"}, False, True),
        ({"excludedAttributes": "groups.display"}, True, True),
        ({"excludedAttributes": MEMBERSHIP_USER}, True, False),
    ],
)
def test_what_nobody_asked_for_need_not_be_loaded(arguments: dict[str, str], groups: bool, memberships: bool) -> None:
    """A lookup with `attributes=id` must not cost what the whole person costs."""
    projection = Projection.of(arguments, USER)
    assert projection.wants("groups") is groups
    assert projection.wants("memberships", MEMBERSHIP_USER) is memberships


def test_a_group_is_shown_with_its_members_when_they_were_loaded() -> None:
    """A member's name is told only when asked for by name: lists of ids are long enough."""
    stated = StatedGroup("Staff", "e", {"displayName": "Staff", "externalId": "e"})
    group = Group("g1", "t", "d", stated, 1, MORNING, NOON)
    member = Member("p1", "bo")
    shown = {"value": "p1", "$ref": f"{URL}/Users/p1", "type": "User"}
    document = group_document(group, [member], Projection.of({}, GROUP), URL)
    assert document["schemas"] == [CORE_GROUP]
    assert (document["displayName"], document["externalId"], document["members"]) == ("Staff", "e", [shown])
    assert document["meta"]["location"] == f"{URL}/Groups/g1"
    assert "members" not in group_document(group, None, Projection.of({}, GROUP), URL)
    named = group_document(group, [member], Projection.of({"attributes": "members.display"}, GROUP), URL)
    assert named["members"] == [{"display": "bo"}]
