"""What clients are described to do and no recorded conversation shows (the reference on the clients of providers).

One test for each sentence of a vendor; the recorded ones are in tests/conversations.
"""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from .conftest import GROUP_URN, PATCH_URN, USER_URN, Directory

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ENTRA_GROUP = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Give one database: how clients speak does not depend on its kind."""
    return sqlite_url


@pytest.fixture
def ada(directory: Directory) -> dict[str, Any]:
    """Give somebody to speak of."""
    return directory.person("ada@x.example", externalId="00u1", active=True)


def _shown(directory: Directory, path: str, **query: Any) -> dict[str, Any]:
    answer = directory.call("GET", path, query_string=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


def _members(directory: Directory, group: dict[str, Any]) -> list[str]:
    return [each["value"] for each in _shown(directory, f"/Groups/{group['id']}").get("members", [])]


DEACTIVATIONS: list[dict[str, Any]] = [
    {"op": "replace", "path": "active", "value": False},
    {"op": "Replace", "path": "active", "value": "False"},
    {"op": "replace", "path": "active", "value": "false"},
    {"op": "replace", "value": {"active": False}},
    {"op": "replace", "value": {"active": "FALSE"}},
    {"op": "replace", "path": f"{USER_URN}:active", "value": False},
    {"op": "Add", "path": "active", "value": "False"},
    {"op": "replace", "path": "active", "value": [{"value": "False"}]},
]


def test_every_shape_of_a_deactivation_deactivates(directory: Directory, ada: dict[str, Any]) -> None:
    """Section 3; and the answer says so, as a boolean, in a whole body (Okta, Entra ID, scim-sanity)."""
    for operation in DEACTIVATIONS:
        answer = directory.patch(f"/Users/{ada['id']}", operation)
        assert (answer.status_code, answer.json["active"]) == (200, False), operation
        directory.patch(f"/Users/{ada['id']}", {"op": "replace", "path": "active", "value": True})


@pytest.mark.parametrize(
    "removal",
    [
        {"op": "remove", "path": 'members[value eq "{id}"]'},
        {"op": "Remove", "path": "members", "value": [{"value": "{id}"}]},
        {"op": "Remove", "path": "members", "value": [{"$ref": None, "value": "{id}"}]},
        {"op": "remove", "path": "members", "value": {"value": "{id}"}},
        {"op": "remove", "path": "members", "value": "{id}"},
        {"op": "remove", "path": f'{GROUP_URN}:members[value eq "{{id}}"]'},
        {"op": "REMOVE", "path": 'Members[Value EQ "{id}"]'},
    ],
    ids=str,
)
def test_every_shape_of_a_removal_takes_out_one(
    directory: Directory, ada: dict[str, Any], removal: dict[str, Any]
) -> None:
    """Section 3: and nobody else; of somebody who is no member it succeeds and changes nothing."""
    bo = directory.person("bo")
    group = directory.group("Staff", ada["id"], bo["id"])
    operation = json.loads(json.dumps(removal).replace("{id}", ada["id"]))
    for _ in range(2):
        assert directory.patch(f"/Groups/{group['id']}", operation).status_code == 200
        assert _members(directory, group) == [bo["id"]]


def test_members_are_emptied_only_by_who_says_so(directory: Directory, ada: dict[str, Any]) -> None:
    """Section 3, "remove all": four ways that mean it, and two that do not."""
    group = directory.group("Staff", ada["id"])
    path = f"/Groups/{group['id']}"
    put = {"schemas": [GROUP_URN], "displayName": "Staff"}
    keeps = [
        {"op": "replace", "value": {"displayName": "Staff", "id": group["id"], "schemas": [GROUP_URN]}},
        {"op": "remove", "path": "members", "value": []},
    ]
    for operation in keeps:
        directory.patch(path, operation)
        assert _members(directory, group) == [ada["id"]], operation
    empties: list[tuple[str, dict[str, Any]]] = [
        ("PATCH", {"op": "replace", "path": "members", "value": []}),
        ("PATCH", {"op": "replace", "value": {"members": []}}),
        ("PATCH", {"op": "remove", "path": "members"}),
        ("PUT", {**put, "members": []}),
        ("PUT", put),
    ]
    for method, body in empties:
        whole = body if method == "PUT" else {"schemas": [PATCH_URN], "Operations": [body]}
        assert directory.call(method, path, whole).status_code == 200
        assert _members(directory, group) == [], body
        directory.patch(path, {"op": "add", "path": "members", "value": [{"value": ada["id"]}]})


def test_okta_sends_what_it_was_shown(directory: Directory) -> None:
    """Section 2.1: a placeholder password, empty groups, a GET and a PUT of the merged resource, again and again."""
    body = {
        "schemas": [USER_URN], "userName": "isaac@x.example", "externalId": "00u1", "locale": "en-US", "groups": [],
        "password": "1mz050nq", "active": True, "emails": [{"primary": True, "value": "i@x.example", "type": "work"}],
    }  # fmt: skip
    made = directory.call("POST", "/Users", body, content_type="application/scim+json; charset=utf-8").json
    merged = {**_shown(directory, f"/Users/{made['id']}"), "active": False}
    assert directory.call("PUT", f"/Users/{made['id']}", merged).json["active"] is False
    merged["active"] = True
    again = directory.call("PUT", f"/Users/{made['id']}", merged).json
    assert {name: again[name] for name in body if name not in ("password", "groups")} == {
        name: value for name, value in body.items() if name not in ("password", "groups")
    }


def test_okta_asks_for_a_group_by_name_and_changes_it_at_once(directory: Directory, ada: dict[str, Any]) -> None:
    """Section 2.1: additions and removals in one request, PUT of the whole with `display: null`."""
    bo = directory.person("bo")
    group = directory.group('Everyone\'s "Team"', ada["id"])
    filter_ = 'displayName eq "everyone\'s \\"team\\""'
    assert _shown(directory, "/Groups", filter=filter_, startIndex=1, count=100)["Resources"][0]["id"] == group["id"]
    directory.patch(
        f"/Groups/{group['id']}",
        {"op": "remove", "path": f'members[value eq "{ada["id"]}"]'},
        {"op": "add", "path": "members", "value": [{"value": bo["id"], "display": "bo"}]},
    )
    assert _members(directory, group) == [bo["id"]]
    body = {**group, "members": [{"value": ada["id"], "display": None}]}
    assert directory.call("PUT", f"/Groups/{group['id']}", body).status_code == 200
    assert _members(directory, group) == [ada["id"]]


def test_entra_matches_by_other_attributes(directory: Directory) -> None:
    """Section 2.2: by a typed e-mail, by externalId also unquoted; somebody inactive is found and shown as before."""
    ada = directory.person(
        "ada", externalId="a1b2-c3", active=False, emails=[{"type": "work", "value": "Ada@x.example"}]
    )
    for filter_ in (
        'emails[type eq "work"].value eq "ada@X.example"',
        'externalId eq "a1b2-c3"',
        "externalId eq a1b2-c3",
    ):
        assert [each["id"] for each in _shown(directory, "/Users", filter=filter_)["Resources"]] == [ada["id"]], filter_
    assert _shown(directory, "/Users", filter='userName eq "ad"')["totalResults"] == 0
    directory.group("Sales")
    assert (
        _shown(directory, "/Groups", filter='displayName eq "Sale"', excludedAttributes="members")["totalResults"] == 0
    )


def test_entra_states_more_than_is_known(directory: Directory) -> None:
    """Section 2.2: empty roles, meta, nulls, top-level department and manager, the group's URN of old times."""
    body = {
        "schemas": [USER_URN, "urn:ietf:params:scim:schemas:extension:enterprise:2.0User"], "userName": "ada",
        "roles": [], "meta": {"resourceType": "User"}, "nickName": None, "department": "D", "manager": "m1",
        "name": {"formatted": "Ada", "middleName": None}, "addresses": None, "x": {"y": [None]},
    }  # fmt: skip
    answer = directory.call("POST", "/Users", body)
    assert answer.status_code == 201, answer.text
    assert answer.json[ENTERPRISE] == {"department": "D", "manager": {"value": "m1"}}
    assert answer.json["name"] == {"formatted": "Ada"}
    for schemas in ([GROUP_URN, ENTRA_GROUP], [ENTRA_GROUP], [GROUP_URN]):
        group = {"schemas": schemas, "displayName": f"G{len(schemas)}{schemas[0][:4]}", "members": []}
        assert directory.call("POST", "/Groups", group).status_code == 201


