"""Erasure, as rows: finding what names a person, and blanking it; ids stay, and the trail stays whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

from sqlalchemy import Column, ColumnElement, Connection, String, Table, Text, cast, delete, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import JSON

from connector.domain.attributes import ENTERPRISE_USER
from connector.domain.erasure import Names
from connector.domain.folding import fold
from connector.domain.people import Person
from connector.storage.rows import chunks, person_of
from connector.storage.tables import (
    event,
    event_value,
    exchange,
    handover,
    metadata,
    outbox,
    person,
    reservation,
    session,
)

if TYPE_CHECKING:
    from connector.storage.database import Database

AT_ONCE = 1000
ERASED = "[erased]"


class Erasure:
    """What is blanked when somebody is erased, or when its time is over."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def find(self, directory_id: str, named: str) -> list[Person]:
        """Return whom an id or a userName means, those too whose name was released or who were deleted."""
        names = (person.c.id == named) | (person.c.user_name_folded == fold(named)) | (person.c.user_name == named)
        query = select(person).where(person.c.directory_id == directory_id, names).order_by(person.c.id)
        return [person_of(row) for row in self.connection.execute(query)]

    def told_of(self, person_id: str) -> Iterator[Mapping[str, Any]]:
        """Yield the personal values that the trail has of a person."""
        query = select(event_value.c.before, event_value.c.after).join(event, event.c.seq == event_value.c.event_seq)
        for row in self.connection.execute(query.where(event.c.person_id == person_id)):
            yield from (each for each in (row.before, row.after) if each)

    def blank_person(self, person_id: str, now: datetime) -> None:
        """Leave nothing of a person but her id: for SCIM she is deleted."""
        user_name = f"erased-{person_id}"
        values = {
            "user_name": user_name,
            "external_id": None,
            "display_name_folded": None,
            "work_email_folded": None,
            "document": {"userName": user_name, "active": False},
            "version": person.c.version + 1,
            "deleted_at": now,
            "modified_at": now,
        }
        self.connection.execute(update(person).where(person.c.id == person_id).values(values))

    def blank_values(self, person_id: str, names: Names) -> int:
        """Take the values out of the trail that are hers, or name her; return of how many events."""
        hers = select(event.c.seq).where(event.c.person_id == person_id)
        gone = self.connection.execute(delete(event_value).where(event_value.c.event_seq.in_(hers))).rowcount
        others = [row.event_seq for row in self._naming(event_value, names, ("before", "after"))]
        for some in chunks(others):
            self.connection.execute(delete(event_value).where(event_value.c.event_seq.in_(some)))
        return gone + len(others)

    def blank_letters(self, names: Names) -> int:
        """Blank what the outbox says of her; what was not delivered never is."""
        found = [row.id for row in self._naming(outbox, names, ("payload", "error"))]
        for some in chunks(found):
            these = outbox.c.id.in_(some)
            self.connection.execute(update(outbox).where(these).values(payload={}, error=None))
            self.connection.execute(update(outbox).where(these, outbox.c.state == "open").values(state="erased"))
        return len(found)

    def blank_handovers(self, person_id: str, names: Names) -> int:
        """Blank the texts of handovers that are hers or name her."""
        found = [row.id for row in self._naming(handover, names, ("heir_address", "reason", "closed_by", "named_by"))]
        hers = update(handover).where((handover.c.person_id == person_id) | handover.c.id.in_(found))
        return self.connection.execute(hers.values(heir_address=None, reason=None)).rowcount

    def blank_reservations(self, person_id: str, names: Names) -> int:
        """Blank for whom seats were kept where that is over; one that is open is the operator's to cancel."""
        over = reservation.c.state.not_in(("planned", "kept"))
        named = [row.id for row in self._naming(reservation, names, ("kept_for", "name_folded"), over)]
        hers = over & ((reservation.c.person_id == person_id) | reservation.c.id.in_(named))
        blanked = update(reservation).where(hers).values(kept_for=ERASED, name_folded=None)
        return self.connection.execute(blanked).rowcount

    def forget_sessions(self, person_id: str, names: Names) -> int:
        """Forget the sessions of hers, and those whose claims name her."""
        gone = self.connection.execute(delete(session).where(session.c.person_id == person_id)).rowcount
        others = [row.token_hash for row in self._naming(session, names, ("claims", "subject"))]
        for some in chunks(others):
            self.connection.execute(delete(session).where(session.c.token_hash.in_(some)))
        return gone + len(others)

    def managed(self, one: Person, names: Names) -> list[str]:
        """Return the ids of those of whom the directory states, in words that name her, that she manages them."""
        rows = self._naming(person, names, ("document",), person.c.directory_id == one.directory_id)
        return [row.id for row in rows if names.spoken_of(text_of(_manager(row.document)))]

    def blank_manager(self, one: Person, managed: Iterable[str], now: datetime) -> int:
        """Name her by her id alone in what is stated of those whom she managed, who are locked."""
        blanked = 0
        for some in chunks(managed):
            rows = self.connection.execute(select(person.c.id, person.c.document).where(person.c.id.in_(some))).all()
            for row in rows:
                enterprise = {**row.document[ENTERPRISE_USER], "manager": {"value": one.id}}
                values = {"document": {**row.document, ENTERPRISE_USER: enterprise}, "modified_at": now}
                changed = update(person).where(person.c.id == row.id)
                self.connection.execute(changed.values(version=person.c.version + 1, **values))
                blanked += 1
        return blanked

    def mentions(self, names: Names) -> dict[tuple[str, str], int]:
        """Return (table, column) -> in how many rows she is still spoken of, in whatever table there is."""
        found = {}
        for table in metadata.sorted_tables:
            for column in table.columns:
                if _holds_texts(column) and (number := len(self._naming(table, names, (column.name,)))):
                    found[(table.name, column.name)] = number
        return found

    def forget_values(self, before: datetime) -> int:
        """Blank the values of the trail that are older, the oldest first; return of how many events."""
        oldest = (
            select(event_value.c.event_seq, event.c.at)
            .join(event, event.c.seq == event_value.c.event_seq)
            .order_by(event_value.c.event_seq)
            .limit(AT_ONCE)
        )
        forgotten = 0
        while old := [row.event_seq for row in self.connection.execute(oldest) if row.at < before]:
            for some in chunks(old):
                self.connection.execute(delete(event_value).where(event_value.c.event_seq.in_(some)))
            forgotten += len(old)
        return forgotten

    def forget_letters(self, before: datetime) -> int:
        """Blank what the outbox says of deliveries that are over and older; return how many."""
        over = (outbox.c.state.in_(("done", "failed")), outbox.c.created_at < before)
        return self.connection.execute(
            update(outbox).where(*over).values(payload={}, error=None, state="forgotten")
        ).rowcount

    def _naming(self, table: Table, names: Names, columns: Iterable[str], *where: ColumnElement[bool]) -> list[Any]:
        read = [table.c[name] for name in columns]
        if not names.texts:
            return []
        query = select(*table.primary_key.columns, *(one for one in read if not one.primary_key))
        rows = self.connection.execute(query.where(_contains(read, names), *where))
        return [row for row in rows if any(names.spoken_of(text_of(row._mapping[one.name])) for one in read)]


