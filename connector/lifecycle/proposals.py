"""What an operation on an account's plan and seats would come to: people, seats and money, before anything is written.

A proposal is what confirming applies and what a preview shows. There is one computation, `propose`; confirming runs it
under the locks of a settlement, a preview without.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from connector.domain.accounts import Account
from connector.domain.billing import Bill, BillingTerms, PlannedChange, bill
from connector.domain.memberships import Membership, State
from connector.domain.money import Money
from connector.domain.reservations import ReservationState
from connector.domain.seats import SeatPool
from connector.domain.settlement import Change, Changes
from connector.lifecycle.accounts import owners_seats
from connector.lifecycle.books import items_at_renewal, items_of
from connector.lifecycle.offering import people_stating
from connector.lifecycle.settling import fresh_rulebook, weigh
from connector.mappers.rulebook import Rulebook, terms_of
from connector.storage.work import Work


class Outcome(StrEnum):
    """What an operation does to a person in the account."""

    GAINS = "gains"
    """A seat is held, or promised by an invitation, and was not before."""
    LOSES = "loses"
    CHANGES = "changes"
    """Other seats or permissions than before."""
    SUSPENDED = "suspended"
    """Kept out from now on; the seat is kept, or not, as the vendor has it."""
    WAITS = "waits"
    """On the waiting line afterwards, perhaps while holding another seat."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One person before and after; `state` is where her membership stands afterwards, `place` hers in line, from 1."""

    person_id: str
    user_name: str
    outcome: Outcome
    state: State
    seat_types: frozenset[str]
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What an operation comes to: at once, or at `takes_effect`, the end of the billing period.

    `bill` is None where nobody has said how the account is billed. `holders` are those who keep a plan from being
    changed now: for each pool that is too small, who has its seats. `version` identifies the ledger and these figures;
    confirming with it is refused when either has moved.
    """

    before: Account
    account: Account
    pools_before: Mapping[str, SeatPool]
    pools: Mapping[str, SeatPool]
    effects: tuple[Effect, ...]
    bill: Bill | None
    budget: Money | None
    needs_approval: bool
    holders: Mapping[str, tuple[str, ...]]
    takes_effect: datetime | None
    version: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A preview with what is needed to carry it out."""

    preview: Preview
    book: Rulebook
    changes: Changes


def propose(
    work: Work,
    account: Account,
    changed: Account,
    capacities: Mapping[str, int | None],
    *,
    locking: bool,
    planned: PlannedChange | None,
    takes_effect: datetime | None = None,
) -> Proposal:
    """Work out what it comes to when an account becomes `changed`, with these capacities.

    With `takes_effect` it is told as if it happened now, but paid for from then on; `planned` is what else will happen
    at the end of the period. The caller who wants it `locking` holds the policy exclusively.
    """
    terms = terms_of(changed)
    book = fresh_rulebook(work, account.tenant_id, changed)
    concerned = concerned_in(work, account) if (changed.plan, changed.addons) != (account.plan, account.addons) else []
    if locking:
        work.people.lock(concerned)
    before = work.accounts.pools([account.id], lock=locking)[account.id]

    def shaped(pool: SeatPool) -> SeatPool:
        capacity = capacities[pool.key]
        return pool.with_capacity(capacity, owners_seats(terms, pool.key, capacity))

    people = work.people.by_id(concerned).values()
    weighed = weigh(
        work,
        account.tenant_id,
        book,
        people,
        seats_changed_in=[account.id],
        only=account.id,
        shaped=shaped,
        locking=locking,
    )
    changes = next(iter(weighed))
    after = {key: shaped(pool) for key, pool in before.items()} | {pool.key: pool for pool in changes.pools}
    preview = preview_of(work, account, changed, before, after, changes, planned, takes_effect)
    return Proposal(preview, book, changes)


def without_settlement(
    work: Work,
    account: Account,
    after: Mapping[str, SeatPool],
    planned: PlannedChange | None,
    takes_effect: datetime | None,
) -> Preview:
    """Return the preview of what concerns nobody's seat, such as a release of free ones."""
    before = work.accounts.pools([account.id])[account.id]
    return preview_of(work, account, account, before, after, Changes(account.id), planned, takes_effect)


def preview_of(
    work: Work,
    account: Account,
    changed: Account,
    before: Mapping[str, SeatPool],
    after: Mapping[str, SeatPool],
    changes: Changes,
    planned: PlannedChange | None,
    takes_effect: datetime | None,
) -> Preview:
    """Render what was worked out: whom it touches, what it costs, who is in its way."""
    terms = work.billing.terms(account.id)
    money = None if terms is None else _bill(work, terms, account, changed, before, after, planned, takes_effect)
    budget = None if terms is None or terms.budget is None else Money(terms.budget, terms.currency)
    over = money is not None and budget is not None and money.raises and _above(money.next_invoice.amount, budget)
    short = [key for key, pool in after.items() if pool.short and _fewer(before[key], pool)]
    preview = Preview(
        account,
        changed,
        before,
        after,
        _effects(work, changes),
        money,
        budget,
        over,
        _holders(work, account, changes, short),
        takes_effect,
        "",
    )
    return replace(preview, version=_version(preview))


def _bill(
    work: Work,
    terms: BillingTerms,
    account: Account,
    changed: Account,
    before: Mapping[str, SeatPool],
    after: Mapping[str, SeatPool],
    planned: PlannedChange | None,
    takes_effect: datetime | None,
) -> Bill:
    history, today = work.billing.history(account.id), terms.day_of(work.now)
    later = items_at_renewal(changed, terms, after, planned)
    now = items_of(account, terms, before) if takes_effect else items_of(changed, terms, after)
    return bill(terms, history, now, today, at_renewal=later)