def test_entra_checks_a_manager_before_it_writes_one(directory: Directory, ada: dict[str, Any]) -> None:
    """Section 2.2: bare, as a list, on either path; emptied by an empty value; the reply echoes it."""
    boss = directory.person("boss")["id"]
    path = f"/Users/{ada['id']}"
    for where in ("manager", f"{ENTERPRISE}:manager", "MANAGER"):
        for value in (boss, [{"$ref": None, "value": boss}], {"value": boss}, [{"value": boss}]):
            shown = directory.patch(path, {"op": "Add", "path": where, "value": value}).json
            assert shown[ENTERPRISE]["manager"]["value"] == boss
            asked = {"filter": f'id eq "{ada["id"]}" and manager eq "{boss}"', "attributes": "id"}
            assert _shown(directory, "/Users", **asked)["totalResults"] == 1
            for none in ("", {"value": ""}, None):
                directory.patch(path, {"op": "replace", "path": where, "value": none})
                assert ENTERPRISE not in _shown(directory, path), none
                directory.patch(path, {"op": "replace", "path": where, "value": value})
            directory.patch(path, {"op": "remove", "path": where})
            assert ENTERPRISE not in _shown(directory, path)


def test_entra_makes_elements_by_their_parts(directory: Directory, ada: dict[str, Any]) -> None:
    """Section 2.2: value, display and primary of an e-mail that is not there, in any order, `primary` as a text."""
    parts = {"display": "A", "primary": "True", "value": "a@x"}
    operations = [
        {"op": "Add", "path": f'emails[type eq "work"].{name}', "value": value} for name, value in parts.items()
    ]
    for order in (operations, operations[::-1]):
        shown = directory.patch(f"/Users/{ada['id']}", *order).json
        assert shown["emails"] == [{"type": "work", "display": "A", "primary": True, "value": "a@x"}]
        directory.patch(f"/Users/{ada['id']}", {"op": "remove", "path": "emails"})


