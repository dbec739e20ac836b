"""What follows from a settlement: ledger, pools, invitations, mail, work orders, handovers, sessions, the trail.

All is written in the unit of work that decided it; mail and vendors hear of it from the outbox, after the commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from connector.domain.events import Cause, Event, Kind
from connector.domain.grants import by
from connector.domain.identifiers import new_id
from connector.domain.invitations import Invitation, InvitationState
from connector.domain.memberships import Answer, Membership, State
from connector.domain.reservations import Reservation
from connector.domain.settlement import Change, Changes
from connector.lifecycle.handing_over import hand_over
from connector.lifecycle.ordering_work import order_work
from connector.lifecycle.tokens import hashed, invitation_token
from connector.mappers.rulebook import Rulebook
from connector.storage.work import Work

INVITATION_MAIL = "mail.invitation"

_CLOSED = {
    Answer.ACCEPTED: InvitationState.ACCEPTED,
    Answer.DECLINED: InvitationState.DECLINED,
    Answer.EXPIRED: InvitationState.EXPIRED,
}
"""What an answer makes of the invitation; it is cancelled whenever it closes for another reason."""


def apply(work: Work, tenant_id: str, book: Rulebook, changes: Changes, cause: Cause) -> None:
    """Write one account's changes and all that follows from them."""
    work.settled.append(changes)
    work.ledger.add(change.after for change in changes.changes if change.before is None)
    work.ledger.write(change.after for change in changes.changes if change.before is not None)
    work.accounts.write_counts(changes.pools)
    work.reservations.write(changes.reservations)
    events = [_membership_event(work, change, cause) for change in changes.changes]
    events += _close_invitations(work, changes.changes, cause)
    events += _invite(work, tenant_id, book, changes.changes, cause)
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


def _close_invitations(work: Work, changes: Iterable[Change], cause: Cause) -> list[Event]:
    closing = {change.after.id: _closed_as(change) for change in changes if change.withdraws}
    pending = work.invitations.pending_of(closing) if closing else {}
    events = []
    for state in InvitationState:
        ids = [one.id for member_id, one in pending.items() if closing[member_id] is state]
        work.invitations.close(ids, state, work.now)
    for member_id, one in pending.items():
        after = {"state": closing[member_id].value}
        events.append(_invitation_event(work, one, Kind.INVITATION_CLOSED, cause, {"state": one.state.value}, after))
    return events


def _closed_as(change: Change) -> InvitationState:
    answer = change.answer
    return InvitationState.CANCELLED if answer is None else _CLOSED.get(answer, InvitationState.CANCELLED)


def _invite(work: Work, tenant_id: str, book: Rulebook, changes: Iterable[Change], cause: Cause) -> list[Event]:
    """Make an invitation for each promise; the mail leaves after the commit."""
    invitations = [
        new_invitation(work, change.after, _lifetime(work, book, change.after.account_id))
        for change in changes
        if change.invites
    ]
    send(work, tenant_id, invitations)
    return [
        _invitation_event(work, one, Kind.INVITATION_CREATED, cause, None, {"expires_at": one.expires_at.isoformat()})
        for one in invitations
    ]


def _lifetime(work: Work, book: Rulebook, account_id: str) -> timedelta:
    terms = book.terms.get(account_id)
    return (terms.catalogue.invitation.lifetime if terms else None) or work.settings.invitation_lifetime


def new_invitation(work: Work, member: Membership, lifetime: timedelta) -> Invitation:
    """Return a pending invitation to what was promised to this member."""
    return Invitation(
        new_id(),
        member.tenant_id,
        member.account_id,
        member.person_id,
        member.id,
        InvitationState.PENDING,
        work.now,
        work.now + lifetime,
    )


def send(work: Work, tenant_id: str, invitations: Iterable[Invitation]) -> None:
    """Keep invitations and leave their mails in the outbox. No clear token is written anywhere."""
    made = list(invitations)
    key = work.settings.secret_key
    work.invitations.add((one, hashed(invitation_token(key, one.id))) for one in made)
    work.trail.post(tenant_id, INVITATION_MAIL, ({"invitation_id": one.id} for one in made), work.now)


def _invitation_event(
    work: Work,
    one: Invitation,
    kind: Kind,
    cause: Cause,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> Event:
    return Event(work.now, one.tenant_id, kind, one.id, cause, one.person_id, one.account_id, before, after)


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