def blank_exchanges(connection: Connection, names: Names) -> int:
    """Blank the bodies of exchanges that name a person, or her id; return of how many. That they were is kept."""
    columns = ("path", "query", "headers", "body", "answer")
    read = [exchange.c[name] for name in columns]
    query = select(exchange.c.id, *read).where(_contains(read, names))
    blanked = 0
    for row in connection.execute(query).all():
        if not any(names.spoken_of(text_of(row._mapping[name])) for name in columns):
            continue
        path = row.path if _only_an_id(row.path, names) else f"/{ERASED}"
        values = {"path": path, "query": "", "body": None, "answer": None, "left_out": True}
        connection.execute(update(exchange).where(exchange.c.id == row.id).values(values))
        blanked += 1
    return blanked


def scrub(database: Database) -> None:
    """Overwrite what deleted rows leave behind in the database's files.

    SQLite's are written anew; on PostgreSQL dead rows are cleared, and the write-ahead log and backups run their time.
    """
    if database.url.get_backend_name() != "sqlite":
        # Said not to write, it gets no transaction, in which nothing could be vacuumed.
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT", writes=False) as connection:
            connection.exec_driver_sql("VACUUM person, event_value, session, outbox, handover, identity, exchange")
        return
    scrub_file(database.engine.raw_connection())


def scrub_file(raw: Any) -> None:
    """Write an SQLite file anew, and empty its log."""
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.fetchall()
        cursor.close()
    finally:
        raw.close()


def _manager(document: Mapping[str, Any]) -> Any:
    return (document.get(ENTERPRISE_USER) or {}).get("manager")


def text_of(value: Any) -> str:
    """Return a column's value as one text."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def _only_an_id(path: str, names: Names) -> bool:
    return not Names(frozenset(one for one in names.texts if one not in path.split("/"))).spoken_of(path)


def _contains(columns: Iterable[Column[Any]], names: Names) -> ColumnElement[bool]:
    """Return the first sieve, which lets through too much and, but for rare capitals, nothing too little."""
    texts = [cast(column, Text) for column in columns]
    return or_(*(text.icontains(spelt, autoescape=True) for text in texts for spelt in sorted(_spellings(names))))


def _spellings(names: Names) -> set[str]:
    found = set()
    for one in names.texts:
        for text in (one, one.casefold(), one.upper(), one.title()):
            found |= {text, json.dumps(text)[1:-1], quote(text), quote(text, safe=""), quote_plus(text)}
    return found


def _holds_texts(column: Column[Any]) -> bool:
    is_id = column.primary_key or column.foreign_keys or column.name.endswith("_hash")
    return isinstance(column.type, String | Text | JSON | JSONB) and not is_id