def test_entra_states_roles_in_each_way(directory: Directory) -> None:
    """Section 1.7: an object on POST, JSON text on PATCH, a path by `primary eq "True"`, the assertive replacement."""
    ada = directory.person(
        "ada", roles=[{"primary": True, "type": "WindowsAzureActiveDirectoryRole", "value": "Admin"}]
    )
    path = f"/Users/{ada['id']}"
    assert [each["value"] for each in ada["roles"]] == ["Admin"]
    text = json.dumps({"id": "06b0", "value": "crm:core", "displayName": "Core"})
    shown = directory.patch(path, {"op": "Add", "path": "roles", "value": [{"value": text}]}).json
    assert [each["value"] for each in shown["roles"]] == ["Admin", "crm:core"]
    shown = directory.patch(path, {"op": "Replace", "path": 'roles[primary eq "True"].value', "value": "Reader"}).json
    assert [each["value"] for each in shown["roles"]] == ["Reader", "crm:core"]
    shown = directory.patch(path, {"op": "replace", "path": "roles", "value": [{"value": text}]}).json
    assert [each["value"] for each in shown["roles"]] == ["crm:core"]


def test_a_returner_keeps_her_groups_and_is_not_told_of_them_again(directory: Directory, ada: dict[str, Any]) -> None:
    """Section 2.2: reactivation does not re-send memberships; Okta re-POSTs who returns and gets the id of before."""
    group = directory.group("Staff", ada["id"])
    for returns in ("PATCH", "POST"):
        directory.patch(f"/Users/{ada['id']}", {"op": "replace", "path": "active", "value": False})
        assert _members(directory, group) == [ada["id"]]
        if returns == "PATCH":
            directory.patch(f"/Users/{ada['id']}", {"op": "replace", "value": {"active": True}})
        else:
            assert directory.person("ada@x.example", externalId="00u1")["id"] == ada["id"]
        assert [each["value"] for each in _shown(directory, f"/Users/{ada['id']}")["groups"]] == [group["id"]]


