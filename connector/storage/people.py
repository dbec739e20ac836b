"""People, as rows: found, locked, written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from connector.domain.errors import AlreadyExists, IdentityMismatch
from connector.domain.folding import fold
from connector.domain.listing import Listing
from connector.domain.people import Page, Person, StatedPerson
from connector.storage.filtering import only_work_email
from connector.storage.paging import page_of
from connector.storage.prepared import Prepared, Rows, among
from connector.storage.rows import person_of
from connector.storage.tables import identity, person

_ONE = select(person).where(
    person.c.directory_id == bindparam("directory_id"),
    person.c.id == bindparam("person_id"),
    person.c.deleted_at.is_(None),
)
_FIND, _FIND_LOCKED = Prepared(_ONE), Prepared(_ONE.with_for_update())
_NAMED = select(person).where(
    person.c.directory_id == bindparam("directory_id"), person.c.user_name_folded == bindparam("user_name")
)
_NAMED_FREE, _NAMED_LOCKED = Prepared(_NAMED), Prepared(_NAMED.with_for_update())
_BEARERS = Prepared(
    select(person)
    .where(
        person.c.directory_id == bindparam("directory_id"),
        or_(person.c.user_name_folded == bindparam("user_name"), person.c.external_id_key == bindparam("external_id")),
    )
    .order_by(person.c.id)
    .with_for_update()
)
_KEYED_LOCKED = Prepared(
    select(person)
    .where(person.c.directory_id == bindparam("directory_id"), person.c.external_id_key == bindparam("external_id"))
    .with_for_update()
)
_KEYED = Prepared(
    select(person.c.id, person.c.external_id_key).where(
        person.c.directory_id == bindparam("directory_id"), person.c.external_id_key.in_(among())
    )
)
_MANY = select(person).where(person.c.id.in_(among())).order_by(person.c.id)
_BY_ID, _BY_ID_LOCKED = Prepared(_MANY), Prepared(_MANY.with_for_update())
_LOCK = Prepared(_MANY.with_only_columns(person.c.id).with_for_update())
_PRESENT = Prepared(
    select(person.c.id).where(
        person.c.directory_id == bindparam("directory_id"), person.c.id.in_(among()), person.c.deleted_at.is_(None)
    )
)
_IDENTITIES = Prepared(
    select(identity.c.person_id, identity.c.issuer, identity.c.subject).where(identity.c.person_id.in_(among()))
)
_OF_DIRECTORY = select(person).where(person.c.directory_id == bindparam("directory_id"), person.c.deleted_at.is_(None))
_USING_NAME = Prepared(_OF_DIRECTORY.where(person.c.user_name_folded.in_(among())))
_USING_EMAIL = Prepared(_OF_DIRECTORY.where(person.c.work_email_folded.in_(among())))
_PEOPLE = Rows(person)
_STATED = (
    "user_name",
    "user_name_folded",
    "external_id",
    "external_id_key",
    "display_name_folded",
    "work_email_folded",
    "active",
    "document",
)
_ONE_OF_THEM = update(person).where(person.c.id == bindparam("person_id"))
_WRITE = Prepared(
    _ONE_OF_THEM.values(
        {name: bindparam(name, type_=person.c[name].type) for name in ("version", "modified_at", *_STATED)}
    )
)


class People:
    """The people whom directories state."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def find(self, directory_id: str, person_id: str, *, lock: bool = False) -> Person | None:
        """Return a person of this directory who is not deleted, locked for change when `lock`."""
        found = _FIND_LOCKED if lock else _FIND
        row = found.first(self.connection, directory_id=directory_id, person_id=person_id)
        return person_of(row) if row else None

    def named(self, directory_id: str, user_name: str, *, lock: bool = False) -> Person | None:
        """Return who bears this userName, case and width aside."""
        row = (_NAMED_LOCKED if lock else _NAMED_FREE).first(
            self.connection, directory_id=directory_id, user_name=fold(user_name)
        )
        return person_of(row) if row else None

    def bearing(self, directory_id: str, stated: StatedPerson) -> list[Person]:
        """Return who bears this userName or this externalId, locked for change: nobody, one or two people."""
        names = {"user_name": fold(stated.user_name), "external_id": stated.external_id}
        return [person_of(row) for row in _BEARERS.all(self.connection, directory_id=directory_id, **names)]

    def keyed(self, directory_id: str, external_id: str) -> Person | None:
        """Return who bears this externalId, locked for change."""
        row = _KEYED_LOCKED.first(self.connection, directory_id=directory_id, external_id=external_id)
        return person_of(row) if row else None

    def by_id(self, person_ids: Iterable[str], *, lock: bool = False) -> dict[str, Person]:
        """Return people by id, the deleted ones too; locked for change by ascending id when `lock`."""
        rows = (_BY_ID_LOCKED if lock else _BY_ID).over(self.connection, person_ids)
        return {row.id: person_of(row) for row in rows}

    def addressed(self, directory_ids: Iterable[str], addresses: Iterable[str]) -> dict[str, list[Person]]:
        """Return address -> who of these directories bears it as userName or only work e-mail; folded addresses."""
        found: dict[str, dict[str, Person]] = {address: {} for address in addresses}
        for directory_id in directory_ids:
            for column, query in (("user_name_folded", _USING_NAME), ("work_email_folded", _USING_EMAIL)):
                for row in query.over(self.connection, found, directory_id=directory_id):
                    found[getattr(row, column)][row.id] = person_of(row)
        return {address: [people[key] for key in sorted(people)] for address, people in found.items()}

    def present(self, directory_id: str, person_ids: Iterable[str]) -> set[str]:
        """Return which of these ids belong to people of this directory who are not deleted."""
        return {row.id for row in _PRESENT.over(self.connection, person_ids, directory_id=directory_id)}

    def of_directories(self, directory_ids: Iterable[str]) -> list[str]:
        """Return the ids of everybody active in these directories, ascending."""
        query = select(person.c.id).where(
            person.c.directory_id.in_(sorted(directory_ids)), person.c.active, person.c.deleted_at.is_(None)
        )
        return list(self.connection.execute(query.order_by(person.c.id)).scalars())

    def ever_of(self, directory_id: str) -> list[str]:
        """Return the ids of everybody whom this directory has ever stated, ascending."""
        query = select(person.c.id).where(person.c.directory_id == directory_id).order_by(person.c.id)
        return list(self.connection.execute(query).scalars())

    def present_of(self, directory_id: str) -> Iterator[Person]:
        """Yield everybody of this directory who is not deleted, the inactive ones too."""
        query = select(person).where(person.c.directory_id == directory_id, person.c.deleted_at.is_(None))
        yield from (person_of(row) for row in self.connection.execute(query.order_by(person.c.id)))

    def ids_keyed(self, directory_id: str, external_ids: Iterable[str]) -> dict[str, str]:
        """Return externalId -> who bears it in this directory."""
        rows = _KEYED.over(self.connection, external_ids, directory_id=directory_id)
        return {row.external_id_key: row.id for row in rows}

    def page(self, directory_id: str, listing: Listing) -> Page[Person]:
        """Return one page of the directory's, and how many match in all."""
        return page_of(self.connection, person, directory_id, listing, person_of)

    def lock(self, person_ids: Iterable[str]) -> None:
        """Lock people for change, by ascending id; who holds the lock alone moves them between groups."""
        for _ in _LOCK.over(self.connection, person_ids):
            pass

    def add(self, one: Person) -> None:
        """Add a person; raises AlreadyExists when another unit of work took her name meanwhile."""
        with _names_taken(one.stated):
            self.add_all([one])

    def add_all(self, people: Iterable[Person]) -> None:
        """Add people whose names the caller knows to be free, since he holds the tenant's policy exclusively."""
        rows = [
            {
                "id": one.id,
                "tenant_id": one.tenant_id,
                "directory_id": one.directory_id,
                "version": one.version,
                "created_at": one.created_at,
                "modified_at": one.modified_at,
                **_stated(one.stated),
            }
            for one in people
        ]
        _PEOPLE.add(self.connection, rows)

    def write(self, one: Person) -> None:
        """Write what the directory says now; raises AlreadyExists when another unit of work took the name meanwhile."""
        values = {"version": one.version, "modified_at": one.modified_at, **_stated(one.stated)}
        with _names_taken(one.stated):
            _WRITE.run(self.connection, person_id=one.id, **values)

    def release_names(self, person_id: str) -> None:
        """Give userName and externalId free for somebody else; the person keeps her history, and no identity."""
        released = _ONE_OF_THEM.values(user_name_folded=None, external_id_key=None)
        self.connection.execute(released, {"person_id": person_id})
        self.connection.execute(identity.delete().where(identity.c.person_id == person_id))

    def delete(self, person_id: str, now: datetime) -> None:
        """Mark a person as deleted: gone for SCIM, kept for the history."""
        self.release_names(person_id)
        deleted = _ONE_OF_THEM.values(deleted_at=now, active=False, modified_at=now)
        self.connection.execute(deleted, {"person_id": person_id})

    # Bound identities.

    def bind(self, one: Person, identity_id: str, issuer: str, subject: str, now: datetime) -> None:
        """Bind an identity; raises IdentityMismatch when another unit of work gave it to somebody else meanwhile."""
        row = {
            "id": identity_id,
            "tenant_id": one.tenant_id,
            "directory_id": one.directory_id,
            "person_id": one.id,
            "issuer": issuer,
            "subject": subject,
            "bound_at": now,
        }
        try:
            self.connection.execute(insert(identity), row)
        except IntegrityError:
            raise IdentityMismatch("this identity is bound to somebody else") from None

    def bound_to(self, directory_id: str, issuer: str, subject: str) -> str | None:
        """Return the id of the person to whom this identity is bound."""
        query = select(identity.c.person_id).where(
            identity.c.directory_id == directory_id, identity.c.issuer == issuer, identity.c.subject == subject
        )
        return self.connection.execute(query).scalar()

    def identities(self, person_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Return (issuer, subject) for those of these people who have a bound identity."""
        rows = _IDENTITIES.over(self.connection, person_ids)
        return {row.person_id: (row.issuer, row.subject) for row in rows}

    # For reports.

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return directory -> how many people it states, and how many of them it wants in."""
        listed = select(person.c.directory_id, person.c.active, func.count().label("number"))
        query = listed.where(person.c.deleted_at.is_(None)).group_by(person.c.directory_id, person.c.active)
        found: dict[str, tuple[int, int]] = {}
        for row in self.connection.execute(query):
            stated, active = found.get(row.directory_id, (0, 0))
            found[row.directory_id] = (stated + row.number, active + (row.number if row.active else 0))
        return found

    def external_ids(self, directory_id: str) -> Iterator[str | None]:
        """Yield the externalId of everybody active in a directory; None for whom none is stated."""
        query = select(person.c.external_id).where(
            person.c.directory_id == directory_id, person.c.active, person.c.deleted_at.is_(None)
        )
        yield from self.connection.execute(query.order_by(person.c.id)).scalars()

    def stated_values(self, directory_id: str, attribute: str) -> list[tuple[Any, int]]:
        """Return what is stated of active people for one attribute, each different value with how many bear it."""
        stated = person.c.document[attribute].label("stated")
        query = select(stated, func.count().label("number")).where(
            person.c.directory_id == directory_id, person.c.active, person.c.deleted_at.is_(None)
        )
        rows = self.connection.execute(query.group_by("stated"))
        return [(row.stated, row.number) for row in rows if row.stated is not None]

    def stating(self, directory_ids: Iterable[str], attribute: str) -> Iterator[tuple[str, Any]]:
        """Yield who states something for one attribute, and what; everybody of the directories is looked through."""
        stated = person.c.document[attribute]
        query = select(person.c.id, stated.label("stated")).where(
            person.c.directory_id.in_(directory_ids), person.c.deleted_at.is_(None), stated.as_string().is_not(None)
        )
        for row in self.connection.execute(query):
            yield row.id, row.stated


@contextmanager
def _names_taken(stated: StatedPerson) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        keyed = "external_id" in str(error.orig)
        attribute, value = ("externalId", stated.external_id) if keyed else ("userName", stated.user_name)
        raise AlreadyExists("User", attribute, value or "") from None


def _stated(stated: StatedPerson) -> dict[str, Any]:
    attributes = stated.attributes
    display_name = attributes.get("displayName")
    return {
        "user_name": stated.user_name,
        "user_name_folded": fold(stated.user_name),
        "external_id": stated.external_id,
        "external_id_key": stated.external_id,
        "display_name_folded": fold(display_name) if display_name else None,
        "work_email_folded": only_work_email(attributes),
        "active": stated.active,
        "document": dict(attributes),
    }
