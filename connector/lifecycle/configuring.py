"""Making an installation what a file says: every fact is written first, then everybody is settled once.

So nobody loses between two steps what the file leaves her, and what is shown beforehand is the same computation,
undone (`Lifecycle.rehearse`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from connector.domain.accounts import Account
from connector.domain.configuration import Configuration, Difference
from connector.domain.errors import ApprovalNeeded, CapacityBelowUse, LedgerMoved, PlanTooSmall
from connector.domain.events import Cause, Event, Kind
from connector.domain.seats import SeatPool
from connector.domain.settlement import Changes
from connector.lifecycle.books import note_purchases
from connector.lifecycle.consequences import apply
from connector.lifecycle.proposals import Preview, concerned_in, preview_of
from connector.lifecycle.settling import fresh_rulebook, weigh
from connector.lifecycle.stating import Stated, state_tenant
from connector.mappers.rulebook import Rulebook
from connector.storage.work import Work


@dataclass(frozen=True, slots=True)
class Rollout:
    """What a file comes to: the differences, and for each account what they do to people, seats and money.

    `unmentioned` is there and stays as it is. `version` identifies all of it; applying with it is refused when
    something else would happen by then.
    """

    differences: tuple[Difference, ...]
    previews: tuple[Preview, ...]
    unmentioned: tuple[str, ...]
    version: str


@dataclass(frozen=True, slots=True)
class _Settled:
    """One account with what settling it comes to, not written yet."""

    preview: Preview
    book: Rulebook
    changes: Changes


def compare(work: Work, wanted: Configuration, cause: Cause, *, prune: bool = False) -> Rollout:
    """Return what a file comes to. To be rehearsed: it writes the facts, and settles nobody.

    Raises what `apply_configuration` does, but for what a preview shows instead: people who are in the way, a budget.
    """
    return _rolled_out(work, wanted, cause, prune=prune)[0]


def apply_configuration(
    work: Work,
    wanted: Configuration,
    cause: Cause,
    *,
    prune: bool = False,
    version: str | None = None,
    approved: bool = False,
) -> Rollout:
    """Make an installation what a file says, all of it or nothing; applied twice, the second time changes nothing.

    Raises LedgerMoved, with the new figures, when `version` is not that of what would happen now; PlanTooSmall, with
    the people, and CapacityBelowUse, where seats are taken away that are in use; ApprovalNeeded above a budget, unless
    `approved`; besides what the use cases raise that write one such thing.
    """
    rollout, settled = _rolled_out(work, wanted, cause, prune=prune)
    if version is not None and version != rollout.version:
        raise LedgerMoved("The installation", rollout)
    for one in settled:
        _refuse(one.preview, approved=approved)
    for one in settled:
        _carry_out(work, one, cause)
    return rollout


def _rolled_out(work: Work, wanted: Configuration, cause: Cause, *, prune: bool) -> tuple[Rollout, list[_Settled]]:
    there = {one.slug: one.id for one in work.tenancy.tenants()}
    for tenant_id in sorted(there[name] for name in wanted.tenants if name in there):
        work.tenancy.lock_policy(tenant_id, exclusively=True)
    prune = prune or wanted.prune
    stated = [state_tenant(work, one, cause, prune=prune) for one in wanted.tenants.values()]
    settled = [one for each in stated for one in _settled(work, each)]
    differences = tuple(one for each in stated for one in each.differences)
    unmentioned = [f"tenant {name}" for name in there if name not in wanted.tenants]
    unmentioned += [name for each in stated for name in each.unmentioned]
    previews = tuple(one.preview for one in settled)
    rollout = Rollout(differences, previews, tuple(unmentioned), _version(differences, previews))
    return rollout, settled


def _settled(work: Work, stated: Stated) -> list[_Settled]:
    """Work out what the facts that were written come to for everybody whom they concern, account by account."""
    tenant_id = stated.tenant.id
    accounts = {one.id: one for one in work.accounts.all(tenant_id)}
    concerned = set(work.people.of_directories(stated.sign_in_changed)) if stated.sign_in_changed else set()
    concerned = concerned.union(
        *(concerned_in(work, accounts[key]) for key in stated.terms_changed | stated.rules_changed)
    )
    work.people.lock(concerned)
    before = work.accounts.pools(accounts, lock=True)
    mine = {pool.id: shape for key, shape in stated.shapes.items() for pool in before[key].values()}

    def shaped(pool: SeatPool) -> SeatPool:
        return mine[pool.id].of(pool) if pool.id in mine else pool

    book = fresh_rulebook(work, tenant_id)
    people = work.people.by_id(concerned).values()
    seats_changed = [key for key in stated.shapes if any(shaped(pool) != pool for pool in before[key].values())]
    weighed = {
        changes.account_id: changes
        for changes in weigh(work, tenant_id, book, people, seats_changed_in=seats_changed, locking=True, shaped=shaped)
    }
    found = []
    for account_id in sorted(stated.shapes.keys() | {key for key, changes in weighed.items() if not changes.nothing}):
        changes = weighed.get(account_id, Changes(account_id))
        pools = {key: shaped(pool) for key, pool in before[account_id].items()}
        pools |= {pool.key: pool for pool in changes.pools}
        now = accounts[account_id]
        was, planned = stated.before.get(account_id, now), work.billing.planned(account_id)
        earlier = stated.pools_before.get(account_id, before[account_id])
        preview = preview_of(work, was, now, earlier, pools, changes, planned, None)
        _refuse_less_grace(preview)
        found.append(_Settled(preview, book, changes))
    return found


def _refuse(preview: Preview, *, approved: bool) -> None:
    if preview.needs_approval and not approved and preview.bill is not None:
        raise ApprovalNeeded(preview.account.slug, str(preview.bill.next_invoice), str(preview.budget))
    if preview.holders:
        seats = {key: preview.pools[key].capacity or 0 for key in preview.holders}
        raise PlanTooSmall(preview.account.slug, preview.account.plan, preview.holders, seats)


def _refuse_less_grace(preview: Preview) -> None:
    """Refuse to end a grace of which seats are in use: nobody is evicted."""
    for key, pool in preview.pools.items():
        if (
            key not in preview.holders
            and pool.capacity is not None
            and pool.in_use > (most := pool.capacity + pool.grace)
        ):
            raise CapacityBelowUse(preview.account.slug, key, most, pool.in_use)


def _carry_out(work: Work, one: _Settled, cause: Cause) -> None:
    preview = one.preview
    account = preview.account
    differing = [pool for key, pool in preview.pools.items() if pool != preview.pools_before[key]]
    work.accounts.write_pools(differing)
    note_purchases(work, account)
    before, after = _facts(preview, then=True), _facts(preview, then=False)
    owner = [one.owner_email for one in (preview.before, account)]
    if before != after or owner[0] != owner[1]:
        charge = {"charge": str(preview.bill.charge)} if preview.bill is not None else {}
        event = Event(
            work.now,
            account.tenant_id,
            Kind.ACCOUNT_CHANGED,
            account.id,
            cause,
            None,
            account.id,
            before,
            after | charge | ({"above_budget": True} if preview.needs_approval else {}),
            *({"owner_email": one} if owner[0] != owner[1] else None for one in owner),
        )
        work.trail.tell([event])
    if not one.changes.nothing:
        apply(work, account.tenant_id, one.book, one.changes, cause)


def _facts(preview: Preview, *, then: bool) -> dict[str, object]:
    """Return what the trail says of an account; whose it is, is personal, and left out."""
    account, pools = (preview.before, preview.pools_before) if then else (preview.account, preview.pools)
    return {
        "title": account.name,
        "plan": account.plan,
        "addons": list(account.addons),
        "pools": {key: pool.capacity for key, pool in pools.items()},
        "when_full": {key: _policy(pool) for key, pool in pools.items()},
        "line_order": account.line_order.value,
    } | _own_facts(account)


def _own_facts(account: Account) -> dict[str, object]:
    facts = {
        "sets": {name: sorted(held) for name, held in account.sets.items()},
        "sub_accounts": account.sub_accounts,
        "no_mail": None if account.mails else True,
        "reminder_hours": account.reminder_hours,
    }
    return {name: value for name, value in facts.items() if value not in ({}, (), None)}


def _policy(pool: SeatPool) -> list[object]:
    return [pool.when_full.value, pool.grace, pool.grace_days, pool.fallback]


def _version(differences: Iterable[Difference], previews: Iterable[Preview]) -> str:
    facts = [[one.sign, one.kind, one.name, one.before, one.after] for one in differences]
    figures = [[one.account.slug, one.version] for one in previews]
    return sha256(json.dumps([facts, figures], sort_keys=True).encode()).hexdigest()[:16]