def test_onelogin_writes_its_addresses_and_urns_in_its_own_way(directory: Directory) -> None:
    """Section 2.3: a trailing `&`, a bare `?`, no User-Agent, JSON asked for, 1.1 URNs, one e-mail as an object."""
    urns = ["urn:scim:schemas:core:2.0", "urn:scim:schemas:extension:enterprise:2.0"]
    headers = {"Accept": "application/json", "User-Agent": ""}
    body = {"schemas": urns, "userName": "ole", "emails": {"value": "o@x"}, urns[1]: {"department": "D"}}
    made = directory.call("POST", "/Users?", body, headers=headers, content_type="application/json")
    assert (made.status_code, made.mimetype) == (201, "application/json")
    assert (made.json["emails"], made.json[ENTERPRISE]) == ([{"value": "o@x"}], {"department": "D"})
    directory.patch(f"/Users/{made.json['id']}", {"op": "replace", "path": "active", "value": False})
    replaced = directory.call(
        "PUT", f"/Users/{made.json['id']}?", {"schemas": urns, "userName": "ole"}, headers=headers
    )
    assert replaced.json["active"] is False  # it states no `active`
    found = directory.call("GET", "/Users?filter=userName%20eq%20%22OLE%22&", headers=headers)
    assert (found.status_code, found.json["totalResults"]) == (200, 1)


def test_jumpcloud_tries_out_and_cleans_up(directory: Directory) -> None:
    """Section 2.4: a test user and a test group are made and deleted, and can be made again; ids are texts."""
    for _ in range(2):
        person, group = directory.person("jumpcloud-test@x.example"), directory.group("jumpcloud-test")
        assert {type(person["id"]), type(group["id"])} == {str}
        assert directory.call("DELETE", f"/Groups/{group['id']}").status_code == 204
        assert directory.call("DELETE", f"/Users/{person['id']}").status_code == 204


def test_ping_lists_all_groups_and_provisions_disabled_people(directory: Directory) -> None:
    """Section 2.5: unfiltered pages of groups, complete and in one order; `active: false` on POST; PUT for people."""
    names = [f"g{number}" for number in range(7)]
    for name in names:
        directory.group(name)
    pages = [_shown(directory, "/Groups", startIndex=start, count=3)["Resources"] for start in (1, 4, 7, 10)]
    assert [each["displayName"] for page in pages for each in page] == names
    assert directory.person("off", active=False)["active"] is False


def test_mitodls_keycloak_means_everybody(directory: Directory, ada: dict[str, Any]) -> None:
    """Section 2.7: POST without a lookup, 409 the second time; one PATCH replaces members, name and externalId."""
    assert directory.call("POST", "/Users", {"schemas": [USER_URN], "userName": "ada@x.example"}).status_code == 409
    group = directory.group("Staff", ada["id"])
    replace = [
        {"op": "replace", "path": "displayName", "value": "Crew"},
        {"op": "replace", "path": "externalId", "value": "kc-1"},
    ]
    shown = directory.patch(f"/Groups/{group['id']}", *replace, {"op": "remove", "path": "members"}).json
    assert (shown["displayName"], shown["externalId"], "members" in shown) == ("Crew", "kc-1", False)


def test_suveras_keycloak_sends_ids_of_its_own(directory: Directory) -> None:
    """Section 2.7: groups with Keycloak's ids and all realm roles; the groups are passed over."""
    roles = [{"value": "offline_access", "display": "offline_access"}, {"value": "uma_authorization"}]
    ada = directory.person("ada", groups=[{"value": "kc-group", "display": "Staff"}], roles=roles)
    assert ("groups" in ada, len(ada["roles"])) == (False, 2)


