"""Many operations in one request (RFC 7644 section 3.7)."""

from __future__ import annotations

from typing import Any

import pytest

from connector.scim.bulk import MAX_BYTES
from connector.scim.bulk_operations import MAX_OPERATIONS

from .conftest import GROUP_URN, PATCH_URN, USER_URN, Directory

REQUEST_URN = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
RESPONSE_URN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
ENTERPRISE_URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def bulk(directory: Directory, *operations: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    answer = directory.call("POST", "/Bulk", {"schemas": [REQUEST_URN], "Operations": list(operations), **more})
    assert answer.status_code == 200, answer.json
    assert (answer.json or {})["schemas"] == [RESPONSE_URN]
    return list((answer.json or {})["Operations"])


def post(name: str, **attributes: Any) -> dict[str, Any]:
    data = {"schemas": [USER_URN, ENTERPRISE_URN], "userName": name} | attributes
    return {"method": "POST", "path": "/Users", "bulkId": name, "data": data}


def manager(identifier: str) -> dict[str, Any]:
    return {ENTERPRISE_URN: {"manager": {"value": identifier}}}


def retitle(title: str) -> dict[str, Any]:
    return {"schemas": [PATCH_URN], "Operations": [{"op": "add", "path": "title", "value": title}]}


def group(name: str, *members: str) -> dict[str, Any]:
    data = {"schemas": [GROUP_URN], "displayName": name, "members": [{"value": each} for each in members]}
    return {"method": "POST", "path": "/Groups", "bulkId": name, "data": data}


def statuses(results: list[dict[str, Any]]) -> list[str]:
    return [result["status"] for result in results]


def everybody(directory: Directory) -> list[str]:
    return [each["userName"] for each in (directory.call("GET", "/Users").json or {})["Resources"]]


def test_each_operation_has_its_own_status(directory: Directory) -> None:
    """RFC 7644 section 3.7: method, bulkId, version, location, and the status as a text; an error where it failed."""
    ada = directory.person("ada")
    results = bulk(
        directory,
        post("bo"),
        post("ADA"),
        {
            "method": "patch",
            "path": f"/Users/{ada['id']}",
            "version": 'W/"1"',
            "data": {"schemas": [PATCH_URN], "Operations": [{"op": "add", "path": "title", "value": "Chief"}]},
        },
        {"method": "PUT", "path": f"/Users/{ada['id']}", "version": 'W/"1"', "data": post("ada")["data"]},
        {"method": "DELETE", "path": f"/Users/{ada['id']}"},
        {"method": "DELETE", "path": f"/Users/{ada['id']}"},
    )
    assert statuses(results) == ["201", "409", "200", "412", "204", "404"]
    created, taken, patched, stale, _, gone = results
    assert created["location"] == directory.call("GET", "/Users").json["Resources"][0]["meta"]["location"]
    assert (created["method"], created["bulkId"], created["version"]) == ("POST", "bo", 'W/"1"')
    assert "response" not in created
    assert (taken["response"]["scimType"], taken["response"]["status"]) == ("uniqueness", "409")
    assert "location" not in taken
    assert (patched["location"], patched["version"]) == (ada["meta"]["location"], 'W/"2"')
    assert stale["response"]["status"] == "412"
    assert "version" not in stale  # the one it was meant for is not the current one
    assert gone["location"] == ada["meta"]["location"]


def test_a_change_may_be_a_bare_list_of_operations(directory: Directory) -> None:
    """RFC 7644 section 3.7.3: so its own example of a bulk request writes a PATCH; references in it are resolved."""
    ada = directory.person("ada", nickName="A")
    operations = [
        {"op": "remove", "path": "nickName"},
        {"op": "add", "path": "userName", "value": "Dave"},
        {"op": "add", "path": f"{ENTERPRISE_URN}:manager", "value": {"value": "bulkId:bo"}},
    ]
    change = {"method": "PATCH", "path": f"/Users/{ada['id']}", "version": 'W/"1"', "data": operations}
    assert statuses(bulk(directory, change, post("bo"))) == ["201", "200"]
    shown = directory.call("GET", f"/Users/{ada['id']}").json or {}
    assert (shown["userName"], shown.get("nickName")) == ("Dave", None)
    assert shown[ENTERPRISE_URN]["manager"]["value"] != "bulkId:bo"


def test_a_bulk_id_stands_for_the_resource_that_an_operation_makes(directory: Directory) -> None:
    """RFC 7644 section 3.7.2: in data and in paths, whether it is made before or after."""
    results = bulk(
        directory,
        group("Team", "bulkId:ada", "bulkId:bo"),
        post("bo", **{ENTERPRISE_URN: {"manager": {"value": "bulkId:ada"}}}),
        post("ada"),
        {"method": "DELETE", "path": "/Users/bulkId:bo"},
    )
    by_name = {result["bulkId"]: result for result in results if "bulkId" in result}
    assert sorted(statuses(results)) == ["201", "201", "201", "204"]
    ada = by_name["ada"]["location"].rpartition("/")[2]
    team = directory.call("GET", f"/Groups/{by_name['Team']['location'].rpartition('/')[2]}").json or {}
    assert [member["value"] for member in team["members"]] == [ada]
    assert everybody(directory) == ["ada"]


def test_what_cannot_be_resolved_is_a_conflict(directory: Directory) -> None:
    """RFC 7644 section 3.7.2: 409 for nobody's bulkId, and where the making failed."""
    directory.person("taken")
    results = bulk(
        directory,
        post("a", **manager("bulkId:nobody")),
        post("taken"),
        group("Team", "bulkId:taken"),
        {"method": "DELETE", "path": "/Users/bulkId:nobody"},
    )
    assert statuses(results) == ["409"] * 4
    assert everybody(directory) == ["taken"]


def test_people_who_refer_to_each_other_are_all_made(directory: Directory) -> None:
    """RFC 7644 section 3.7.1: one is made first and completed, and only then is it there for what is no part of it."""
    results = bulk(
        directory,
        group("Team", "bulkId:a", "bulkId:c"),
        {"method": "PATCH", "path": "/Users/bulkId:a", "data": retitle("Chief")},
        post("a", **manager("bulkId:b"), nickName="A"),
        post("b", **manager("bulkId:c")),
        post("c", **manager("bulkId:a")),
        post("self", **{ENTERPRISE_URN: {"manager": "bulkId:self", "department": "D"}}),
    )
    assert statuses(results) == ["201", "201", "201", "201", "200", "201"]
    ids = {each["bulkId"]: each["location"].rpartition("/")[2] for each in results if "bulkId" in each}
    people = {name: directory.call("GET", f"/Users/{ids[name]}").json or {} for name in ("a", "b", "c", "self")}
    managers = {name: one[ENTERPRISE_URN]["manager"]["value"] for name, one in people.items()}
    assert managers == {"a": ids["b"], "b": ids["c"], "c": ids["a"], "self": ids["self"]}
    assert (people["a"]["title"], people["a"]["nickName"]) == ("Chief", "A")
    assert people["self"][ENTERPRISE_URN]["department"] == "D"
    versions = {each["bulkId"]: each["version"] for each in results if each["method"] == "POST"}
    assert versions["self"] == people["self"]["meta"]["version"]
    team = directory.call("GET", f"/Groups/{ids['Team']}").json or {}
    assert {member["value"] for member in team["members"]} == {ids["a"], ids["c"]}


def test_a_group_and_a_person_may_name_each_other(directory: Directory) -> None:
    """The `groups` of a User are read-only, so that only the group's members are what is due."""
    results = bulk(directory, group("Team", "bulkId:a"), post("a", groups=[{"value": "bulkId:Team"}]))
    assert statuses(results) == ["201", "201"]
    listed = (directory.call("GET", "/Users").json or {})["Resources"]
    assert [[each["display"] for each in one["groups"]] for one in listed] == [["Team"]]


def test_what_cannot_be_completed_leaves_nothing(directory: Directory) -> None:
    """Groups have people as members: of two groups in a circle neither is there, and who returned for one has left."""
    gone = directory.person("back", externalId="e")
    directory.patch(f"/Users/{gone['id']}", {"op": "replace", "path": "active", "value": False})
    directory.person("taken")
    results = bulk(
        directory,
        group("One", "bulkId:Two"),
        group("Two", "bulkId:One"),
        group("Me", "bulkId:Me"),
        post("a", **manager("bulkId:taken")),
        post("taken", **manager("bulkId:a")),
        post("back", externalId="e", **manager("bulkId:fails")),
        post("fails", **manager("bulkId:back"), active="perhaps"),
    )
    by_name = {each["bulkId"]: each["status"] for each in results}
    assert by_name == {
        "One": "409", "Two": "400", "Me": "400", "a": "409", "taken": "409", "back": "409", "fails": "400"
    }  # fmt: skip
    assert not any("location" in each for each in results)
    assert (directory.call("GET", "/Groups").json or {})["totalResults"] == 0
    assert everybody(directory) == ["back", "taken"]
    assert (directory.call("GET", f"/Users/{gone['id']}").json or {})["active"] is False


def test_a_request_that_ends_early_leaves_no_half(directory: Directory) -> None:
    """What failOnErrors cuts short within a circle is taken back."""
    directory.person("taken")
    results = bulk(directory, post("a", **manager("bulkId:b")), post("b", **manager("bulkId:c")),
                   post("c", **manager("bulkId:a"), userName="taken"), post("d"), failOnErrors=1)  # fmt: skip
    assert [(each["bulkId"], each["status"]) for each in results] == [("d", "201"), ("c", "409"), ("a", "409")]
    assert everybody(directory) == ["taken", "d"]


def test_enough_failures_end_the_request_and_what_was_done_stays(directory: Directory) -> None:
    """RFC 7644 section 3.7.3: failOnErrors; each operation is committed alone."""
    operations = [post("a"), post("a") | {"bulkId": "x"}, post("b"), post("b") | {"bulkId": "y"}, post("c")]
    assert statuses(bulk(directory, *operations, failOnErrors=2)) == ["201", "409", "201", "409"]
    assert everybody(directory) == ["a", "b"]
    assert statuses(bulk(directory, *operations)) == ["409", "409", "409", "409", "201"]


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        ({"method": "GET", "path": "/Users"}, "405"),
        ({"path": "/Users"}, "405"),
        ({"method": "POST", "path": "/Users", "data": {}}, "400"),
        ({"method": "POST", "path": "/Users/1", "bulkId": "x", "data": {}}, "400"),
        ({"method": "DELETE", "path": "/Users"}, "400"),
        ({"method": "POST", "path": "/Bulk", "bulkId": "x", "data": {}}, "400"),
        ({"method": "POST", "path": "/Users/.search", "bulkId": "x", "data": {}}, "400"),
        ({"method": "DELETE", "path": "/../../other/v2/Users/1"}, "400"),
        ({"method": "DELETE", "path": "/Users/1?x=1"}, "400"),
        ({"method": "DELETE", "path": "/Users/..%2F1"}, "404"),
        ({"method": "DELETE", "path": "/Users/é\u0000"}, "404"),
        ({"method": "POST", "path": "/Users", "bulkId": "x"}, "400"),
    ],
    ids=str,
)
def test_an_operation_that_is_none_fails_alone(directory: Directory, operation: dict[str, Any], status: str) -> None:
    """The others are done; no operation leaves its directory or nests."""
    results = bulk(directory, operation, post("ada"))
    assert statuses(results) == [status, "201"]
    assert results[0]["response"]["status"] == status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"schemas": [REQUEST_URN], "Operations": [post(str(n)) for n in range(MAX_OPERATIONS + 1)]}, 413),
        ({"schemas": [REQUEST_URN], "Operations": [], "x": "x" * MAX_BYTES}, 413),
        ({"schemas": [USER_URN], "Operations": []}, 400),
        ({"schemas": [REQUEST_URN]}, 400),
        ({"schemas": [REQUEST_URN], "Operations": [1]}, 400),
        ({"schemas": [REQUEST_URN], "Operations": [{"method": 1}]}, 400),
        ({"schemas": [REQUEST_URN], "Operations": [post("a"), post("a")]}, 400),
        ({"schemas": [REQUEST_URN], "Operations": [], "failOnErrors": 0}, 400),
        ({"schemas": [REQUEST_URN], "Operations": [], "failOnErrors": True}, 400),
    ],
    ids=["operations", "bytes", "schemas", "none", "number", "method", "twice", "zero", "true"],
)
def test_a_request_that_is_no_bulk_request_does_nothing(
    directory: Directory, body: dict[str, Any], status: int
) -> None:
    """RFC 7644 section 3.7.4: 413 beyond the limits that the configuration tells; else 400."""
    assert directory.call("POST", "/Bulk", body).status_code == status
    assert everybody(directory) == []


def test_data_that_is_nested_too_deep_is_refused(directory: Directory) -> None:
    """400, whatever is in it."""
    nested = "[" * 900 + "]" * 900
    body = f'{{"schemas":["{REQUEST_URN}"],"Operations":[{{"method":"POST","path":"/Users","data":{nested}}}]}}'
    assert directory.call("POST", "/Bulk", body).status_code == 400


def test_the_token_is_checked_before_the_body_is_read(directory: Directory) -> None:
    """401, whatever the body."""
    assert directory.call("POST", "/Bulk", "{", headers={"Authorization": "Bearer x"}).status_code == 401


def test_a_chain_of_references_is_made_from_its_end(directory: Directory) -> None:
    """Each waits for the next; none is lost, however long the chain is."""
    chain = [post(str(n), **{ENTERPRISE_URN: {"manager": {"value": f"bulkId:{n + 1}"}}}) for n in range(20)]
    results = bulk(directory, *chain, post("20"))
    assert statuses(results) == ["201"] * 21
    assert everybody(directory) == [str(n) for n in range(20, -1, -1)]
