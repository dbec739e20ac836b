"""How an offer leaves and how it ends: the invitation of each promise, its letters, the reminder, the withdrawal.

All is written in the unit of work that decided it; letters leave from the outbox, after the commit. No clear token is
written anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from connector.domain.events import Cause, Event, Kind
from connector.domain.grants import By, ManualGrant, by
from connector.domain.identifiers import new_id
from connector.domain.invitations import Invitation, InvitationState, reminder_at
from connector.domain.memberships import Answer, Membership, State
from connector.domain.settlement import Change
from connector.lifecycle.tokens import hashed, invitation_token
from connector.mappers.rulebook import Rulebook
from connector.storage.work import Work

INVITATION_MAIL = "mail.invitation"
REMINDER_MAIL = "mail.reminder"
WITHDRAWAL_MAIL = "mail.withdrawal"
SEAT_MAIL = "mail.seat"

REMINDERS_AT_ONCE = 500

_CLOSED = {
    Answer.ACCEPTED: InvitationState.ACCEPTED,
    Answer.DECLINED: InvitationState.DECLINED,
    Answer.EXPIRED: InvitationState.EXPIRED,
}
"""What an answer makes of the invitation; it is cancelled whenever it closes for another reason."""


def invite(work: Work, book: Rulebook, changes: Iterable[Change], cause: Cause) -> list[Event]:
    """Make an invitation for each promise of one account's changes; return the events."""
    made = offered(work, book, [change.after for change in changes if change.invites])
    return [
        event_of(work, one, Kind.INVITATION_CREATED, cause, None, {"expires_at": one.expires_at.isoformat()})
        for one in made
    ]


def offered(work: Work, book: Rulebook, members: Iterable[Membership]) -> list[Invitation]:
    """Keep a pending invitation to what was promised to each of these members of one account, and leave its letter.

    No letter leaves where the account has none sent, or where she was given the seat by hand without one.
    """
    promised = list(members)
    grants = _grants(work, promised)
    made = []
    for member in promised:
        given = grants.get(member.person_id)
        mails = _account_mails(book, member.account_id) and (given is None or given.mails)
        made.append(_invitation(work, book, member, mails=mails, language=given.language if given else None))
    key = work.settings.secret_key
    work.invitations.add((one, hashed(invitation_token(key, one.id))) for one in made)
    _post(work, INVITATION_MAIL, (one for one in made if one.mails))
    return made


def send_otherwise(work: Work, book: Rulebook, one: Invitation, *, mails: bool) -> Invitation:
    """Send a pending invitation by letter after all, or send no letter of it; its link stays the same."""
    if one.mails is mails:
        return one
    remind_at = _remind_at(work, book, one.account_id, one.expires_at) if mails else None
    changed = replace(one, mails=mails, remind_at=remind_at)
    work.invitations.write_manner(changed)
    _post(work, INVITATION_MAIL, [changed] if mails else [])
    return changed


def close(work: Work, changes: Iterable[Change], cause: Cause) -> list[Event]:
    """Close the invitations that these changes withdraw, and take back by letter what a letter has offered."""
    closing = {change.after.id: _closed_as(change) for change in changes if change.withdraws}
    pending = work.invitations.pending_of(closing) if closing else {}
    for state in InvitationState:
        ids = [one.id for member_id, one in pending.items() if closing[member_id] is state]
        work.invitations.close(ids, state, work.now)
    cancelled = {one.id: one for key, one in pending.items() if closing[key] is InvitationState.CANCELLED}
    # Read after they are closed: a letter that leaves just now is noted before, or finds its invitation closed.
    mailed = work.invitations.mailed_among(cancelled) if cancelled else ()
    _post(work, WITHDRAWAL_MAIL, (cancelled[key] for key in mailed))
    return [
        event_of(
            work, one, Kind.INVITATION_CLOSED, cause, {"state": one.state.value}, {"state": closing[member_id].value}
        )
        for member_id, one in pending.items()
    ]