def _fewer(before: SeatPool, after: SeatPool) -> bool:
    """Tell whether seats are taken away; who has one of a grace is in nobody's way otherwise."""
    return after.capacity is not None and (before.capacity is None or after.capacity < before.capacity)


def _above(amount: Money | None, budget: Money) -> bool:
    """Tell whether an amount needs approval under a budget: an unknown one always does."""
    return amount is None or amount.amount > budget.amount


def concerned_in(work: Work, account: Account) -> list[str]:
    """Return everybody whom a change of plan may concern: who is due something now, or states it, or has a rule."""
    found = set(work.ledger.due_in(account.id)) | people_stating(work, account)
    found.update(one.person_id for one in work.grants.in_account(account.id))
    directories = [one.id for one in work.tenancy.directories(account.tenant_id)]
    for rule in work.rules.all(account.tenant_id):
        if rule.account_id != account.id:
            continue
        if rule.filter is not None:
            found.update(work.people.of_directories([rule.directory_id] if rule.directory_id else directories))
        elif rule.group_id is not None:
            found.update(work.groups.member_ids(rule.group_id))
    return sorted(found)


def effects_of(work: Work, results: Iterable[Changes]) -> tuple[Effect, ...]:
    """Say what settlements did to whom, those who stand in line in its order."""
    return tuple(effect for changes in results for effect in _effects(work, changes, whole_line=False))


def _effects(work: Work, changes: Changes, *, whole_line: bool = True) -> tuple[Effect, ...]:
    """Say what becomes of whom; who was in the line and still is, is told too where the `whole_line` is asked for."""
    told = [(change.after, outcome) for change in changes.changes if (outcome := _outcome(change)) is not None]
    touched = {change.after.id: change.after for change in changes.changes}
    waits = any(member.waiting_number is not None for member, _ in told)
    line = {one.id: one for one in work.ledger.line(changes.account_id)} if waits or whole_line else {}
    if whole_line:
        told += [(member, Outcome.WAITS) for key, member in line.items() if key not in touched]
    in_line = [one for one in {**line, **touched}.values() if one.waiting_number is not None and one.obstacle is None]
    places = {one.id: place for place, one in enumerate(sorted(in_line, key=lambda one: one.place), start=1)}
    people = work.people.by_id(member.person_id for member, _ in told)
    return tuple(
        Effect(
            member.person_id,
            people[member.person_id].stated.user_name,
            outcome,
            member.state,
            member.seat_types,
            places.get(member.id),
        )
        for member, outcome in sorted(told, key=lambda one: places.get(one[0].id, 0))
        if member.person_id in people
    )


def _outcome(change: Change) -> Outcome | None:
    had = change.before.seat_types if change.before else frozenset()
    has = change.after.seat_types
    if change.after.suspended and not (change.before and change.before.suspended):
        return Outcome.SUSPENDED
    if has and not had:
        return Outcome.GAINS
    if had and not has:
        return Outcome.LOSES
    if change.after.waiting_number is not None:
        return Outcome.WAITS
    permissions = change.before.permissions if change.before else frozenset()
    let_in = change.before is not None and change.before.suspended and not change.after.suspended
    return Outcome.CHANGES if let_in or (has, change.after.permissions) != (had, permissions) else None


def _holders(work: Work, account: Account, changes: Changes, short: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return, for pools that are too small, who would hold, be promised or be kept their seats, by userName."""
    pools = sorted(short)
    if not pools:
        return {}
    members = {member.id: member for member in _members(work, account)}
    members |= {change.after.id: change.after for change in changes.changes}
    seated = [member for member in members.values() if member.pools.intersection(pools)]
    people = work.people.by_id(member.person_id for member in seated)
    names = {key: [people[one.person_id].stated.user_name for one in seated if key in one.pools] for key in pools}
    for kept in work.reservations.open_in([account.id]):
        for key in kept.pools.intersection(names) if kept.state is ReservationState.KEPT else ():
            names[key].append(kept.kept_for)
    return {key: tuple(sorted(found)) for key, found in names.items()}


def _members(work: Work, account: Account) -> list[Membership]:
    held = work.ledger.of_people(work.ledger.due_in(account.id))
    return [member for members in held.values() for member in members if member.account_id == account.id]


def _version(preview: Preview) -> str:
    """Return what identifies a preview: equal for two if and only if they show the same of the same ledger."""
    money = preview.bill
    facts = [
        [[one.vendor, one.plan, one.addons] for one in (preview.before, preview.account)],
        [_counts(pools) for pools in (preview.pools_before, preview.pools)],
        sorted([one.person_id, one.outcome, one.state, sorted(one.seat_types)] for one in preview.effects),
        money and [str(money.period), str(money.charge), str(money.next_invoice)],
        str(preview.budget),
        str(preview.takes_effect),
    ]
    return sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _counts(pools: Mapping[str, SeatPool]) -> list[list[object]]:
    return [
        [key, one.capacity, one.owner, one.held, one.promised, one.reserved, one.released, *map(str, _dates(one))]
        for key, one in sorted(pools.items())
    ]


def _dates(pool: SeatPool) -> tuple[datetime | None, datetime | None]:
    return pool.release_at, pool.grace_until
