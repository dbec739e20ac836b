"""The journal's own store: beside SQLite a file of its own, so that no request waits for it; a table of PostgreSQL.

What is written here may be lost in a crash of the machine; nothing else depends on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, create_engine, delete, event, insert, select

from connector.domain.erasure import Names
from connector.domain.exchanges import Exchange
from connector.storage.database import Database
from connector.storage.erasure import blank_exchanges, scrub_file
from connector.storage.outages import outages_told
from connector.storage.tables import exchange

_NAMES = [each.name for each in fields(Exchange)]


class JournalStore:
    """The exchanges that are kept, in order of arrival."""

    def __init__(self, database: Database) -> None:
        self._own_file = database.url.get_backend_name() == "sqlite"
        self.engine = _file_beside(Path(str(database.url.database))) if self._own_file else database.engine

    def add(self, exchanges: Iterable[Exchange]) -> None:
        """Keep some exchanges, in one transaction."""
        rows = [{name: getattr(one, name) for name in _NAMES} for one in exchanges]
        if rows:
            with self._begin() as connection:
                connection.execute(insert(exchange), rows)

    def of_directory(self, directory: str, since: datetime | None) -> list[Exchange]:
        """Return a directory's exchanges from a time on, all that are kept without one."""
        query = select(exchange).where(exchange.c.directory == directory).order_by(exchange.c.at, exchange.c.id)
        with self._begin() as connection:
            return [
                _exchange(row)
                for row in connection.execute(query if since is None else query.where(exchange.c.at >= since))
            ]

    def purge(self, before: datetime) -> int:
        """Forget what is older; return how many exchanges that were."""
        with self._begin() as connection:
            return connection.execute(delete(exchange).where(exchange.c.at < before)).rowcount

    def blank(self, names: Names, *, undone: bool = False) -> int:
        """Blank the exchanges that name somebody; return how many that are. With `undone` nothing of it remains."""
        with self._begin() as connection:
            blanked = blank_exchanges(connection, names)
            if undone:
                connection.rollback()
            return blanked

    def scrub(self) -> None:
        """Overwrite what blanked exchanges leave behind in the file of its own."""
        if self._own_file:
            scrub_file(self.engine.raw_connection())

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with outages_told(), self.engine.begin() as connection:
            if self._own_file:
                exchange.create(connection, checkfirst=True)
            yield connection

    def dispose(self) -> None:
        """Close the file of its own; the database's connections are the database's."""
        if self._own_file:
            self.engine.dispose()


def _file_beside(database: Path) -> Engine:
    engine = create_engine(f"sqlite:///{database.with_suffix('.journal.db')}", connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _exchange(row: Row[Any]) -> Exchange:
    return Exchange(**row._mapping)
