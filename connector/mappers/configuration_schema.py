"""The JSON schema of the configuration file, with which an editor completes and checks it.

It is made of what the reader knows, so that it says the same: the keys of `mappers/configuration.py`, and the
vendors, plans, pools, seat types, roles and permissions of the catalogues.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from connector.domain.catalogue import Catalogue
from connector.domain.invitations import LONGEST_REMINDER
from connector.domain.rates import LEAST_RATE, MOST_RATE
from connector.domain.seats import LineOrder
from connector.domain.tenancy import SLUG, Bind, Idp
from connector.mappers import configuration as file
from connector.mappers.catalogues import known_catalogues, load_catalogue

URL = "jumpseat.schema.json"
"""Where an exported file looks for it: beside itself."""

Schema = dict[str, Any]
TEXT: Schema = {"type": "string", "minLength": 1}
WHOLE: Schema = {"type": "integer", "minimum": 0}
AMOUNT = r"^[0-9]{1,12}(\.[0-9]{1,6})?$"
OWN_ROLE = r"^[a-z0-9][a-z0-9_-]*(@[a-z0-9-]+)?$"
IN_SUB_ACCOUNT = r"^[a-z0-9_.]+@[a-z0-9-]+$"
PRICE = r"^[0-9]{1,12}(\.[0-9]{1,6})? [A-Z]{3}$"


def as_json() -> str:
    """Return the schema as text, the same for the same catalogues."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def schema() -> Schema:
    """Return the schema (JSON Schema, draft 7, which editors know best)."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "What a Jumpseat installation is to be",
        "description": "What is not mentioned stays as it is.",
        **_record(
            {"jumpseat": _told("The form of this file.", {"const": file.VERSION}), "tenants": _by_name(_tenant())},
            {"prune": _told("Remove rules of these tenants that are not in this file.", {"type": "boolean"})},
        ),
    }


def _tenant() -> Schema:
    return _record(
        {},
        {
            "title": _told("What letters call the organisation.", TEXT),
            "directories": _by_name(_directory()),
            "accounts": _by_name(_account()),
            "rules": _by_name(_rule()),
        },
    )


def _directory() -> Schema:
    sign_in = _record(
        {"issuer": _told("The provider's https address.", TEXT), "client_id": TEXT},
        {
            "subject_claim": _told("The claim that equals externalId.", TEXT),
            "bind": _told("What makes a signed-in identity that of the invited person.", _one_of(Bind)),
        },
    )
    return _record(
        {"idp": _one_of(Idp)},
        {
            "active": {"type": "boolean"},
            "sign_in": sign_in,
            "requests_per_second": _told("A limit of its SCIM requests.", _within(LEAST_RATE, MOST_RATE)),
        },
    )


def _account() -> Schema:
    catalogues = [load_catalogue(key) for key in known_catalogues()]
    limit = {"anyOf": [WHOLE, {"const": file.UNLIMITED}]}
    grace = _record({"grace": {"type": "integer", "minimum": 1}, "days": _within(1, file.LONGEST_GRACE)}, {})
    fallback = _record({"fallback": _told("The seat type that is given meanwhile.", TEXT)}, {})
    policy = {"anyOf": [_one_of(file.ONE_WORD), grace, fallback]}
    record = _record(
        {"vendor": _one_of(one.key for one in catalogues), "plan": TEXT},
        {
            "title": TEXT,
            "owner_email": _told("Who owns the account at the vendor.", TEXT),
            "addons": _told("All that are taken; without this key they stay.", _list(TEXT)),
            "seats": _told("Seats by pool.", {"type": "object", "additionalProperties": limit}),
            "when_full": _told("What a pool does when it is full.", {"type": "object", "additionalProperties": policy}),
            "line_order": _told("Who of those that wait is served first.", _one_of(LineOrder)),
            "billing": _billing(),
            "sets": _told("Permission sets of its own, by name; all of them.", _by_name(_list(TEXT))),
            "invitations": _told(
                "How they are sent; stated whole. Hours before the end, 0 for no reminder.",
                _record({}, {"mail": {"type": "boolean"}, "reminder_hours": _within(0, LONGEST_REMINDER)}),
            ),
            "sub_accounts": _told("Accounts below it; all of them.", _list({"pattern": f"^{SLUG.pattern}$"})),
        },
    )
    return record | {"allOf": [_of_vendor(one) for one in catalogues]}


def _of_vendor(one: Catalogue) -> Schema:
    """Return what holds for accounts of one vendor: its plans, add-ons, pools and items."""
    addons = sorted({key for plan in one.plans.values() for key in plan.addons})
    named = {"propertyNames": _one_of(one.pools)}
    billing = {"properties": {"prices": {"propertyNames": _one_of(file.items_of(one))}}}
    then = {
        "plan": _one_of(one.plans),
        "addons": {"items": _one_of(addons)} if addons else {"maxItems": 0},
        "seats": named,
        "when_full": named,
        "billing": billing,
    }
    return {
        "if": {"properties": {"vendor": {"const": one.key}}, "required": ["vendor"]},
        "then": {"properties": then},
    }


def _billing() -> Schema:
    price = {"type": "string", "pattern": PRICE}
    return _record(
        {
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
            "anchor": _told("A day on which a period begins.", {"type": "string", "format": "date"}),
        },
        {
            "time_zone": _told("Where a day begins, for example Europe/Paris; UTC unless told.", TEXT),
            "months": _within(1, file.LONGEST_PERIOD),
            "budget": _told("Above it, a purchase needs approval.", {"type": "string", "pattern": AMOUNT}),
            "prices": _told("A month, for example 12.00 EUR.", {"type": "object", "additionalProperties": price}),
        },
    )


def _rule() -> Schema:
    catalogues = [load_catalogue(key) for key in known_catalogues()]
    return _record(
        {"account": TEXT},
        {
            "directory": _told("Whose group, or whose people.", TEXT),
            "group": _told("Its displayName; it need not have been seen yet.", TEXT),
            "group_external_id": TEXT,
            "filter": _told('A SCIM filter on people, for example title eq "Sales".', TEXT),
            "seat_type": _one_of(sorted({key for one in catalogues for key in one.seat_types})),
            "role": _or_own(sorted({key for one in catalogues for key in one.roles}), OWN_ROLE),
            "permissions": _list(
                _or_own(sorted({key for one in catalogues for key in one.permissions}), IN_SUB_ACCOUNT)
            ),
            "priority": _told("Higher is listed first.", {"type": "integer"}),
        },
    )


def _record(required: dict[str, Schema], optional: dict[str, Schema]) -> Schema:
    found: Schema = {"type": "object", "properties": required | optional, "additionalProperties": False}
    return found | ({"required": list(required)} if required else {})


def _by_name(schema: Schema) -> Schema:
    names = {"pattern": f"^{SLUG.pattern}$"}
    return {"type": "object", "propertyNames": names, "additionalProperties": schema}


def _one_of(words: Iterable[str]) -> Schema:
    return {"enum": [str(word) for word in words]}


def _or_own(words: Iterable[str], pattern: str) -> Schema:
    """Return what the vendors name, or what an account has of its own."""
    return {"anyOf": [_one_of(words), {"type": "string", "pattern": pattern}]}


def _list(schema: Schema) -> Schema:
    return {"type": "array", "items": schema, "uniqueItems": True}


def _within(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def _told(description: str, schema: Schema) -> Schema:
    return {"description": description, **schema}
