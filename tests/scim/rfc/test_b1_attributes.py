"""Attributes: their names, their values, whose they are and when they are shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from connector.lifecycle import Lifecycle

from ..conftest import GROUP_URN, USER_URN, Directory
from .asking import ENTERPRISE, found, put, refused, seen

MEMBERSHIP = "urn:jumpseat:params:scim:schemas:extension:membership:1.0:User"


def test_b1_12_names_are_compared_whatever_their_case(directory: Directory) -> None:
    """In bodies, filters, paths and projections; a core name may carry the core URN."""
    body = {"schemas": [USER_URN.upper()], "USERNAME": "ada", "Emails": [{"VALUE": "a@x"}], f"{USER_URN}:title": "Dr"}
    ada = directory.call("POST", "/Users", body).json or {}
    assert (ada["userName"], ada["emails"], ada["title"]) == ("ada", [{"value": "a@x"}], "Dr")
    for filter_ in (
        'USERNAME eq "ada"',
        'Emails.Value eq "a@x"',
        f'{USER_URN}:userName eq "ada"',
        'EMAILS[VALUE eq "a@x"]',
    ):
        assert found(directory, filter_) == ["ada"], filter_
    answer = directory.patch(
        f"/Users/{ada['id']}", {"op": "replace", "path": f"{USER_URN.upper()}:TITLE", "value": "Prof"}
    )
    assert (answer.json or {})["title"] == "Prof"
    shown = seen(directory, f"/Users/{ada['id']}", attributes=f"{USER_URN}:UserName,EMAILS.value")
    assert set(shown) == {"schemas", "id", "userName", "emails"}


def test_b1_13_null_and_empty_are_unassigned(directory: Directory, ada: dict[str, Any]) -> None:
    """Stated by a PUT they clear, and then no filter finds a value."""
    assert put(directory, ada["id"], userName="ada", displayName=None, emails=[]).status_code == 200
    shown = seen(directory, f"/Users/{ada['id']}")
    assert not {"displayName", "emails", "name"} & set(shown)
    assert found(directory, "displayName pr or emails pr or name pr") == []


def test_b1_14_an_id_is_ours_and_never_given_twice(directory: Directory) -> None:
    """One that a client sends is passed over; it is always shown, compared exactly, and not given out again."""
    body = {"schemas": [USER_URN], "userName": "ada", "id": "mine"}
    ada = directory.call("POST", "/Users", body).json or {}
    assert ada["id"] not in ("mine", "bulkId")
    refused(directory.call("GET", "/Users/mine"), 404)
    assert put(directory, ada["id"], userName="ada", id="mine").json["id"] == ada["id"]
    assert seen(directory, f"/Users/{ada['id']}", excludedAttributes="id")["id"] == ada["id"]
    refused(directory.call("GET", f"/Users/{ada['id'].upper()}"), 404)
    directory.call("DELETE", f"/Users/{ada['id']}")
    assert directory.person("ada")["id"] != ada["id"]


def test_b1_15_an_external_id_is_the_clients_within_its_directory(new_directory: Callable[[], Directory]) -> None:
    """The same in two directories is two people; case counts; a number is no id of ours."""
    mine, theirs = new_directory(), new_directory()
    people = [mine.person("a", externalId="E1"), mine.person("b", externalId="e1"), theirs.person("a", externalId="E1")]
    assert len({each["id"] for each in people}) == 3
    assert found(mine, 'externalId eq "E1"') == ["a"]
    assert mine.person("c", externalId="1")["externalId"] == "1"
    refused(mine.call("GET", "/Users/1"), 404)
    taken = {"schemas": [USER_URN], "userName": "d", "externalId": "E1"}
    refused(mine.call("POST", "/Users", taken), 409, "uniqueness")


def test_b1_16_meta_is_ours(directory: Directory) -> None:
    """What a client states of it is passed over; the location leads to the resource."""
    meta = {"resourceType": "Robot", "created": "1999-01-01T00:00:00Z", "location": "https://x", "version": 'W/"9"'}
    ada = directory.person("ada", meta=meta)
    assert set(ada["meta"]) == {"resourceType", "created", "lastModified", "location", "version"}
    assert ada["meta"]["resourceType"] == "User"
    assert not set(meta.values()) & set(ada["meta"].values())
    answer = directory.http.get(ada["meta"]["location"], headers={"Authorization": f"Bearer {directory.token}"})
    assert answer.json == ada
    assert answer.headers["Content-Location"] == ada["meta"]["location"]


def test_b1_17_a_user_name_is_there_and_nobody_elses(directory: Directory) -> None:
    """Case does not tell two apart, nor does the form of the letters; it is shown as it was sent."""
    directory.person("Bob")
    for same in ("bob", "BOB", "\uff42\uff4f\uff42"):
        refused(directory.call("POST", "/Users", {"schemas": [USER_URN], "userName": same}), 409, "uniqueness")
    for none in (None, "", " "):
        refused(directory.call("POST", "/Users", {"schemas": [USER_URN], "userName": none}), 400, "invalidValue")
    assert [each["userName"] for each in seen(directory, "/Users")["Resources"]] == ["Bob"]


def test_b1_18_a_password_is_taken_and_dropped(directory: Directory, lifecycle: Lifecycle, tmp_path: Any) -> None:
    """It is in no answer, cannot be asked for, and is nowhere in the database."""
    secret = "correct-horse-battery"
    ada = directory.person("ada", password=secret)
    path = f"/Users/{ada['id']}"
    directory.patch(path, {"op": "replace", "path": "password", "value": secret})
    assert put(directory, ada["id"], userName="ada", password=secret).status_code == 200
    assert "password" not in seen(directory, path, attributes="userName,password")
    refused(directory.call("GET", "/Users", query_string={"filter": f'password eq "{secret}"'}), 400, "invalidFilter")
    lifecycle.database.dispose()
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert b"ada" in kept
    assert secret.encode() not in kept


def test_b1_19_the_groups_of_a_user_are_changed_through_the_groups(directory: Directory, ada: dict[str, Any]) -> None:
    """A PATCH of them is a matter of mutability, in a body they are passed over."""
    staff = directory.group("Staff")
    groups = [{"value": staff["id"]}]
    for op in ("add", "replace", "remove"):
        answer = directory.patch(f"/Users/{ada['id']}", {"op": op, "path": "groups", "value": groups})
        refused(answer, 400, "mutability")
    assert put(directory, ada["id"], userName="ada", groups=groups).status_code == 200
    assert "members" not in seen(directory, f"/Groups/{staff['id']}")


def test_b1_20_one_value_is_primary_at_most(directory: Directory, ada: dict[str, Any]) -> None:
    """A new primary value takes the place of the old one."""
    second = {"value": "new@x.example", "type": "other", "primary": True}
    shown = directory.patch(f"/Users/{ada['id']}", {"op": "add", "path": "emails", "value": [second]}).json or {}
    assert [each["value"] for each in shown["emails"] if each.get("primary")] == ["new@x.example"]
    two = [{"value": "a", "primary": True}, {"value": "b", "primary": True}]
    assert [each["primary"] for each in put(directory, ada["id"], userName="ada", emails=two).json["emails"]].count(
        True
    ) == 1


def test_b1_21_no_value_of_a_type_stands_there_twice(directory: Directory, ada: dict[str, Any]) -> None:
    """Added again it is the one that is there; of another type it is another."""
    path, value = f"/Users/{ada['id']}", "ada@x.example"
    same, other = {"value": value, "type": "work"}, {"value": value, "type": "home"}
    directory.patch(path, {"op": "add", "path": "emails", "value": [same, other]})
    assert [each["type"] for each in seen(directory, path)["emails"] if each["value"] == value] == ["work", "home"]


def test_b1_22_times_and_booleans_are_written_in_their_json_forms(directory: Directory) -> None:
    """A text is taken for a boolean (Entra ID) and never written as one."""
    ada = directory.call("POST", "/Users", {"schemas": [USER_URN], "userName": "ada", "active": "False"}).json or {}
    assert ada["active"] is False
    for name in ("created", "lastModified"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", ada["meta"][name])
    assert found(directory, f'meta.created ge "{ada["meta"]["created"]}"') == ["ada"]


SHOWN: list[tuple[dict[str, str], set[str]]] = [
    ({}, {"schemas", "id", "externalId", "userName", "displayName", "name", "emails", "active", "meta"}),
    ({"attributes": "userName"}, {"schemas", "id", "userName"}),
    ({"attributes": "password"}, {"schemas", "id"}),
    ({"attributes": "emails.value"}, {"schemas", "id", "emails"}),
    ({"excludedAttributes": "id,externalId,emails,name,meta,active"}, {"schemas", "id", "userName", "displayName"}),
]


def test_b1_23_each_attribute_is_shown_when_its_schema_says(directory: Directory, ada: dict[str, Any]) -> None:
    """Id and schemas always, password never, the others unless projected away; a member's display on request alone."""
    for query, shown in SHOWN:
        assert set(seen(directory, f"/Users/{ada['id']}", **query)) == shown, query
    staff = directory.group("Staff", ada["id"])
    path = f"/Groups/{staff['id']}"
    assert "display" not in seen(directory, path)["members"][0]
    assert seen(directory, path, attributes="members.display")["members"] == [{"display": "ada@x.example"}]


