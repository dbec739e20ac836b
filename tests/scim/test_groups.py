"""`/Groups` over HTTP, on both databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.scim.groups import SHOWN_MEMBERS

from .conftest import GROUP_URN, Directory


def _members(directory: Directory, group_id: str) -> set[str]:
    shown = directory.call("GET", f"/Groups/{group_id}").json
    return {member["value"] for member in shown.get("members", [])}


@pytest.mark.parametrize(
    "second", [{"displayName": "STAFF"}, {"displayName": "\uff33taff"}, {"displayName": "x", "externalId": "e"}]
)
def test_a_name_that_another_group_bears_is_refused(directory: Directory, second: dict[str, str]) -> None:
    """Entra ID's validator expects 409; clients match groups by name."""
    directory.group("Staff", externalId="e")
    answer = directory.call("POST", "/Groups", {"schemas": [GROUP_URN], **second})
    assert (answer.status_code, answer.json["scimType"]) == (409, "uniqueness")


def test_an_unknown_member_is_refused_by_id(new_directory: Callable[[], Directory]) -> None:
    """400 invalidValue that names the id; somebody of another directory is unknown too. Nothing is written."""
    mine, theirs = new_directory(), new_directory()
    person, stranger = mine.person("bo"), theirs.person("bo")
    group = mine.group("Staff")
    for identifier in (stranger["id"], group["id"], "nobody"):
        answer = mine.patch(
            f"/Groups/{group['id']}",
            {"op": "add", "path": "members", "value": [{"value": person["id"]}, {"value": identifier}]},
        )
        assert (answer.status_code, answer.json["scimType"]) == (400, "invalidValue")
        assert identifier in answer.json["detail"]
    assert _members(mine, group["id"]) == set()


@pytest.mark.parametrize("op", ["add", "replace", "remove"])
def test_a_member_without_an_id_is_refused_and_nobody_is_lost(directory: Directory, op: str) -> None:
    """A list of members that names nobody is a mistake, not an empty list."""
    person = directory.person("a")["id"]
    group = directory.group("Staff", person)
    for member in ({"display": "A"}, {}, None, "", {"value": ""}, {"value": None}, {"value": 1}):
        answer = directory.patch(f"/Groups/{group['id']}", {"op": op, "path": "members", "value": [member]})
        assert (answer.status_code, answer.json["scimType"]) == (400, "invalidValue"), member
        body = {"schemas": [GROUP_URN], "displayName": "Staff", "members": [member]}
        assert directory.call("PUT", f"/Groups/{group['id']}", body).status_code == 400, member
    assert _members(directory, group["id"]) == {person}


def test_a_replacement_states_all_members(directory: Directory) -> None:
    """PUT without members leaves none (Canaille omits an empty list)."""
    one, two = directory.person("a")["id"], directory.person("b")["id"]
    group = directory.group("Staff", one)
    body = {"schemas": [GROUP_URN], "displayName": "Crew", "members": [{"value": two}]}
    answer = directory.call("PUT", f"/Groups/{group['id']}", body)
    assert answer.status_code == 200
    assert [member["value"] for member in answer.json["members"]] == [two]
    assert (
        "members"
        not in directory.call("PUT", f"/Groups/{group['id']}", {"schemas": [GROUP_URN], "displayName": "Crew"}).json
    )


def test_a_replace_that_does_not_mention_members_keeps_them(directory: Directory) -> None:
    """A rename, and Okta's reconciliation of the name, must not empty the group."""
    person = directory.person("a")["id"]
    group = directory.group("Staff", person)
    answer = directory.patch(
        f"/Groups/{group['id']}", {"op": "replace", "value": {"id": group["id"], "displayName": "Crew"}}
    )
    assert answer.json["displayName"] == "Crew"
    assert _members(directory, group["id"]) == {person}


def test_a_removal_without_a_list_of_its_own_empties_only_when_it_says_so(directory: Directory) -> None:
    """`remove members []` takes nobody out, `remove members` everybody."""
    person = directory.person("a")["id"]
    group = directory.group("Staff", person)
    directory.patch(f"/Groups/{group['id']}", {"op": "Remove", "path": "members", "value": []})
    assert _members(directory, group["id"]) == {person}
    directory.patch(f"/Groups/{group['id']}", {"op": "remove", "path": "members"})
    assert _members(directory, group["id"]) == set()


