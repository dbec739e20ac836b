"""`/Users` over HTTP, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from .conftest import USER_URN, Directory

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def _list(directory: Directory, **query: str) -> dict[str, Any]:
    answer = directory.call("GET", "/Users", query_string=query)
    assert answer.status_code == 200, answer.json
    return dict(answer.json or {})


def test_a_joiner_is_created_with_her_address_and_version(directory: Directory) -> None:
    """201, Location equal to meta.location, an ETag equal to meta.version (RFC 7644 sections 3.3 and 3.14)."""
    answer = directory.call("POST", "/Users", {"schemas": [USER_URN], "userName": "Bo@X", "externalId": "1"})
    assert answer.status_code == 201
    meta = answer.json["meta"]
    assert answer.headers["Location"] == meta["location"]
    assert meta["location"] == f"https://seats.example/scim/{directory.slug}/v2/Users/{answer.json['id']}"
    assert answer.headers["ETag"] == meta["version"] == 'W/"1"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["userName"] == "Bo@X"
    assert answer.json["active"] is True


@pytest.mark.parametrize(
    ("second", "attribute"),
    [
        ({"userName": "BO"}, "userName"),
        ({"userName": "\uff42\uff4f"}, "userName"),
        ({"userName": "other", "externalId": "e1"}, "externalId"),
    ],
)
def test_a_name_that_an_active_person_bears_is_refused(
    directory: Directory, second: dict[str, str], attribute: str
) -> None:
    """409 uniqueness; userName whatever its case and width (RFC 7643 section 4.1.1, RFC 7644 section 5)."""
    directory.person("bo", externalId="e1")
    answer = directory.call("POST", "/Users", {"schemas": [USER_URN], **second})
    assert (answer.status_code, answer.json["scimType"]) == (409, "uniqueness")
    assert attribute in answer.json["detail"]


def test_external_ids_differ_by_case_and_belong_to_one_directory(new_directory: Callable[[], Directory]) -> None:
    """`e1` and `E1` are two people; the same externalId in two directories is two people (RFC 7643 section 3.1)."""
    first, second = new_directory(), new_directory()
    made = {first.person("a", externalId="e1")["id"], first.person("b", externalId="E1")["id"]}
    made.add(second.person("a", externalId="e1")["id"])
    assert len(made) == 3


@pytest.mark.parametrize("external_id", ["1", "0", "-1", "admin"])
def test_an_external_id_never_selects_an_internal_one(directory: Directory, external_id: str) -> None:
    """Grafana CVE-2025-41115: a numeric externalId was taken for an internal id."""
    person = directory.person("bo", externalId=external_id)
    assert person["id"] != external_id
    assert directory.call("GET", f"/Users/{external_id}").status_code == 404


@pytest.mark.parametrize("text", ["%s", "\u00e9%s"])
def test_names_as_long_as_they_may_be_are_kept_and_found(directory: Directory, text: str) -> None:
    """2,000 bytes that do not compress, in every attribute that an index holds, on both databases."""
    digits = "".join(sha256(str(number).encode()).hexdigest() for number in range(40))
    name = (text % digits).encode()[:2000].decode()
    directory.person(name, externalId=name, displayName=name, emails=[{"value": name, "type": "work"}])
    directory.group(name, externalId=name)
    for path, attribute in (("/Users", "userName"), ("/Users", "displayName"), ("/Groups", "externalId")):
        query = {"filter": f'{attribute} eq "{name}"'}
        assert directory.call("GET", path, query_string=query).json["totalResults"] == 1


def test_an_empty_external_id_is_none(directory: Directory) -> None:
    """Two people without one are no conflict, however their directory writes that they have none."""
    for name in ("a", "b"):
        assert "externalId" not in directory.person(name, externalId="")
    person = directory.person("c", externalId="e")
    answer = directory.patch(f"/Users/{person['id']}", {"op": "replace", "path": "externalId", "value": ""})
    assert "externalId" not in answer.json


def test_a_returning_person_keeps_her_id(directory: Directory) -> None:
    """Okta posts people who return: same userName and externalId, same id, active again."""
    person = directory.person("bo", externalId="e1", title="Old")
    directory.patch(f"/Users/{person['id']}", {"op": "replace", "value": {"active": False}})
    again = directory.person("bo", externalId="e1", title="New")
    assert (again["id"], again["active"], again["title"]) == (person["id"], True, "New")


def test_another_directorys_person_does_not_exist(new_directory: Callable[[], Directory]) -> None:
    """The same 404 as for an id that nobody has, on every method."""
    mine, theirs = new_directory(), new_directory()
    person = theirs.person("bo")
    body = {"schemas": [USER_URN], "userName": "x"}
    operation = {"op": "replace", "path": "active", "value": False}
    for method, sent in (("GET", None), ("PUT", body), ("DELETE", None)):
        foreign = mine.call(method, f"/Users/{person['id']}", sent)
        nobody = mine.call(method, "/Users/00000000-0000-7000-8000-000000000000", sent)
        assert foreign.status_code == nobody.status_code == 404
        assert foreign.json["detail"].replace(person["id"], "") == nobody.json["detail"].replace(
            "00000000-0000-7000-8000-000000000000", ""
        )
    assert mine.patch(f"/Users/{person['id']}", operation).status_code == 404
    assert theirs.call("GET", f"/Users/{person['id']}").json["active"] is True
    assert _list(mine)["totalResults"] == 0


@pytest.mark.parametrize("identifier", ["nobody", "a%00b", "%ff", "%ed%a0%80", "1" * 3000, "'"])
def test_what_is_no_id_is_nobodys(directory: Directory, identifier: str) -> None:
    """404, whatever the database would make of it."""
    assert directory.call("GET", f"/Users/{identifier}").status_code == 404
    assert directory.call("DELETE", f"/Groups/{identifier}").status_code == 404


def test_a_replacement_clears_what_it_does_not_mention_but_not_active(directory: Directory) -> None:
    """RFC 7644 section 3.5.1; OneLogin's replacement has no `active`, and must neither cut nor restore anybody."""
    person = directory.person("bo", externalId="e1", title="T", active=False)
    answer = directory.call("PUT", f"/Users/{person['id']}", {"schemas": [USER_URN], "userName": "bo2"})
    assert answer.status_code == 200
    assert answer.json["userName"] == "bo2"
    assert "title" not in answer.json
    assert (answer.json["active"], answer.json["externalId"]) == (False, "e1")
    assert answer.headers["ETag"] == 'W/"2"'


