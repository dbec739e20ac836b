"""The database and its units of work: one writer at a time on SQLite, row locks on PostgreSQL; all or nothing."""

from __future__ import annotations

import fcntl
import random
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import IO, Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError, SQLAlchemyError

from connector.storage import append_only, schema  # noqa: F401  (append_only attaches its triggers to the tables)
from connector.storage.filtering import register_functions
from connector.storage.json_text import BOTH_WAYS
from connector.storage.outages import DatabaseUnavailable, outages_told
from connector.storage.prepared import execute
from connector.storage.tables import metadata
from connector.storage.work import Work

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 4
SERIALIZATION_FAILURES = {"40001", "40P01"}
"""PostgreSQL's codes for a serialization failure and a deadlock."""

BUSY = 5
"""Seconds that one try waits for another program to let go of a SQLite file, and for PostgreSQL to be reached."""
TURN = 30
"""Seconds that a writer waits for its turn, or for a lock on PostgreSQL. Clients give up after a minute (Entra ID)."""
REFUSAL_LASTS = 30
"""Seconds after a write that the database refused, during which it is taken to refuse the next as well."""


class DatabaseState(StrEnum):
    """Whether a database can be worked with."""

    READY = "ready"
    NOT_MIGRATED = "not-migrated"
    """It answers, and has not the schema that this version needs."""
    UNREACHABLE = "unreachable"
    NOT_WRITABLE = "not-writable"
    """It can be read, and refused the last write within the last seconds: full, read-only, or locked for too long."""


