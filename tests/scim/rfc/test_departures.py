"""Where the server departs from the RFCs: every row of the table in docs/reference/scim.md, proved to be so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..conftest import USER_URN, Directory
from .asking import ENTERPRISE, SEARCH, put, refused, seen
from .test_b1_features import test_b1_56_many_operations_in_one_request as circles
from .test_b1_messages import test_b1_1_addresses_are_those_of_the_proxy_that_speaks_tls as addresses

Test = Callable[..., None]

ROWS: dict[str, Test] = {
    "RFC 7644 section 7: TLS": addresses,
    "RFC 7644 section 3.7.1: circular `bulkId` references": circles,
}


def _row(text: str) -> Callable[[Test], Test]:
    def proved(test: Test) -> Test:
        ROWS[text] = test
        return test

    return proved


def test_every_departure_is_proved() -> None:
    """The rows of the table are those that a test names, in whatever order."""
    text = Path(__file__).parents[3].joinpath("docs/reference/scim.md").read_text()
    table = text.partition("## Where it departs from the RFCs")[2].partition("\n## ")[0]
    rows = [line.split(" | ")[0].removeprefix("| ") for line in table.splitlines() if line.startswith("| RFC ")][
        1:
    ]  # the first is the head
    assert len(rows) == len(set(rows))
    assert set(rows) == set(ROWS)


def _user(directory: Directory, person: dict[str, Any], *operations: dict[str, Any]) -> Any:
    return directory.patch(f"/Users/{person['id']}", *operations)


@_row("RFC 7644 section 3.12: `tooMany`, `invalidVers`, `sensitive`")
def test_three_scim_types_have_no_case(directory: Directory, ada: dict[str, Any]) -> None:
    """Another version is an address that is not served; a password is no attribute to be asked for."""
    refused(directory.http.get(f"/scim/{directory.slug}/v1/Users"), 404)
    refused(directory.call("GET", "/Users", query_string={"filter": 'password eq "x"'}), 400, "invalidFilter")
    assert seen(directory, "/Users", count=10**9)["totalResults"] == 1


@_row("RFC 7644 section 3.4.2.4: `count`")
def test_a_count_is_brought_within_its_bounds(directory: Directory, ada: dict[str, Any]) -> None:
    """10^9 is a page of what there is, a negative one none; no number, or one beyond 31 bits, is refused."""
    assert seen(directory, "/Users", count=10**9)["itemsPerPage"] == 1
    assert seen(directory, "/Users", count=-3)["Resources"] == []
    for count in ("many", "1.5", 2**31):
        refused(directory.call("GET", "/Users", query_string={"count": count}), 400, "invalidValue")


@_row("RFC 7644 section 3.4.2.1: queries of the server root")
def test_the_root_is_searched_by_post_alone(directory: Directory, ada: dict[str, Any]) -> None:
    """`GET` on the base URL shows nothing."""
    refused(directory.call("GET", ""), 404)
    refused(directory.call("GET", "/"), 404)
    assert (directory.call("POST", "/.search", {"schemas": [SEARCH]}).json or {})["totalResults"] == 1


@_row("RFC 7644 section 3.4.2.3: `sortBy`")
def test_some_attributes_have_no_order(directory: Directory) -> None:
    """Neither what a list is not ordered by, nor a list across types."""
    membership = "urn:jumpseat:params:scim:schemas:extension:membership:1.0:User:memberships"
    for path, name in (
        ("/Users", "groups"),
        ("/Groups", "members"),
        ("/Users", "x509Certificates"),
        ("/Users", membership),
    ):
        refused(directory.call("GET", path, query_string={"sortBy": name}), 400, "invalidValue")
    for parameter in ({"sortBy": "id"}, {"cursor": ""}):
        refused(directory.call("POST", "/.search", {"schemas": [SEARCH], **parameter}), 501)


@_row("RFC 9110 section 13.1.1: `If-Match` compares strongly")
def test_a_weak_tag_is_condition_enough(directory: Directory, ada: dict[str, Any]) -> None:
    """RFC 7644 knows weak tags alone."""
    answer = put(directory, ada["id"], userName="ada")
    assert answer.json["meta"]["version"].startswith("W/")
    headers = {"If-Match": answer.json["meta"]["version"]}
    assert directory.call("DELETE", f"/Users/{ada['id']}", headers=headers).status_code == 204


@_row("RFC 7644 section 3.5.1: what a PUT leaves out is cleared")
def test_a_put_keeps_two_attributes_that_it_leaves_out(directory: Directory, ada: dict[str, Any]) -> None:
    """`active` and `externalId`; null or an empty text clears the latter."""
    _user(directory, ada, {"op": "replace", "path": "active", "value": False})
    after = put(directory, ada["id"], userName="ada").json
    assert (after["active"], after["externalId"], "displayName" in after) == (False, "E1", False)
    for nothing in (None, ""):
        assert "externalId" not in put(directory, ada["id"], userName="ada", externalId=nothing).json
        put(directory, ada["id"], userName="ada", externalId="E1")


@_row("RFC 7644 section 3.5.2.2: remove")
def test_removing_active_moves_nobody(directory: Directory, ada: dict[str, Any]) -> None:
    """Neither out nor in: a lookup for the active, or the inactive, finds whom it found before."""
    for active in (False, True):
        _user(directory, ada, {"op": "replace", "path": "active", "value": active})
        assert _user(directory, ada, {"op": "remove", "path": "active"}).status_code == 200
        text = f"active eq {str(active).lower()}"
        assert seen(directory, "/Users", filter=text)["totalResults"] == 1


@_row("RFC 7644 section 3.5.2: unknown paths are `invalidPath`")
def test_a_path_under_a_urn_that_leads_nowhere_is_passed_over(directory: Directory, ada: dict[str, Any]) -> None:
    """And changes nothing; a bare name that nobody knows is refused."""
    custom = "urn:ietf:params:scim:schemas:extension:Custom:2.0:User"
    for path in (f"{custom}:shoeSize", f"{ENTERPRISE}:shoeSize", f"{USER_URN}:shoeSize"):
        assert _user(directory, ada, {"op": "add", "path": path, "value": "43"}).json == ada
    refused(_user(directory, ada, {"op": "add", "path": "shoeSize", "value": "43"}), 400, "invalidPath")


@_row("RFC 7644 section 3.5.2.2: a filter that matches nothing")
def test_a_removal_of_a_member_who_is_none_succeeds(directory: Directory, ada: dict[str, Any]) -> None:
    """She is gone, which is what was asked; of any other attribute it is noTarget."""
    staff = directory.group("Staff")
    for operation in (
        {"path": f'members[value eq "{ada["id"]}"]'},
        {"path": "members", "value": [{"value": ada["id"]}]},
    ):
        answer = directory.patch(f"/Groups/{staff['id']}", {"op": "remove", **operation})
        assert (answer.status_code, answer.json) == (200, staff)
    for op in ({"op": "remove"}, {"op": "replace", "value": {"value": "x"}}):
        refused(_user(directory, ada, {**op, "path": 'emails[type eq "other"]'}), 400, "noTarget")


@_row("RFC 7644 section 3.5.2: value filters on `members`")
def test_members_are_selected_by_their_ids(directory: Directory, ada: dict[str, Any]) -> None:
    """One, or several joined by `or`; by nothing else."""
    bo = directory.person("bo")
    path = f"/Groups/{directory.group('Staff', ada['id'], bo['id'])['id']}"
    for text in ('type eq "User"', 'value sw "0"', f'value eq "{bo["id"]}" and type eq "User"'):
        refused(directory.patch(path, {"op": "remove", "path": f"members[{text}]"}), 400, "noTarget")
    both = f'members[value eq "{bo["id"]}" or value eq "{ada["id"]}"]'
    assert "members" not in (directory.patch(path, {"op": "remove", "path": both}).json or {})


@_row("RFC 7643 section 2: lengths of texts")
def test_names_have_a_length(directory: Directory) -> None:
    """2,000 bytes, as they are folded."""
    for name in ("userName", "externalId", "displayName"):
        for text, status in (("a" * 2000, 201), ("a" * 2001, 400), ("\u00e9" * 1001, 400)):
            answer = directory.call(
                "POST", "/Users", {"schemas": [USER_URN], "userName": f"{name}{len(text)}", name: text}
            )
            assert answer.status_code == status, (name, len(text))


@_row("RFC 7643 section 3: `schemas`")
def test_a_body_names_its_schemas(directory: Directory, ada: dict[str, Any]) -> None:
    """By every method that has one."""
    path = f"/Users/{ada['id']}"
    for method, place in (
        ("POST", "/Users"),
        ("PUT", path),
        ("PATCH", path),
        ("POST", "/Groups"),
        ("POST", "/.search"),
    ):
        refused(directory.call(method, place, {"userName": "x", "displayName": "x"}), 400, "invalidSyntax")


@_row("RFC 7644 section 3.9: `attributes` with `excludedAttributes`")
def test_a_projection_is_one_of_two(directory: Directory, ada: dict[str, Any]) -> None:
    """Both at once are refused, on every method that answers with a resource."""
    query = {"query_string": {"attributes": "userName", "excludedAttributes": "name"}}
    body = {"schemas": [USER_URN], "userName": "new"}
    refused(directory.call("GET", "/Users", **query), 400, "invalidValue")
    refused(directory.call("POST", "/Users", body, **query), 400, "invalidValue")
    refused(directory.call("PUT", f"/Users/{ada['id']}", body, **query), 400, "invalidValue")
    assert [each["userName"] for each in seen(directory, "/Users")["Resources"]] == ["ada@x.example"]


@_row("RFC 7644 section 3.5.2: the answer to a PATCH")
def test_a_patch_of_a_large_group_is_not_read_back(directory: Directory) -> None:
    """Beyond 200 members it is 204, unless something is asked for."""
    operations = [
        {
            "method": "POST",
            "path": "/Users",
            "bulkId": str(number),
            "data": {"schemas": [USER_URN], "userName": f"u{number}"},
        }
        for number in range(201)
    ]
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations}
    assert directory.call("POST", "/Bulk", body).status_code == 200
    ids = [each["id"] for each in seen(directory, "/Users", count=201, attributes="id")["Resources"]]
    path = f"/Groups/{directory.group('Staff', *ids[1:])['id']}"
    rename = {"op": "replace", "path": "displayName", "value": "Crew"}
    assert directory.patch(path, rename).status_code == 200
    add = {"op": "add", "path": "members", "value": [{"value": ids[0]}]}
    assert directory.patch(path, add).status_code == 204
    shown = directory.patch(path, rename, query_string={"attributes": "displayName"})
    assert (shown.status_code, (shown.json or {})["displayName"]) == (200, "Crew")
