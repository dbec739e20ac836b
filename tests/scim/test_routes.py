"""The protocol around the resources: tokens, addresses, methods, media types, limits, failures."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from connector.lifecycle import Lifecycle, directories
from connector.scim.bodies import GROUP_LIMIT, PERSON_LIMIT

from .conftest import CAUSE, GROUP_URN, PATCH_URN, USER_URN, Directory

ERROR_URN = "urn:ietf:params:scim:api:messages:2.0:Error"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Give one database: nothing here depends on its kind."""
    return sqlite_url


def _assert_error(answer: TestResponse, status: int, scim_type: str | None = None) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/scim+json"
    body = dict(answer.json or {})
    assert body["schemas"] == [ERROR_URN]
    assert body["status"] == str(status)
    assert body.get("scimType") == scim_type
    assert body["detail"]
    return body


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer wrong", "Basic dXNlcjpwYXNz", "non-token", "Token {token}", "Bearer {token}x"],
)
def test_without_the_right_token_nothing_else_is_revealed(directory: Directory, authorization: str) -> None:
    """401 with a challenge, whatever else is wrong with the request (RFC 7644 section 2, RFC 6750 section 3)."""
    headers = {"Authorization": authorization.format(token=directory.token)}
    for request in (
        "GET /Users",
        "GET /Users?filter=nonsense",
        "POST /Users",
        "PUT /Users",
        "PATCH /Groups/1",
        "GET /Schemas",
        "GET /Me",
    ):
        method, path = request.split(" ")
        answer = directory.call(method, path, "{" if method != "GET" else None, headers=headers)
        body = _assert_error(answer, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert body["detail"] == "A valid bearer token of this directory is needed."


def test_a_token_opens_its_own_directory_alone(new_directory: Callable[[], Directory]) -> None:
    """A foreign token, and any token at a directory that is not there, are refused alike."""
    mine, theirs = new_directory(), new_directory()
    headers = {"Authorization": f"Bearer {theirs.token}"}
    foreign = mine.call("GET", "/Users", headers=headers)
    nowhere = mine.http.get("/scim/nowhere/v2/Users", headers=headers)
    _assert_error(foreign, 401)
    assert (nowhere.status_code, nowhere.data) == (foreign.status_code, foreign.data)


def test_a_revoked_token_opens_nothing(directory: Directory, lifecycle: Lifecycle) -> None:
    """From the next request on."""
    assert directory.call("GET", "/Users").status_code == 200
    lifecycle.write(directories.revoke_token, directory.slug, directory.token[:12], CAUSE)
    _assert_error(directory.call("GET", "/Users"), 401)


def test_the_token_is_read_from_the_header_alone(directory: Directory) -> None:
    """Never from the address, where logs would keep it (RFC 6750 section 5.3)."""
    answer = directory.call(
        "GET", "/Users", query_string={"access_token": directory.token}, headers={"Authorization": ""}
    )
    _assert_error(answer, 401)


@pytest.mark.parametrize("authorization", ["bearer {token}", "Bearer   {token} ", "{token}"])
def test_the_scheme_may_be_written_as_clients_write_it(directory: Directory, authorization: str) -> None:
    """The scheme in any case (RFC 9110 section 11.1), or the bare token of a header that an operator typed."""
    headers = {"Authorization": authorization.format(token=directory.token)}
    assert directory.call("GET", "/Users", headers=headers).status_code == 200


def test_slashes_too_many_are_tolerated(directory: Directory) -> None:
    """A base URL typed with a slash at its end; OneLogin's bare question mark and trailing ampersand."""
    for path in ("/Users", "/Users/", "//Users", "//Users/", "/Users?", "/Users?&"):
        assert directory.call("GET", path).status_code == 200, path


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_address_that_is_not_served_is_a_scim_404(directory: Directory, method: str) -> None:
    """JSON even there: Okta shows a parser's complaint for anything else."""
    for path in ("", "/", "/users", "/Users/1/2", "/.search/x", "/Nothing", "/Users/a%00b"):
        _assert_error(directory.call(method, path), 404)


def test_everything_under_scim_is_answered_in_scim(directory: Directory) -> None:
    """Also where not even a directory is named."""
    plain = ("/scim", "/scim/", "/scim/x", "/scim/x/v1/Users", "/scim/x/v2", "/scim/x//v2/Users")
    odd = ("/scim//v2/Users", "/scim//", "/scim///x", "/scim/a%0Ab", "/scim/%2e%2e/v2//x/y")
    for address in plain + odd:
        for method in ("GET", "POST", "TRACE", "OPTIONS", "BREW"):
            _assert_error(directory.http.open(address, method=method), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/Users", "GET, POST"),
        ("POST", "/Users/1", "GET, PUT, PATCH, DELETE"),
        ("PATCH", "/Groups", "GET, POST"),
        ("POST", "/Schemas", "GET"),
        ("PUT", "/ServiceProviderConfig", "GET"),
        ("GET", "/Bulk", "POST"),
        ("GET", "/.search", "POST"),
        ("DELETE", "/Users/.search", "POST"),
    ],
)
def test_a_method_that_is_not_offered_is_a_scim_405(directory: Directory, method: str, path: str, allowed: str) -> None:
    """RFC 9110 section 15.5.6: with the methods that are."""
    answer = directory.call(method, path)
    _assert_error(answer, 405)
    assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "BREW"])
