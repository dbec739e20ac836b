"""The order of a list (RFC 7644 section 3.4.2.3), the same on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from connector.domain.attributes import ENTERPRISE_USER

from .conftest import Directory

PEOPLE: list[dict[str, Any]] = [
    {
        "userName": "Dora",
        "title": "b",
        "active": False,
        "emails": [{"value": "z@x"}, {"value": "c@x", "primary": True}],
    },
    {"userName": "anna", "title": "A", "name": {"familyName": "Zog"}, "externalId": "a"},
    {"userName": "Bert", "emails": [{"value": "B@x", "type": "work"}, {"value": "a@x"}], "externalId": "B"},
    {"userName": "cleo", "title": "b", "name": {"familyName": "Ärzte"}, ENTERPRISE_USER: {"department": "Ops"}},
    {"userName": "éva", "title": "a", "emails": [{"type": "home"}, {"value": "d@x"}], "externalId": "b"},
]


@pytest.fixture
def staff(directory: Directory) -> Directory:
    """Give a directory with five people."""
    for each in PEOPLE:
        directory.person(each["userName"], **{name: value for name, value in each.items() if name != "userName"})
    return directory


def names(directory: Directory, **query: Any) -> list[str]:
    answer = directory.call("GET", "/Users", query_string=query)
    assert answer.status_code == 200, answer.json
    return [each["userName"] for each in (answer.json or {})["Resources"]]


@pytest.mark.parametrize(
    ("sort_by", "ascending"),
    [
        ("userName", ["anna", "Bert", "cleo", "Dora", "éva"]),
        ("USERNAME", ["anna", "Bert", "cleo", "Dora", "éva"]),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName", ["anna", "Bert", "cleo", "Dora", "éva"]),
        ("externalId", ["Bert", "anna", "éva", "Dora", "cleo"]),
        ("title", ["anna", "éva", "Dora", "cleo", "Bert"]),
        ("name.familyName", ["anna", "cleo", "Dora", "Bert", "éva"]),
        ("emails", ["Bert", "Dora", "éva", "anna", "cleo"]),
        ("emails.value", ["Bert", "Dora", "éva", "anna", "cleo"]),
        ("emails.type", ["éva", "Bert", "Dora", "anna", "cleo"]),
        ("emails.primary", ["Dora", "anna", "Bert", "cleo", "éva"]),
        (f"{ENTERPRISE_USER}:department", ["cleo", "Dora", "anna", "Bert", "éva"]),
        ("active", ["Dora", "anna", "Bert", "cleo", "éva"]),
        ("id", ["Dora", "anna", "Bert", "cleo", "éva"]),
        ("meta.created", ["Dora", "anna", "Bert", "cleo", "éva"]),
        ("meta.resourceType", ["Dora", "anna", "Bert", "cleo", "éva"]),
    ],
)
def test_the_attribute_orders_the_responses_ascending_by_default(
    staff: Directory, sort_by: str, ascending: list[str]
) -> None:
    """RFC 7644 section 3.4.2.3: by the primary value or else the first, those without any last.

    Case counts where the attribute is caseExact; equal ones are in order of arrival.
    """
    assert names(staff, sortBy=sort_by) == names(staff, sortBy=sort_by, sortOrder="Ascending") == ascending


@pytest.mark.parametrize(
    ("sort_by", "descending"),
    [
        ("userName", ["éva", "Dora", "cleo", "Bert", "anna"]),
        ("externalId", ["Dora", "cleo", "éva", "anna", "Bert"]),
        ("title", ["Bert", "Dora", "cleo", "anna", "éva"]),
        ("emails", ["anna", "cleo", "éva", "Dora", "Bert"]),
        ("active", ["anna", "Bert", "cleo", "éva", "Dora"]),
    ],
)
def test_descending_begins_with_those_without_a_value(staff: Directory, sort_by: str, descending: list[str]) -> None:
    """RFC 7644 section 3.4.2.3: first if descending."""
    assert names(staff, sortBy=sort_by, sortOrder="descending") == descending


def test_a_sub_attribute_of_a_user_without_any_is_without_a_value(staff: Directory) -> None:
    """People who have no emails at all, and those whose emails say nothing of it, are in one place."""
    assert names(staff, sortBy="photos") == ["Dora", "anna", "Bert", "cleo", "éva"]


@pytest.mark.parametrize("sort_order", ["ascending", "descending"])
@pytest.mark.parametrize("sort_by", ["title", "emails", "active", "meta.resourceType"])
def test_the_order_is_stable_across_pages(staff: Directory, sort_by: str, sort_order: str) -> None:
    """Nobody twice and nobody left out, though many are equal."""
    whole = names(staff, sortBy=sort_by, sortOrder=sort_order)
    for count in (1, 2, 3):
        query = {"sortBy": sort_by, "sortOrder": sort_order, "count": count}
        assert [name for start in range(1, 6, count) for name in names(staff, startIndex=start, **query)] == whole


def test_an_order_goes_with_a_filter(staff: Directory) -> None:
    """The order is of those who match."""
    assert names(staff, filter="title pr", sortBy="userName", sortOrder="descending") == ["éva", "Dora", "cleo", "anna"]


def test_groups_are_ordered_too(directory: Directory) -> None:
    """By displayName, externalId, time or id."""
    for name in ("beta", "Alpha", "gamma"):
        directory.group(name)
    answer = directory.call("GET", "/Groups", query_string={"sortBy": "displayName", "sortOrder": "descending"})
    assert [each["displayName"] for each in (answer.json or {})["Resources"]] == ["gamma", "beta", "Alpha"]


def test_a_direction_without_an_attribute_says_nothing(staff: Directory) -> None:
    """RFC 7644 section 3.4.2.3: sortOrder is that of sortBy."""
    assert names(staff, sortOrder="descending") == names(staff, sortBy="")


@pytest.mark.parametrize(
    "query",
    [
        {"sortBy": "shoeSize"},
        {"sortBy": "name"},
        {"sortBy": "meta"},
        {"sortBy": "addresses"},
        {"sortBy": "groups"},
        {"sortBy": "schemas"},
        {"sortBy": "password"},
        {"sortBy": "x509Certificates"},
        {"sortBy": "meta.version"},
        {"sortBy": "memberships.account"},
        {"sortBy": "userName", "sortOrder": "sideways"},
        {"sortBy": "x\0y"},
    ],
    ids=str,
)
def test_an_order_that_cannot_be_honoured_is_refused(directory: Directory, query: dict[str, str]) -> None:
    """400 invalidValue, never another order than the one asked for."""
    answer = directory.call("GET", "/Users", query_string=query)
    assert (answer.status_code, (answer.json or {}).get("scimType")) == (400, "invalidValue")


def test_there_is_no_order_across_resource_types(directory: Directory) -> None:
    """501: people come before groups, whatever their names."""
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "sortBy": "displayName"}
    assert directory.call("POST", "/.search", body).status_code == 501
    assert directory.call("POST", "/Users/.search", body).status_code == 200
