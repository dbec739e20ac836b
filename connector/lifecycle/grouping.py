"""What a directory says of its groups, recorded and settled in one unit of work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from connector.domain.errors import AlreadyExists, InvalidValue, NotFound
from connector.domain.events import Event, Kind
from connector.domain.folding import fold
from connector.domain.identifiers import new_id
from connector.domain.listing import Listing
from connector.domain.people import Group, Member, MemberChange, Page, StatedGroup
from connector.domain.tenancy import DirectoryAccess
from connector.lifecycle.provisioning import cause_of
from connector.lifecycle.settling import fresh_rulebook, rulebook, settle
from connector.mappers.rulebook import Rulebook
from connector.storage.work import Work


def create_group(work: Work, access: DirectoryAccess, stated: StatedGroup, members: frozenset[str]) -> Group:
    """Record a group that the directory states, with its members, and settle what follows.

    A rule that named the group before it was seen is bound to it. Raises AlreadyExists when another group bears its
    displayName (case and width aside) or externalId, InvalidValue for a member who is nobody of this directory.
    """
    directory = access.directory
    awaited = work.rules.name(directory.id, stated.external_id, fold(stated.display_name))
    book = _rules_under_lock(work, directory.tenant_id, change=awaited)
    _check_names(work, access, stated)
    group = Group(new_id(), directory.tenant_id, directory.id, stated, 1, work.now, work.now)
    work.groups.add(group)
    _tell(work, access, Kind.GROUP_STATED, group)
    book = _bind_awaiting(work, access, group, book)
    _move(work, access, book, group, added=members, removed=frozenset())
    return group


def change_group(
    work: Work,
    access: DirectoryAccess,
    group_id: str,
    change: Callable[[Group], tuple[StatedGroup, MemberChange]],
) -> Group:
    """Apply a change to the group as it is now, under its lock, and settle whoever it moves.

    Adding one member costs the same in a group of ten and of ten thousand. A change that changes nothing leaves version
    and time as they are. Raises NotFound, AlreadyExists, InvalidValue as `create_group` does.
    """
    version = work.tenancy.lock_policy(access.directory.tenant_id)
    group = _found(work, access, group_id, lock=True)
    stated, members = change(group)
    added, removed = _difference(work, group_id, members)
    if stated == group.stated and not added and not removed:
        return group
    changed = replace(group, stated=stated, version=group.version + 1, modified_at=work.now)
    if stated != group.stated:
        _check_names(work, access, stated, but=group_id)
        _tell(work, access, Kind.GROUP_CHANGED, changed, group)
    work.groups.write(changed)
    book = _bind_awaiting(work, access, changed, rulebook(work, group.tenant_id, version))
    _move(work, access, book, changed, added=added, removed=removed)
    return changed


def delete_group(
    work: Work, access: DirectoryAccess, group_id: str, check: Callable[[Group], None] | None = None
) -> None:
    """Forget a group: what it made due ends, and rules bound to it are left unbound, which `doctor` reports.

    What `check` raises about the group as it is under its lock, leaves everything as it was.
    """
    tenant_id = access.directory.tenant_id
    book = _rules_under_lock(work, tenant_id, change=work.rules.are_about(group_id))
    if book.concerns(group_id):
        work.tenancy.lock_policy(tenant_id, exclusively=True)
    group = _found(work, access, group_id, lock=True)
    if check is not None:
        check(group)
    members = work.groups.member_ids(group_id)
    for rule in (compiled.rule for compiled in book.rules if compiled.rule.group_id == group_id):
        work.rules.bind(rule.id, None)
        work.trail.tell([_rule_event(work, access, Kind.RULE_UNBOUND, rule.id, group)])
    _move(work, access, book, group, added=frozenset(), removed=frozenset(members))
    work.groups.delete(group_id)
    _tell(work, access, Kind.GROUP_DELETED, None, group)


def find_group(work: Work, access: DirectoryAccess, group_id: str) -> Group:
    """Return a group of this directory; raises NotFound, the same for a group of another directory."""
    return _found(work, access, group_id)


def list_groups(work: Work, access: DirectoryAccess, listing: Listing) -> Page[Group]:
    """Return a page of this directory's groups."""
    return work.groups.page(access.directory.id, listing)


def members_of(work: Work, group_ids: Sequence[str]) -> dict[str, list[Member]]:
    """Return group -> its members."""
    return work.groups.members_of(group_ids)