def test_a_method_that_nobody_offers_is_answered_in_scim_too(directory: Directory, method: str) -> None:
    """No page of the web framework shows through."""
    _assert_error(directory.call(method, "/Users"), 404)


@pytest.mark.parametrize(("method", "path"), [("GET", "/Me"), ("PATCH", "/Me")])
def test_what_is_not_offered_says_so(directory: Directory, method: str, path: str) -> None:
    """501 (RFC 7644 section 3.11)."""
    _assert_error(directory.call(method, path), 501)


@pytest.mark.parametrize(
    "content_type",
    ["application/scim+json", "application/json", "Application/SCIM+JSON; charset=ISO-8859-1", "text/json", ""],
)
def test_bodies_of_these_types_are_read(directory: Directory, content_type: str) -> None:
    """RFC 7644 section 3.1; Okta's test posts application/json, and JSON is UTF-8 whatever the parameter says."""
    body = {"schemas": [USER_URN], "userName": "bo"}
    assert directory.call("POST", "/Users", body, content_type=content_type).status_code == 201


def test_a_body_of_another_type_is_refused(directory: Directory) -> None:
    """415, not an attempt to read it."""
    _assert_error(directory.call("POST", "/Users", "<user/>", content_type="text/xml"), 415)


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        ("", "application/scim+json"),
        ("*/*", "application/scim+json"),
        ("application/scim+json", "application/scim+json"),
        ("application/json", "application/json"),
        ("application/json, application/scim+json", "application/scim+json"),
        ("application/json;q=0, */*", "application/scim+json"),
        ("text/html", "application/scim+json"),
    ],
)
def test_answers_are_of_the_type_that_the_client_reads(directory: Directory, accept: str, answered: str) -> None:
    """OneLogin reads application/json alone, Microsoft's validator the other; errors are negotiated too."""
    headers = {"Authorization": f"Bearer {directory.token}", "Accept": accept}
    assert directory.call("GET", "/Users", headers=headers).mimetype == answered
    assert directory.call("GET", "/Users/1", headers=headers).mimetype == answered


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"not json",
        b"[" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"schemas":["x"],"userName":"\\ud800"}',
        b'{"schemas":["x"],"userName":"\xff"}',
        b'{"schemas":["x"],"userName":NaN}',
        b"[]",
        b"null",
        b'"text"',
        b'{"userName":"bo"}',
    ],
)
def test_what_is_no_message_is_a_syntax_error(directory: Directory, body: bytes) -> None:
    """400 invalidSyntax: broken, too deep, half a character, not UTF-8, not an object, without schemas."""
    for method, path in (("POST", "/Users"), ("PUT", "/Users/1"), ("PATCH", "/Users/1"), ("POST", "/Groups")):
        _assert_error(directory.call(method, path, body), 400, "invalidSyntax")


