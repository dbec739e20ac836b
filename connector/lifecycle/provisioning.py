"""Joiner, mover, leaver: what a directory says of a person, recorded and settled in one unit of work.

A deactivation is never refused, whatever the person owns: access is cut first, the rest follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connector.domain.errors import AlreadyExists, NotFound
from connector.domain.events import Cause, CauseKind, Event, Kind
from connector.domain.folding import fold
from connector.domain.identifiers import new_id
from connector.domain.listing import Listing
from connector.domain.people import Member, Page, Person, StatedPerson
from connector.domain.tenancy import DirectoryAccess, Presented
from connector.lifecycle.consequences import end_sessions
from connector.lifecycle.handing_over import pass_on
from connector.lifecycle.realm_posts import tell_realms
from connector.lifecycle.settling import inactive, rulebook, settle
from connector.storage.work import Work


def cause_of(access: DirectoryAccess) -> Cause:
    """Return what the trail names as the cause: a SCIM client's token and request, or what we read or heard."""
    kind = CauseKind.PROVIDER if access.by in (Presented.PULLED, Presented.SIGNAL) else CauseKind.SCIM
    return Cause(kind, f"{access.by}:{access.token_id}", access.request_id)


def create_person(work: Work, access: DirectoryAccess, stated: StatedPerson) -> Person:
    """Record somebody whom the directory states for the first time, or who returns, and settle what follows.

    An inactive person whose userName and externalId both equal those stated is restored, under her old id. Where only
    one of them equals, the old one keeps her history and gives the name free, and nothing of hers carries over. Raises
    AlreadyExists when the name belongs to somebody active.
    """
    version = work.tenancy.lock_policy(access.directory.tenant_id)
    returning = _returner(work, access, stated)
    if returning is not None:
        return _write(work, access, version, returning, stated, Kind.PERSON_RETURNED)
    directory = access.directory
    person = Person(new_id(), directory.tenant_id, directory.id, stated, 1, work.now, work.now)
    work.people.add(person)
    _tell(work, access, Kind.PERSON_STATED, person, None)
    _settle(work, access, version, person)
    return person


def change_person(
    work: Work, access: DirectoryAccess, person_id: str, change: Callable[[Person], StatedPerson]
) -> Person:
    """Apply a change to the person as she is now, under her lock, and settle what follows.

    A change that changes nothing leaves version and time as they are. Raises NotFound for somebody of another directory
    or deleted, AlreadyExists when the new name belongs to somebody else.
    """
    version = work.tenancy.lock_policy(access.directory.tenant_id)
    person = _found(work, access, person_id, lock=True)
    stated = change(person)
    if stated == person.stated:
        return person
    _check_names(work, access, person, stated)
    return _write(work, access, version, person, stated, Kind.PERSON_CHANGED)


def delete_person(
    work: Work, access: DirectoryAccess, person_id: str, check: Callable[[Person], None] | None = None
) -> None:
    """Let a person go for good: access ends as for any leaver, and her id is never used again.

    What `check` raises about the person as she is under her lock, leaves everything as it was.
    """
    version = work.tenancy.lock_policy(access.directory.tenant_id)
    work.groups.lock_of(person_id)
    person = _found(work, access, person_id, lock=True)
    if check is not None:
        check(person)
    _leave(work, access, version, inactive(person))
    work.groups.remove_from_all(person_id, work.now)
    work.people.delete(person_id, work.now)
    _tell(work, access, Kind.PERSON_DELETED, None, person)


def find_person(work: Work, access: DirectoryAccess, person_id: str) -> Person:
    """Return a person of this directory; raises NotFound, the same for somebody of another directory."""
    return _found(work, access, person_id)


def list_people(work: Work, access: DirectoryAccess, listing: Listing) -> Page[Person]:
    """Return a page of this directory's people."""
    return work.people.page(access.directory.id, listing)


def groups_of(work: Work, person_ids: Sequence[str]) -> dict[str, list[Member]]:
    """Return person -> her groups."""
    return work.groups.groups_of(person_ids)


