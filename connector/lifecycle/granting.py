"""Giving by hand: a seat, a role, permissions for one person, beside what rules make due.

What is given by hand survives the end of every rule, and is due only while the person is active in her directory. It
settles like everything else; what is to be less may wait for the end of the billing period.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from connector.domain.accounts import Account
from connector.domain.errors import GrantRefused, NotFound
from connector.domain.events import THE_CLOCK, Cause, Event, Kind
from connector.domain.grants import Given, ManualGrant
from connector.domain.identifiers import new_id
from connector.domain.memberships import State
from connector.domain.people import Person
from connector.domain.permissions import Grant, Problem, check_giver, combine
from connector.domain.settlement import Changes
from connector.lifecycle.accounts import account_named
from connector.lifecycle.directories import directory_named
from connector.lifecycle.invoicing import renewal_of
from connector.lifecycle.proposals import Effect, effects_of
from connector.lifecycle.ruling import problems_of
from connector.lifecycle.settling import fresh_rulebook, settle
from connector.mappers.rulebook import Terms, terms_of
from connector.storage.work import Work


def grant(
    work: Work,
    account_slug: str,
    directory_slug: str,
    user_name: str,
    given: Given,
    cause: Cause,
    *,
    at_renewal: bool = False,
    in_the_name_of: str | None = None,
    mails: bool = True,
) -> tuple[Effect, ...]:
    """Give somebody this by hand, in the place of what she was given before; at once, or when the period ends.

    Unless `mails`, no letter of the invitation leaves, now or when a seat frees: an operator hands its link over.
    In the name of a member, by her userName in the same directory, only what the vendor lets her give. Raises
    GrantRefused with all that speaks against it, NotFound (also for a change at the renewal of what was never given),
    BillingUnknown when nobody knows the renewal.
    """
    account, person = _locked(work, account_slug, directory_slug, user_name)
    problems = problems_of(given, terms_of(account))
    if in_the_name_of is not None:
        giver = person_in(work, person.directory_id, in_the_name_of)
        problems += [str(one) for one in _against(work, terms_of(account), giver, given)]
        cause = replace(cause, reference=f"person:{giver.id}")
    if problems:
        raise GrantRefused(user_name, account_slug, problems)
    if at_renewal:
        return _plan(work, account, person, given, cause)
    return effects_of(work, give(work, account, [person], given, cause, mails=mails))


def give(
    work: Work,
    account: Account,
    people: Iterable[Person],
    given: Given,
    cause: Cause,
    *,
    mails: bool = True,
    language: str | None = None,
) -> list[Changes]:
    """Give several people the same, and settle them.

    The caller holds the policy exclusively, has locked the people, and has asked `problems_of`.
    """
    listed = list(people)
    record(work, account, [(person, given, language) for person in listed], cause, mails=mails)
    return settle(work, account.tenant_id, fresh_rulebook(work, account.tenant_id), listed, cause)


def record(
    work: Work,
    account: Account,
    wanted: Collection[tuple[Person, Given, str | None]],
    cause: Cause,
    *,
    mails: bool = True,
) -> None:
    """Keep what each of these people is given, in the place of what she was given before; settling is the caller's.

    With it stands the language of letters to her, should her directory state none.
    """
    had = work.grants.of_people(person.id for person, *_ in wanted)
    before = {key: one for key, grants in had.items() for one in grants if one.account_id == account.id}
    grants = [
        ManualGrant(
            new_id(),
            account.tenant_id,
            account.id,
            person.id,
            given,
            cause.actor,
            work.now,
            mails=mails,
            language=language,
        )
        for person, given, language in wanted
    ]
    for person_id in before:
        work.grants.remove(account.id, person_id)
    work.grants.add(grants)
    earlier = [_facts(before[one.person_id].given) if one.person_id in before else None for one in grants]
    work.trail.tell(
        _event(work, one, Kind.GRANT_GIVEN, cause, was, _facts(one.given))
        for one, was in zip(grants, earlier, strict=True)
    )


def withdraw(
    work: Work, account_slug: str, directory_slug: str, user_name: str, cause: Cause, *, at_renewal: bool = False
) -> tuple[Effect, ...]:
    """Take back what was given by hand, at once or when the period ends; what rules make due stays.

    Raises NotFound when nothing was given, BillingUnknown when nobody knows the renewal.
    """
    account, person = _locked(work, account_slug, directory_slug, user_name)
    if at_renewal:
        return _plan(work, account, person, None, cause)
    return effects_of(work, _take_back(work, _given(work, account, person), person, cause))


def keep(work: Work, account_slug: str, directory_slug: str, user_name: str, cause: Cause) -> ManualGrant:
    """Take back what was planned for the end of the period; raises NotFound when nothing was."""
    account, person = _locked(work, account_slug, directory_slug, user_name)
    before = _given(work, account, person)
    if before.next_at is None:
        raise NotFound("planned change of what was given to", user_name)
    kept = replace(before, next=None, next_at=None)
    work.grants.write(kept)
    _tell(work, kept, Kind.GRANT_PLANNED, cause, {"at": before.next_at.isoformat()}, {"at": None})
    return kept


def grants_due(work: Work) -> list[ManualGrant]:
    """Return those whose planned change is due by now."""
    return work.grants.due(work.now)


def carry_out(work: Work, seen: ManualGrant) -> None:
    """Do what was planned for the end of a period; what the account cannot give any more is withheld."""
    work.tenancy.lock_policy(seen.tenant_id, exclusively=True)
    person = work.people.by_id([seen.person_id], lock=True).get(seen.person_id)
    one = work.grants.find(seen.account_id, seen.person_id)
    if one is None or one.next_at is None or one.next_at > work.now:
        return
    if person is None:
        work.grants.remove(one.account_id, one.person_id)
    elif one.next is None:
        _take_back(work, one, person, THE_CLOCK)
    else:
        account = next(each for each in work.accounts.all(one.tenant_id) if each.id == one.account_id)
        give(work, account, [person], one.next, THE_CLOCK, mails=one.mails, language=one.language)


def _against(work: Work, terms: Terms, giver: Person, given: Given) -> list[Problem]:
    """Return what keeps a member from giving this; nothing ever keeps the account's owner."""
    account, catalogue, plan = terms.account, terms.catalogue, terms.plan
    if giver.id == account.owner_id:
        return []
    here = (one for one in work.ledger.of_people([giver.id]).get(giver.id, ()) if one.account_id == account.id)
    held = next((one.permissions for one in here if one.state is State.ACTIVE), frozenset[str]())
    wanted = given.permissions
    if given.role is not None:
        wanted |= catalogue.role(given.role).expand(catalogue, plan, given.seat_type)
    seats = combine(catalogue, plan, [Grant(given.seat_type, wanted)]).seat_types
    paid = any(not plan.offer(key).free for key in catalogue.pools_for(seats))
    return check_giver(catalogue, giver.stated.user_name, held, wanted, paid=paid)


