"""How Okta, Entra ID and Keycloak each speak OpenID Connect: their paths, and the claims they make of a person."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

Claims = dict[str, Any]

ENTRA_TENANT = "7d1c6c2e-2f0a-4e0e-9a55-3b6f0c8d9a10"


class Speech(StrEnum):
    """Whose manners the provider takes on."""

    OKTA = "okta"
    ENTRA = "entra"
    KEYCLOAK = "keycloak"


@dataclass(frozen=True, slots=True)
class ProviderPerson:
    """Somebody who can sign in here; `id` is what this provider's SCIM client would send as `externalId`."""

    id: str
    user_name: str
    name: str
    email: str
    email_verified: bool = True


@dataclass(frozen=True, slots=True)
class Manners:
    """The paths of one product, whether it names itself in the response (RFC 9207), and its claims of a person."""

    authorize: str
    token: str
    keys: str
    userinfo: str
    end_session: str
    names_itself: bool
    hashes_access_token: bool
    claims: Callable[[ProviderPerson, str], Claims]


def _okta(person: ProviderPerson, client_id: str) -> Claims:
    return {
        "sub": person.id,
        "ver": 1,
        "amr": ["pwd"],
        "name": person.name,
        "preferred_username": person.user_name,
        "email": person.email,
        "email_verified": person.email_verified,
    }


def _entra(person: ProviderPerson, client_id: str) -> Claims:
    """State no `email_verified`, and a `sub` that differs by client; `oid` is the person (Entra: ID token claims)."""
    pairwise = hashlib.sha256(f"{client_id} {person.id}".encode()).digest()
    return {
        "sub": base64.urlsafe_b64encode(pairwise).rstrip(b"=").decode(),
        "oid": person.id,
        "tid": ENTRA_TENANT,
        "ver": "2.0",
        "name": person.name,
        "preferred_username": person.user_name,
        "email": person.email,
    }


def _keycloak(person: ProviderPerson, client_id: str) -> Claims:
    return {
        "sub": person.id,
        "typ": "ID",
        "azp": client_id,
        "acr": "1",
        "name": person.name,
        "preferred_username": person.user_name,
        "email": person.email,
        "email_verified": person.email_verified,
    }


MANNERS: Mapping[Speech, Manners] = {
    Speech.OKTA: Manners(
        authorize="/oauth2/v1/authorize",
        token="/oauth2/v1/token",  # noqa: S106 -- a path
        keys="/oauth2/v1/keys",
        userinfo="/oauth2/v1/userinfo",
        end_session="/oauth2/v1/logout",
        names_itself=False,
        hashes_access_token=True,
        claims=_okta,
    ),
    Speech.ENTRA: Manners(
        authorize="/oauth2/v2.0/authorize",
        token="/oauth2/v2.0/token",  # noqa: S106 -- a path
        keys="/discovery/v2.0/keys",
        userinfo="/oidc/userinfo",
        end_session="/oauth2/v2.0/logout",
        names_itself=False,
        hashes_access_token=False,
        claims=_entra,
    ),
    Speech.KEYCLOAK: Manners(
        authorize="/protocol/openid-connect/auth",
        token="/protocol/openid-connect/token",  # noqa: S106 -- a path
        keys="/protocol/openid-connect/certs",
        userinfo="/protocol/openid-connect/userinfo",
        end_session="/protocol/openid-connect/logout",
        names_itself=True,
        hashes_access_token=True,
        claims=_keycloak,
    ),
}


def read_people(path: Path) -> list[ProviderPerson]:
    """Read a JSON list of objects whose members are those of ProviderPerson."""
    return [ProviderPerson(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
