"""Inviting people from a list: who they are, what each row comes to, and that nobody is invited twice.

A row is a grant by hand to the person who bears the address, in whichever directory of the tenant; whom no directory
knows is stated in the tenant's own, `local`. Whoever has a place in the account already is left as she is, whatever
the row asks for. So the same list can be read again, after a crash in the middle or by mistake, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from connector.domain.errors import NotFound
from connector.domain.events import Cause, Event, Kind
from connector.domain.folding import fold
from connector.domain.identifiers import new_id
from connector.domain.invitees import Invitee, RowOutcome, RowResult
from connector.domain.memberships import Membership, State
from connector.domain.people import Person, StatedPerson
from connector.domain.tenancy import Directory, Idp
from connector.lifecycle.accounts import account_named
from connector.lifecycle.granting import record
from connector.lifecycle.settling import fresh_rulebook, settle
from connector.mappers.rulebook import Terms, terms_of
from connector.storage.work import Work

AT_ONCE = 500
"""Rows of one unit of work, where the vendor takes any number: a batch that others wait for less than a second."""

_HAD = {
    State.ACTIVE: RowOutcome.MEMBER,
    State.SUSPENDED: RowOutcome.MEMBER,
    State.INVITED: RowOutcome.ALREADY_INVITED,
    State.WAITING: RowOutcome.ALREADY_WAITING,
}
_BECAME = {State.ACTIVE: RowOutcome.ACTIVE, State.INVITED: RowOutcome.INVITED, State.ENDED: RowOutcome.REFUSED}


def terms_for(work: Work, account_slug: str) -> Terms:
    """Return what the account's vendor and plan allow, with which a list is read; raises NotFound."""
    return terms_of(account_named(work, account_slug))


def rows_at_once(terms: Terms) -> int:
    """Return how many rows make one batch: as many as the vendor takes in one file, where it says so."""
    return min(terms.catalogue.invitation.batch or AT_ONCE, AT_ONCE)


def invite_listed(
    work: Work,
    account_slug: str,
    rows: Sequence[Invitee],
    cause: Cause,
    directory_slug: str | None = None,
    *,
    mails: bool = True,
) -> list[RowResult]:
    """Give what each row asks for to its person, settle them once, and return what became of each row.

    Unless `mails`, no letters leave, and the links of the invitations are handed over by an operator.
    The rows have different addresses. With a directory named, people are looked for there and in `local` alone. Raises
    NotFound for an account or directory that is not there.
    """
    account = account_named(work, account_slug)
    work.tenancy.lock_policy(account.tenant_id, exclusively=True)
    directories = _looked_through(work, account.tenant_id, directory_slug)
    local = next(one for one in directories.values() if one.idp is Idp.LOCAL)
    bearers = work.people.addressed(directories, (fold(one.address) for one in rows))
    known = [person.id for people in bearers.values() for person in people]
    work.people.lock(known)
    before = _memberships(work, account.id, known)
    found: dict[int, Person] = {}
    rows_of: dict[str, int] = {}
    results: dict[int, RowResult] = {}
    strangers: list[Person] = []
    for one in rows:
        person, outcome = _meant(bearers[fold(one.address)], before)
        if outcome is None and person is None:
            person = _stranger(work, one, local)
            strangers.append(person)
        if person is not None and person.id in rows_of:
            results[one.row] = RowResult(
                one.row, one.address, RowOutcome.DUPLICATE, matched=True, of=rows_of[person.id]
            )
        elif outcome is None and person is not None:
            found[one.row] = person
            rows_of[person.id] = one.row
        else:
            where = directories[person.directory_id].slug if person else None
            results[one.row] = RowResult(one.row, one.address, outcome or RowOutcome.LEFT, where, matched=True)
    _state(work, strangers, cause)
    wanted = [(found[one.row], one.given, one.language) for one in rows if one.row in found]
    record(work, account, wanted, cause, mails=mails)
    settle(work, account.tenant_id, fresh_rulebook(work, account.tenant_id), found.values(), cause)
    after = _memberships(work, account.id, (person.id for person in found.values()))
    new = {person.id for person in strangers}
    for one in rows:
        if one.row in found:
            person = found[one.row]
            outcome = _became(after.get(person.id))
            where = directories[person.directory_id].slug
            results[one.row] = RowResult(one.row, one.address, outcome, where, matched=person.id not in new)
    return [results[one.row] for one in rows]


def _looked_through(work: Work, tenant_id: str, slug: str | None) -> dict[str, Directory]:
    known = {one.id: one for one in work.tenancy.directories(tenant_id)}
    if slug is None:
        return known
    if slug != Idp.LOCAL and slug not in (names := [one.slug for one in known.values()]):
        raise NotFound("directory", slug, names)
    return {key: one for key, one in known.items() if one.idp is Idp.LOCAL or one.slug == slug}


def _meant(bearers: Iterable[Person], before: Mapping[str, Membership]) -> tuple[Person | None, RowOutcome | None]:
    """Return whom an address means; with an outcome, if nothing is to be done for her."""
    people = list(bearers)
    placed = [one for one in people if one.id in before and before[one.id].state is not State.ENDED]
    if placed:
        return placed[0], _HAD[before[placed[0].id].state]
    active = [one for one in people if one.active]
    if len(active) > 1:
        return None, RowOutcome.SEVERAL
    if active:
        return active[0], RowOutcome.REFUSED if _said_no(before.get(active[0].id)) else None
    return (people[0], RowOutcome.LEFT) if people else (None, None)


def _said_no(member: Membership | None) -> bool:
    return member is not None and member.due is not None and member.answer is not None and member.answer.refuses


def _memberships(work: Work, account_id: str, person_ids: Iterable[str]) -> dict[str, Membership]:
    held = work.ledger.of_people(person_ids)
    return {one.person_id: one for members in held.values() for one in members if one.account_id == account_id}


def _stranger(work: Work, one: Invitee, local: Directory) -> Person:
    """Return somebody whom no directory knows, as the tenant's own will state her."""
    name = {"formatted": one.name, "givenName": one.given_name, "familyName": one.family_name}
    document: dict[str, Any] = {
        "userName": one.address,
        "active": True,
        "emails": [{"value": one.address, "type": "work", "primary": True}],
        "displayName": one.name,
        "name": {key: value for key, value in name.items() if value},
        "preferredLanguage": one.language,
    }
    stated = StatedPerson(one.address, None, True, {key: value for key, value in document.items() if value})
    return Person(new_id(), local.tenant_id, local.id, stated, 1, work.now, work.now)


def _state(work: Work, people: Collection[Person], cause: Cause) -> None:
    work.people.add_all(people)
    work.trail.tell(
        Event(
            work.now,
            one.tenant_id,
            Kind.PERSON_STATED,
            one.id,
            cause,
            one.id,
            after={"active": True, "attributes": sorted(one.stated.attributes)},
            values_after=dict(one.stated.attributes),
        )
        for one in people
    )


def _became(member: Membership | None) -> RowOutcome:
    if member is None or member.state is State.WAITING:
        kept_out = member is not None and member.obstacle is not None
        return RowOutcome.NO_SIGN_IN if kept_out else RowOutcome.WAITS
    return _BECAME.get(member.state, RowOutcome.ACTIVE)
