"""What python-keycloak raises, told in a sentence."""

from __future__ import annotations

import pytest
from keycloak.exceptions import (
    KeycloakAuthenticationError,
    KeycloakConnectionError,
    KeycloakPostError,
    KeycloakPutError,
)

from connector.keycloak.server import Administrator, KeycloakFailure, connect, told_in_a_sentence

URL = "https://sso.acme.example"


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (KeycloakConnectionError("Can't connect to server (secret in here)"), "cannot be reached"),
        (KeycloakAuthenticationError("Unauthorized", 401, b""), "does not know this administrator or client"),
        (
            KeycloakPostError(b"...", 409, b'{"errorMessage": "Client jumpseat already exists"}'),
            "refused: Client jumpseat already exists (HTTP 409)",
        ),
        (
            KeycloakPostError(b"...", 400, b'{"error": "invalid_grant", "error_description": "Invalid credentials"}'),
            "refused: Invalid credentials (HTTP 400)",
        ),
        (KeycloakPutError(b"<html>", 502, b"<html>"), "refused: no reason given (HTTP 502)"),
        (KeycloakPutError(b"[]", 500, b"[1]"), "refused: no reason given (HTTP 500)"),
        (TypeError("Unexpected response type"), "does not answer as Keycloak's admin API does"),
    ],
)
def test_every_failure_is_one_sentence(raised: Exception, said: str) -> None:
    """It names the server and what it said, and never what the library put into its own message."""
    with pytest.raises(KeycloakFailure) as failure, told_in_a_sentence(URL):
        raise raised
    assert URL in str(failure.value)
    assert said in str(failure.value)
    assert "secret in here" not in str(failure.value)


def test_a_server_that_is_not_there_is_told_so() -> None:
    """Nothing is sent before the first call, which then fails within the time-out, and is not repeated."""
    admin = connect("http://127.0.0.1:1", "acme", Administrator("admin", "password"))
    with pytest.raises(KeycloakFailure, match="cannot be reached"), told_in_a_sentence("http://127.0.0.1:1"):
        admin.get_realms()


def test_a_password_is_not_shown() -> None:
    """Neither by a stack trace nor by a log line that prints the administrator."""
    assert "hunter2" not in repr(Administrator("admin", "hunter2"))
