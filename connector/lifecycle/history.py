"""History: what people held when, given by whom and why; and who held which seat at what price.

All of it is read from the append-only trail and from the books, so that it cannot be told otherwise afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from connector.domain.accounts import Account
from connector.domain.catalogue import Catalogue
from connector.domain.events import CauseKind
from connector.domain.people import Person
from connector.domain.seat_ledger import Change, Held, holdings, with_prices
from connector.lifecycle.accounts import account_named
from connector.lifecycle.reporting import directory_slugs, person_named
from connector.mappers.catalogues import load_catalogue
from connector.storage.work import Work

CLEARED = "a rule that is not known any more"


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of what a person held in one account; before and after, when, why, by whom and through what.

    `through` names the rules, hands and attributes that made it due afterwards, or before where nothing is due any
    more. `by` is the directory, an operator, the person or the clock.
    """

    at: datetime
    account: str
    directory: str
    person: Person
    before: str | None
    after: str
    seats_before: tuple[str, ...]
    seats_after: tuple[str, ...]
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    why: str
    by: str
    through: tuple[str, ...]
    reference: str | None


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One seat that somebody held, with names."""

    held: Held
    person: Person
    directory: str


@dataclass(frozen=True, slots=True)
class SeatLedger:
    """Every seat that was held in an account, the oldest first.

    `open` and `counted` are the seats held now by pool, as the ledger has them and as settlement counts them: they
    agree, or something is wrong. `seat_days` are exact sums by pool, up to `now`.
    """

    account: Account
    currency: str | None
    now: datetime
    rows: tuple[SeatRow, ...]
    open: Mapping[str, int]
    counted: Mapping[str, int]
    seat_days: Mapping[str, Fraction]

    @property
    def agrees(self) -> bool:
        """Whether the ledger and the counters tell the same."""
        return dict(self.open) == dict(self.counted)


def history_of_person(work: Work, directory_slug: str, user_name: str) -> list[HistoryEntry]:
    """Return what somebody held when, in every account; raises NotFound."""
    person = person_named(work, directory_slug, user_name)
    return _entries(work, list(work.history.of_person(person.id)))


def history_of_account(work: Work, account_slug: str) -> list[HistoryEntry]:
    """Return who held what when in one account; raises NotFound."""
    return _entries(work, list(work.history.of_account(account_named(work, account_slug).id)))


def seat_ledger(work: Work, account_slug: str) -> SeatLedger:
    """Return the seat ledger of an account; raises NotFound."""
    account = account_named(work, account_slug)
    pools = work.accounts.pools([account.id])[account.id]
    catalogue, terms = load_catalogue(account.vendor), work.billing.terms(account.id)
    books = work.billing.history(account.id)
    changes = (
        Change(one["at"], one["subject_id"], one["person_id"], one["after"])
        for one in work.history.of_account(account.id)
    )
    found = [
        part
        for held in holdings(changes, lambda seats: _draws(catalogue, seats, pools))
        for part in with_prices(held, terms, books)
    ]
    found.sort(key=lambda one: (one.since, one.membership_id, one.pool))
    people, slugs = work.people.by_id(one.person_id for one in found), directory_slugs(work)
    open_seats, seat_days = dict.fromkeys(pools, 0), dict.fromkeys(pools, Fraction(0))
    for one in found:
        seat_days[one.pool] += one.days(work.now)
        open_seats[one.pool] += one.until is None
    rows = (SeatRow(one, people[one.person_id], slugs[people[one.person_id].directory_id]) for one in found)
    counted = {key: pool.held for key, pool in pools.items()}
    currency = terms.currency if terms else None
    return SeatLedger(account, currency, work.now, tuple(rows), open_seats, counted, seat_days)


def _draws(catalogue: Catalogue, seats: frozenset[str], pools: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return pool -> the seat types, of those held together, that draw one seat of it."""
    known = sorted(seats & catalogue.seat_types.keys())
    drawn = {key: tuple(seat for seat in known if key in catalogue.seat_types[seat].draws) for key in pools}
    return {key: by for key, by in drawn.items() if by}


def _entries(work: Work, events: list[dict[str, Any]]) -> list[HistoryEntry]:
    accounts = {one.id: one.slug for one in work.accounts.all()}
    people, slugs = work.people.by_id(one["person_id"] for one in events), directory_slugs(work)
    rules: dict[str, str] = {}
    for tenant_id in {one["tenant_id"] for one in events}:
        rules |= work.history.names_of_rules(tenant_id)
        rules |= {rule.id: rule.name for rule in work.rules.all(tenant_id)}
    return [_entry(one, accounts[one["account_id"]], people[one["person_id"]], slugs, rules) for one in events]


def _entry(
    event: Mapping[str, Any], account: str, person: Person, slugs: Mapping[str, str], rules: Mapping[str, str]
) -> HistoryEntry:
    before, after = event["before"] or {}, event["after"]
    had, has = set(before.get("permissions", ())), set(after.get("permissions", ()))
    return HistoryEntry(
        event["at"],
        account,
        slugs[person.directory_id],
        person,
        before.get("state"),
        after["state"],
        tuple(before.get("seat_types", ())),
        tuple(after.get("seat_types", ())),
        tuple(sorted(has - had)),
        tuple(sorted(had - has)),
        after["why"],
        _by(event, slugs[person.directory_id]),
        tuple(_through(one, rules) for one in after.get("rules") or before.get("rules") or ()),
        event["reference"],
    )


def _by(event: Mapping[str, Any], directory: str) -> str:
    if event["cause"] == CauseKind.SCIM:
        return f"directory {directory}"
    return "the person" if event["actor"] == f"person:{event['person_id']}" else str(event["actor"])


def _through(source: str, rules: Mapping[str, str]) -> str:
    if source in rules:
        return f"rule {rules[source]}"
    kind, stated, name = source.partition(":")
    if not stated:
        return CLEARED
    return "hand" if kind == "grant" else f"attribute {kind} {name}"
