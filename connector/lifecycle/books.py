"""The books of an account: what it has bought since when, which follows from its plan and its pools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from connector.domain.accounts import Account
from connector.domain.billing import BillingTerms, Line, PlannedChange, bought, difference
from connector.domain.seats import SeatPool
from connector.mappers.rulebook import Terms, terms_of
from connector.storage.work import Work


def note_purchases(work: Work, account: Account, day: date | None = None) -> None:
    """Bring the books in line with plan and pools, from a day on; from today unless told. Noting twice changes nothing.

    The caller holds the policy exclusively. An account of which nobody said how it is billed has no books.
    """
    terms = work.billing.terms(account.id)
    if terms is None:
        return
    wanted = items_of(account, terms, work.accounts.pools([account.id])[account.id])
    entries = difference(work.billing.history(account.id), wanted, day or terms.day_of(work.now))
    work.billing.record(account.id, entries)


def items_of(account: Account, terms: BillingTerms, pools: Mapping[str, SeatPool]) -> dict[str, Line]:
    """Return what an account pays for, with these pools."""
    capacities = {key: pool.capacity for key, pool in pools.items()}
    return bought(terms, terms_of(account).plan, account.addons, capacities)


def items_at_renewal(
    account: Account, terms: BillingTerms, pools: Mapping[str, SeatPool], planned: PlannedChange | None
) -> dict[str, Line]:
    """Return what an account will pay for when the period ends: seats that are given back then, and the plan due then.

    Raises CapacityByContract, NotFound or InvalidValue for a planned change that the catalogue does not allow.
    """
    kept = {key: replace(pool, capacity=_without_released(pool)) for key, pool in pools.items()}
    if planned is None:
        return items_of(account, terms, kept)
    changed = replace(account, plan=planned.plan, addons=planned.addons)
    capacities = capacities_under(terms_of(account), terms_of(changed), kept, planned.seats)
    return bought(terms, terms_of(changed).plan, changed.addons, capacities)


def capacities_under(
    old: Terms, new: Terms, pools: Mapping[str, SeatPool], seats: Mapping[str, int | None]
) -> dict[str, int | None]:
    """Return how many seats each pool has after a change of plan.

    Seats bought beyond those of the old plan stay bought, as far as the new one sells them; a number agreed by contract
    stays as it is, where the new plan has one too; `seats` are stated anew. Raises as `Plan.capacities` does.
    """
    carried: dict[str, int | None] = {}
    for key, pool in pools.items():
        before, after = old.plan.offer(key), new.plan.offer(key)
        if before.by_contract and after.by_contract and pool.capacity is not None:
            carried[key] = pool.capacity
        elif pool.capacity is not None and not before.by_contract and after.included is not None:
            wanted = after.included + max(0, pool.capacity - (before.included or 0))
            carried[key] = wanted if after.most is None else min(wanted, after.most)
    return new.plan.capacities({**carried, **seats})


def _without_released(pool: SeatPool) -> int | None:
    return None if pool.capacity is None else pool.capacity - pool.released
