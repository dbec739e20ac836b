"""People, as rows: found, locked, written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from connector.domain.errors import AlreadyExists, IdentityMismatch
from connector.domain.folding import fold
from connector.domain.listing import Listing
from connector.domain.people import Page, Person, StatedPerson
from connector.storage.filtering import only_work_email
from connector.storage.paging import page_of
from connector.storage.rows import chunks, person_of
from connector.storage.tables import identity, person

_ONE = select(person).where(
    person.c.directory_id == bindparam("directory_id"),
    person.c.id == bindparam("person_id"),
    person.c.deleted_at.is_(None),
)
_ONE_LOCKED = _ONE.with_for_update()
_NAMED = select(person).where(
    person.c.directory_id == bindparam("directory_id"), person.c.user_name_folded == bindparam("user_name")
)
_NAMED_LOCKED = _NAMED.with_for_update()
_KEYED_LOCKED = (
    select(person)
    .where(person.c.directory_id == bindparam("directory_id"), person.c.external_id_key == bindparam("external_id"))
    .with_for_update()
)
_WRITE = update(person).where(person.c.id == bindparam("person_id"))


class People:
    """The people whom directories state."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def find(self, directory_id: str, person_id: str, *, lock: bool = False) -> Person | None:
        """Return a person of this directory who is not deleted, locked for change when `lock`."""
        query = _ONE_LOCKED if lock else _ONE
        row = self.connection.execute(query, {"directory_id": directory_id, "person_id": person_id}).first()
        return person_of(row) if row else None

    def named(self, directory_id: str, user_name: str, *, lock: bool = False) -> Person | None:
        """Return who bears this userName, case and width aside."""
        query = _NAMED_LOCKED if lock else _NAMED
        row = self.connection.execute(query, {"directory_id": directory_id, "user_name": fold(user_name)}).first()
        return person_of(row) if row else None

    def keyed(self, directory_id: str, external_id: str) -> Person | None:
        """Return who bears this externalId, locked for change."""
        row = self.connection.execute(_KEYED_LOCKED, {"directory_id": directory_id, "external_id": external_id}).first()
        return person_of(row) if row else None

    def by_id(self, person_ids: Iterable[str], *, lock: bool = False) -> dict[str, Person]:
        """Return people by id, the deleted ones too; locked for change by ascending id when `lock`."""
        found: dict[str, Person] = {}
        for some in chunks(sorted(set(person_ids))):
            query = select(person).where(person.c.id.in_(some)).order_by(person.c.id)
            rows = self.connection.execute(query.with_for_update() if lock else query)
            found.update((row.id, person_of(row)) for row in rows)
        return found

    def present(self, directory_id: str, person_ids: Iterable[str]) -> set[str]:
        """Return which of these ids belong to people of this directory who are not deleted."""
        found: set[str] = set()
        for some in chunks(sorted(set(person_ids))):
            query = select(person.c.id).where(
                person.c.directory_id == directory_id, person.c.id.in_(some), person.c.deleted_at.is_(None)
            )
            found.update(self.connection.execute(query).scalars())
        return found

    def of_directories(self, directory_ids: Iterable[str]) -> list[str]:
        """Return the ids of everybody active in these directories, ascending."""
        query = select(person.c.id).where(
            person.c.directory_id.in_(sorted(directory_ids)), person.c.active, person.c.deleted_at.is_(None)
        )
        return list(self.connection.execute(query.order_by(person.c.id)).scalars())

    def page(self, directory_id: str, listing: Listing) -> Page[Person]:
        """Return one page of the directory's, and how many match in all."""
        of_directory = (person.c.directory_id == directory_id) & person.c.deleted_at.is_(None)
        return page_of(self.connection, person, of_directory, listing, person_of)

    def lock(self, person_ids: Iterable[str]) -> None:
        """Lock people for change, by ascending id; who holds the lock alone moves them between groups."""
        for some in chunks(sorted(set(person_ids))):
            query = select(person.c.id).where(person.c.id.in_(some)).order_by(person.c.id)
            self.connection.execute(query.with_for_update()).all()

    def add(self, one: Person) -> None:
        """Add a person; raises AlreadyExists when another unit of work took her name meanwhile."""
        row = {
            "id": one.id,
            "tenant_id": one.tenant_id,
            "directory_id": one.directory_id,
            "version": one.version,
            "created_at": one.created_at,
            "modified_at": one.modified_at,
            **_stated(one.stated),
        }
        with _names_taken(one.stated):
            self.connection.execute(insert(person), row)

    def write(self, one: Person) -> None:
        """Write what the directory says now; raises AlreadyExists when another unit of work took the name meanwhile."""
        values = {"version": one.version, "modified_at": one.modified_at, **_stated(one.stated)}
        with _names_taken(one.stated):
            self.connection.execute(_WRITE.values(values), {"person_id": one.id})

    def release_names(self, person_id: str) -> None:
        """Give userName and externalId free for somebody else; the person keeps her history, and no identity."""
        self.connection.execute(_WRITE.values(user_name_folded=None, external_id_key=None), {"person_id": person_id})
        self.connection.execute(identity.delete().where(identity.c.person_id == person_id))

    def delete(self, person_id: str, now: datetime) -> None:
        """Mark a person as deleted: gone for SCIM, kept for the history."""
        self.release_names(person_id)
        self.connection.execute(_WRITE.values(deleted_at=now, active=False, modified_at=now), {"person_id": person_id})

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
        found: dict[str, tuple[str, str]] = {}
        for some in chunks(sorted(set(person_ids))):
            query = select(identity.c.person_id, identity.c.issuer, identity.c.subject)
            rows = self.connection.execute(query.where(identity.c.person_id.in_(some)))
            found.update((row.person_id, (row.issuer, row.subject)) for row in rows)
        return found

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
