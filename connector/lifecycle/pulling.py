"""A realm that cannot push: what was read of it is compared with what it stated, and stated by the same use cases.

Reading takes long and commits nothing. Each difference is then a unit of work of its own, so that a pull that breaks
off has done a part, and the next one does the rest. Who is gone goes first: what she frees, others may take.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector.domain.errors import PullUnderWay
from connector.domain.events import Cause, CauseKind, Event, Kind
from connector.domain.people import Group, MemberChange, Person, StatedGroup, StatedPerson
from connector.domain.realms import Realm, too_many
from connector.domain.tenancy import DirectoryAccess, Presented
from connector.lifecycle import grouping, provisioning
from connector.storage.work import Work

PULL_TAKES = timedelta(minutes=30)
"""How long a realm that is being read is left to its worker."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a directory stated so far: people by externalId, groups by externalId, each group's members by theirs."""

    people: Mapping[str, Person]
    groups: Mapping[str, Group]
    members: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Read:
    """What a realm says now: users and groups by their ids there, each group's members by theirs."""

    people: Mapping[str, StatedPerson]
    groups: Mapping[str, StatedGroup]
    members: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Differences:
    """What has to be stated, by externalId."""

    gone: tuple[str, ...] = ()
    disabled: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    groups_gone: tuple[str, ...] = ()
    groups_changed: tuple[str, ...] = ()
    groups_new: tuple[str, ...] = ()
    losing: frozenset[str] = frozenset()
    active: int = 0

    @property
    def trips(self) -> bool:
        """Whether more would lose access at once than an ordinary day explains."""
        return too_many(len(self.losing), self.active)

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind, those that there are none of left out."""
        kinds = ("gone", "disabled", "changed", "new", "groups_gone", "groups_changed", "groups_new")
        found = {kind: len(getattr(self, kind)) for kind in kinds}
        return {kind: number for kind, number in found.items() if number}


@dataclass(slots=True)
class Report:
    """What a pull came to: what was stated, how many lost access by it, and what could not be stated, in sentences."""

    counts: dict[str, int] = field(default_factory=dict)
    losing: int = 0
    problems: list[str] = field(default_factory=list)


def claim(work: Work) -> list[Realm]:
    """Take the realms that are to be read now, for this worker alone."""
    return work.realms.claim_pulls(work.now, work.now + PULL_TAKES)


def take(work: Work, realm: Realm) -> None:
    """Take a realm that is to be read now, due or not; raises PullUnderWay while somebody else reads it."""
    if not work.realms.claim_pull(realm.directory_id, work.now, work.now + PULL_TAKES):
        raise PullUnderWay(realm.name)


def held(work: Work, realm: Realm) -> Held:
    """Return what the directory of a realm stated so far, all of it."""
    people = {one.id: one for one in work.people.present_of(realm.directory_id)}
    keyed = {one.stated.external_id: one for one in people.values() if one.stated.external_id}
    groups = {one.stated.external_id: one for one in work.groups.all_of(realm.directory_id) if one.stated.external_id}
    return Held(keyed, groups, {key: _members(work, one, people) for key, one in groups.items()})


def differences(before: Held, now: Read) -> Differences:
    """Return what differs. Whom the realm disabled before we ever heard of her is not stated."""
    held, read = before.people, now.people
    gone = [key for key in held if key not in read]
    disabled = [key for key, one in held.items() if key in read and one.active and not read[key].active]
    changed = [key for key, one in held.items() if key in read and read[key] != one.stated and key not in disabled]
    new = [key for key, one in read.items() if key not in held and one.active]
    known = {key for key in held if key not in gone} | set(new)
    wanted = {key: members & known for key, members in now.members.items()}
    losing = {key for key in gone if held[key].active} | set(disabled)
    for key, members in before.members.items():
        losing |= {one for one in members - wanted.get(key, frozenset()) if one in held and held[one].active}
    groups_changed = [
        key
        for key, one in before.groups.items()
        if key in now.groups and (now.groups[key] != one.stated or wanted[key] != before.members[key])
    ]
    return Differences(
        tuple(sorted(gone)),
        tuple(sorted(disabled)),
        tuple(sorted(changed)),
        tuple(sorted(new)),
        tuple(sorted(before.groups.keys() - now.groups.keys())),
        tuple(sorted(groups_changed)),
        tuple(sorted(now.groups.keys() - before.groups.keys())),
        frozenset(losing),
        sum(one.active for one in held.values()),
    )


def access(work: Work, realm: Realm) -> DirectoryAccess:
    """Return in whose name a realm's word is stated: its directory's, by what we read."""
    return DirectoryAccess(work.tenancy.directory(realm.directory_id), realm.name, None, Presented.PULLED)


# Each of these is one unit of work.


def state_gone(work: Work, by: DirectoryAccess, before: Held, now: Read, key: str) -> None:
    """Let somebody go whom the realm does not have any more."""
    provisioning.delete_person(work, by, before.people[key].id)


def state_person(work: Work, by: DirectoryAccess, before: Held, now: Read, key: str) -> None:
    """State what the realm says of somebody we know."""
    provisioning.change_person(work, by, before.people[key].id, lambda person: now.people[key])


def state_new(work: Work, by: DirectoryAccess, before: Held, now: Read, key: str) -> None:
    """State somebody for the first time, or who returns."""
    provisioning.create_person(work, by, now.people[key])


def state_group_gone(work: Work, by: DirectoryAccess, before: Held, now: Read, key: str) -> None:
    """Forget a group that the realm does not have any more."""
    grouping.delete_group(work, by, before.groups[key].id)


def state_group(work: Work, by: DirectoryAccess, before: Held, now: Read, key: str) -> None:
    """State a group that we know, with all its members."""
    members = MemberChange(replace=_ids(work, by, now.members[key]))
    grouping.change_group(work, by, before.groups[key].id, lambda group: (now.groups[key], members))


def state_new_group(work: Work, by: DirectoryAccess, before: Held, now: Read, key: str) -> None:
    """State a group for the first time, with its members."""
    grouping.create_group(work, by, now.groups[key], _ids(work, by, now.members[key]))


STEPS = {
    "gone": state_gone,
    "disabled": state_person,
    "groups_gone": state_group_gone,
    "changed": state_person,
    "new": state_new,
    "groups_new": state_new_group,
    "groups_changed": state_group,
}
"""What states each kind of difference, in their order."""


def steps(found: Differences) -> Iterator[tuple[str, str]]:
    """Yield (kind, externalId) for all that has to be stated, in its order."""
    for kind in STEPS:
        for key in getattr(found, kind):
            yield kind, key


def finished(work: Work, realm: Realm, report: Report, cause: Cause | None = None) -> None:
    """Note that a realm was read and what came of it; where nothing did, only when."""
    # What each is about stays with whoever reads it: it names people.
    problems = f"{len(report.problems)} of what it says could not be stated" if report.problems else None
    work.realms.pulled(realm.directory_id, work.now, _next(work, realm), problems)
    if report.counts:
        by = cause or Cause(CauseKind.PROVIDER, f"{Presented.PULLED}:{realm.name}")
        facts = {**report.counts, "losing": report.losing, "problems": len(report.problems)}
        work.trail.tell([Event(work.now, realm.tenant_id, Kind.REALM_READ, realm.directory_id, by, after=facts)])


def not_read(work: Work, realm: Realm, reason: str) -> None:
    """Note why a realm was not read, or nothing stated of what was; it is tried again after its interval."""
    work.realms.pulled(realm.directory_id, work.now, _next(work, realm), reason)


def _next(work: Work, realm: Realm) -> datetime | None:
    return work.now + realm.pull_every if realm.pull_every else None


def _members(work: Work, group: Group, people: Mapping[str, Person]) -> frozenset[str]:
    ids = work.groups.member_ids(group.id)
    keys = (people[one].stated.external_id for one in ids if one in people)
    return frozenset(key for key in keys if key)


def _ids(work: Work, by: DirectoryAccess, keys: frozenset[str]) -> frozenset[str]:
    return frozenset(work.people.ids_keyed(by.directory.id, keys).values())
