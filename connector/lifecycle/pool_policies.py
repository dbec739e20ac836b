"""Saying what becomes of those for whom a pool has no seat."""

from __future__ import annotations

from dataclasses import replace

from connector.domain.errors import CapacityBelowUse, InvalidValue, NotFound
from connector.domain.events import Cause, Event, Kind
from connector.domain.seats import SeatPool, WhenFull
from connector.lifecycle.accounts import account_named
from connector.lifecycle.settling import fresh_rulebook, settle
from connector.storage.work import Work

LONGEST_GRACE = 366


def set_when_full(
    work: Work, slug: str, pool_key: str, when_full: WhenFull, cause: Cause, *, seats: int = 0, days: int = 0
) -> SeatPool:
    """Say what a pool does when it is full; a grace has `seats`, for `days` from the first of them on.

    Said again, a grace begins anew, and whoever waits longest gets its seats. Raises NotFound, InvalidValue for numbers
    that make no grace, and CapacityBelowUse when more are in use than there would be: nobody is evicted.
    """
    account = account_named(work, slug)
    work.tenancy.lock_policy(account.tenant_id, exclusively=True)
    _check(when_full, seats, days)
    pools = work.accounts.pools([account.id], lock=True)[account.id]
    if pool_key not in pools:
        raise NotFound("pool", pool_key, pools)
    before = pools[pool_key]
    after = replace(before, when_full=when_full, grace=seats, grace_days=days, grace_until=None)
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
    settle(work, account.tenant_id, book, (), cause, seats_changed_in=[account.id])
    return work.accounts.pools([account.id])[account.id][pool_key]


def _check(when_full: WhenFull, seats: int, days: int) -> None:
    if when_full is WhenFull.GRACE and not (seats >= 1 and 1 <= days <= LONGEST_GRACE):
        raise InvalidValue("grace", f"say how many seats, and for how many days, from 1 to {LONGEST_GRACE}.")
    if when_full is not WhenFull.GRACE and (seats or days):
        raise InvalidValue("grace", f"a pool that is to {when_full.value} has no seats beyond its own.")


def _facts(pool: SeatPool) -> dict[str, object]:
    return {"policy": pool.when_full.value, "grace": pool.grace, "grace_days": pool.grace_days}
