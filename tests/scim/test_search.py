"""Queries by POST (RFC 7644 section 3.4.3), of one resource type and of all at once."""

from __future__ import annotations

from typing import Any

import pytest

from connector.domain.attributes import GROUP, USER
from connector.domain.filter import NOTHING, And, Not, Or, as_asked_of
from connector.mappers.filters import parse_filter
from connector.scim.search import EVERYTHING

from .conftest import Directory

SEARCH_URN = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
LIST_URN = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def search(directory: Directory, path: str, **stated: Any) -> dict[str, Any]:
    answer = directory.call("POST", f"{path}/.search", {"schemas": [SEARCH_URN], **stated})
    assert answer.status_code == 200, answer.json
    assert answer.mimetype == "application/scim+json"
    return dict(answer.json or {})


def names(page: dict[str, Any]) -> list[str]:
    return [each.get("userName") or each["displayName"] for each in page["Resources"]]


@pytest.fixture
def staff(directory: Directory) -> Directory:
    """Give a directory with three people and two groups."""
    ada, bo = (directory.person(name, title="Engineer")["id"] for name in ("ada", "bo"))
    directory.person("cy", displayName="Cy")
    directory.group("Engineers", ada, bo)
    directory.group("Cy")
    return directory


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/Users", {}),
        ("/Users", {"filter": 'title eq "engineer"'}),
        ("/Users", {"filter": 'title eq "engineer"', "startIndex": 2, "count": 1}),
        ("/Users", {"count": 0}),
        ("/Users", {"attributes": ["userName", "meta.created"]}),
        ("/Users", {"excludedAttributes": ["meta", "groups"]}),
        ("/Groups", {"filter": 'displayName sw "eng"', "excludedAttributes": ["members"]}),
        ("/Groups", {"filter": 'displayName eq "nobody"'}),
    ],
)
def test_search_by_post_equals_search_by_get(staff: Directory, path: str, asked: dict[str, Any]) -> None:
    """RFC 7644 section 3.4.3: the same query, without parameters in the address."""
    query = {name: ",".join(value) if isinstance(value, list) else value for name, value in asked.items()}
    assert search(staff, path, **asked) == staff.call("GET", path, query_string=query).json


def test_the_server_root_searches_every_resource_type(staff: Directory) -> None:
    """RFC 7644 section 3.4.2.1; each resource tells its type in `meta` and has its own schemas."""
    page = search(staff, "")
    assert names(page) == ["ada", "bo", "cy", "Engineers", "Cy"]
    assert (page["schemas"], page["totalResults"], page["startIndex"]) == ([LIST_URN], 5, 1)
    assert [each["meta"]["resourceType"] for each in page["Resources"]] == ["User"] * 3 + ["Group"] * 2
    assert page["Resources"][3]["schemas"] == [GROUP.schema.urn]
    assert {member["type"] for member in page["Resources"][3]["members"]} == {"User"}


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ('meta.resourceType eq "Group"', ["Engineers", "Cy"]),
        ('userName eq "ada" or displayName eq "engineers"', ["ada", "Engineers"]),
        ('displayName eq "cy"', ["cy", "Cy"]),
        ("members pr", ["Engineers"]),
        ("not (userName pr)", ["Engineers", "Cy"]),
        ('not (members[value eq "x"]) and title pr', ["ada", "bo"]),
        ('schemas eq "urn:ietf:params:scim:schemas:core:2.0:User"', ["ada", "bo", "cy"]),
        ('urn:ietf:params:scim:schemas:core:2.0:Group:members pr or userName eq "CY"', ["cy", "Engineers"]),
    ],
)
def test_an_attribute_that_is_not_part_of_a_resource_type_has_no_value(
    staff: Directory, filter_: str, found: list[str]
) -> None:
    """RFC 7644 section 3.4.2.1: the attribute is treated as if there is no value."""
    assert names(search(staff, "", filter=filter_)) == found


def test_the_pages_of_the_server_root_run_from_people_into_groups(staff: Directory) -> None:
    """Nobody twice, nobody left out, whichever page the border is on."""
    for count in (1, 2, 3, 4, 10):
        seen = []
        for start in range(1, 6, count):
            page = search(staff, "", startIndex=start, count=count)
            assert (page["totalResults"], page["startIndex"]) == (5, start)
            assert page["itemsPerPage"] == len(page["Resources"]) <= count
            seen += names(page)
        assert seen == ["ada", "bo", "cy", "Engineers", "Cy"]


def test_a_filter_on_all_types_keeps_its_sense_for_each() -> None:
    """Only the terms about another type's attributes become `nothing`."""
    wanted = parse_filter('userName pr and not (members pr) or emails[type eq "work"]', EVERYTHING)
    user, member, email = (parse_filter(text, EVERYTHING) for text in ("userName pr", "members pr", "emails pr"))
    assert isinstance(wanted, Or)
    assert as_asked_of(USER, wanted) == Or((And((user, Not(NOTHING))), wanted.terms[1]))
    assert as_asked_of(GROUP, wanted) == Or((And((NOTHING, Not(member))), NOTHING))
    assert as_asked_of(GROUP, email) == NOTHING


@pytest.mark.parametrize("path", ["", "/Users", "/Groups"])
@pytest.mark.parametrize(
    ("stated", "scim_type"),
    [
        ({"schemas": ["urn:x"]}, "invalidSyntax"),
        ({"schemas": []}, "invalidSyntax"),
        ({"filter": 'shoeSize eq "43"'}, "invalidFilter"),
        ({"filter": 7}, "invalidValue"),
        ({"attributes": [1]}, "invalidValue"),
        ({"attributes": {"a": 1}}, "invalidValue"),
        ({"attributes": ["id"], "excludedAttributes": ["meta"]}, "invalidValue"),
        ({"count": 1.5}, "invalidValue"),
        ({"count": True}, "invalidValue"),
        ({"count": 10**400}, "invalidSyntax"),
        ({"startIndex": 2**31}, "invalidValue"),
    ],
)
def test_a_search_that_cannot_be_honoured_is_refused(
    directory: Directory, path: str, stated: dict[str, Any], scim_type: str
) -> None:
    """400, never everybody."""
    answer = directory.call("POST", f"{path}/.search", {"schemas": [SEARCH_URN], **stated})
    assert (answer.status_code, (answer.json or {}).get("scimType")) == (400, scim_type)


def test_a_search_is_read_as_tolerantly_as_a_query_string(staff: Directory) -> None:
    """Names in any case, lists as one text, numbers in quotes, nulls, what nobody knows."""
    asked = {"StartIndex": "2", "COUNT": "1", "attributes": "userName", "filter": None, "colour": "red"}
    page = search(staff, "/Users", **asked)
    assert names(page) == ["bo"]
    assert set(page["Resources"][0]) == {"schemas", "id", "userName"}


def test_a_search_needs_the_token_before_its_body_is_read(directory: Directory) -> None:
    """401, whatever the body."""
    for path in ("/.search", "/Users/.search", "/Groups/.search"):
        assert directory.call("POST", path, "{", headers={"Authorization": "Bearer x"}).status_code == 401
