"""Buying seats, giving them back, changing the plan: each with a preview that is the same computation, not applied.

What costs more than the account's budget needs approval. Nobody is ever evicted: seats that somebody has are not given
back, and a plan that has too few of them waits for the end of a period at which they suffice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from connector.domain.accounts import Account
from connector.domain.billing import BillingTerms, PlannedChange
from connector.domain.errors import (
    ApprovalNeeded,
    DomainError,
    InvalidValue,
    LedgerMoved,
    NotFound,
    PlanTooSmall,
    SeatsAssigned,
)
from connector.domain.events import THE_CLOCK, Cause, Event, Kind
from connector.domain.seats import SeatPool
from connector.lifecycle.accounts import account_named, change_capacity, owners_seats
from connector.lifecycle.books import capacities_under, note_purchases
from connector.lifecycle.consequences import apply
from connector.lifecycle.invoicing import renewal_of, terms_or_refuse
from connector.lifecycle.proposals import Preview, Proposal, propose, without_settlement
from connector.mappers.rulebook import terms_of
from connector.storage.work import Work

# Buying seats.


def preview_purchase(work: Work, slug: str, pool: str, number: int) -> Preview:
    """Return what buying seats comes to: who gets one from the waiting line, what it costs now and from then on.

    Raises NotFound, and InvalidValue for fewer than one seat, or more than the plan sells.
    """
    return _purchase(work, account_named(work, slug), pool, number, locking=False).preview


def buy_seats(
    work: Work, slug: str, pool: str, number: int, cause: Cause, *, version: str | None = None, approved: bool = False
) -> Preview:
    """Buy seats, and give them to whoever waits longest; return what it came to.

    `version` is that of the preview that is confirmed. Raises LedgerMoved when that is not what would happen now, and
    ApprovalNeeded above the account's budget, unless it is `approved`; besides what a preview raises.
    """
    account = _locked(work, slug)
    proposal = _purchase(work, account, pool, number, locking=True)
    _confirm(work, proposal, cause, version, approved)
    return proposal.preview


def _purchase(work: Work, account: Account, key: str, number: int, *, locking: bool) -> Proposal:
    pool = _pool(work, account, key)
    if number < 1:
        raise InvalidValue(f"seats.{key}", "buy one seat or more.")
    if pool.capacity is None:
        raise InvalidValue(f"seats.{key}", f"{account.slug} has them without limit already.")
    terms_of(account).plan.admit(key, pool.capacity + number)
    capacities = {one.key: one.capacity for one in work.accounts.pools([account.id])[account.id].values()}
    capacities[key] = pool.capacity + number
    planned = work.billing.planned(account.id)
    return propose(work, account, account, capacities, locking=locking, planned=planned)


def set_seats(
    work: Work, slug: str, pool: str, capacity: int | None, cause: Cause, *, approved: bool = False
) -> SeatPool:
    """Set how many seats a pool has, as `change_capacity` does; more of them are held to the budget as if bought.

    Raises ApprovalNeeded above the account's budget, unless it is `approved`; besides what `change_capacity` raises.
    """
    account = _locked(work, slug)
    terms_of(account).plan.admit(pool, capacity)
    capacities = {one.key: one.capacity for one in work.accounts.pools([account.id])[account.id].values()}
    planned = work.billing.planned(account.id)
    wanted = propose(work, account, account, {**capacities, pool: capacity}, locking=False, planned=planned)
    _check(wanted.preview, None, approved)
    return change_capacity(work, slug, pool, capacity, cause)


# Changing plan and add-ons.


def preview_plan(
    work: Work,
    slug: str,
    plan: str,
    *,
    addons: Iterable[str] | None = None,
    seats: Mapping[str, int] | None = None,
    at_renewal: bool = False,
) -> Preview:
    """Return what a change of plan and add-ons comes to: who gains, loses or waits, and what it costs.

    Seats that were bought beyond the old plan's stay bought as far as the new one sells them, unless `seats` says how
    many a pool is to have. Add-ons stay as far as they are sold with the plan, unless named. Raises NotFound,
    InvalidValue, CapacityByContract, and BillingUnknown for one at the renewal of which nobody knows the date.
    """
    return _plan(work, account_named(work, slug), plan, addons, seats or {}, at_renewal, locking=False).preview


def change_plan(
    work: Work,
    slug: str,
    plan: str,
    cause: Cause,
    *,
    addons: Iterable[str] | None = None,
    seats: Mapping[str, int] | None = None,
    at_renewal: bool = False,
    version: str | None = None,
    approved: bool = False,
) -> Preview:
    """Change plan and add-ons, now or when the billing period ends; return what it comes to.

    Raises PlanTooSmall, with the people, when more seats are in use than there would be now; at the renewal such a
    change waits until they suffice. Raises as `buy_seats` and `preview_plan` do.
    """
    account = _locked(work, slug)
    proposal = _plan(work, account, plan, addons, seats or {}, at_renewal, locking=not at_renewal)
    if not at_renewal:
        _confirm(work, proposal, cause, version, approved)
        work.billing.plan(account.id, None)
        return proposal.preview
    _check(proposal.preview, version, approved)
    after, at = proposal.preview.account, proposal.preview.takes_effect
    if at is not None:
        work.billing.plan(account.id, PlannedChange(after.plan, after.addons, dict(seats or {}), at))
        facts = {"plan": after.plan, "addons": list(after.addons), "at": at.isoformat()}
        _tell(work, account, cause, None, {"planned": facts})
    return proposal.preview


def cancel_plan(work: Work, slug: str, cause: Cause) -> PlannedChange:
    """Take a planned change of plan back; raises NotFound when there is none."""
    account = _locked(work, slug)
    planned = work.billing.planned(account.id)
    if planned is None:
        raise NotFound("planned change of plan for", slug)
    work.billing.plan(account.id, None)
    _tell(work, account, cause, {"planned": {"plan": planned.plan, "at": planned.at.isoformat()}}, {"planned": None})
    return planned


def _plan(
    work: Work,
    account: Account,
    plan: str,
    addons: Iterable[str] | None,
    seats: Mapping[str, int],
    at_renewal: bool,
    *,
    locking: bool,
) -> Proposal:
    old = terms_of(account)
    sold = old.catalogue.plan(plan).addons
    kept = tuple(addons) if addons is not None else tuple(key for key in account.addons if key in sold)
    changed = replace(account, plan=plan, addons=kept)
    new = terms_of(changed)
    capacities = capacities_under(old, new, work.accounts.pools([account.id])[account.id], seats)
    takes_effect = renewal_of(work, account) if at_renewal else None
    return propose(work, account, changed, capacities, locking=locking, planned=None, takes_effect=takes_effect)


# Giving seats back.


def preview_release(work: Work, slug: str, pool: str, number: int) -> Preview:
    """Return what giving unassigned seats back comes to, which it does at the end of the billing period.

    Raises SeatsAssigned when fewer are free, BillingUnknown, NotFound, and InvalidValue for fewer than one seat or
    for seats that come with the plan.
    """
    return _release(work, account_named(work, slug), pool, number)


def release_seats(
    work: Work, slug: str, pool: str, number: int, cause: Cause, *, version: str | None = None
) -> Preview:
    """Give unassigned seats back when the billing period ends; until then they can be had, which keeps them.

    Raises LedgerMoved, and as `preview_release` does.
    """
    account = _locked(work, slug)
    work.accounts.pools([account.id], lock=True)
    preview = _release(work, account, pool, number)
    _check(preview, version, approved=True)
    before, after = preview.pools_before[pool], preview.pools[pool]
    work.accounts.write_pools([after])
    at = after.release_at.isoformat() if after.release_at else None
    _tell(work, account, cause, {"released": {pool: before.released}}, {"released": {pool: after.released}, "at": at})
    return preview


def cancel_release(work: Work, slug: str, pool: str, cause: Cause) -> int:
    """Keep the seats of a pool that were to be given back, and return how many; raises NotFound when there are none."""
    account = _locked(work, slug)
    before = work.accounts.pools([account.id], lock=True)[account.id].get(pool)
    if before is None or not before.released:
        raise NotFound("release of seats in", pool)
    work.accounts.write_pools([replace(before, released=0, release_at=None)])
    _tell(work, account, cause, {"released": {pool: before.released}}, {"released": {pool: 0}})
    return before.released


def _release(work: Work, account: Account, key: str, number: int) -> Preview:
    pool = _pool(work, account, key)
    offer = terms_of(account).plan.offer(key)
    terms_or_refuse(work, account)
    if number < 1:
        raise InvalidValue(f"seats.{key}", "give back one seat or more.")
    if pool.capacity is None or pool.unassigned is None:
        raise InvalidValue(f"seats.{key}", f"{account.slug} has them without limit, so there are none to give back.")
    if number > pool.unassigned - pool.released:
        raise SeatsAssigned(account.slug, key, number, pool.unassigned - pool.released)
    least = 0 if offer.by_contract else offer.included or 0
    if pool.capacity - pool.released - number < least:
        raise InvalidValue(f"seats.{key}", f"{least} come with the plan {account.plan} and cannot be given back.")
    at = renewal_of(work, account)
    pools = dict(work.accounts.pools([account.id])[account.id])
    pools[key] = replace(pool, released=pool.released + number, release_at=at)
    return without_settlement(work, account, pools, work.billing.planned(account.id), at)


# The end of a billing period.


def accounts_due(work: Work) -> list[tuple[str, str]]:
    """Return (tenant, account) wherever the end of a period brings something by now."""
    return work.billing.accounts_due(work.now)


def carry_out(work: Work, tenant_id: str, account_id: str) -> None:
    """Give back and change what the end of a billing period brings, as of its day, however late the clock is.

    A plan that is still too small for what is held, or not sold any more, stays planned and is tried again.
    """
    work.tenancy.lock_policy(tenant_id, exclusively=True)
    account = next(one for one in work.accounts.all(tenant_id) if one.id == account_id)
    billing = work.billing.terms(account_id)
    if billing is not None:
        _give_back(work, account, billing)
        _change_as_planned(work, account, billing)


def _give_back(work: Work, account: Account, billing: BillingTerms) -> None:
    terms = terms_of(account)
    for pool in work.accounts.pools([account.id], lock=True)[account.id].values():
        if pool.release_at is None or pool.release_at > work.now or pool.capacity is None:
            continue
        capacity = pool.capacity - pool.released
        owner = owners_seats(terms, pool.key, capacity)
        kept = replace(pool.with_capacity(capacity, owner), released=0, release_at=None)
        work.accounts.write_pools([kept])
        note_purchases(work, account, billing.day_of(pool.release_at))
        _tell(work, account, THE_CLOCK, {"pools": {pool.key: pool.capacity}}, {"pools": {pool.key: capacity}})


def _change_as_planned(work: Work, account: Account, billing: BillingTerms) -> None:
    planned = work.billing.planned(account.id)
    if planned is None or planned.at > work.now:
        return
    try:
        proposal = _plan(work, account, planned.plan, planned.addons, planned.seats, at_renewal=False, locking=True)
    except DomainError:
        return  # the catalogue has changed since it was planned; it shows as overdue
    if not proposal.preview.holders:
        _write(work, proposal, THE_CLOCK)
        note_purchases(work, proposal.preview.account, billing.day_of(planned.at))
        work.billing.plan(account.id, None)


# Small steps that several of the above share.


def _locked(work: Work, slug: str) -> Account:
    account = account_named(work, slug)
    work.tenancy.lock_policy(account.tenant_id, exclusively=True)
    return account_named(work, slug)


def _pool(work: Work, account: Account, key: str) -> SeatPool:
    pools = work.accounts.pools([account.id])[account.id]
    if key not in pools:
        raise NotFound("pool", key, pools)
    return pools[key]


def _confirm(work: Work, proposal: Proposal, cause: Cause, version: str | None, approved: bool) -> None:
    preview = proposal.preview
    _check(preview, version, approved)
    if preview.holders:
        seats = {key: preview.pools[key].capacity or 0 for key in preview.holders}
        raise PlanTooSmall(preview.account.slug, preview.account.plan, preview.holders, seats)
    _write(work, proposal, cause)
    note_purchases(work, preview.account)


def _check(preview: Preview, version: str | None, approved: bool) -> None:
    if version is not None and version != preview.version:
        raise LedgerMoved(preview.account.slug, preview)
    if preview.needs_approval and not approved and preview.bill is not None:
        raise ApprovalNeeded(preview.account.slug, str(preview.bill.next_invoice), str(preview.budget))


def _write(work: Work, proposal: Proposal, cause: Cause) -> None:
    preview = proposal.preview
    account = preview.account
    work.accounts.write(account)
    work.accounts.write_pools(pool for key, pool in preview.pools.items() if pool != preview.pools_before[key])
    before, after = _facts(preview.before, preview.pools_before), _facts(account, preview.pools)
    if preview.bill is not None:
        after |= {"charge": str(preview.bill.charge)} | ({"above_budget": True} if preview.needs_approval else {})
    _tell(work, account, cause, before, after)
    if proposal.changes.changes:
        apply(work, account.tenant_id, proposal.book, proposal.changes, cause)


def _facts(account: Account, pools: Mapping[str, SeatPool]) -> dict[str, object]:
    capacities = {key: pool.capacity for key, pool in pools.items()}
    return {"plan": account.plan, "addons": list(account.addons), "pools": capacities}


def _tell(
    work: Work, account: Account, cause: Cause, before: Mapping[str, object] | None, after: Mapping[str, object]
) -> None:
    event = Event(work.now, account.tenant_id, Kind.ACCOUNT_CHANGED, account.id, cause, None, account.id, before, after)
    work.trail.tell([event])
