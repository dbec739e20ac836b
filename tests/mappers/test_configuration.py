"""The configuration as a file: what it may say, what it is refused for, and that it reads back as it was written."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from connector.domain.configuration import (
    Configuration,
    PoolPolicy,
    SignIn,
    StatedAccount,
    StatedBilling,
    StatedDirectory,
    StatedInvitations,
    StatedRule,
    StatedTenant,
)
from connector.domain.errors import FileInvalid
from connector.domain.seats import LineOrder, WhenFull
from connector.domain.tenancy import Bind, Idp
from connector.mappers.configuration import read_configuration, written
from connector.mappers.configuration_schema import as_json, schema

KEPT = Path(__file__).parents[2] / "docs" / "reference" / "jumpseat.schema.json"

EVERYTHING = Configuration(
    {
        "acme": StatedTenant(
            "acme",
            "Société Acmé: «ventes»",
            {
                "acme-local": StatedDirectory("acme-local", Idp.LOCAL, True),
                "okta": StatedDirectory(
                    "okta", Idp.OKTA, False, SignIn("https://idp.example", "0", "sub", Bind.FIRST_ACCEPTANCE), 25
                ),
            },
            {
                "hub": StatedAccount(
                    "hub",
                    "hubspot",
                    "marketing_pro",
                    "yes",
                    "it@acme.example",
                    ("sales_or_service_pro_or_enterprise",),
                    {"core": 7, "view_only": None},
                    {
                        "core": PoolPolicy(WhenFull.GRACE, 2, 14),
                        "partner": PoolPolicy(WhenFull.REFUSE),
                        "sales_service": PoolPolicy(WhenFull.FALLBACK, fallback="core"),
                    },
                    LineOrder.PRIORITY,
                    StatedBilling(
                        "EUR",
                        "Europe/Paris",
                        date(2026, 1, 31),
                        12,
                        Decimal("1000.50"),
                        {"seats/core": Decimal("45.00")},
                    ),
                    invitations=StatedInvitations(mails=False, reminder_hours=0),
                )
            },
            {
                "sales": StatedRule(
                    "sales",
                    "hub",
                    "okta",
                    "2026-01-31",
                    "null",
                    None,
                    "core",
                    "super_admin",
                    ("contacts.view", "deals.view"),
                    -3,
                ),
                "all": StatedRule("all", "hub", filter='active eq true and title co "é: #"', seat_type="view_only"),
            },
        ),
        "empty": StatedTenant("empty"),
    },
    prune=True,
)


def test_what_is_written_reads_back_as_the_same() -> None:
    """Words that YAML would read as something else are quoted, and no anchor is ever written."""
    text = written(EVERYTHING)
    assert read_configuration(text, "a.yaml") == EVERYTHING
    assert "Société Acmé: «ventes»" in text


TEMPLATE = """\
jumpseat: 1
tenants:
  acme:
    directories:
      okta: {idp: okta, sign_in: {issuer: "https://idp.example", client_id: jumpseat}}
    accounts:
      hub:
        vendor: hubspot
        plan: marketing_pro
        addons: [sales_or_service_pro_or_enterprise]
        seats: {core: 7}
        when_full: {core: {grace: 2, days: 14}}
        billing: {currency: EUR, time_zone: Europe/Paris, anchor: 2026-01-31, months: 1, budget: "100", prices: {seats/core: 45.00 EUR}}
    rules:
      sales: {account: hub, directory: okta, group: Sales, seat_type: core, permissions: [contacts.view]}