def test_a_change_of_members_alone_makes_a_new_version(directory: Directory) -> None:
    """And one that moves nobody makes none."""
    person = directory.person("a")["id"]
    group = directory.group("Staff")
    add = {"op": "add", "path": "members", "value": [{"value": person}]}
    assert directory.patch(f"/Groups/{group['id']}", add).json["meta"]["version"] == 'W/"2"'
    assert directory.patch(f"/Groups/{group['id']}", add).json["meta"]["version"] == 'W/"2"'


def test_a_large_group_is_patched_without_being_read_back(directory: Directory) -> None:
    """204 beyond 200 members (Entra ID asks for it); with `attributes` there is a body (RFC 7644 section 3.5.2)."""
    people = [directory.person(f"p{number}")["id"] for number in range(SHOWN_MEMBERS + 1)]
    group = directory.group("Staff", *people[:-1])
    rename = {"op": "replace", "path": "displayName", "value": "Crew"}
    assert len(directory.patch(f"/Groups/{group['id']}", rename).json["members"]) == SHOWN_MEMBERS
    add = {"op": "add", "path": "members", "value": [{"value": people[-1]}]}
    answer = directory.patch(f"/Groups/{group['id']}", add)
    assert (answer.status_code, answer.data) == (204, b"")
    answer = directory.patch(f"/Groups/{group['id']}", rename, query_string={"excludedAttributes": "members"})
    assert (answer.status_code, answer.json["displayName"]) == (200, "Crew")
    assert len(_members(directory, group["id"])) == SHOWN_MEMBERS + 1


def test_members_that_are_excluded_are_not_loaded(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entra ID reads every group so, ten thousand members or not."""
    group = directory.group("Staff", directory.person("a")["id"])

    def never(*_: object) -> None:
        raise AssertionError("members were loaded")

    monkeypatch.setattr("connector.lifecycle.grouping.members_of", never)
    query = {"excludedAttributes": "members", "filter": 'displayName eq "staff"'}
    assert directory.call("GET", "/Groups", query_string=query).json["totalResults"] == 1
    one = directory.call("GET", f"/Groups/{group['id']}", query_string={"excludedAttributes": "members"})
    assert (one.status_code, "members" in one.json) == (200, False)


def test_a_deleted_group_leaves_its_people(directory: Directory) -> None:
    """RFC 7644 section 3.6; the person's groups no longer name it."""
    person = directory.person("a")["id"]
    group = directory.group("Staff", person)
    assert directory.call("DELETE", f"/Groups/{group['id']}").status_code == 204
    assert directory.call("GET", f"/Groups/{group['id']}").status_code == 404
    assert "groups" not in directory.call("GET", f"/Users/{person}").json


def test_memberships_outlive_a_deactivation(directory: Directory) -> None:
    """Entra ID does not send memberships again when somebody is active again."""
    person = directory.person("a")["id"]
    group = directory.group("Staff", person)
    directory.patch(f"/Users/{person}", {"op": "replace", "path": "active", "value": False})
    directory.patch(f"/Users/{person}", {"op": "replace", "path": "active", "value": True})
    assert _members(directory, group["id"]) == {person}


def test_another_directorys_group_does_not_exist(new_directory: Callable[[], Directory]) -> None:
    """404 on every method, as if it were not there."""
    mine, theirs = new_directory(), new_directory()
    group = theirs.group("Staff")
    body = {"schemas": [GROUP_URN], "displayName": "x"}
    for method, sent in (("GET", None), ("PUT", body), ("DELETE", None)):
        assert mine.call(method, f"/Groups/{group['id']}", sent).status_code == 404
    operation = {"op": "replace", "path": "displayName", "value": "x"}
    assert mine.patch(f"/Groups/{group['id']}", operation).status_code == 404
    assert theirs.call("GET", f"/Groups/{group['id']}").json["displayName"] == "Staff"
