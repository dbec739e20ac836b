"""Groups and their members, as rows. Nothing here loads a whole membership unless it is asked for by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from connector.domain.errors import AlreadyExists
from connector.domain.folding import fold
from connector.domain.listing import Listing
from connector.domain.people import Group, Member, Page, StatedGroup
from connector.storage.paging import page_of
from connector.storage.prepared import Prepared, Rows, among
from connector.storage.rows import chunks, group_of
from connector.storage.tables import group_member, person, scim_group

_ONE = select(scim_group).where(
    scim_group.c.directory_id == bindparam("directory_id"), scim_group.c.id == bindparam("group_id")
)
_FIND, _FIND_LOCKED = Prepared(_ONE), Prepared(_ONE.with_for_update())
_WRITTEN = ("display_name", "display_name_folded", "external_id", "document", "version", "modified_at")
_WRITE = Prepared(
    update(scim_group)
    .where(scim_group.c.id == bindparam("group_id"))
    .values({name: bindparam(name, type_=scim_group.c[name].type) for name in _WRITTEN})
)
_OF_GROUP = group_member.c.group_id == bindparam("group_id")
_COUNT = Prepared(select(func.count()).select_from(group_member).where(_OF_GROUP))
_AMONG = Prepared(select(group_member.c.person_id).where(_OF_GROUP, group_member.c.person_id.in_(among())))
_REMOVE = Prepared(delete(group_member).where(_OF_GROUP, group_member.c.person_id.in_(among())))
_MEMBERS = Rows(group_member)
_IDS = Prepared(select(group_member.c.person_id, group_member.c.group_id).where(group_member.c.person_id.in_(among())))
_GROUPS_OF = Prepared(
    select(group_member.c.person_id, scim_group.c.id, scim_group.c.display_name)
    .join(scim_group, scim_group.c.id == group_member.c.group_id)
    .where(group_member.c.person_id.in_(among()))
    .order_by(scim_group.c.id)
)
_MEMBERS_OF = Prepared(
    select(group_member.c.group_id, person.c.id, person.c.user_name)
    .join(person, person.c.id == group_member.c.person_id)
    .where(group_member.c.group_id.in_(among()))
    .order_by(person.c.id)
)


class Groups:
    """The groups that directories state."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def find(self, directory_id: str, group_id: str, *, lock: bool = False) -> Group | None:
        found = _FIND_LOCKED if lock else _FIND
        row = found.first(self.connection, directory_id=directory_id, group_id=group_id)
        return group_of(row) if row else None

    def taken(self, directory_id: str, stated: StatedGroup, *, but: str = "") -> str | None:
        """Return the attribute, displayName or externalId, that another group of the directory already bears."""
        others = select(scim_group.c.external_id).where(
            scim_group.c.directory_id == directory_id, scim_group.c.id != but
        )
        named = others.where(scim_group.c.display_name_folded == fold(stated.display_name))
        if self.connection.execute(named).first():
            return "displayName"
        if stated.external_id is None:
            return None
        keyed = others.where(scim_group.c.external_id == stated.external_id)
        return "externalId" if self.connection.execute(keyed).first() else None

    def page(self, directory_id: str, listing: Listing) -> Page[Group]:
        """Return one page of the directory's, and how many match in all."""
        return page_of(self.connection, scim_group, directory_id, listing, group_of)

    def all_of(self, directory_id: str) -> Iterator[Group]:
        """Yield every group of the directory, without their members."""
        query = select(scim_group).where(scim_group.c.directory_id == directory_id).order_by(scim_group.c.id)
        yield from (group_of(row) for row in self.connection.execute(query))

    def add(self, one: Group) -> None:
        """Add a group; raises AlreadyExists when another unit of work took its name meanwhile."""
        fixed = {"id": one.id, "tenant_id": one.tenant_id, "directory_id": one.directory_id}
        with _name_taken(one.stated):
            self.connection.execute(insert(scim_group), {**fixed, "created_at": one.created_at, **_written(one)})

    def write(self, one: Group) -> None:
        """Write what the directory says now; raises AlreadyExists when another unit of work took the name meanwhile."""
        with _name_taken(one.stated):
            _WRITE.run(self.connection, group_id=one.id, **_written(one))

    def delete(self, group_id: str) -> None:
        self.connection.execute(delete(group_member).where(group_member.c.group_id == group_id))
        self.connection.execute(delete(scim_group).where(scim_group.c.id == group_id))

    # Members.

    def member_ids(self, group_id: str) -> set[str]:
        query = select(group_member.c.person_id).where(group_member.c.group_id == group_id)
        return set(self.connection.execute(query).scalars())

    def count_members(self, group_id: str) -> int:
        number: int = _COUNT.scalar(self.connection, group_id=group_id)
        return number

    def members_among(self, group_id: str, person_ids: Iterable[str]) -> set[str]:
        """Return which of these people are members."""
        return {row.person_id for row in _AMONG.over(self.connection, person_ids, group_id=group_id)}

    def add_members(self, group_id: str, person_ids: Iterable[str]) -> None:
        rows = [{"group_id": group_id, "person_id": person_id} for person_id in sorted(person_ids)]
        _MEMBERS.add(self.connection, rows)

    def remove_members(self, group_id: str, person_ids: Iterable[str]) -> None:
        _REMOVE.run_over(self.connection, person_ids, group_id=group_id)

    def lock_of(self, person_id: str) -> None:
        """Lock the groups that a person is a member of, by ascending id; their members stay put until the commit."""
        theirs = select(group_member.c.group_id).where(group_member.c.person_id == person_id)
        query = select(scim_group.c.id).where(scim_group.c.id.in_(theirs)).order_by(scim_group.c.id)
        self.connection.execute(query.with_for_update()).all()

    def remove_from_all(self, person_id: str, now: datetime) -> None:
        """Take a person out of her groups, each of which is then another version of itself."""
        left = delete(group_member).where(group_member.c.person_id == person_id).returning(group_member.c.group_id)
        group_ids = sorted(self.connection.execute(left).scalars())
        for some in chunks(group_ids):
            changed = update(scim_group).where(scim_group.c.id.in_(some))
            self.connection.execute(changed.values(version=scim_group.c.version + 1, modified_at=now))

    def members_of(self, group_ids: Sequence[str]) -> dict[str, list[Member]]:
        """Return the members of these groups, each with a name to show."""
        found: dict[str, list[Member]] = {group_id: [] for group_id in group_ids}
        for row in _MEMBERS_OF.over(self.connection, group_ids):
            found[row.group_id].append(Member(row.id, row.user_name))
        return found

    def ids_of(self, person_ids: Iterable[str]) -> dict[str, frozenset[str]]:
        """Return person -> the ids of her groups; people without any are left out."""
        found: dict[str, set[str]] = {}
        for row in _IDS.over(self.connection, person_ids):
            found.setdefault(row.person_id, set()).add(row.group_id)
        return {person_id: frozenset(ids) for person_id, ids in found.items()}

    def named(self, directory_id: str, external_id: str | None, display_name_folded: str | None) -> str | None:
        """Return the id of the group with this externalId; where none is given, of the one with this name."""
        ids = select(scim_group.c.id).where(scim_group.c.directory_id == directory_id)
        if external_id is not None:
            named = ids.where(scim_group.c.external_id == external_id)
        else:
            named = ids.where(scim_group.c.display_name_folded == display_name_folded)
        return self.connection.execute(named).scalar()

    def groups_of(self, person_ids: Iterable[str]) -> dict[str, list[Member]]:
        """Return the groups of which these people are members, each with its name."""
        found: dict[str, list[Member]] = {person_id: [] for person_id in person_ids}
        for row in _GROUPS_OF.over(self.connection, found):
            found[row.person_id].append(Member(row.id, row.display_name))
        return found

    # For reports.

    def names(self, group_ids: Iterable[str]) -> dict[str, str]:
        """Return group -> its displayName."""
        found: dict[str, str] = {}
        for some in chunks(sorted(set(group_ids))):
            query = select(scim_group.c.id, scim_group.c.display_name).where(scim_group.c.id.in_(some))
            found.update((row.id, row.display_name) for row in self.connection.execute(query))
        return found

    def counts(self) -> dict[str, int]:
        """Return directory -> how many groups it states."""
        query = select(scim_group.c.directory_id, func.count().label("number")).group_by(scim_group.c.directory_id)
        return {row.directory_id: row.number for row in self.connection.execute(query)}


@contextmanager
def _name_taken(stated: StatedGroup) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        keyed = "external_id" in str(error.orig)
        attribute, value = ("externalId", stated.external_id) if keyed else ("displayName", stated.display_name)
        raise AlreadyExists("Group", attribute, value or "") from None


def _written(one: Group) -> dict[str, Any]:
    return {
        "display_name": one.stated.display_name,
        "display_name_folded": fold(one.stated.display_name),
        "external_id": one.stated.external_id,
        "document": dict(one.stated.attributes),
        "version": one.version,
        "modified_at": one.modified_at,
    }
