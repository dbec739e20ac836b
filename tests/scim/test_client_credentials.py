"""The token endpoint: OAuth 2.0 client credentials as RFC 6749 says, and what its tokens open."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from connector.lifecycle import Lifecycle, scim_clients

from .conftest import CAUSE, USER_URN, Directory

FORM = {"grant_type": "client_credentials"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Give one database: the protocol does not depend on its kind."""
    return sqlite_url


@pytest.fixture
def secret(directory: Directory, lifecycle: Lifecycle) -> str:
    """Give a client secret of the directory."""
    return lifecycle.write(scim_clients.create_secret, directory.slug, CAUSE)[1]


def basic(client_id: str, secret: str) -> dict[str, str]:
    pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def post(directory: Directory, form: Any = None, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
    return directory.http.post(f"/scim/{directory.slug}/token", data=form, headers=headers, **more)


def assert_refused(answer: TestResponse, error: str, status: int = 400) -> None:
    """RFC 6749 section 5.2: a JSON object with the code and an English sentence, kept by nobody on the way."""
    assert (answer.status_code, answer.mimetype) == (status, "application/json")
    assert answer.json is not None
    assert answer.json["error"] == error
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers.get("WWW-Authenticate") == ('Basic realm="scim", charset="UTF-8"' if status == 401 else None)


@pytest.mark.parametrize("way", ["basic", "post"])
def test_a_client_gets_a_token_that_opens_the_directory(directory: Directory, secret: str, way: str) -> None:
    """By client_secret_basic and client_secret_post (RFC 6749 sections 2.3.1, 4.4 and 5.1); for an hour."""
    slug = directory.slug
    if way == "basic":
        answer = post(directory, FORM, basic(slug, secret))
    else:
        answer = post(directory, {**FORM, "client_id": slug, "client_secret": secret})
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")
    given = dict(answer.json or {})
    token = given.pop("access_token")
    assert given == {"token_type": "Bearer", "expires_in": 3600, "scope": "scim"}
    bearer = {"Authorization": f"Bearer {token}"}
    assert directory.call("GET", "/Users", headers=bearer).status_code == 200
    person = {"schemas": [USER_URN], "userName": "bo"}
    assert directory.call("POST", "/Users", person, headers=bearer).status_code == 201


def test_a_client_that_is_not_one_learns_nothing(
    directory: Directory, new_directory: Callable[[], Directory], secret: str, lifecycle: Lifecycle
) -> None:
    """Wrong name, wrong secret, foreign secret, no directory, no text at all: answers that are equal to the byte."""
    other = new_directory()
    foreign = lifecycle.write(scim_clients.create_secret, other.slug, CAUSE)[1]
    nowhere = Directory("nowhere", "", directory.http)
    slug = directory.slug
    wrong = [
        post(directory, FORM, basic(slug, secret + "x")),
        post(directory, FORM, basic("somebody", secret)),
        post(directory, FORM, basic(slug, foreign)),
        post(directory, FORM, basic(other.slug, foreign)),
        post(directory, FORM, basic(slug, directory.token)),
        post(directory, FORM, basic(slug, "\0")),
        post(nowhere, FORM, basic("nowhere", secret)),
        post(nowhere, FORM, basic(slug, secret)),
        post(directory, FORM, {"Authorization": "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode()}),
        post(directory, FORM, {"Authorization": "Basic %%%"}),
        post(directory, FORM, {"Authorization": f"Bearer {directory.token}"}),
        post(directory, FORM),
        post(directory, {**FORM, "client_id": slug}),
        post(directory, {**FORM, "client_id": slug, "client_secret": "x"}),
        post(directory, {**FORM, "client_id": "nobody", "client_secret": secret}),
    ]
    for answer in wrong:
        assert_refused(answer, "invalid_client", 401)
    assert len({answer.data for answer in wrong}) == 1


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "invalid_request"),
    ({"grant_type": ""}, "invalid_request"),
    ({"grant_type": ["client_credentials", "client_credentials"]}, "invalid_request"),
    ({**FORM, "scope": ["scim", "scim"]}, "invalid_request"),
    ({**FORM, "client_secret": "x"}, "invalid_request"),
    ({**FORM, "padding": "x" * 20_000}, "invalid_request"),
    ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
    ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
    ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
    ({"grant_type": '<script>\u00e9"\\'}, "unsupported_grant_type"),
    ({**FORM, "scope": "openid"}, "invalid_scope"),
    ({**FORM, "scope": "scim admin"}, "invalid_scope"),
]


def test_what_a_client_asks_wrongly_is_told(directory: Directory, secret: str) -> None:
    """RFC 6749 sections 3.2 (nothing twice), 2.3 (one proof a request), 3.3 and 5.2."""
    for form, error in WRONG:
        assert_refused(post(directory, form, basic(directory.slug, secret)), error)


def test_the_one_scope_may_be_named(directory: Directory, secret: str) -> None:
    """Who names none is told which was given (RFC 6749 section 3.3)."""
    for scope in ("scim", "", " "):
        answer = post(directory, {**FORM, "scope": scope}, basic(directory.slug, secret))
        assert answer.status_code == 200, answer.text
        assert (answer.json or {})["scope"] == "scim"


def test_a_secret_in_the_address_is_not_read(directory: Directory, secret: str) -> None:
    """RFC 6749 section 2.3.1: logs would keep it. Nor is a body of another type."""
    query = {**FORM, "client_id": directory.slug, "client_secret": secret}
    form_type = "application/x-www-form-urlencoded"
    assert_refused(post(directory, b"", query_string=query, content_type=form_type), "invalid_request")
    assert_refused(post(directory, FORM, query_string={**query, "grant_type": "x"}), "invalid_client", 401)
    assert_refused(post(directory, json_body(query), content_type="application/json"), "invalid_request")
    multipart = post(directory, query, content_type="multipart/form-data")
    assert_refused(multipart, "invalid_request")


def json_body(form: dict[str, str]) -> bytes:
    return repr(form).replace("'", '"').encode()


def test_the_endpoint_is_posted_to(directory: Directory) -> None:
    """RFC 6749 section 3.2; its address ends with no slash."""
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        answer = directory.http.open(f"/scim/{directory.slug}/token", method=method)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert directory.http.post(f"/scim/{directory.slug}/token/").status_code == 404


def test_revoking_the_secret_ends_what_it_gave(directory: Directory, secret: str, lifecycle: Lifecycle) -> None:
    """From the next request on."""
    token = (post(directory, FORM, basic(directory.slug, secret)).json or {})["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert directory.call("GET", "/Users", headers=bearer).status_code == 200
    lifecycle.write(scim_clients.revoke_secret, directory.slug, secret[:12], CAUSE)
    assert directory.call("GET", "/Users", headers=bearer).status_code == 401
    assert_refused(post(directory, FORM, basic(directory.slug, secret)), "invalid_client", 401)


def test_a_token_opens_no_other_directory(
    directory: Directory, new_directory: Callable[[], Directory], secret: str
) -> None:
    """Nor does the secret itself open anything."""
    token = (post(directory, FORM, basic(directory.slug, secret)).json or {})["access_token"]
    foreign = new_directory().call("GET", "/Users", headers={"Authorization": f"Bearer {token}"})
    nowhere = directory.http.get("/scim/nowhere/v2/Users", headers={"Authorization": f"Bearer {token}"})
    itself = directory.call("GET", "/Users", headers={"Authorization": f"Bearer {secret}"})
    assert (foreign.status_code, nowhere.status_code, itself.status_code) == (401, 401, 401)
    assert foreign.data == nowhere.data == itself.data


def test_neither_secret_nor_token_is_logged(
    directory: Directory, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Authlib tells everything at the level of debugging, so that part of it is not used."""
    with caplog.at_level(logging.DEBUG):
        token = (post(directory, FORM, basic(directory.slug, secret)).json or {})["access_token"]
        post(directory, FORM, basic(directory.slug, secret + "x"))
    assert "scim-client:refused" in caplog.text
    assert secret not in caplog.text
    assert token not in caplog.text


def test_discovery_tells_of_it_as_long_as_there_is_a_secret(
    directory: Directory, secret: str, lifecycle: Lifecycle
) -> None:
    """With the address, for whoever sets a client up (RFC 7643 section 5)."""

    def schemes() -> list[dict[str, Any]]:
        return list((directory.call("GET", "/ServiceProviderConfig").json or {})["authenticationSchemes"])

    bearer, oauth = schemes()
    assert (bearer["type"], bearer["primary"]) == ("oauthbearertoken", True)
    assert (oauth["type"], oauth["primary"]) == ("oauth2", False)
    assert f"https://seats.example/scim/{directory.slug}/token," in oauth["description"]
    lifecycle.write(scim_clients.revoke_secret, directory.slug, secret[:12], CAUSE)
    assert schemes() == [bearer]
