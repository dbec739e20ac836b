"""What somebody who is refused does about it herself: have her invitation again, see her place in line, ask for access.

No answer tells whether anything came of it, so that nobody learns from one who exists here or what she holds. Letters
go to the address that the directory states, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from connector.domain.access import Reason, Refusal
from connector.domain.access_requests import ASK_AGAIN_AFTER, REMEDIES, RESEND_AFTER, AccessRequest, Remedy
from connector.domain.accounts import Account
from connector.domain.errors import NotFound
from connector.domain.events import Cause, CauseKind, Event, Kind
from connector.domain.identifiers import new_id
from connector.domain.invitations import InvitationState
from connector.domain.memberships import Answer, State
from connector.domain.people import Person
from connector.domain.tenancy import Bind
from connector.lifecycle import admission, invitations
from connector.lifecycle.admission import live_session
from connector.lifecycle.directories import directory_named
from connector.lifecycle.identifying import subject_claimed
from connector.lifecycle.tokens import hashed
from connector.storage.work import Work

LINE_READ = 1000
"""People on a waiting line who are looked through for somebody's place; who stands behind them is told none."""


@dataclass(frozen=True, slots=True)
class Footing:
    """How somebody stands before an account: why she is refused, if she is, and what she can do about it.

    `place` is hers on the waiting line, from 1; `asked` says that her request waits for an operator's answer.
    """

    reason: Reason | None
    directory: str | None = None
    remedy: Remedy | None = None
    place: int | None = None
    asked: bool = False


@dataclass(frozen=True, slots=True)
class RequestReport:
    """An open request, with whom and what it is about."""

    request: AccessRequest
    person: Person
    directory: str
    account: Account


def footing(work: Work, session_token: str | None, account_slug: str) -> Footing:
    """Return how whoever bears this session stands before an account, as the gate sees it at this moment."""
    outcome = admission.decide(work, session_token, account_slug).outcome
    if not isinstance(outcome, Refusal):
        return Footing(None)
    person, account = _bearer(work, session_token), work.accounts.named(account_slug)
    if outcome.reason is Reason.NOT_PROVISIONED and person is not None and account is not None:
        return _invitee_footing(work, person, account)
    remedy = REMEDIES.get(outcome.reason)
    if person is None or account is None or remedy is None:
        return Footing(outcome.reason, outcome.directory)
    if remedy is Remedy.WAIT:
        return Footing(outcome.reason, remedy=remedy, place=_place(work, person, account))
    last = work.access_requests.last(account.id, person.id)
    return Footing(outcome.reason, remedy=remedy, asked=last is not None and last.closed_at is None)


def resend_own(work: Work, session_token: str | None, account_slug: str) -> None:
    """Send whoever bears this session her invitation to an account again, when it is due to her and not too soon.

    Raises NotFound, NothingToAnswer.
    """
    person = _bearer(work, session_token)
    if person is not None:
        _resend(work, account_slug, person)


def resend_by_link(work: Work, token: str) -> None:
    """Send an invitation again whose link is the last one that was mailed, expired or not; else do nothing.

    Raises NothingToAnswer where it is due no more.
    """
    found = work.invitations.tokened(hashed(token))
    if found is None or found.state_at(work.now) not in (InvitationState.PENDING, InvitationState.EXPIRED):
        return
    account = next(one for one in work.accounts.all(found.tenant_id) if one.id == found.account_id)
    _resend(work, account.slug, work.people.by_id([found.person_id])[found.person_id])


def ask(work: Work, session_token: str | None, account_slug: str) -> None:
    """Leave a request for an operator; one that is open already, or was answered lately, is not made again."""
    person, account = _bearer(work, session_token), work.accounts.named(account_slug)
    if person is None or account is None or footing(work, session_token, account_slug).remedy is not Remedy.ASK:
        return
    work.tenancy.lock_policy(person.tenant_id)
    work.people.lock([person.id])
    last = work.access_requests.last(account.id, person.id)
    if last is not None and (last.closed_at is None or work.now - last.closed_at < ASK_AGAIN_AFTER):
        return
    made = AccessRequest(new_id(), person.tenant_id, account.id, person.id, work.now)
    work.access_requests.add(made)
    _tell(work, made, Kind.ACCESS_REQUESTED, _herself(person))