def test_deep_json_within_what_is_not_kept_does_no_harm(directory: Directory) -> None:
    """An unknown attribute is passed over, however it is nested."""
    nested = b"[" * 1000 + b"]" * 1000
    body = b'{"schemas":["%s"],"userName":"bo","custom":%s}' % (USER_URN.encode(), nested)
    assert directory.call("POST", "/Users", body).status_code == 201


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({}, "userName"),
        ({"userName": ""}, "userName"),
        ({"userName": 7}, "userName"),
        ({"userName": "a\0b"}, "userName"),
        ({"userName": "bo", "externalId": 1}, "externalId"),
        ({"userName": "bo", "active": "maybe"}, "active"),
        ({"userName": "bo", "emails": [{"value": 10**40}]}, "emails[0].value"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(directory: Directory, body: dict[str, Any], name: str) -> None:
    """400 invalidValue and a sentence that names the attribute."""
    answer = directory.call("POST", "/Users", {"schemas": [USER_URN], **body})
    assert _assert_error(answer, 400, "invalidValue")["detail"].startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("query", "scim_type"),
    [
        ({"filter": 'userName xx "a"'}, "invalidFilter"),
        ({"filter": 'shoeSize eq "43"'}, "invalidFilter"),
        ({"filter": 'password eq "x"'}, "invalidFilter"),
        ({"filter": "userName eq"}, "invalidFilter"),
        ({"filter": 'userName eq "' + "a" * 5000 + '"'}, "invalidFilter"),
        ({"filter": 'userName eq "\0"'}, "invalidFilter"),
        ({"count": "many"}, "invalidValue"),
        ({"startIndex": "9" * 30}, "invalidValue"),
        ({"attributes": "userName", "excludedAttributes": "name"}, "invalidValue"),
    ],
)
def test_a_query_that_cannot_be_honoured_is_refused(
    directory: Directory, query: dict[str, str], scim_type: str
) -> None:
    """Never answered with everybody."""
    directory.person("bo")
    _assert_error(directory.call("GET", "/Users", query_string=query), 400, scim_type)


def test_bodies_have_their_limits(directory: Directory) -> None:
    """1 MB for people, 16 MB for groups, else 413."""
    padded = b'{"schemas":["%s"],"x":"' % USER_URN.encode()
    for method, path in (("POST", "/Users"), ("PUT", "/Users/1"), ("PATCH", "/Users/1")):
        _assert_error(directory.call(method, path, padded + b"x" * PERSON_LIMIT), 413)
    _assert_error(directory.call("POST", "/Groups", padded + b"x" * GROUP_LIMIT), 413)
    ten_thousand = [{"value": f"00000000-0000-7000-8000-{number:012}"} for number in range(10_000)]
    body = {"schemas": [GROUP_URN], "displayName": "G", "members": ten_thousand, "x": "x" * PERSON_LIMIT}
    _assert_error(directory.call("POST", "/Groups", body), 400, "invalidValue")


def test_a_body_that_ends_early_is_refused(directory: Directory) -> None:
    """Also where what came is JSON without the rest, and where the server ends the stream itself, as granian does."""
    body = json.dumps({"schemas": [USER_URN], "userName": "bo"})
    facts = {"CONTENT_LENGTH": str(len(body) + 1), "wsgi.input_terminated": True}
    _assert_error(directory.call("POST", "/Users", body, environ_overrides=facts), 400, "invalidSyntax")


def test_a_failure_of_ours_shows_a_number_and_nothing_else(
    directory: Directory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has the rest under that number."""

    def fail(*_: object) -> None:
        raise RuntimeError("the secret cause")

    monkeypatch.setattr("connector.lifecycle.provisioning.list_people", fail)
    with caplog.at_level(logging.ERROR):
        body = _assert_error(directory.call("GET", "/Users"), 500)
    assert "secret" not in str(body)
    reference = body["detail"].rstrip(".").rsplit(" ", 1)[1]
    assert reference in caplog.text
    assert "the secret cause" in caplog.text
    assert directory.token not in caplog.text


@pytest.mark.parametrize(
    ("operation", "status", "scim_type"),
    [
        ({"op": "remove"}, 400, "noTarget"),
        ({"op": "replace", "path": "a b", "value": "x"}, 400, "invalidPath"),
        ({"op": "replace", "path": "shoeSize", "value": "x"}, 400, "invalidPath"),
        ({"op": "replace", "path": "id", "value": "x"}, 400, "mutability"),
        ({"op": "remove", "path": "userName"}, 400, "mutability"),
        ({"op": "replace", "path": "active", "value": "maybe"}, 400, "invalidValue"),
        ({"op": "shake", "path": "active"}, 400, "invalidSyntax"),
        ({"op": "remove", "path": 'emails[type eq "work"]'}, 400, "noTarget"),
        ({"op": "add", "path": 'emails[type xx "work"].value', "value": "x"}, 400, "invalidPath"),
    ],
)
def test_the_scim_types_of_patch(directory: Directory, operation: dict[str, Any], status: int, scim_type: str) -> None:
    """RFC 7644 section 3.12, table 9, one case each."""
    person = directory.person("bo")
    answer = directory.call("PATCH", f"/Users/{person['id']}", {"schemas": [PATCH_URN], "Operations": [operation]})
    _assert_error(answer, status, scim_type)
