"""Replacing, patching and deleting."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from connector.lifecycle import Lifecycle
from connector.storage import tables
from connector.storage.work import Work

from ..conftest import GROUP_URN, PATCH_URN, USER_URN, Directory
from .asking import ENTERPRISE, found, put, refused, seen


def _patch(directory: Directory, person: dict[str, Any], *operations: dict[str, Any]) -> dict[str, Any]:
    answer = directory.patch(f"/Users/{person['id']}", *operations)
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


def test_b1_44_a_put_replaces_and_never_creates(directory: Directory, ada: dict[str, Any]) -> None:
    """404 for nobody's id, 200 with the whole resource for somebody's."""
    refused(put(directory, "nobody", userName="x"), 404)
    assert seen(directory, "/Users")["totalResults"] == 1
    answer = put(directory, ada["id"], userName="ada", title="Dr")
    assert answer.status_code == 200
    assert answer.json == seen(directory, f"/Users/{ada['id']}")


def test_b1_45_a_put_states_what_can_be_stated(directory: Directory, ada: dict[str, Any]) -> None:
    """What is read-only is passed over, what is required must be there, the rest is cleared where it is left out.

    But `active` and `externalId` are kept (a departure); so that a client that knows PUT alone leads a whole life.
    """
    refused(put(directory, ada["id"], title="Dr"), 400, "invalidValue")
    after = put(directory, ada["id"], userName="ada", id="x", meta={"version": "x"}, groups=[{"value": "g"}]).json
    assert set(after) == {"schemas", "id", "externalId", "userName", "active", "meta"}
    assert (after["id"], after["externalId"], after["active"]) == (ada["id"], "E1", True)
    for active in (False, True):
        assert put(directory, ada["id"], userName="ada", active=active).json["active"] is active
    staff = directory.group("Staff", ada["id"])
    answer = directory.call("PUT", f"/Groups/{staff['id']}", {"schemas": [GROUP_URN], "members": []})
    refused(answer, 400, "invalidValue")


def test_b1_46_a_patch_is_a_patch_op(directory: Directory, ada: dict[str, Any]) -> None:
    """With its schema and a list of operations, `op` in any case (Entra ID)."""
    operation = {"op": "Replace", "path": "title", "value": "Dr"}
    assert _patch(directory, ada, operation)["title"] == "Dr"
    assert "title" not in _patch(directory, ada, {"OP": "REMOVE", "PATH": "title"})
    path = f"/Users/{ada['id']}"
    for body in (
        {"schemas": [USER_URN], "Operations": [operation]},
        {"schemas": [PATCH_URN]},
        {"schemas": [PATCH_URN], "Operations": []},
        {"schemas": [PATCH_URN], "Operations": [{"op": "move", "path": "title"}]},
    ):
        refused(directory.call("PATCH", path, body), 400, "invalidSyntax")


def test_b1_47_operations_are_done_in_order_and_all_or_none(
    directory: Directory, ada: dict[str, Any], lifecycle: Lifecycle
) -> None:
    """The third that is refused leaves nothing of the first two: no value, no time, no line in the trail or outbox."""

    def traces(work: Work) -> list[int]:
        kept = (tables.event, tables.outbox)
        return [work.connection.execute(select(func.count()).select_from(table)).scalar_one() for table in kept]

    before = lifecycle.read(traces)
    first, second = {"op": "add", "path": "title", "value": "A"}, {"op": "replace", "path": "title", "value": "B"}
    third = {"op": "remove", "path": 'emails[type eq "other"]'}
    refused(directory.patch(f"/Users/{ada['id']}", first, second, third), 400, "noTarget")
    assert seen(directory, f"/Users/{ada['id']}") == ada
    assert lifecycle.read(traces) == before
    assert _patch(directory, ada, first, second)["title"] == "B"
    assert _patch(directory, ada, second, first)["title"] == "A"


def test_b1_48_add_appends_or_sets_and_adds_nothing_twice(directory: Directory, ada: dict[str, Any]) -> None:
    """To a list it appends, a single value it sets; what is there already changes neither version nor time."""
    email = {"value": "n@x", "type": "other"}
    operations = ({"op": "add", "path": "emails", "value": [email]}, {"op": "add", "path": "displayName", "value": "A"})
    after = _patch(directory, ada, *operations)
    assert (after["emails"], after["displayName"]) == ([*ada["emails"], email], "A")
    assert _patch(directory, ada, *operations) == after


def test_b1_49_replace_sets_what_is_not_there_and_refuses_what_it_cannot_find(
    directory: Directory, ada: dict[str, Any]
) -> None:
    """Without a value before it adds; a list it replaces whole; a value filter must find something (a departure below).

    A filter that says by equality what the element is, with a sub-attribute behind it, makes one (Entra ID).
    """
    assert _patch(directory, ada, {"op": "replace", "path": "title", "value": "Dr"})["title"] == "Dr"
    one = [{"value": "one@x", "type": "work"}]
    assert _patch(directory, ada, {"op": "replace", "path": "emails", "value": one})["emails"] == one
    refused(
        directory.patch(f"/Users/{ada['id']}", {"op": "replace", "path": 'emails[type eq "home"]', "value": one[0]}),
        400,
        "noTarget",
    )
    unclear = {"op": "replace", "path": 'emails[type ne "work"].value', "value": "x"}
    refused(directory.patch(f"/Users/{ada['id']}", unclear), 400, "noTarget")
    made = _patch(directory, ada, {"op": "replace", "path": 'emails[type eq "home"].value', "value": "h@x"})
    assert made["emails"] == [*one, {"type": "home", "value": "h@x"}]


def test_b1_50_remove_needs_a_path_and_spares_what_is_required(directory: Directory, ada: dict[str, Any]) -> None:
    """Members go all at once where nothing else is said, and an empty list takes out nobody."""
    path = f"/Users/{ada['id']}"
    refused(directory.patch(path, {"op": "remove"}), 400, "noTarget")
    for name in ("userName", "id", "meta", "groups"):
        refused(directory.patch(path, {"op": "remove", "path": name}), 400, "mutability")
    staff = directory.group("Staff", ada["id"])
    refused(directory.patch(f"/Groups/{staff['id']}", {"op": "remove", "path": "displayName"}), 400, "mutability")
    for operation, left in (({"value": []}, 1), ({}, 0)):
        directory.patch(f"/Groups/{staff['id']}", {"op": "remove", "path": "members", **operation})
        assert len(seen(directory, f"/Groups/{staff['id']}").get("members", [])) == left
    assert [
        each["type"] for each in _patch(directory, ada, {"op": "remove", "path": 'emails[type eq "work"]'})["emails"]
    ] == ["home"]


def test_b1_51_without_a_path_the_value_tells_where(directory: Directory, ada: dict[str, Any]) -> None:
    """An object of attributes, dotted and URN-qualified names among them; what is read-only in it is passed over."""
    value = {"id": ada["id"], "title": "Dr", "name.givenName": "A.", f"{ENTERPRISE}:department": "D", "shoeSize": 43}
    for op in ("add", "replace"):
        after = _patch(directory, ada, {"op": op, "value": value})
        assert (after["title"], after["name"]["givenName"], after["name"]["familyName"]) == ("Dr", "A.", "King")
        assert after[ENTERPRISE] == {"department": "D"}
    after = _patch(directory, ada, {"op": "replace", "value": {ENTERPRISE: {"department": "E"}}})
    assert after[ENTERPRISE] == {"department": "E"}
    refused(directory.patch(f"/Users/{ada['id']}", {"op": "replace", "value": "x"}), 400, "invalidValue")


def test_b1_52_a_patch_is_answered_with_the_resource(directory: Directory, ada: dict[str, Any]) -> None:
    """200, with what `attributes` asks for; 204 for a group of many members alone (a departure)."""
    answer = directory.patch(f"/Users/{ada['id']}", {"op": "add", "path": "title", "value": "Dr"})
    assert (answer.status_code, answer.json) == (200, seen(directory, f"/Users/{ada['id']}"))
    query = {"attributes": "title"}
    answer = directory.patch(f"/Users/{ada['id']}", {"op": "remove", "path": "title"}, query_string=query)
    assert (answer.status_code, set(answer.json)) == (200, {"schemas", "id"})


def test_b1_53_a_path_that_is_none_is_refused(directory: Directory, ada: dict[str, Any]) -> None:
    """And so is one to an attribute that no schema has."""
    for path in (
        "emails[",
        "emails]",
        "emails[type eq]",
        "a b",
        "emails[type xx 1].value",
        "..",
        "title.x",
        "shoeSize",
    ):
        answer = directory.patch(f"/Users/{ada['id']}", {"op": "replace", "path": path, "value": "x"})
        refused(answer, 400, "invalidPath")
    assert seen(directory, f"/Users/{ada['id']}") == ada


def test_b1_54_what_is_deleted_is_gone_and_in_nobodys_way(directory: Directory, ada: dict[str, Any]) -> None:
    """404 for every method, in no list, no group; and her name is free: for somebody new, with an id of her own."""
    staff = directory.group("Staff", ada["id"])
    path = f"/Users/{ada['id']}"
    answer = directory.call("DELETE", path)
    assert (answer.status_code, answer.data) == (204, b"")
    operation = {"schemas": [PATCH_URN], "Operations": [{"op": "add", "path": "title", "value": "x"}]}
    bodies = {"GET": None, "DELETE": None, "PUT": {"schemas": [USER_URN], "userName": "ada"}, "PATCH": operation}
    for method, body in bodies.items():
        refused(directory.call(method, path, body), 404)
    assert seen(directory, "/Users")["totalResults"] == 0
    assert found(directory, 'userName eq "ada@x.example"') == []
    assert "members" not in seen(directory, f"/Groups/{staff['id']}")
    again = directory.person("ada@x.example", externalId="E1")
    assert (again["id"] != ada["id"], "groups" in again) == (True, False)


def test_b1_55_one_may_leave_by_either_way(directory: Directory, ada: dict[str, Any]) -> None:
    """`active` false keeps who left, DELETE does not (what is cut by each is in tests/lifecycle)."""
    bo = directory.person("bo")
    assert _patch(directory, ada, {"op": "replace", "path": "active", "value": False})["active"] is False
    assert directory.call("DELETE", f"/Users/{bo['id']}").status_code == 204
    assert [each["active"] for each in seen(directory, "/Users")["Resources"]] == [False]
