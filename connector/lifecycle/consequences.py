"""What follows from a settlement: ledger, pools, invitations, mail, work orders, handovers, sessions, the trail.

All is written in the unit of work that decided it; mail and vendors hear of it from the outbox, after the commit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connector.domain.events import Cause, Event, Kind
from connector.domain.grants import by
from connector.domain.memberships import Membership, State
from connector.domain.reservations import Reservation
from connector.domain.settlement import Change, Changes
from connector.lifecycle import inviting
from connector.lifecycle.handing_over import hand_over
from connector.lifecycle.ordering_work import order_work
from connector.mappers.rulebook import Rulebook
from connector.storage.work import Work


def apply(work: Work, tenant_id: str, book: Rulebook, changes: Changes, cause: Cause) -> None:
    """Write one account's changes and all that follows from them."""
    work.settled.append(changes)
    work.ledger.add(change.after for change in changes.changes if change.before is None)
    work.ledger.write(change.after for change in changes.changes if change.before is not None)
    work.accounts.write_counts(changes.pools)
    work.reservations.write(changes.reservations)
    events = [_membership_event(work, change, cause) for change in changes.changes]
    events += inviting.close(work, changes.changes, cause)
    events += inviting.invite(work, book, changes.changes, cause)
    inviting.tell_seated(work, book, changes.changes)
    events += order_work(work, book, changes, cause)
    events += hand_over(work, book, changes, cause)
    events += _end_sessions(work, tenant_id, changes.changes, cause)
    events += [_reservation_event(work, one, cause) for one in changes.reservations]
    work.trail.tell(events)


def standing(member: Membership | None) -> dict[str, Any] | None:
    """Return what the trail says of a membership."""
    if member is None:
        return None
    facts = {
        "state": member.state.value,
        "seat_types": sorted(member.seat_types),
        "permissions": sorted(member.permissions),
        "answer": member.answer.value if member.answer else None,
        "obstacle": member.obstacle.value if member.obstacle else None,
        "waiting_number": member.waiting_number,
        "suspended": member.suspended or None,
        "rules": list(member.due.rules) if member.due else None,
        "by": [one.value for one in by(member.due.rules)] if member.due else None,
    }
    return {name: value for name, value in facts.items() if value not in (None, [])}


def _membership_event(work: Work, change: Change, cause: Cause) -> Event:
    return Event(
        work.now,
        change.after.tenant_id,
        Kind.MEMBERSHIP_CHANGED,
        change.after.id,
        cause,
        change.after.person_id,
        change.after.account_id,
        standing(change.before),
        {**(standing(change.after) or {}), "why": change.why.value},
    )


def _reservation_event(work: Work, one: Reservation, cause: Cause) -> Event:
    after = {"state": one.state.value}
    what = (Kind.RESERVATION_CHANGED, one.id, cause, one.person_id, one.account_id)
    return Event(work.now, one.tenant_id, *what, None, after)


def _end_sessions(work: Work, tenant_id: str, changes: Iterable[Change], cause: Cause) -> list[Event]:
    """End the sessions of whoever has no access left anywhere; others the gate refuses at this account by itself."""
    cut = {change.after.person_id for change in changes if change.cuts or change.bars}
    held = work.ledger.of_people(cut) if cut else {}
    gone = [key for key in sorted(cut) if not any(member.state is State.ACTIVE for member in held.get(key, ()))]
    return end_sessions(work, tenant_id, gone, cause)


def end_sessions(work: Work, tenant_id: str, person_ids: Iterable[str], cause: Cause) -> list[Event]:
    """End every session of these people; return the events to tell, one for each who had any."""
    ended = work.sessions.end_of_people(person_ids, work.now)
    return [
        Event(work.now, tenant_id, Kind.SESSIONS_ENDED, person_id, cause, person_id, None, None, {"sessions": number})
        for person_id, number in ended.items()
    ]