def test_a_replacement_by_a_taken_name_is_refused(directory: Directory) -> None:
    """409 uniqueness on PUT and PATCH as on POST."""
    directory.person("bo")
    person = directory.person("jo")
    answer = directory.call("PUT", f"/Users/{person['id']}", {"schemas": [USER_URN], "userName": "BO"})
    assert (answer.status_code, answer.json["scimType"]) == (409, "uniqueness")
    answer = directory.patch(f"/Users/{person['id']}", {"op": "replace", "path": "userName", "value": "bo"})
    assert (answer.status_code, answer.json["scimType"]) == (409, "uniqueness")


def test_a_patch_is_answered_with_the_whole_person(directory: Directory) -> None:
    """200 with the body: Okta and scim-sanity read it."""
    person = directory.person("bo", name={"givenName": "Bo", "familyName": "B"})
    answer = directory.patch(
        f"/Users/{person['id']}",
        {"op": "Replace", "path": "name.givenName", "value": "Jo"},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "D"},
    )
    assert answer.status_code == 200
    assert answer.json["name"] == {"givenName": "Jo", "familyName": "B"}
    assert answer.json["schemas"] == [USER_URN, ENTERPRISE]
    assert directory.call("GET", f"/Users/{person['id']}").json == answer.json


def test_a_patch_that_changes_nothing_leaves_version_and_time(directory: Directory) -> None:
    """RFC 7644 section 3.5.2.1: lastModified stays when the value was there already."""
    person = directory.person("bo", title="T", emails=[{"value": "a@x", "type": "work"}])
    answer = directory.patch(
        f"/Users/{person['id']}",
        {"op": "add", "path": "title", "value": "T"},
        {"op": "add", "path": "emails", "value": [{"value": "a@x", "type": "work"}]},
        {"op": "replace", "value": {"active": "True"}},
    )
    assert answer.json["meta"] == person["meta"]