def test_b1_24_an_extensions_attributes_stand_under_its_urn(directory: Directory) -> None:
    """They come back as they were sent, their URN in schemas; those of an unknown extension are passed over."""
    extension = {"employeeNumber": "7", "manager": {"value": "m1"}}
    unknown = "urn:example:2.0:User"
    ada = directory.person("ada", **{ENTERPRISE: extension, unknown: {"title": "x", "shoeSize": 43}})
    assert (ada[ENTERPRISE], ada["schemas"]) == (extension, [USER_URN, ENTERPRISE])
    assert not {unknown, "title", "employeeNumber"} & set(ada)
    assert found(directory, f'{ENTERPRISE}:employeeNumber eq "7"') == ["ada"]
    assert MEMBERSHIP not in ada["schemas"]


def test_b1_25_a_group_has_a_name_and_members_that_are_not_edited(directory: Directory, ada: dict[str, Any]) -> None:
    """Without a displayName there is none; a member comes or goes, and does not become another."""
    refused(directory.call("POST", "/Groups", {"schemas": [GROUP_URN]}), 400, "invalidValue")
    staff = directory.group("Staff", ada["id"])
    bo = directory.person("bo")
    path = f"/Groups/{staff['id']}"
    for where in (f'members[value eq "{ada["id"]}"].value', f'members[value eq "{ada["id"]}"].type', "members.value"):
        refused(directory.patch(path, {"op": "replace", "path": where, "value": bo["id"]}), 400, "mutability")
    assert [each["value"] for each in seen(directory, path)["members"]] == [ada["id"]]
