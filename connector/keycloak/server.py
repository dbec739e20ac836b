"""The way to a Keycloak server's admin API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from keycloak import KeycloakAdmin, KeycloakOpenIDConnection
from keycloak.exceptions import KeycloakAuthenticationError, KeycloakConnectionError, KeycloakError

TIMEOUT = 15
"""Seconds that one request of the worker may take."""

SETUP_TIMEOUT = 60
"""Seconds that one request of a set-up may take. Creating a realm is the slowest, on a server that has just started."""


NOT_FOUND = 404
_NEVER = (400, 409)


class KeycloakFailure(Exception):
    """Keycloak is not there, or would not do what it was asked. What was done before stands; asking again continues.

    `permanent` where asking the same again would be answered the same, `unreachable` where nothing was asked at all.
    """

    def __init__(self, sentence: str, *, permanent: bool = False, unreachable: bool = False) -> None:
        self.permanent, self.unreachable = permanent, unreachable
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Administrator:
    """Somebody who may change the realm; `realm` is where she signs in, most often `master`."""

    name: str
    password: str = field(repr=False)
    realm: str = "master"


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A client of the realm itself that may do a few things in it, and nothing in any other."""

    client_id: str
    secret: str = field(repr=False)


def connect(url: str, realm: str, by: Administrator | ServiceAccount) -> KeycloakAdmin:
    """Return the admin API of one realm. Nothing is sent before the first call.

    No request is sent twice by itself: python-keycloak's own retries would repeat a POST.
    """
    shown: dict[str, Any]
    if isinstance(by, Administrator):
        shown = {"username": by.name, "password": by.password, "client_id": "admin-cli", "user_realm_name": by.realm}
        shown["timeout"] = SETUP_TIMEOUT
    else:
        shown = {"client_id": by.client_id, "client_secret_key": by.secret, "user_realm_name": realm}
        shown["timeout"] = TIMEOUT
    connection = KeycloakOpenIDConnection(server_url=url.rstrip("/") + "/", realm_name=realm, max_retries=0, **shown)
    return KeycloakAdmin(connection=connection)


@contextmanager
def told_in_a_sentence(url: str) -> Iterator[None]:
    """Turn what python-keycloak raises into a KeycloakFailure; it raises TypeError for an answer of another shape."""
    try:
        yield
    except KeycloakConnectionError as error:
        raise KeycloakFailure(f"Keycloak at {url} cannot be reached.", unreachable=True) from error
    except KeycloakAuthenticationError as error:
        raise KeycloakFailure(
            f"Keycloak at {url} does not know this administrator or client, or the password or secret is wrong."
        ) from error
    except KeycloakError as error:
        permanent = error.response_code in _NEVER
        raise KeycloakFailure(f"Keycloak at {url} refused: {_reason(error)}.", permanent=permanent) from error
    except TypeError as error:
        raise KeycloakFailure(f"{url} does not answer as Keycloak's admin API does.") from error


def _reason(error: KeycloakError) -> str:
    """Return what the server says; the library reads the key `message`, where Keycloak writes `errorMessage`."""
    try:
        body = json.loads(error.response_body or b"")
        said = body.get("errorMessage") or body.get("error_description") or body.get("error")
    except (ValueError, AttributeError):
        said = None
    return f"{said or 'no reason given'} (HTTP {error.response_code})"