def test_a_patch_that_fails_midway_changes_nothing(directory: Directory) -> None:
    """All or nothing (RFC 7644 section 3.5.2)."""
    person = directory.person("bo", title="T")
    answer = directory.patch(
        f"/Users/{person['id']}",
        {"op": "replace", "path": "title", "value": "S"},
        {"op": "remove", "path": 'emails[type eq "work"]'},
    )
    assert (answer.status_code, answer.json["scimType"]) == (400, "noTarget")
    assert 'emails[type eq "work"]' in answer.json["detail"]
    assert directory.call("GET", f"/Users/{person['id']}").json == person


def test_groups_of_a_person_are_read_only(directory: Directory) -> None:
    """RFC 7643 section 4.1.2: membership changes through the group alone."""
    person = directory.person("bo")
    group = directory.group("Staff", person["id"])
    answer = directory.patch(f"/Users/{person['id']}", {"op": "remove", "path": "groups"})
    assert (answer.status_code, answer.json["scimType"]) == (400, "mutability")
    shown = directory.call("GET", f"/Users/{person['id']}").json["groups"]
    assert shown == [
        {
            "value": group["id"],
            "$ref": f"https://seats.example/scim/{directory.slug}/v2/Groups/{group['id']}",
            "display": "Staff",
            "type": "direct",
        }
    ]


def test_a_removed_active_is_unassigned_and_cuts_nobody(directory: Directory) -> None:
    """The directory has then no say; what it last wanted holds on."""
    person = directory.person("bo")
    answer = directory.patch(f"/Users/{person['id']}", {"op": "remove", "path": "active"})
    assert "active" not in answer.json
    assert (
        directory.patch(f"/Users/{person['id']}", {"op": "add", "path": "active", "value": False}).json["active"]
        is False
    )


def test_pages_come_in_order_of_arrival(directory: Directory) -> None:
    """Stable order, numbers as integers, never more than asked for (RFC 7644 section 3.4.2.4)."""
    names = [f"person{number}" for number in range(5)]
    for name in names:
        directory.person(name)
    first, second = _list(directory, count="2"), _list(directory, startIndex="3", count="10")
    assert [person["userName"] for person in first["Resources"] + second["Resources"]] == names
    assert (first["totalResults"], first["startIndex"], first["itemsPerPage"]) == (5, 1, 2)
    assert (second["startIndex"], second["itemsPerPage"]) == (3, 3)
    assert _list(directory, count="0")["Resources"] == []
    assert _list(directory, startIndex="99")["itemsPerPage"] == 0


def test_a_lookup_finds_exactly_one_whatever_its_case(directory: Directory) -> None:
    """Okta and Entra ID look people up by userName before every change."""
    directory.person("Bo@X", externalId="E1", emails=[{"value": "bo@work", "type": "work"}])
    directory.person("bo@x.example")
    for filter_ in ('userName eq "BO@x"', 'externalId eq "E1"', 'emails[type eq "work"].value eq "BO@WORK"'):
        assert [each["userName"] for each in _list(directory, filter=filter_)["Resources"]] == ["Bo@X"], filter_
    assert _list(directory, filter='externalId eq "e1"')["totalResults"] == 0
    assert _list(directory, filter='title eq "x"')["totalResults"] == 0


def test_an_inactive_person_stays_readable(directory: Directory) -> None:
    """Entra ID matches people whom it has disabled."""
    person = directory.person("bo", active=False)
    assert directory.call("GET", f"/Users/{person['id']}").json["active"] is False
    assert _list(directory, filter='userName eq "bo"')["Resources"][0]["active"] is False


def test_unknown_query_parameters_are_passed_over(directory: Directory) -> None:
    """Entra ID's flag may reach us: `?aadOptscim062020`."""
    person = directory.person("bo")
    answer = directory.patch(
        f"/Users/{person['id']}", {"op": "replace", "path": "title", "value": "T"}, query_string="aadOptscim062020"
    )
    assert answer.status_code == 200
