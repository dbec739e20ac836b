"""What an installation is to be, as one file states it: tenants, directories, accounts, rules.

What is None, or not there, is not mentioned: it stays as it is, or is what it is where nobody says anything. People,
secrets, what is under way (a planned change of plan, seats to be given back) and the ledger are no part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from connector.domain.seats import LineOrder, WhenFull
from connector.domain.tenancy import Bind, Idp


@dataclass(frozen=True, slots=True)
class SignIn:
    """How a directory's people sign in, without the client's secret; `subject_claim` None is the preset's."""

    issuer: str
    client_id: str
    subject_claim: str | None = None
    bind: Bind = Bind.SUBJECT


@dataclass(frozen=True, slots=True)
class StatedDirectory:
    """A connection to an identity provider."""

    name: str
    idp: Idp
    active: bool | None = None
    sign_in: SignIn | None = None
    requests_per_second: int | None = None


@dataclass(frozen=True, slots=True)
class PoolPolicy:
    """What a pool does when it is full; a grace has `seats`, for `days`, a fallback the seat type given instead."""

    when_full: WhenFull
    seats: int = 0
    days: int = 0
    fallback: str | None = None


@dataclass(frozen=True, slots=True)
class StatedBilling:
    """How an account is billed, stated whole but for `prices`: a month, by item, of which those not named stay."""

    currency: str
    time_zone: str
    anchor: date
    months: int = 1
    budget: Decimal | None = None
    prices: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StatedInvitations:
    """How an account's invitations are sent, stated whole: by letter, and how many hours before the end reminded of."""

    mails: bool = True
    reminder_hours: int | None = None


@dataclass(frozen=True, slots=True)
class StatedAccount:
    """An account at a vendor; `seats` and `when_full` are by pool, seats None being without limit.

    `addons`, `sets` (permissions by name) and `sub_accounts` are stated whole: what they do not name, is taken away.
    """

    name: str
    vendor: str
    plan: str
    title: str | None = None
    owner_email: str | None = None
    addons: tuple[str, ...] | None = None
    seats: Mapping[str, int | None] = field(default_factory=dict)
    when_full: Mapping[str, PoolPolicy] = field(default_factory=dict)
    line_order: LineOrder | None = None
    billing: StatedBilling | None = None
    sets: Mapping[str, frozenset[str]] | None = None
    sub_accounts: tuple[str, ...] | None = None
    invitations: StatedInvitations | None = None


@dataclass(frozen=True, slots=True)
class StatedRule:
    """A rule, stated whole: what it does not name, it does not ask for."""

    name: str
    account: str
    directory: str | None = None
    group: str | None = None
    group_external_id: str | None = None
    filter: str | None = None
    seat_type: str | None = None
    role: str | None = None
    permissions: tuple[str, ...] = ()
    priority: int = 0


@dataclass(frozen=True, slots=True)
class StatedTenant:
    """A customer organisation with what belongs to it, by name."""

    name: str
    title: str | None = None
    directories: Mapping[str, StatedDirectory] = field(default_factory=dict)
    accounts: Mapping[str, StatedAccount] = field(default_factory=dict)
    rules: Mapping[str, StatedRule] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Configuration:
    """A whole file; with `prune`, rules of its tenants that it does not name are removed."""

    tenants: Mapping[str, StatedTenant]
    prune: bool = False


class Sign(StrEnum):
    """What becomes of something."""

    ADDED = "+"
    CHANGED = "~"
    REMOVED = "-"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it is to be: `before` and `after` have what differs, by dotted key."""

    sign: Sign
    kind: str
    name: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def difference(
    kind: str, name: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Difference | None:
    """Compare one thing as it is and as it is to be, both as plain documents; None where they are alike."""
    was, becomes = flat(before or {}), flat(after or {})
    sign = Sign.ADDED if before is None else Sign.REMOVED if after is None else Sign.CHANGED
    if sign is Sign.CHANGED and was == becomes:
        return None
    differing = [key for key in {**was, **becomes} if was.get(key) != becomes.get(key)]
    return Difference(
        sign,
        kind,
        name,
        {key: was[key] for key in differing if key in was},
        {key: becomes[key] for key in differing if key in becomes},
    )


def flat(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a document's values by dotted key; a list is one value."""
    found: dict[str, Any] = {}
    for key, value in document.items():
        found |= flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return found
