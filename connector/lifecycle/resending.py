"""Inviting many again: everybody whose invitation is pending, or everybody whose time ran out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from connector.domain.events import Cause
from connector.domain.invitations import Invitation
from connector.domain.memberships import Answer, State
from connector.domain.people import Person
from connector.lifecycle import Lifecycle
from connector.lifecycle.accounts import account_named
from connector.lifecycle.invitations import ask_again
from connector.storage.work import Work

AT_ONCE = 200
"""People of one unit of work, which others wait for."""


class Whom(StrEnum):
    """Who is invited again."""

    PENDING = "pending"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Resent:
    """Somebody who was invited again; without an invitation she is on the waiting line."""

    person: Person
    invitation: Invitation | None


def resend_many(
    lifecycle: Lifecycle,
    account_slug: str,
    whom: Whom,
    cause: Cause,
    *,
    mails: bool | None = None,
    step: Callable[[int], None] = lambda _: None,
) -> list[Resent]:
    """Invite all of them again, some at a time, each time committed; raises NotFound.

    Read again after a crash, the pending get yet another token; the expired are those that are still expired. `step`
    is told how many have been looked at since it was last called.
    """
    people = lifecycle.read(awaiting, account_slug, whom)
    resent: list[Resent] = []
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        resent += lifecycle.write(resend_some, account_slug, some, whom, cause, mails=mails)
        step(len(some))
    return resent


def awaiting(work: Work, account_slug: str, whom: Whom) -> list[str]:
    """Return the people whom it concerns, in order; raises NotFound."""
    account = account_named(work, account_slug)
    if whom is Whom.PENDING:
        return work.invitations.pending_in(account.id, work.now, past_their_time=False)
    unnoticed = work.invitations.pending_in(account.id, work.now, past_their_time=True)
    return [*unnoticed, *work.ledger.answered(account.id, Answer.EXPIRED)]


def resend_some(
    work: Work, account_slug: str, person_ids: Sequence[str], whom: Whom, cause: Cause, *, mails: bool | None = None
) -> list[Resent]:
    """Invite those of them again who are still as they were when they were listed."""
    account = account_named(work, account_slug)
    work.tenancy.lock_policy(account.tenant_id)
    people = work.people.by_id(person_ids, lock=True)
    work.accounts.pools(work.ledger.accounts_of(people), lock=True)
    wanted = (State.INVITED,) if whom is Whom.PENDING else (State.INVITED, State.ENDED)
    held = work.ledger.of_people(people)
    members = {one.person_id: one for each in held.values() for one in each if one.account_id == account.id}
    asked = [
        (people[key], members[key])
        for key in person_ids
        if key in members
        and members[key].state in wanted
        and (members[key].state is State.INVITED or members[key].answer is Answer.EXPIRED)
    ]
    invitations = ask_again(work, account.tenant_id, asked, cause, mails=mails)
    return [Resent(person, one) for (person, _), one in zip(asked, invitations, strict=True)]