def memberships_of(work: Work, person_ids: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
    """Return person -> her memberships, each with the account's slug, name and vendor."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for entry in work.ledger.with_accounts(person_ids):
        found.setdefault(entry["membership"].person_id, []).append(entry)
    return found


def _found(work: Work, access: DirectoryAccess, person_id: str, *, lock: bool = False) -> Person:
    person = work.people.find(access.directory.id, person_id, lock=lock)
    if person is None:
        raise NotFound("User", person_id)
    return person


def _returner(work: Work, access: DirectoryAccess, stated: StatedPerson) -> Person | None:
    """Return the inactive person whom these names restore; release the names of any other inactive bearer."""
    bearers = work.people.bearing(access.directory.id, stated)
    named = next((one for one in bearers if fold(one.stated.user_name) == fold(stated.user_name)), None)
    key = stated.external_id
    keyed = next((one for one in bearers if key is not None and one.stated.external_id == key), None)
    if named is not None and named.active:
        raise AlreadyExists("User", "userName", stated.user_name)
    if keyed is not None and keyed.active:
        raise AlreadyExists("User", "externalId", key or "")
    if named is not None and keyed is not None and named.id == keyed.id:
        return named
    for bearer in bearers:
        work.people.release_names(bearer.id)
        work.groups.remove_from_all(bearer.id, work.now)
    return None


def _check_names(work: Work, access: DirectoryAccess, person: Person, stated: StatedPerson) -> None:
    named = work.people.named(access.directory.id, stated.user_name)
    if named is not None and named.id != person.id:
        raise AlreadyExists("User", "userName", stated.user_name)
    if stated.external_id is None or stated.external_id == person.stated.external_id:
        return
    keyed = work.people.keyed(access.directory.id, stated.external_id)
    if keyed is not None and keyed.id != person.id:
        raise AlreadyExists("User", "externalId", stated.external_id)


def _write(
    work: Work, access: DirectoryAccess, version: int, person: Person, stated: StatedPerson, kind: Kind
) -> Person:
    now_stated = replace(person, stated=stated, version=person.version + 1, modified_at=work.now)
    work.people.write(now_stated)
    _tell(work, access, kind, now_stated, person)
    if now_stated.active:
        _settle(work, access, version, now_stated)
    else:
        _leave(work, access, version, now_stated, left=person.active)
    return now_stated


def _settle(work: Work, access: DirectoryAccess, version: int, person: Person) -> None:
    tenant_id = access.directory.tenant_id
    book = rulebook(work, tenant_id, version)
    settle(work, tenant_id, book, [person], cause_of(access))
    tell_realms(work, book, tenant_id, [person.id])


def _leave(work: Work, access: DirectoryAccess, version: int, person: Person, *, left: bool = False) -> None:
    """Cut every access of somebody whom her directory wants out. Her groups stay, for when she returns."""
    _settle(work, access, version, person)
    events = end_sessions(work, person.tenant_id, [person.id], cause_of(access))
    events += pass_on(work, person, cause_of(access))
    if left:
        facts = ({"active": True}, {"active": False})
        leaving = Event(
            work.now, person.tenant_id, Kind.PERSON_LEFT, person.id, cause_of(access), person.id, None, *facts
        )
        events.append(leaving)
    work.trail.tell(events)


def _tell(work: Work, access: DirectoryAccess, kind: Kind, now: Person | None, was: Person | None) -> None:
    """Tell what changed: attributes by name, their values apart."""
    person = now or was
    if person is None:
        return
    before: Mapping[str, Any] = was.stated.attributes if was else {}
    after: Mapping[str, Any] = now.stated.attributes if now else {}
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    event = Event(
        work.now,
        person.tenant_id,
        kind,
        person.id,
        cause_of(access),
        person.id,
        None,
        {"active": was.active} if was else None,
        {"active": now.active, "attributes": changed} if now else None,
        {name: before[name] for name in changed if name in before} or None,
        {name: after[name] for name in changed if name in after} or None,
    )
    work.trail.tell([event])
