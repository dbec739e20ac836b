"""Saying what becomes of those for whom a pool has no seat, and in which order they are served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from connector.domain.accounts import Account
from connector.domain.catalogue import Catalogue
from connector.domain.errors import CapacityBelowUse, InvalidValue, NotFound
from connector.domain.events import Cause, Event, Kind
from connector.domain.seats import LineOrder, SeatPool, WhenFull
from connector.domain.settlement import Changes
from connector.lifecycle.accounts import account_named
from connector.lifecycle.proposals import Effect, effects_of
from connector.lifecycle.settling import fresh_rulebook, settle
from connector.mappers.rulebook import terms_of
from connector.storage.work import Work

LONGEST_GRACE = 366


def set_when_full(
    work: Work,
    slug: str,
    pool_key: str,
    when_full: WhenFull,
    cause: Cause,
    *,
    seats: int = 0,
    days: int = 0,
    fallback: str | None = None,
) -> SeatPool:
    """Say what a pool does when it is full; a grace has `seats`, for `days` from the first of them on.

    Said again, a grace begins anew, and whoever waits longest gets its seats. A `fallback` is the seat type that those
    who wait have meanwhile; they are settled at once, and keep what they have of it when it is taken back, as far as
    what is due to them covers it. Raises NotFound, InvalidValue for numbers that make no grace and for a fallback that
    is none or goes in a circle, and CapacityBelowUse when more are in use than there would be: nobody is evicted.
    """
    account, _ = _set(work, slug, pool_key, when_full, cause, seats, days, fallback)
    return work.accounts.pools([account.id])[account.id][pool_key]


def effects_when_full(
    work: Work,
    slug: str,
    pool_key: str,
    when_full: WhenFull,
    cause: Cause,
    *,
    seats: int = 0,
    days: int = 0,
    fallback: str | None = None,
) -> tuple[Effect, ...]:
    """Do as `set_when_full` does, and return what it does to whom: rehearsed, it is the preview."""
    _, results = _set(work, slug, pool_key, when_full, cause, seats, days, fallback)
    return effects_of(work, results)


def _set(
    work: Work,
    slug: str,
    pool_key: str,
    when_full: WhenFull,
    cause: Cause,
    seats: int,
    days: int,
    fallback: str | None,
) -> tuple[Account, list[Changes]]:
    account = account_named(work, slug)
    work.tenancy.lock_policy(account.tenant_id, exclusively=True)
    _check(when_full, seats, days)
    people = (
        work.ledger.due_in(account.id) if fallback or account.id in work.accounts.fallbacks(account.tenant_id) else []
    )
    work.people.lock(people)
    pools = work.accounts.pools([account.id], lock=True)[account.id]
    if pool_key not in pools:
        raise NotFound("pool", pool_key, pools)
    before = pools[pool_key]
    after = replace(before, when_full=when_full, grace=seats, grace_days=days, grace_until=None, fallback=fallback)
    check_fallbacks(account, {**pools, pool_key: after})
    if after.capacity is not None and after.in_use > after.capacity + seats:
        raise CapacityBelowUse(slug, pool_key, after.capacity + seats, after.in_use)
    after.close(work.now)
    work.accounts.write_pools([after])
    event = Event(
        work.now,
        account.tenant_id,
        Kind.ACCOUNT_CHANGED,
        account.id,
        cause,
        None,
        account.id,
        {"when_full": {pool_key: _facts(before)}},
        {"when_full": {pool_key: _facts(after)}},
    )
    work.trail.tell([event])
    book = fresh_rulebook(work, account.tenant_id)
    found = work.people.by_id(people).values()
    return account, settle(work, account.tenant_id, book, found, cause, seats_changed_in=[account.id])


def set_line_order(work: Work, slug: str, order: LineOrder, cause: Cause) -> tuple[Effect, ...]:
    """Serve whoever waits in this account in another order from now on; nobody who has a seat is concerned.

    Return who waits, in the new order, as far as it changed. Raises NotFound.
    """
    account = account_named(work, slug)
    work.tenancy.lock_policy(account.tenant_id, exclusively=True)
    account = account_named(work, slug)
    work.accounts.write(replace(account, line_order=order))
    facts = {"line_order": account.line_order.value}, {"line_order": order.value}
    if account.line_order is not order:
        what = (Kind.ACCOUNT_CHANGED, account.id, cause, None, account.id, *facts)
        work.trail.tell([Event(work.now, account.tenant_id, *what)])
    people = work.ledger.due_in(account.id)
    work.people.lock(people)
    book = fresh_rulebook(work, account.tenant_id)
    return effects_of(work, settle(work, account.tenant_id, book, work.people.by_id(people).values(), cause))


def check_fallbacks(account: Account, pools: Mapping[str, SeatPool]) -> None:
    """Let pass fallbacks that are seat types of the account, and of which none leads back to where it came from.

    Raises NotFound with the known seat types, InvalidValue for a policy that lacks its seat type or has one for
    nothing, for a seat type of the very pool that is full, and for a circle, with its way.
    """
    catalogue = terms_of(account).catalogue
    for pool in pools.values():
        if (pool.fallback is not None) != (pool.when_full is WhenFull.FALLBACK):
            raise InvalidValue(
                "fallback", f"name a seat type for a pool that is to {WhenFull.FALLBACK}, and for no other."
            )
    for key in pools:
        _follow(catalogue, pools, key, (key,))


def _follow(catalogue: Catalogue, pools: Mapping[str, SeatPool], key: str, way: tuple[str, ...]) -> None:
    seat_type = pools[key].fallback
    for after in sorted(catalogue.seat_type(seat_type).draws) if seat_type else ():
        if after in way:
            told = " -> ".join((*way, after))
            raise InvalidValue("fallback", f"{seat_type} is of no help where {key} is full: {told}.")
        _follow(catalogue, pools, after, (*way, after))


def _check(when_full: WhenFull, seats: int, days: int) -> None:
    if when_full is WhenFull.GRACE and not (seats >= 1 and 1 <= days <= LONGEST_GRACE):
        raise InvalidValue("grace", f"say how many seats, and for how many days, from 1 to {LONGEST_GRACE}.")
    if when_full is not WhenFull.GRACE and (seats or days):
        raise InvalidValue("grace", f"a pool that is to {when_full.value} has no seats beyond its own.")


def _facts(pool: SeatPool) -> dict[str, object]:
    facts: dict[str, object] = {"policy": pool.when_full.value, "grace": pool.grace, "grace_days": pool.grace_days}
    return facts | ({"fallback": pool.fallback} if pool.fallback else {})