def person_in(work: Work, directory_id: str, user_name: str) -> Person:
    """Return somebody of a directory by userName; raises NotFound."""
    person = work.people.named(directory_id, user_name)
    if person is None:
        raise NotFound("person", user_name)
    return person


def _locked(work: Work, account_slug: str, directory_slug: str, user_name: str) -> tuple[Account, Person]:
    account, directory = account_named(work, account_slug), directory_named(work, directory_slug)
    work.tenancy.lock_policy(account.tenant_id, exclusively=True)
    person = work.people.named(directory.id, user_name, lock=True)
    if person is None or person.tenant_id != account.tenant_id:
        raise NotFound("person", user_name)
    return account, person


def _given(work: Work, account: Account, person: Person) -> ManualGrant:
    found = work.grants.find(account.id, person.id)
    if found is None:
        raise NotFound(f"grant by hand in {account.slug} to", person.stated.user_name)
    return found


def _take_back(work: Work, one: ManualGrant, person: Person, cause: Cause) -> list[Changes]:
    work.grants.remove(one.account_id, one.person_id)
    _tell(work, one, Kind.GRANT_WITHDRAWN, cause, _facts(one.given), None)
    return settle(work, one.tenant_id, fresh_rulebook(work, one.tenant_id), [person], cause)


def _plan(work: Work, account: Account, person: Person, given: Given | None, cause: Cause) -> tuple[Effect, ...]:
    at = renewal_of(work, account)
    planned = replace(_given(work, account, person), next=given, next_at=at)
    work.grants.write(planned)
    _tell(work, planned, Kind.GRANT_PLANNED, cause, None, {**(_facts(given) if given else {}), "at": at.isoformat()})
    return ()


def _facts(given: Given) -> dict[str, object]:
    facts = {"seat_type": given.seat_type, "role": given.role, "permissions": sorted(given.permissions)}
    return {name: value for name, value in facts.items() if value}


def _tell(
    work: Work,
    one: ManualGrant,
    kind: Kind,
    cause: Cause,
    before: dict[str, object] | None,
    after: dict[str, object] | None,
) -> None:
    work.trail.tell([_event(work, one, kind, cause, before, after)])


def _event(
    work: Work,
    one: ManualGrant,
    kind: Kind,
    cause: Cause,
    before: dict[str, object] | None,
    after: dict[str, object] | None,
) -> Event:
    return Event(work.now, one.tenant_id, kind, one.id, cause, one.person_id, one.account_id, before, after)
