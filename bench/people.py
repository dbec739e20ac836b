"""The people and groups of the benchmark: documents of about 1 kB with the enterprise extension, all different."""

from __future__ import annotations

import json
from typing import Any

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

DEPARTMENTS = ("Sales", "Marketing", "Support", "Finance", "Engineering", "Operations", "Legal", "People")
CITIES = ("Lyon", "Paris", "Lille", "Nantes", "Berlin", "Madrid", "Torino", "Dublin")

Document = dict[str, Any]


def user_name(number: int) -> str:
    return f"person.{number:07d}@bench.example"


def external_id(number: int) -> str:
    return f"00u{number:07d}bench"


def person(number: int) -> Document:
    """Return the document of one person, as an identity provider sends it."""
    given, family = f"Given{number:07d}", f"Family{number % 997:03d}"
    city = CITIES[number % len(CITIES)]
    return {
        "schemas": [USER, ENTERPRISE],
        "externalId": external_id(number),
        "userName": user_name(number),
        "name": {"givenName": given, "familyName": family, "formatted": f"{given} {family}"},
        "displayName": f"{given} {family}",
        "title": "Account manager",
        "userType": "Employee",
        "preferredLanguage": "fr-FR",
        "locale": "fr-FR",
        "timezone": "Europe/Paris",
        "active": True,
        "emails": [
            {"value": user_name(number), "type": "work", "primary": True},
            {"value": f"private.{number:07d}@home.example", "type": "home"},
        ],
        "phoneNumbers": [{"value": f"+33 1 55 {number % 10_000_000:07d}", "type": "work"}],
        "addresses": [
            {
                "type": "work",
                "streetAddress": f"{number % 200 + 1} rue de la République",
                "locality": city,
                "postalCode": f"{69000 + number % 900}",
                "country": "FR",
                "primary": True,
            }
        ],
        ENTERPRISE: {
            "employeeNumber": f"{number:07d}",
            "costCenter": f"CC-{number % 40:03d}",
            "organization": "Bench",
            "division": city,
            "department": DEPARTMENTS[number % len(DEPARTMENTS)],
        },
    }


def body(document: Document) -> bytes:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def group(name: str) -> Document:
    return {"schemas": [GROUP], "displayName": name, "externalId": f"00g-{name}"}


def adding(ids: list[str]) -> Document:
    """Return the PATCH that adds these members."""
    return _patch({"op": "add", "path": "members", "value": [{"value": one} for one in ids]})


def removing(one: str) -> Document:
    """Return the PATCH that removes one member, as RFC 7644 section 3.5.2.2 writes it."""
    return _patch({"op": "remove", "path": f'members[value eq "{one}"]'})


def removing_by_value(one: str) -> Document:
    """Return the PATCH that removes one member by a list of values, which some servers ask for."""
    return _patch({"op": "remove", "path": "members", "value": [{"value": one}]})


def deactivating() -> Document:
    return _patch({"op": "replace", "path": "active", "value": False})


def _patch(operation: Document) -> Document:
    return {"schemas": [PATCH], "Operations": [operation]}