def open_requests(work: Work, at_most: int) -> list[RequestReport]:
    """Return the requests that wait for an answer, the oldest first.

    Those of people who have been invited meanwhile, or left, are closed on the way.
    """
    found = work.access_requests.open(at_most)
    people = work.people.by_id({one.person_id for one in found})
    held = work.ledger.of_people(people)
    invited = {(one.account_id, key) for key, each in held.items() for one in each if one.state is not State.ENDED}
    over = [one for one in found if (one.account_id, one.person_id) in invited or not people[one.person_id].active]
    work.access_requests.close([one.id for one in over], work.now)
    accounts = {one.id: one for one in work.accounts.all()}
    return [
        RequestReport(one, people[one.person_id], _slug(work, people[one.person_id]), accounts[one.account_id])
        for one in found
        if one not in over
    ]


def refuse(work: Work, account_slug: str, directory_slug: str, user_name: str, cause: Cause) -> None:
    """Answer somebody's request with no; she can ask again in a week. Raises NotFound."""
    directory = directory_named(work, directory_slug)
    person, account = work.people.named(directory.id, user_name), work.accounts.named(account_slug)
    last = work.access_requests.last(account.id, person.id) if person is not None and account is not None else None
    if last is None or last.closed_at is not None:
        raise NotFound(f"open request for {account_slug} of", user_name)
    work.access_requests.close([last.id], work.now)
    _tell(work, last, Kind.ACCESS_REFUSED, cause)


def _resend(work: Work, account_slug: str, person: Person) -> None:
    states, directory = {State.INVITED, State.ENDED}, _slug(work, person)
    whom = (account_slug, directory, person.stated.user_name)
    _, member = invitations.member_meant(work, *whom, states)
    pending = work.invitations.pending_of([member.id]).get(member.id)
    fresh = pending is not None and work.now - pending.created_at < RESEND_AFTER
    if not fresh and (member.state is State.INVITED or member.answer is Answer.EXPIRED):
        invitations.resend(work, *whom, _herself(person))


def _bearer(work: Work, session_token: str | None) -> Person | None:
    """Return who bears a session; before she has accepted anything, whom her subject claim names."""
    session = live_session(work, session_token)
    if session is None:
        return None
    if session.person_id is not None:
        return work.people.by_id([session.person_id]).get(session.person_id)
    directory = work.tenancy.directory(session.directory_id)
    claimed = subject_claimed(directory, session.identity) if directory.bind is Bind.SUBJECT else None
    person = work.people.keyed(directory.id, claimed) if claimed is not None else None
    return person if person is not None and person.active and not work.people.identities([person.id]) else None


def _invitee_footing(work: Work, person: Person, account: Account) -> Footing:
    """Return how somebody stands who has accepted nothing yet: the gate does not know her before she has."""
    members = work.ledger.of_people([person.id]).get(person.id, [])
    if any(one.account_id == account.id and one.state is State.INVITED for one in members):
        return Footing(Reason.INVITATION_PENDING, remedy=Remedy.RESEND)
    return Footing(Reason.NOT_PROVISIONED)


def _place(work: Work, person: Person, account: Account) -> int | None:
    line = (one.person_id for one in islice(work.ledger.line(account.id), LINE_READ))
    return next((place for place, one in enumerate(line, start=1) if one == person.id), None)


def _slug(work: Work, person: Person) -> str:
    return work.tenancy.directory(person.directory_id).slug


def _herself(person: Person) -> Cause:
    return Cause(CauseKind.PERSON, f"person:{person.id}")


def _tell(work: Work, one: AccessRequest, kind: Kind, cause: Cause) -> None:
    work.trail.tell([Event(work.now, one.tenant_id, kind, one.id, cause, one.person_id, one.account_id)])
