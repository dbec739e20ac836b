"""What an operator does about one member: keep her out, let her in again, remove her. And who the members are."""

from __future__ import annotations

from dataclasses import dataclass

from connector.domain.errors import NothingToAnswer, SuspendFirst
from connector.domain.events import Cause
from connector.domain.grants import By, by
from connector.domain.memberships import Answer, Membership, State
from connector.domain.people import Person
from connector.lifecycle.accounts import account_named
from connector.lifecycle.invitations import member_meant, settle_one
from connector.lifecycle.ownership import refuse_owner
from connector.lifecycle.proposals import Effect, effects_of
from connector.lifecycle.reporting import directory_slugs
from connector.mappers.rulebook import terms_of
from connector.storage.work import Work


@dataclass(frozen=True, slots=True)
class MemberReport:
    """Somebody's place in an account, how it came to be due, and hers on the waiting line, from 1."""

    membership: Membership
    person: Person
    directory: str
    by: tuple[By, ...]
    place: int | None


def suspend(work: Work, account_slug: str, directory_slug: str, user_name: str, cause: Cause) -> tuple[Effect, ...]:
    """Keep somebody out until `reactivate`, whatever her directory says meanwhile; return what it came to.

    Her sessions end where she has no other access. She keeps her seat unless the vendor does not count it: then it goes
    to whoever waits. Raises NotFound, NothingToAnswer for somebody who is neither in nor in line.
    """
    allowed = {State.ACTIVE, State.WAITING}
    person, member = member_meant(work, account_slug, directory_slug, user_name, allowed)
    return effects_of(work, settle_one(work, person, cause, suspended={member.id: True}))


def reactivate(work: Work, account_slug: str, directory_slug: str, user_name: str, cause: Cause) -> tuple[Effect, ...]:
    """Let somebody in again who was suspended; who lost her seat meanwhile stands in line for one.

    Raises NotFound, NothingToAnswer for somebody who is not suspended.
    """
    person, member = member_meant(work, account_slug, directory_slug, user_name, set(State))
    if not member.suspended:
        raise NothingToAnswer(user_name, account_slug, member.state.value)
    return effects_of(work, settle_one(work, person, cause, suspended={member.id: False}))


def remove(work: Work, account_slug: str, directory_slug: str, user_name: str, cause: Cause) -> tuple[Effect, ...]:
    """End somebody's access to an account until she is invited again; the seat goes to whoever waits.

    Raises OwnerStays for the account's owner, SuspendFirst where the vendor removes nobody who is not suspended,
    NotFound, NothingToAnswer.
    """
    allowed = {State.ACTIVE, State.SUSPENDED}
    person, member = member_meant(work, account_slug, directory_slug, user_name, allowed)
    terms = terms_of(account_named(work, account_slug))
    refuse_owner(terms.account, person)
    if terms.catalogue.departure.suspends_first and member.state is not State.SUSPENDED:
        raise SuspendFirst(user_name, account_slug)
    return effects_of(work, settle_one(work, person, cause, answers={member.id: Answer.REVOKED}))


def members(work: Work, account_slug: str, at_most: int, after: str = "") -> list[MemberReport]:
    """Return the members of an account, those that ended left out, in order of arrival; raises NotFound.

    Those alone whose membership came behind that with the id `after`.
    """
    account = account_named(work, account_slug)
    found = work.ledger.in_account(account.id, at_most, after)
    people, directories = work.people.by_id(one.person_id for one in found), directory_slugs(work)
    waits = any(one.waiting_number is not None for one in found)
    line = work.ledger.line(account.id) if waits else ()
    places = {one.id: place for place, one in enumerate(line, start=1)}
    return [
        MemberReport(
            one,
            people[one.person_id],
            directories[people[one.person_id].directory_id],
            tuple(by(one.due.rules)) if one.due else (),
            places.get(one.id),
        )
        for one in found
    ]
