"""Transport, authentication, tenancy, messages and errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Flask

from connector.lifecycle import Lifecycle, directories

from ..conftest import CAUSE, GROUP_URN, PATCH_URN, USER_URN, Directory
from .asking import ENTERPRISE, LIST, SEARCH, refused, seen


def test_b1_1_addresses_are_those_of_the_proxy_that_speaks_tls(directory: Directory, ada: dict[str, Any]) -> None:
    """TLS ends at a proxy (a departure): whatever scheme and host a request comes by, every address is the public one.

    And nobody is redirected, by which a token would have gone out in the clear twice.
    """
    for base in ("http://inside:8080", "https://inside"):
        answer = directory.call("GET", f"/Users/{ada['id']}", base_url=base)
        assert answer.status_code == 200
        assert answer.json["meta"]["location"].startswith("https://seats.example/scim/")


def test_b1_2_a_client_that_is_not_known_is_told_how_to_be(
    app: Flask, directory: Directory, lifecycle: Lifecycle
) -> None:
    """Without a token, with a wrong and with an expired one: 401, the scheme, and an error in SCIM's words."""
    _, short = lifecycle.write(directories.create_token, directory.slug, CAUSE, timedelta(hours=1))
    assert replace(directory, token=short).call("GET", "/Users").status_code == 200
    app.extensions["jumpseat"] = replace(lifecycle, clock=lambda: lifecycle.clock() + timedelta(hours=2))
    for headers in ({"Authorization": ""}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Bearer {short}"}):
        answer = directory.call("GET", "/Users", headers=headers)
        refused(answer, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_b1_3_a_token_in_the_address_opens_nothing(directory: Directory) -> None:
    """Addresses stand in logs."""
    query = {"access_token": directory.token}
    refused(directory.call("GET", "/Users", query_string=query, headers={"Authorization": ""}), 401)


def test_b1_4_a_search_by_post_answers_what_one_by_get_does(directory: Directory, ada: dict[str, Any]) -> None:
    """So that what is searched for stands in no address."""
    query: dict[str, Any] = {"filter": 'userName sw "ADA"', "attributes": "userName", "count": 1}
    by_get = seen(directory, "/Users", **query)
    assert by_get == directory.call("POST", "/Users/.search", {"schemas": [SEARCH], **query}).json
    assert [each["id"] for each in by_get["Resources"]] == [ada["id"]]


def test_b1_5_a_client_sees_and_touches_its_own_directory_alone(new_directory: Callable[[], Directory]) -> None:
    """The same names live twice, with ids of their own, and a foreign id is nobody's, whatever the method."""
    mine, theirs = new_directory(), new_directory()
    people = [each.person("bo", externalId="e") for each in (mine, theirs)]
    assert people[0]["id"] != people[1]["id"]
    assert [each["id"] for each in seen(mine, "/Users")["Resources"]] == [people[0]["id"]]
    foreign = f"/Users/{people[1]['id']}"
    operations = {"schemas": [PATCH_URN], "Operations": [{"op": "remove", "path": "title"}]}
    bodies = {"GET": None, "DELETE": None, "PUT": {"schemas": [USER_URN], "userName": "m"}, "PATCH": operations}
    for method, body in bodies.items():
        refused(mine.call(method, foreign, body), 404)
    assert seen(theirs, foreign)["userName"] == "bo"


def test_b1_6_scims_media_type_is_read_and_written(directory: Directory, ada: dict[str, Any]) -> None:
    """With and without a charset, as plain JSON too; XML is not read."""
    path, body = f"/Users/{ada['id']}", {"schemas": [USER_URN], "userName": "ada@x.example"}
    for media_type in ("application/scim+json", "application/json", "application/scim+json; charset=utf-8"):
        answer = directory.call("PUT", path, body, content_type=media_type)
        assert (answer.status_code, answer.mimetype) == (200, "application/scim+json")
    refused(directory.call("PUT", path, body, content_type="text/xml"), 415)
    plain = directory.call("GET", path, headers={"Accept": "application/json"})
    assert plain.mimetype == "application/json"


def test_b1_7_every_message_names_its_schemas(directory: Directory, ada: dict[str, Any]) -> None:
    """A body without schemas, or not in UTF-8, is invalidSyntax; answers list exactly those that are in them."""
    refused(directory.call("POST", "/Users", {"userName": "x"}), 400, "invalidSyntax")
    refused(directory.call("POST", "/Users", b'{"schemas":["x"],"userName":"\xff"}'), 400, "invalidSyntax")
    patch = {"Operations": [{"op": "remove", "path": "title"}]}
    refused(directory.call("PATCH", f"/Users/{ada['id']}", patch), 400, "invalidSyntax")
    assert ada["schemas"] == [USER_URN]
    bo = directory.person("bo", **{ENTERPRISE: {"department": "Ü"}})
    assert (bo["schemas"], bo[ENTERPRISE]) == ([USER_URN, ENTERPRISE], {"department": "Ü"})
    assert seen(directory, f"/Users/{bo['id']}", attributes="userName")["schemas"] == [USER_URN]
    assert directory.group("Staff")["schemas"] == [GROUP_URN]
    assert seen(directory, "/Users")["schemas"] == [LIST]


def test_b1_8_every_error_is_scims_error_message(directory: Directory, ada: dict[str, Any]) -> None:
    """The schema, the status as a text, a sentence; whatever went wrong, and wherever."""
    refused(directory.call("GET", "/Users/nobody"), 404)
    refused(directory.call("GET", "/Nothing"), 404)
    refused(directory.call("PATCH", "/Users"), 405)
    refused(directory.call("POST", "/Users", {"schemas": [USER_URN], "userName": "ADA@x.example"}), 409, "uniqueness")
    refused(directory.call("POST", "/Users", "{"), 400, "invalidSyntax")
    refused(directory.call("POST", "/Users", "x" * (1024 * 1024 + 1)), 413)
    refused(directory.call("DELETE", f"/Users/{ada['id']}", headers={"If-Match": 'W/"9"'}), 412)
    refused(directory.call("GET", "/Me"), 501)


def test_b1_9_each_refusal_has_the_right_scim_type(directory: Directory, ada: dict[str, Any]) -> None:
    """Of the ten of table 9: tooMany, invalidVers and sensitive have no case here (a departure)."""

    def patch(**operation: Any) -> Any:
        return directory.patch(f"/Users/{ada['id']}", operation)

    refused(directory.call("GET", "/Users", query_string={"filter": "userName"}), 400, "invalidFilter")
    refused(directory.call("POST", "/Users", {"schemas": [USER_URN], "userName": "ada@x.example"}), 409, "uniqueness")
    refused(patch(op="replace", path="id", value="x"), 400, "mutability")
    refused(patch(op="move", path="title"), 400, "invalidSyntax")
    refused(patch(op="replace", path="emails[", value="x"), 400, "invalidPath")
    refused(patch(op="remove", path='emails[type eq "other"]'), 400, "noTarget")
    refused(patch(op="replace", path="active", value="perhaps"), 400, "invalidValue")


def test_b1_10_what_is_not_offered_is_501(directory: Directory) -> None:
    """`/Me`, by every method."""
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        refused(directory.call(method, "/Me", None if method in ("GET", "DELETE") else {}), 501)


def test_b1_11_the_base_url_has_the_version_and_a_slash_more_does_no_harm(directory: Directory) -> None:
    """`/v2`, in every address that is given out; another version is not served."""
    ada = directory.person("ada")
    assert ada["meta"]["location"] == f"https://seats.example/scim/{directory.slug}/v2/Users/{ada['id']}"
    for path in ("/Users", "/Users/", "//Users", "/Users?"):
        assert directory.call("GET", path).status_code == 200
    refused(directory.http.get(f"/scim/{directory.slug}/v1/Users"), 404)
    for path in ("//x", "/x//y", f"/{directory.slug}//v2/Users", f"//{directory.slug}/v2/Users"):
        answer = directory.http.get(f"/scim{path}")
        refused(answer, 404)
        assert "Location" not in answer.headers
