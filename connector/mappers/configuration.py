"""The configuration as a file: YAML to what is to be, and what is to YAML.

The names that a file may use, of vendors, plans, pools, seat types, roles and permissions, are those of the catalogues;
another is refused with file, line and key, and the nearest names that there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import available_timezones

import yaml

from connector.domain.attributes import USER
from connector.domain.billing import addon_item, plan_item, seat_item
from connector.domain.catalogue import Catalogue
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
from connector.domain.errors import DomainError, InvalidValue
from connector.domain.invitations import LONGEST_REMINDER
from connector.domain.money import checked_currency, read_amount, read_price
from connector.domain.own_catalogue import with_sets, with_sub_accounts
from connector.domain.rates import checked_rate
from connector.domain.seats import LineOrder, WhenFull
from connector.domain.tenancy import Bind, Idp, checked_slug
from connector.mappers.catalogues import known_catalogues, load_catalogue
from connector.mappers.filters import parse_filter
from connector.mappers.strict_yaml import Value, read_document

VERSION = 1
"""Of the form of the file."""

UNLIMITED = "unlimited"
TENANT = ("title", "directories", "accounts", "rules")
DIRECTORY = ("active", "sign_in", "requests_per_second")
SIGN_IN = ("subject_claim", "bind")
ACCOUNT = (
    "title",
    "owner_email",
    "addons",
    "seats",
    "when_full",
    "line_order",
    "billing",
    "sets",
    "sub_accounts",
    "invitations",
)
ONE_WORD = (WhenFull.WAIT, WhenFull.REFUSE)
GRACE = ("grace", "days")
INVITATIONS = ("mail", "reminder_hours")
BILLING = ("time_zone", "months", "budget", "prices")
RULE = ("directory", "group", "group_external_id", "filter", "seat_type", "role", "permissions", "priority")
LONGEST_PERIOD = 36
LONGEST_GRACE = 366


# From YAML.


def read_configuration(text: str, filename: str) -> Configuration:
    """Read a file; raises FileInvalid at the first thing that is wrong, with file, line and key."""
    top = read_document(text, filename).record(("jumpseat", "tenants"), ("prune",))
    if top["jumpseat"].number() != VERSION:
        top["jumpseat"].refuse(f"this version reads files of form {VERSION}.")
    tenants = {name: _tenant(name, value) for name, value in _named(top["tenants"], "tenant").items()}
    _refuse_repeated(top["tenants"], tenants)
    return Configuration(tenants, top["prune"].flag() if "prune" in top else False)


def _named(value: Value, kind: str) -> dict[str, Value]:
    """Read a map of which every key is a name that may stand in a URL."""
    entries = value.entries()
    for name, entry in entries.items():
        _checked(entry, partial(checked_slug, kind, name))
    return entries


def _checked(value: Value, check: Any) -> Any:
    """Return what a rule of the domain makes of a value; its refusal gets the place in the file."""
    try:
        return check()
    except InvalidValue as refusal:
        value.refuse(refusal.problem)
    except DomainError as refusal:
        value.refuse(str(refusal))


def _tenant(name: str, value: Value) -> StatedTenant:
    record = value.record((), TENANT)
    accounts = _section(record, "accounts", "account")
    found = {key: _account(key, entry) for key, entry in accounts.items()}
    return StatedTenant(
        name,
        _optional(record, "title"),
        {key: _directory(key, entry) for key, entry in _section(record, "directories", "directory").items()},
        found,
        {key: _rule(key, entry, found) for key, entry in _section(record, "rules", "rule").items()},
    )


def _section(record: Mapping[str, Value], key: str, kind: str) -> dict[str, Value]:
    return _named(record[key], kind) if key in record else {}


def _refuse_repeated(value: Value, tenants: Mapping[str, StatedTenant]) -> None:
    """Refuse names that two tenants of the file give to different things: they are unique in an installation."""
    seen: dict[tuple[str, str], str] = {}
    for tenant in tenants.values():
        for kind, names in (("directory", tenant.directories), ("account", tenant.accounts)):
            for name in names:
                if (kind, name) in seen:
                    value.refuse(f"the {kind} {name!r} stands under {seen[kind, name]!r} and {tenant.name!r}.")
                seen[kind, name] = tenant.name


def _optional(record: Mapping[str, Value], key: str) -> str | None:
    return record[key].text() if key in record else None


def _directory(name: str, value: Value) -> StatedDirectory:
    record = value.record(("idp",), DIRECTORY)
    return StatedDirectory(
        name,
        Idp(record["idp"].name(tuple(Idp), "kind of identity provider")),
        record["active"].flag() if "active" in record else None,
        _sign_in(record["sign_in"]) if "sign_in" in record else None,
        _rate(record["requests_per_second"]) if "requests_per_second" in record else None,
    )


def _rate(value: Value) -> int:
    rate: int = _checked(value, partial(checked_rate, value.number()))
    return rate


def _sign_in(value: Value) -> SignIn:
    record = value.record(("issuer", "client_id"), SIGN_IN)
    bind = Bind(record["bind"].name(tuple(Bind), "way to bind")) if "bind" in record else Bind.SUBJECT
    return SignIn(record["issuer"].text(), record["client_id"].text(), _optional(record, "subject_claim"), bind)


def _account(name: str, value: Value) -> StatedAccount:
    record = value.record(("vendor", "plan"), ACCOUNT)
    catalogue = load_catalogue(record["vendor"].name(known_catalogues(), "vendor"))
    plan = catalogue.plan(record["plan"].name(catalogue.plans, "plan"))
    addons = record["addons"].names(plan.addons, "add-on of this plan") if "addons" in record else None
    seats = record["seats"].entries(catalogue.pools, "pool") if "seats" in record else {}
    policies = record["when_full"].entries(catalogue.pools, "pool") if "when_full" in record else {}
    return StatedAccount(
        name,
        catalogue.key,
        plan.key,
        _optional(record, "title"),
        _optional(record, "owner_email"),
        addons,
        {key: _seats(entry) for key, entry in seats.items()},
        {key: _policy(entry, catalogue) for key, entry in policies.items()},
        LineOrder(record["line_order"].name(tuple(LineOrder), "order")) if "line_order" in record else None,
        _billing(record["billing"], catalogue) if "billing" in record else None,
        _sets(record["sets"], catalogue) if "sets" in record else None,
        record["sub_accounts"].names() if "sub_accounts" in record else None,
        _invitations(record["invitations"]) if "invitations" in record else None,
    )


def _sets(value: Value, catalogue: Catalogue) -> dict[str, frozenset[str]]:
    found = {}
    for name, entry in _named(value, "set").items():
        if name in catalogue.roles:
            entry.refuse("is called as a role of the vendor's; choose another name.")
        found[name] = frozenset(entry.names(catalogue.permissions, "permission"))
    return found


def _seats(value: Value) -> int | None:
    return None if value.is_text(UNLIMITED) else value.number()


def _invitations(value: Value) -> StatedInvitations:
    record = value.record((), INVITATIONS)
    hours = record["reminder_hours"].number() if "reminder_hours" in record else None
    if hours is not None and hours > LONGEST_REMINDER:
        record["reminder_hours"].refuse(f"must not be above {LONGEST_REMINDER}, and is {hours}.")
    return StatedInvitations(record["mail"].flag() if "mail" in record else True, hours)


def _policy(value: Value, catalogue: Catalogue) -> PoolPolicy:
    if not value.is_map():
        return PoolPolicy(WhenFull(value.name(ONE_WORD, "policy of one word")))
    if WhenFull.FALLBACK in value.entries((*GRACE, WhenFull.FALLBACK)):
        seat_type = value.record((WhenFull.FALLBACK,))[WhenFull.FALLBACK].name(catalogue.seat_types, "seat type")
        return PoolPolicy(WhenFull.FALLBACK, fallback=seat_type)
    record = value.record(GRACE)
    days = record["days"].number(1)
    if days > LONGEST_GRACE:
        record["days"].refuse(f"must not be above {LONGEST_GRACE}, and is {days}.")
    return PoolPolicy(WhenFull.GRACE, record["grace"].number(1), days)


def _billing(value: Value, catalogue: Catalogue) -> StatedBilling:
    record = value.record(("currency", "anchor"), BILLING)
    currency = _checked(record["currency"], partial(checked_currency, record["currency"].text()))
    months = record["months"].number(1) if "months" in record else 1
    if months > LONGEST_PERIOD:
        record["months"].refuse(f"must not be above {LONGEST_PERIOD}, and is {months}.")
    prices = record["prices"].entries(items_of(catalogue), "item") if "prices" in record else {}
    return StatedBilling(
        currency,
        record["time_zone"].name(available_timezones(), "time zone") if "time_zone" in record else "UTC",
        record["anchor"].day(),
        months,
        _amount(record["budget"]) if "budget" in record else None,
        {item: _price(entry, currency) for item, entry in prices.items()},
    )


def items_of(catalogue: Catalogue) -> list[str]:
    """Return what a vendor sells, as the items of a bill are named."""
    addons = {key for plan in catalogue.plans.values() for key in plan.addons}
    return [*map(plan_item, catalogue.plans), *map(addon_item, sorted(addons)), *map(seat_item, catalogue.pools)]


def _amount(value: Value) -> Decimal:
    amount: Decimal = _checked(value, partial(read_amount, "budget", value.text()))
    return amount


def _price(value: Value, currency: str) -> Decimal:
    price = _checked(value, partial(read_price, "price", value.written()))
    if price.currency != currency:
        value.refuse(f"the account is billed in {currency}, not in {price.currency}.")
    amount: Decimal = price.amount
    return amount


def _rule(name: str, value: Value, accounts: Mapping[str, StatedAccount]) -> StatedRule:
    record = value.record(("account",), RULE)
    account = accounts.get(record["account"].text())
    known = _own_catalogue(account) if account else None
    _check_whom(value, record)
    return StatedRule(
        name,
        record["account"].text(),
        _optional(record, "directory"),
        _optional(record, "group"),
        _optional(record, "group_external_id"),
        _optional(record, "filter"),
        record["seat_type"].name(known.seat_types if known else None, "seat type") if "seat_type" in record else None,
        record["role"].name(known.roles if known else None, "role") if "role" in record else None,
        record["permissions"].names(known.permissions if known else None, "permission")
        if "permissions" in record
        else (),
        record["priority"].number(-1_000_000) if "priority" in record else 0,
    )


def _own_catalogue(account: StatedAccount) -> Catalogue:
    """Return what rules of the file may name: what the vendor has, and what the file states of the account's own."""
    catalogue = with_sets(load_catalogue(account.vendor), account.sets or {})
    return with_sub_accounts(catalogue, account.sub_accounts or ())