def count_members(work: Work, group_id: str) -> int:
    """Return how many members a group has, without reading them."""
    return work.groups.count_members(group_id)


def _found(work: Work, access: DirectoryAccess, group_id: str, *, lock: bool = False) -> Group:
    group = work.groups.find(access.directory.id, group_id, lock=lock)
    if group is None:
        raise NotFound("Group", group_id)
    return group


def _rules_under_lock(work: Work, tenant_id: str, *, change: bool) -> Rulebook:
    """Take the policy lock, exclusively where rules are going to change, and return the rules as they are under it.

    Whether they change is looked up before, without a lock: two who share it and both want it alone would deadlock.
    That still happens, and is run again, where a rule begins to name the group in between.
    """
    version = work.tenancy.lock_policy(tenant_id, exclusively=change)
    return fresh_rulebook(work, tenant_id) if change else rulebook(work, tenant_id, version)


def _check_names(work: Work, access: DirectoryAccess, stated: StatedGroup, but: str = "") -> None:
    attribute = work.groups.taken(access.directory.id, stated, but=but)
    if attribute is not None:
        value = stated.display_name if attribute == "displayName" else stated.external_id
        raise AlreadyExists("Group", attribute, value or "")


def _difference(work: Work, group_id: str, members: MemberChange) -> tuple[frozenset[str], frozenset[str]]:
    """Return who is really added and who is really removed."""
    if members.replace is not None:
        current = work.groups.member_ids(group_id)
        wanted = (members.replace - members.remove) | members.add
        return frozenset(wanted - current), frozenset(current - wanted)
    leaving = members.remove - members.add
    added = members.add - work.groups.members_among(group_id, members.add) if members.add else frozenset()
    removed = work.groups.members_among(group_id, leaving) if leaving else set()
    return frozenset(added), frozenset(removed)


def _move(
    work: Work,
    access: DirectoryAccess,
    book: Rulebook,
    group: Group,
    *,
    added: frozenset[str],
    removed: frozenset[str],
) -> None:
    """Add and remove members, and settle them all when a rule is about the group."""
    moved = added | removed
    if not moved:
        return
    work.people.lock(moved)
    unknown = added - work.people.present(access.directory.id, added)
    if unknown:
        listed = ", ".join(sorted(unknown)[:10])
        raise InvalidValue("members", f"no User of this directory has the id {listed}")
    work.groups.remove_members(group.id, removed)
    work.groups.add_members(group.id, added)
    work.trail.tell(_member_events(work, access, group, Kind.MEMBER_ADDED, added))
    work.trail.tell(_member_events(work, access, group, Kind.MEMBER_REMOVED, removed))
    if book.concerns(group.id):
        settle(work, group.tenant_id, book, work.people.by_id(moved).values(), cause_of(access))


def _bind_awaiting(work: Work, access: DirectoryAccess, group: Group, book: Rulebook) -> Rulebook:
    """Bind the rules that have waited for this group, and return the rules as they are then."""
    awaiting = book.awaiting(group.directory_id, group.stated)
    if not awaiting:
        return book
    work.tenancy.lock_policy(group.tenant_id, exclusively=True)
    for rule in awaiting:
        work.rules.bind(rule.id, group.id)
        work.trail.tell([_rule_event(work, access, Kind.RULE_BOUND, rule.id, group)])
    book = fresh_rulebook(work, group.tenant_id)
    members = work.groups.member_ids(group.id)
    work.people.lock(members)
    settle(work, group.tenant_id, book, work.people.by_id(members).values(), cause_of(access))
    return book


def _rule_event(work: Work, access: DirectoryAccess, kind: Kind, rule_id: str, group: Group) -> Event:
    return Event(work.now, group.tenant_id, kind, rule_id, cause_of(access), None, None, None, {"group": group.id})


def _member_events(
    work: Work, access: DirectoryAccess, group: Group, kind: Kind, person_ids: Iterable[str]
) -> list[Event]:
    cause = cause_of(access)
    return [
        Event(work.now, group.tenant_id, kind, group.id, cause, person_id, None, None, {"group": group.id})
        for person_id in sorted(person_ids)
    ]


def _tell(work: Work, access: DirectoryAccess, kind: Kind, now: Group | None, was: Group | None = None) -> None:
    group = now or was
    if group is not None:
        before = {"displayName": was.stated.display_name} if was else None
        after = {"displayName": now.stated.display_name} if now else None
        work.trail.tell([Event(work.now, group.tenant_id, kind, group.id, cause_of(access), None, None, before, after)])