def test_authentik_finds_and_adopts_without_quotes(directory: Directory, ada: dict[str, Any]) -> None:
    """Section 2.8: an unquoted value, a primary e-mail of the type `other`, one `add` a member, a nameless rename."""
    listed = _shown(directory, "/Users", filter="userName eq ada@x.example")
    assert listed["Resources"][0]["id"] == ada["id"]
    email = {"value": "a@x", "type": "other", "primary": True}
    body = {"schemas": [USER_URN], "userName": "ada@x.example", "emails": [email], "active": False}
    assert directory.call("PUT", f"/Users/{ada['id']}", body).json["emails"] == [email]
    bo = directory.person("bo")
    group = directory.group("Staff")
    adds = [{"op": "add", "path": "members", "value": [{"value": each["id"]}]} for each in (ada, bo)]
    directory.patch(f"/Groups/{group['id']}", *adds)
    rename = {
        "op": "replace",
        "value": {"schemas": [GROUP_URN], "id": group["id"], "displayName": "Crew", "externalId": "x"},
    }
    shown = directory.patch(f"/Groups/{group['id']}", rename).json
    assert (shown["displayName"], len(shown["members"])) == ("Crew", 2)
    assert directory.call("DELETE", "/Users/gone").status_code == 404
    assert _shown(directory, "/ServiceProviderConfig")["bulk"]["maxOperations"] == 1000


def test_canaille_leaves_out_an_empty_list(directory: Directory, ada: dict[str, Any]) -> None:
    """Section 2.9: discovery first, a lookup by externalId, members with everything, and none where there are none."""
    for path in ("/ServiceProviderConfig", "/ResourceTypes", "/Schemas"):
        _shown(directory, path)
    member = {"value": ada["id"], "type": "User", "display": "Ada", "$ref": ada["meta"]["location"]}
    group = directory.call("POST", "/Groups", {"schemas": [GROUP_URN], "displayName": "S", "members": [member]}).json
    assert _members(directory, group) == [ada["id"]]
    directory.call("PUT", f"/Groups/{group['id']}", {"schemas": [GROUP_URN], "displayName": "S"})
    assert _members(directory, group) == []


def test_media_types_are_taken_as_clients_write_them(directory: Directory, ada: dict[str, Any]) -> None:
    """Section 4: any charset, `text/json`, none at all; what is asked for decides the answer, errors included."""
    path, body = f"/Users/{ada['id']}", json.dumps({"schemas": [USER_URN], "userName": "ada@x.example"})
    for sent in ("application/json; charset=utf-8", "application/scim+json;charset=UTF-8", "text/json", None):
        assert directory.call("PUT", path, body, content_type=sent).status_code == 200, sent
    for accept, answered in (
        ("*/*", "application/scim+json"),
        ("application/scim+json", "application/scim+json"),
        ("application/json", "application/json"),
        ("application/scim+json, application/json", "application/scim+json"),
        ("text/html", "application/scim+json"),
    ):
        for place in (path, "/Users/nobody"):
            assert directory.call("GET", place, headers={"Accept": accept}).mimetype == answered, accept
    headers = {"Accept": "application/json", "Authorization": "Bearer x"}
    assert directory.call("GET", path, headers=headers).mimetype == "application/json"


def test_the_wish_for_a_packed_answer_is_no_mistake(directory: Directory, ada: dict[str, Any]) -> None:
    """Section 2.1: Okta accepts gzip and names a charset; it reads what comes."""
    headers = {"Accept-Encoding": "gzip", "Accept-Charset": "utf-8", "User-Agent": "Okta SCIM Client 1.0.0"}
    answer = directory.call("GET", f"/Users/{ada['id']}", headers=headers)
    data = gzip.decompress(answer.data) if answer.headers.get("Content-Encoding") == "gzip" else answer.data
    assert json.loads(data)["id"] == ada["id"]


def test_names_and_keys_are_kept_as_they_were_sent(directory: Directory) -> None:
    """Section 4: the case of a userName, an externalId that changes, rubbish where a URI or a locale is due."""
    ada = directory.person("Ada@X.example", externalId="k1", profileUrl="no uri", locale="??", timezone="Mars")
    assert (ada["userName"], ada["profileUrl"], ada["locale"], ada["timezone"]) == (
        "Ada@X.example",
        "no uri",
        "??",
        "Mars",
    )
    shown = directory.patch(f"/Users/{ada['id']}", {"op": "Replace", "path": "externalId", "value": "K1"}).json
    assert shown["externalId"] == "K1"
    assert _shown(directory, "/Users", filter='externalId eq "k1"')["totalResults"] == 0
    assert _shown(directory, "/Users", filter='userName eq "ADA@x.EXAMPLE"')["totalResults"] == 1