"""  # noqa: E501


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "said"),
    [
        ("jumpseat: 1", "jumpseat: 2", 1, "jumpseat", "files of form 1"),
        ("  acme:", "  Acme:", 4, "tenants.Acme", "for example 'acme'"),
        ("accounts:", "accountz:", 6, "tenants.acme.accountz", "Known, nearest first: accounts"),
        ("idp: okta", "idp: octa", 5, "tenants.acme.directories.okta.idp", "Known, nearest first: okta"),
        ("vendor: hubspot", "vendor: hubspt", 8, "tenants.acme.accounts.hub.vendor", "nearest first: hubspot"),
        ("plan: marketing_pro", "plan: marketing", 9, "tenants.acme.accounts.hub.plan", "nearest first: marketing_pro"),
        ("[sales_or_service_pro_or_enterprise]", "[sales]", 10, "tenants.acme.accounts.hub.addons[1]", "add-on of"),
        ("{core: 7}", "{cor: 7}", 11, "tenants.acme.accounts.hub.seats.cor", "nearest first: core"),
        ("{core: 7}", "{core: -1}", 11, "tenants.acme.accounts.hub.seats.core", "must not be below 0, and is -1"),
        ("{core: 7}", "{core: many}", 11, "tenants.acme.accounts.hub.seats.core", "must be a whole number"),
        ("grace: 2", "grace: 0", 12, "tenants.acme.accounts.hub.when_full.core.grace", "must not be below 1"),
        ("days: 14", "days: 400", 12, "tenants.acme.accounts.hub.when_full.core.days", "must not be above 366"),
        ("{grace: 2, days: 14}", "grace", 12, "tenants.acme.accounts.hub.when_full.core", "wait"),
        ("{grace: 2, days: 14}", "{fallback: cor}", 12, "tenants.acme.accounts.hub.when_full.core.fallback", ": core"),
        ("{grace: 2, days: 14}", "{fallback: core, d: 1}", 12, "tenants.acme.accounts.hub.when_full.core.d", "key"),
        ("{grace: 2, days: 14}", "fallback", 12, "tenants.acme.accounts.hub.when_full.core", "wait"),
        ("idp: okta,", "idp: okta, requests_per_second: 3,", 5, "tenants.acme.directories.okta.requests_per_second", ""),  # noqa: E501
        ("currency: EUR", "currency: euro", 13, "tenants.acme.accounts.hub.billing.currency", "ISO 4217"),
        ("Europe/Paris", "Europe/Pari", 13, "tenants.acme.accounts.hub.billing.time_zone", "first: Europe/Paris"),
        ("2026-01-31", "2026-02-30", 13, "tenants.acme.accounts.hub.billing.anchor", "a day written as 2026-01-31"),
        ("months: 1", "months: 37", 13, "tenants.acme.accounts.hub.billing.months", "must not be above 36"),
        ('"100"', "100", 13, "tenants.acme.accounts.hub.billing.budget", "must be a text"),
        ("45.00 EUR", "45.00", 13, "tenants.acme.accounts.hub.billing.prices.seats/core", "lacks its currency"),
        ("45.00 EUR", '"45.00"', 13, "tenants.acme.accounts.hub.billing.prices.seats/core", "lacks its currency"),
        ("45.00 EUR", "45.00 USD", 13, "tenants.acme.accounts.hub.billing.prices.seats/core", "not in USD"),
        ("seats/core:", "seats/cor:", 13, "tenants.acme.accounts.hub.billing.prices.seats/cor", "first: seats/core"),
        ("seat_type: core", "seat_type: cor", 15, "tenants.acme.rules.sales.seat_type", "nearest first: core"),
        ("contacts.view]", "contact.view]", 15, "tenants.acme.rules.sales.permissions[1]", "first: contacts.view"),
        ("group: Sales", "priority: 1", 15, "tenants.acme.rules.sales", "either a group or a filter"),
        ("group: Sales", "group: S, filter: active eq true", 15, "tenants.acme.rules.sales", "either a group or"),
        (" directory: okta,", "", 15, "tenants.acme.rules.sales", "lacks the key 'directory'"),
        ("group: Sales", "filter: titl eq 1", 15, "tenants.acme.rules.sales.filter", "title"),
        ("group: Sales", "group: &a Sales", 15, "(document)", "anchors and aliases are not allowed"),
        ("      okta: {", "      hub: &a {", 5, "(document)", "anchors"),
        ("{core: 7}", "{core: 7, core: 8}", 11, "tenants.acme.accounts.hub.seats.core", "stands here twice"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(old: str, new: str, line: int, key: str, said: str) -> None:
    """File, line and key, and what would be right: of a name, those that there are, nearest first."""
    assert TEMPLATE.count(old) >= 1
    with pytest.raises(FileInvalid) as caught:
        read_configuration(TEMPLATE.replace(old, new, 1), "company.yaml")
    assert (caught.value.file, caught.value.line, caught.value.key) == ("company.yaml", line, key)
    assert said in caught.value.problem


def test_a_name_stands_under_one_tenant() -> None:
    """Names of accounts and directories are unique in an installation, so a second one would be a slip."""
    twice = TEMPLATE + "  umbra: {accounts: {hub: {vendor: plain, plan: standard}}}\n"
    with pytest.raises(FileInvalid, match="'hub' stands under 'acme' and 'umbra'"):
        read_configuration(twice, "company.yaml")


def test_a_day_begins_in_utc_unless_a_file_says_where() -> None:
    """As with `jumpseat account billing` and over the API."""
    stated = read_configuration(TEMPLATE.replace(" time_zone: Europe/Paris,", ""), "company.yaml")
    billing = stated.tenants["acme"].accounts["hub"].billing
    assert billing is not None
    assert billing.time_zone == "UTC"


def test_the_schema_that_is_kept_is_current() -> None:
    """Written anew by: jumpseat schema > docs/reference/jumpseat.schema.json."""
    assert KEPT.read_text(encoding="utf-8") == as_json()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("vendor: hubspot", "vendor: hubspt"),
        ("plan: marketing_pro", "plan: marketing"),
        ("{core: 7}", "{cor: 7}"),
        ("{core: 7}", "{core: -1}"),
        ("{core: 7}", "{core: many}"),
        ("currency: EUR", "currency: euro"),
        (" time_zone: Europe/Paris,", ""),
        ("{grace: 2, days: 14}", "{fallback: core}"),
        ("{grace: 2, days: 14}", "fallback"),
        ("idp: okta,", "idp: okta, requests_per_second: 3,"),
        ("45.00 EUR", '"45.00"'),
        ("seats/core:", "seats/cor:"),
        ("seat_type: core", "seat_type: cor"),
        ("idp: okta", "idp: octa"),
        ("accounts:", "accountz:"),
    ],
)
def test_the_schema_says_of_a_file_what_the_reader_says(old: str, new: str) -> None:
    """An editor underlines what would be refused, and nothing else."""
    text = TEMPLATE.replace(old, new, 1)
    plain = yaml.safe_load(text.replace("2026-01-31", '"2026-01-31"'))
    try:
        read_configuration(text, "company.yaml")
    except FileInvalid:
        assert not fits(plain, schema())
    else:
        assert fits(plain, schema())
        assert fits(yaml.safe_load(written(EVERYTHING)), schema())


def fits(value: Any, wanted: dict[str, Any]) -> bool:
    """Judge a value by the words of JSON Schema that ours uses."""
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
    if "type" in wanted and not isinstance(value, kinds[wanted["type"]]):
        return False
    if ("const" in wanted and value != wanted["const"]) or ("enum" in wanted and value not in wanted["enum"]):
        return False
    if "anyOf" in wanted and not any(fits(value, one) for one in wanted["anyOf"]):
        return False
    if "pattern" in wanted and not re.search(wanted["pattern"], value):
        return False
    if isinstance(value, int) and not wanted.get("minimum", value) <= value <= wanted.get("maximum", value):
        return False
    for one in wanted.get("allOf", ()):
        if fits(value, one["if"]) and not fits(value, one["then"]):
            return False
    if isinstance(value, list):
        return len(value) <= wanted.get("maxItems", len(value)) and all(
            fits(one, wanted.get("items", {})) for one in value
        )
    if not isinstance(value, dict):
        return True
    known, other = wanted.get("properties", {}), wanted.get("additionalProperties", {})
    return (
        set(wanted.get("required", ())) <= value.keys()
        and all(fits(key, wanted.get("propertyNames", {})) for key in value)
        and all(key in known or (other is not False and fits(one, other)) for key, one in value.items())
        and all(fits(value[key], one) for key, one in known.items() if key in value)
    )