class Database:
    """One database, by its SQLAlchemy URL: `sqlite:///path` or `postgresql+psycopg://...`."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.cache: dict[Any, Any] = {}
        if self.url.get_backend_name() == "sqlite":
            self.engine, self._writers = _sqlite_engine(url)
        else:
            self.engine = _postgresql_engine(url)
            self._writers = _nobody_waits
        self._refused_at: float | None = None

    def create_schema(self) -> None:
        """Create every table at once, as the migrations would."""
        with self._writers(), self.engine.begin() as connection:
            metadata.create_all(connection)
            schema.stamp(connection)

    def migrate(self) -> None:
        """Bring the database to the schema that this version needs; harmless when it is there already."""
        with self._writers(), self.engine.begin() as connection:
            schema.migrate(connection)

    def is_current(self) -> bool:
        """Tell whether the database has the schema that this version needs."""
        with self._begin(writes=False) as connection:
            return schema.is_current(connection)

    def state(self) -> DatabaseState:
        """Tell whether the database answers, has the schema that this version needs, and takes what is written."""
        try:
            current = self.is_current()
        except SQLAlchemyError:
            return DatabaseState.UNREACHABLE
        if self._refused_at is not None and time.monotonic() - self._refused_at < REFUSAL_LASTS:
            return DatabaseState.NOT_WRITABLE
        return DatabaseState.READY if current else DatabaseState.NOT_MIGRATED

    def write(
        self,
        make: Callable[[Connection], Work],
        use_case: Callable[Concatenate[Work, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `use_case` in one unit of work and commit it; nothing of it remains when it raises.

        A unit of work that met a deadlock, a serialization failure or a busy database is run again, up to three times.
        Raises DatabaseUnavailable where the database cannot serve.
        """
        return self._run(lambda connection: use_case(make(connection), *args, **kwargs))

    def rehearse(
        self,
        make: Callable[[Connection], Work],
        use_case: Callable[Concatenate[Work, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `use_case` as `write` does and return what it returns, but let nothing of it remain."""
        return self._run(lambda connection: use_case(make(connection), *args, **kwargs), undone=True)

    def _run(self, unit: Callable[[Connection], T], *, undone: bool = False) -> T:
        try:
            with outages_told():
                outcome = self._tried(unit, undone)
        except DatabaseUnavailable:
            self._refused_at = time.monotonic()
            raise
        self._refused_at = None
        return outcome

    def _tried(self, unit: Callable[[Connection], T], undone: bool) -> T:
        for attempt in range(1, TRIES + 1):
            try:
                with self._writers(), self._begin(writes=True) as connection:
                    outcome = unit(connection)
                    if undone:
                        connection.rollback()
                    return outcome
            except DBAPIError as error:
                if attempt == TRIES or not _worth_another_try(error):
                    raise
            # Two units that met each other must not meet again at once.
            time.sleep(random.uniform(0.005, 0.05) * attempt)  # noqa: S311
        raise AssertionError("unreachable")

    def read(
        self,
        make: Callable[[Connection], Work],
        use_case: Callable[Concatenate[Work, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a use case that writes nothing; on SQLite it never waits for a writer. Raises DatabaseUnavailable."""
        with outages_told(), self._begin(writes=False) as connection:
            return use_case(make(connection), *args, **kwargs)

    @contextmanager
    def _begin(self, *, writes: bool) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            if not writes:
                connection.execution_options(writes=False)
            with connection.begin():
                yield connection

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


@contextmanager
def _nobody_waits() -> Iterator[None]:
    yield


def _worth_another_try(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    busy = isinstance(error, OperationalError) and "database is locked" in str(error.orig)
    return state in SERIALIZATION_FAILURES or busy


def _postgresql_engine(url: str) -> Engine:
    patience = {} if "connect_timeout" in make_url(url).query else {"connect_timeout": BUSY}
    engine = create_engine(url, pool_size=8, max_overflow=8, connect_args=patience, **BOTH_WAYS)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.execute(f"SET lock_timeout = '{TURN}s'")
        connection.commit()

    @event.listens_for(engine, "checkout")
    def look(connection: Any, _record: object, _proxy: object) -> None:
        # A server that goes away tells every connection; asking each whether it still answers costs a round trip.
        if connection.closed or _has_news(connection):
            raise DisconnectionError

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Each statement sees what is committed when it begins, so that a unit that only reads is none to the server.
        driver: Any = connection.connection.dbapi_connection
        driver.autocommit = not _writes(connection)

    return engine


def _has_news(connection: Any) -> bool:
    """Tell whether there is something to read from a server that was asked nothing: it says that it goes."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def _writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("writes", True))


def _sqlite_engine(url: str) -> tuple[Engine, Callable[[], Any]]:
    path = make_url(url).database
    if not path or path == ":memory:":
        raise ValueError("A SQLite database needs a file: sqlite:///var/jumpseat.db")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    patience = {"timeout": BUSY, "check_same_thread": False}
    engine = create_engine(url, pool_size=8, max_overflow=24, connect_args=patience, **BOTH_WAYS)

    @event.listens_for(engine, "connect")
    def prepare(connection: SqliteConnection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY * 1000}"):
            connection.execute(f"PRAGMA {pragma}")
        register_functions(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A reader that turns writer cannot wait for another writer: SQLite makes it fail. Writers say so at once.
        execute(connection, "BEGIN IMMEDIATE" if _writes(connection) else "BEGIN", ())

    return engine, _one_writer(path + ".lock")


def _one_writer(lock_file: str) -> Callable[[], Any]:
    """Return a lock that one thread of one process holds at a time.

    SQLite's own waiting polls with growing pauses: under load its slowest writer waits a second, with this one 30 ms.
    """
    threads = threading.Lock()

    @contextmanager
    def locked() -> Iterator[None]:
        if not threads.acquire(timeout=TURN):
            raise DatabaseUnavailable("no-turn")
        try:
            with _locked_file(lock_file):
                yield
        finally:
            threads.release()

    return locked


def _locked_file(path: str) -> IO[str]:
    """Return the file, open and locked until it is closed."""
    try:
        file = Path(path).open("a")  # noqa: SIM115 - whoever asked closes it
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError as error:  # its disk is full or read-only
        raise DatabaseUnavailable("lock-file") from error
    return file
