"""Users and groups of a Keycloak realm, as its admin API shows them, read as the SCIM documents that it cannot send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.domain.people import Document, StatedGroup, StatedPerson
from connector.mappers.groups import stated_group
from connector.mappers.people import stated_person

Representation = Mapping[str, Any]


def person_stated(user: Representation) -> StatedPerson:
    """Return what a realm says of a user; her externalId is her id there, the `sub` that she signs in with.

    Raises KeyError for what is no user.
    """
    return stated_person(user_document(user))


def user_document(user: Representation) -> Document:
    """Return a user as a SCIM User (RFC 7643 section 4.1); what the realm does not say is left out."""
    given, family, email = (_text(user.get(name)) for name in ("firstName", "lastName", "email"))
    full = " ".join(part for part in (given, family) if part)
    document = {
        "externalId": str(user["id"]),
        "userName": str(user["username"]),
        "active": user.get("enabled") is True,
        "displayName": full,
        "name": _filled({"givenName": given, "familyName": family, "formatted": full}),
        "emails": [{"value": email, "type": "work", "primary": True}] if email else [],
        "preferredLanguage": next(iter(user.get("attributes", {}).get("locale", ())), None),
    }
    return _filled(document)


def group_stated(group: Representation) -> StatedGroup:
    """Return what a realm says of a group. A group within another bears its path, for two may have one name."""
    name = str(group["name"])
    path = str(group.get("path") or name).removeprefix("/")
    return stated_group({"externalId": str(group["id"]), "displayName": path if "/" in path else name})


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _filled(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value not in (None, "", [], {})}