def _check_whom(value: Value, record: Mapping[str, Value]) -> None:
    grouped = "group" in record or "group_external_id" in record
    if grouped == ("filter" in record):
        value.refuse("must say whom it is about: either a group or a filter.")
    if grouped and "directory" not in record:
        value.refuse("lacks the key 'directory': a group belongs to one.")
    if "filter" in record:
        _checked(record["filter"], partial(parse_filter, record["filter"].text(), USER))


# To YAML.


def written(configuration: Configuration) -> str:
    """Write a configuration as a file that reads back as the same."""
    tenants = {name: tenant_document(tenant) for name, tenant in configuration.tenants.items()}
    document: dict[str, Any] = {"jumpseat": VERSION} | ({"prune": True} if configuration.prune else {})
    text = yaml.dump(
        document | {"tenants": tenants}, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110, indent=2
    )
    return str(text)


class _Plain(yaml.SafeDumper):
    """Writes no anchors, which the reader refuses."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def tenant_document(tenant: StatedTenant) -> dict[str, Any]:
    """Return a tenant as a plain document."""
    return _said(
        title=tenant.title,
        directories={name: directory_document(one) for name, one in tenant.directories.items()},
        accounts={name: account_document(one) for name, one in tenant.accounts.items()},
        rules={name: rule_document(one) for name, one in tenant.rules.items()},
    )


def directory_document(one: StatedDirectory) -> dict[str, Any]:
    """Return a directory as a plain document."""
    sign_in = one.sign_in and _said(
        issuer=one.sign_in.issuer,
        client_id=one.sign_in.client_id,
        subject_claim=one.sign_in.subject_claim,
        bind=one.sign_in.bind.value,
    )
    return _said(idp=one.idp.value, active=one.active, sign_in=sign_in, requests_per_second=one.requests_per_second)


def account_document(one: StatedAccount) -> dict[str, Any]:
    """Return an account as a plain document."""
    return _said(
        vendor=one.vendor,
        plan=one.plan,
        title=one.title,
        owner_email=one.owner_email,
        addons=list(one.addons) if one.addons else None,
        seats={key: UNLIMITED if number is None else number for key, number in one.seats.items()},
        when_full={key: _policy_document(policy) for key, policy in one.when_full.items()},
        line_order=one.line_order and one.line_order.value,
        billing=one.billing and _billing_document(one.billing),
        sets={name: sorted(held) for name, held in sorted((one.sets or {}).items())} or None,
        sub_accounts=list(one.sub_accounts) if one.sub_accounts else None,
        invitations=one.invitations
        and _said(mail=None if one.invitations.mails else False, reminder_hours=one.invitations.reminder_hours),
    )


def _policy_document(policy: PoolPolicy) -> object:
    if policy.when_full is WhenFull.GRACE:
        return {"grace": policy.seats, "days": policy.days}
    if policy.fallback is not None:
        return {"fallback": policy.fallback}
    return policy.when_full.value


def _billing_document(one: StatedBilling) -> dict[str, Any]:
    return _said(
        currency=one.currency,
        time_zone=one.time_zone,
        anchor=one.anchor.isoformat(),
        months=one.months,
        budget=None if one.budget is None else f"{one.budget:f}",
        prices={item: f"{price:f} {one.currency}" for item, price in sorted(one.prices.items())},
    )


def rule_document(one: StatedRule) -> dict[str, Any]:
    """Return a rule as a plain document."""
    return _said(
        account=one.account,
        directory=one.directory,
        group=one.group,
        group_external_id=one.group_external_id,
        filter=one.filter,
        seat_type=one.seat_type,
        role=one.role,
        permissions=sorted(one.permissions) or None,
        priority=one.priority or None,
    )


def _said(**facts: Any) -> dict[str, Any]:
    """Return the facts that say something."""
    return {key: value for key, value in facts.items() if value is not None and value != {}}
