"""The way to a Keycloak server's admin API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from keycloak import KeycloakAdmin, KeycloakOpenIDConnection
from keycloak.exceptions import KeycloakAuthenticationError, KeycloakConnectionError, KeycloakError

TIMEOUT = 15
"""Seconds that one request may take. Creating a realm is the slowest; it takes about a second."""


class KeycloakFailure(Exception):
    """Keycloak is not there, or would not do what it was asked. What was done before stands; asking again continues."""


@dataclass(frozen=True, slots=True)
class Administrator:
    """Somebody who may change the realm; `realm` is where she signs in, most often `master`."""

    name: str
    password: str = field(repr=False)
    realm: str = "master"


def connect(url: str, realm: str, administrator: Administrator) -> KeycloakAdmin:
    """Return the admin API of one realm. Nothing is sent before the first call.

    No request is sent twice by itself: python-keycloak's own retries would repeat a POST.
    """
    connection = KeycloakOpenIDConnection(
        server_url=url.rstrip("/") + "/",
        realm_name=realm,
        user_realm_name=administrator.realm,
        username=administrator.name,
        password=administrator.password,
        client_id="admin-cli",
        timeout=TIMEOUT,
        max_retries=0,
    )
    return KeycloakAdmin(connection=connection)


@contextmanager
def told_in_a_sentence(url: str) -> Iterator[None]:
    """Turn what python-keycloak raises into a KeycloakFailure; it raises TypeError for an answer of another shape."""
    try:
        yield
    except KeycloakConnectionError as error:
        raise KeycloakFailure(f"Keycloak at {url} cannot be reached.") from error
    except KeycloakAuthenticationError as error:
        raise KeycloakFailure(
            f"Keycloak at {url} does not know this administrator, or the password is wrong."
        ) from error
    except KeycloakError as error:
        raise KeycloakFailure(f"Keycloak at {url} refused: {_reason(error)}.") from error
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
