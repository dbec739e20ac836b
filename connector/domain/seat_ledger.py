"""The seat ledger: who held which seat from when to when, and at what price, as the trail and the books tell it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from connector.domain.billing import BillingTerms, Entry, Line, seat_item
from connector.domain.memberships import State

A_DAY = 86_400
HOLDING = (State.ACTIVE.value, State.SUSPENDED.value)


class Priced(StrEnum):
    """Where the price of a seat comes from."""

    BOUGHT = "bought"
    """The books name what one further seat of the pool costs a month; None is a price that nobody knows."""
    INCLUDED = "included"
    """No further seat of the pool was bought then: all came with the plan."""
    NO_BOOKS = "no-books"
    """Nobody has said how the account is billed."""


@dataclass(frozen=True, slots=True)
class Held:
    """One seat of a pool that one person held; `until` None: to this day. `seat_types` are those that drew it."""

    membership_id: str
    person_id: str
    pool: str
    seat_types: tuple[str, ...]
    since: datetime
    until: datetime | None = None
    priced: Priced = Priced.NO_BOOKS
    price: Decimal | None = None

    def days(self, now: datetime) -> Fraction:
        """Return for how many days it was held, exactly; up to now while it is."""
        length = (self.until or now) - self.since
        return Fraction(length.days * A_DAY + length.seconds, A_DAY) + Fraction(length.microseconds, A_DAY * 10**6)


@dataclass(frozen=True, slots=True)
class Change:
    """What the trail says of one change of a membership: what it was afterwards."""

    at: datetime
    membership_id: str
    person_id: str
    after: Mapping[str, Any]


def holdings(
    changes: Iterable[Change], pools_of: Callable[[frozenset[str]], Mapping[str, tuple[str, ...]]]
) -> Iterator[Held]:
    """Yield every seat that was held, from changes in the order in which they were written.

    What has ended comes first, in the order of its end; then what is held still. `pools_of` gives, for seat types held
    together, the pools from which they draw one seat each, and which of them draw it.
    """
    held: dict[str, dict[str, Held]] = {}
    for change in changes:
        seats = frozenset(change.after.get("seat_types") or ()) if change.after["state"] in HOLDING else frozenset()
        wanted, now = pools_of(seats), held.setdefault(change.membership_id, {})
        for pool in [key for key, one in now.items() if wanted.get(key) != one.seat_types]:
            yield replace(now.pop(pool), until=change.at)
        for pool, seat_types in wanted.items():
            if pool not in now:
                now[pool] = Held(change.membership_id, change.person_id, pool, seat_types, change.at)
        if not now:
            del held[change.membership_id]
    for seats_of_one in held.values():
        yield from seats_of_one.values()


def with_prices(held: Held, terms: BillingTerms | None, history: Iterable[Entry]) -> Iterator[Held]:
    """Yield a seat with its price, in as many parts as it had prices while it was held."""
    if terms is None:
        yield held
        return
    item = seat_item(held.pool)
    steps = sorted((one for one in history if one.item == item), key=lambda one: one.day)
    part = _priced(held, None)
    for entry in steps:
        begins = terms.moment(entry.day)
        if held.until is not None and begins >= held.until:
            break
        following = _priced(held, entry.line)
        if begins <= held.since:
            part = following
        elif (following.priced, following.price) != (part.priced, part.price):
            yield replace(part, until=begins)
            part = replace(following, since=begins)
    yield part


def _priced(held: Held, line: Line | None) -> Held:
    if line is None or not line.quantity:
        return replace(held, priced=Priced.INCLUDED, price=None)
    return replace(held, priced=Priced.BOUGHT, price=line.price)