def tell_seated(work: Work, book: Rulebook, changes: Iterable[Change]) -> None:
    """Leave a letter to whoever accepted, found every seat taken, and has one now."""
    seated = [change.after for change in changes if _waited(change) and _account_mails(book, change.after.account_id)]
    accepted = (work.invitations.last_of(member.id, InvitationState.ACCEPTED) for member in seated)
    _post(work, SEAT_MAIL, (one for one in accepted if one is not None and one.mails))


def note_mailed(work: Work, invitation_id: str) -> None:
    """Note that a letter of invitation has left; if it was withdrawn meanwhile, that is told too."""
    if work.invitations.note_mailed(invitation_id, work.now):
        one = work.invitations.by_id(invitation_id)
        if one is not None and one.state is InvitationState.CANCELLED:
            _post(work, WITHDRAWAL_MAIL, [one])


def remind(work: Work) -> None:
    """Leave a reminder in the outbox for whoever has not answered in time, once for each invitation.

    Whom the invitation itself reached as late as that is not reminded, nor who was never sent a letter.
    """
    due = work.invitations.take_reminders(work.now, REMINDERS_AT_ONCE)
    _post(work, REMINDER_MAIL, (one for one in due if one.expires_at > work.now and _reached_early(one)))


def event_of(
    work: Work,
    one: Invitation,
    kind: Kind,
    cause: Cause,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> Event:
    """Return what the trail keeps of an invitation."""
    return Event(work.now, one.tenant_id, kind, one.id, cause, one.person_id, one.account_id, before, after)


def _invitation(work: Work, book: Rulebook, member: Membership, *, mails: bool, language: str | None) -> Invitation:
    expires_at = work.now + _lifetime(work, book, member.account_id)
    return Invitation(
        new_id(),
        member.tenant_id,
        member.account_id,
        member.person_id,
        member.id,
        InvitationState.PENDING,
        work.now,
        expires_at,
        mails=mails,
        language=language,
        remind_at=_remind_at(work, book, member.account_id, expires_at) if mails else None,
    )


def _remind_at(work: Work, book: Rulebook, account_id: str, expires_at: datetime) -> datetime | None:
    return reminder_at(work.now, expires_at, _before(book, account_id), work.settings.invitation_reminder)


def _lifetime(work: Work, book: Rulebook, account_id: str) -> timedelta:
    terms = book.terms.get(account_id)
    return (terms.catalogue.invitation.lifetime if terms else None) or work.settings.invitation_lifetime


def _before(book: Rulebook, account_id: str) -> timedelta | None:
    terms = book.terms.get(account_id)
    if terms is None:
        return None
    hours = terms.account.reminder_hours
    return terms.catalogue.invitation.reminder if hours is None else timedelta(hours=hours)


def _account_mails(book: Rulebook, account_id: str) -> bool:
    terms = book.terms.get(account_id)
    return terms is None or terms.account.mails


def _grants(work: Work, members: Iterable[Membership]) -> dict[str, ManualGrant]:
    """Return person -> what was given to her by hand, as far as it makes due what she is promised."""
    by_hand = {one.person_id: one.due.rules for one in members if one.due and By.HAND in by(one.due.rules)}
    held = work.grants.of_people(by_hand) if by_hand else {}
    return {key: one for key, given in held.items() for one in given if one.source in by_hand[key]}


def _closed_as(change: Change) -> InvitationState:
    answer = change.answer
    return InvitationState.CANCELLED if answer is None else _CLOSED.get(answer, InvitationState.CANCELLED)


def _waited(change: Change) -> bool:
    return change.grants and change.before is not None and change.before.state is State.WAITING


def _reached_early(one: Invitation) -> bool:
    return one.mailed_at is not None and one.remind_at is not None and one.mailed_at < one.remind_at


def _post(work: Work, kind: str, invitations: Iterable[Invitation]) -> None:
    posted: dict[str, list[dict[str, str]]] = {}
    for one in invitations:
        posted.setdefault(one.tenant_id, []).append({"invitation_id": one.id})
    for tenant_id, payloads in posted.items():
        work.trail.post(tenant_id, kind, payloads, work.now)
