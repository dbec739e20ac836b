"""The unit of work: all or nothing, run again where the database asks for it, one writer at a time on SQLite."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from connector.domain.events import THE_CLOCK, Event, Kind
from connector.domain.tenancy import Tenant
from connector.settings import Settings
from connector.storage.database import Database
from connector.storage.outages import DatabaseUnavailable
from connector.storage.work import Work

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SETTINGS = Settings(secret_key="k" * 40)


class Unit:
    """Runs use cases on a database, as `Lifecycle` does."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)

    def make(self, connection: Any) -> Work:
        return Work(connection, NOON, SETTINGS, self.database.cache)

    def write(self, use_case: Callable[..., Any], *args: Any) -> Any:
        return self.database.write(self.make, use_case, *args)

    def read(self, use_case: Callable[..., Any], *args: Any) -> Any:
        return self.database.read(self.make, use_case, *args)


@pytest.fixture
def unit(database_url: str) -> Iterator[Unit]:
    """Give a fresh database of each kind."""
    one = Unit(database_url)
    yield one
    one.database.dispose()


def add_tenant(work: Work, slug: str) -> None:
    work.tenancy.add_tenant(Tenant(slug, slug, True, NOON))


def slugs(work: Work) -> list[str]:
    return [one.slug for one in work.tenancy.tenants()]


def test_what_a_unit_of_work_wrote_is_there_for_the_next(unit: Unit) -> None:
    """Committed when the use case returns, and what it returns is returned."""
    assert unit.write(lambda work: add_tenant(work, "acme") or "done") == "done"
    assert unit.read(slugs) == ["acme"]


def test_a_unit_of_work_that_raises_leaves_nothing(unit: Unit) -> None:
    """Whatever it raises, and however much it had written."""

    def fail(work: Work) -> None:
        add_tenant(work, "acme")
        raise KeyError("a mistake of ours")

    with pytest.raises(KeyError):
        unit.write(fail)
    assert unit.read(slugs) == []


def test_a_mistake_is_not_run_again(unit: Unit) -> None:
    """Only what the database asks for is; a broken constraint stays broken."""
    tries = []

    def twice_the_same(work: Work) -> None:
        tries.append(1)
        add_tenant(work, "acme")
        add_tenant(work, "acme")

    with pytest.raises(DBAPIError):
        unit.write(twice_the_same)
    assert len(tries) == 1
    assert unit.read(slugs) == []


def test_two_who_wait_for_each_other_are_both_done_in_the_end(postgresql_url: str) -> None:
    """A real deadlock: PostgreSQL ends one of the two, whose unit of work is run again from the start."""
    unit = Unit(postgresql_url)
    for slug in ("a", "b"):
        unit.write(add_tenant, slug)
    both_hold_one = threading.Barrier(2)
    tries: list[str] = []

    def lock(work: Work, first: str, second: str) -> None:
        tries.append(first)
        work.tenancy.lock_policy(first, exclusively=True)
        if len(tries) <= 2:
            both_hold_one.wait(10)
        work.tenancy.lock_policy(second, exclusively=True)

    threads = [threading.Thread(target=unit.write, args=(lock, *order)) for order in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(tries[:2]) == ["a", "b"]
    assert len(tries) == 3
    versions = unit.read(lambda work: list(work.connection.execute(text("SELECT version FROM policy")).scalars()))
    assert versions == [3, 3]
    unit.database.dispose()


def test_connections_that_the_server_has_closed_are_replaced(postgresql_url: str) -> None:
    """After a restart of the server nobody is refused for a connection that was made before."""
    unit, other = Unit(postgresql_url), Unit(postgresql_url)
    unit.write(add_tenant, "before")
    closed = """
        SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()"""
    with other.database.engine.connect() as connection:
        connection.execute(text(closed))
    unit.write(add_tenant, "after")
    assert sorted(unit.read(slugs)) == ["after", "before"]
    unit.database.dispose()
    other.database.dispose()


def test_a_serialization_failure_is_run_again_three_times_at_most(postgresql_url: str) -> None:
    """SQLSTATE 40001, raised by the server: the fourth try is the last, and its error is told."""
    unit = Unit(postgresql_url)
    tries: list[int] = []

    def fail(work: Work, until: int) -> str:
        tries.append(1)
        add_tenant(work, f"t{until}-{len(tries)}")
        if len(tries) < until:
            raise_40001 = "DO $$BEGIN RAISE EXCEPTION 'try again' USING ERRCODE = 'serialization_failure'; END$$"
            work.connection.exec_driver_sql(raise_40001)
        return "done"

    assert unit.write(fail, 4) == "done"
    assert unit.read(slugs) == ["t4-4"]
    tries.clear()
    with pytest.raises(DatabaseUnavailable) as given_up:
        unit.write(fail, 9)
    assert given_up.value.why == "40001"
    assert len(tries) == 4
    unit.database.dispose()


def test_a_busy_sqlite_database_is_tried_again(sqlite_url: str) -> None:
    """Another program holds the file; when it lets go, the unit of work goes through."""
    unit = Unit(sqlite_url)
    other = sqlite3.connect(str(unit.database.url.database), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    tries: list[object] = []

    @event.listens_for(unit.database.engine, "connect")
    def wait_briefly(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout=1")

    @event.listens_for(unit.database.engine, "checkout")
    def let_go(*_: object) -> None:
        tries.append(_)
        if len(tries) == 3:
            other.execute("COMMIT")

    unit.write(add_tenant, "acme")
    assert len(tries) == 3
    assert unit.read(slugs) == ["acme"]
    other.close()
    unit.database.dispose()


def test_a_reader_waits_for_no_writer_and_sees_what_was_committed(unit: Unit) -> None:
    """While a unit of work is under way, others read the state before it, at once."""
    unit.write(add_tenant, "before")
    seen: list[list[str]] = []

    def write_and_look(work: Work) -> None:
        add_tenant(work, "during")
        reader = threading.Thread(target=lambda: seen.append(unit.read(slugs)))
        reader.start()
        reader.join(10)

    unit.write(write_and_look)
    assert seen == [["before"]]
    assert sorted(unit.read(slugs)) == ["before", "during"]


def test_writers_of_one_process_take_turns(unit: Unit) -> None:
    """Sixteen threads add to one counter; none is lost, none fails."""
    unit.write(add_tenant, "acme")
    threads = [
        threading.Thread(target=unit.write, args=(lambda work: work.tenancy.lock_policy("acme", exclusively=True),))
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert unit.read(lambda work: work.tenancy.lock_policy("acme")) == 17


def test_sqlite_is_set_up_to_lose_nothing(sqlite_url: str) -> None:
    """Write-ahead log, every commit on disk, foreign keys held."""
    unit = Unit(sqlite_url)
    with unit.database.engine.connect() as connection:
        wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    assert found == wanted
    unit.database.dispose()


def test_a_database_in_memory_is_refused(tmp_path: Path) -> None:
    """Every connection would have one of its own; a file is needed, and its folder is made."""
    for url in ("sqlite://", "sqlite:///:memory:"):
        with pytest.raises(ValueError, match="needs a file"):
            Database(url)
    database = Database(f"sqlite:///{tmp_path}/var/new/jumpseat.db")
    database.create_schema()
    assert (tmp_path / "var/new/jumpseat.db").is_file()
    database.dispose()


def test_the_trail_cannot_be_changed_by_anybody(unit: Unit) -> None:
    """Triggers keep events append-only, whoever speaks with our credentials; values apart can be blanked."""
    unit.write(add_tenant, "acme")
    told = Event(NOON, "acme", Kind.TENANT_CREATED, "acme", THE_CLOCK, values_after={"name": "Acme"})
    unit.write(lambda work: work.trail.tell([told]))
    statements = ["UPDATE event SET actor = 'nobody'", "DELETE FROM event"]
    if unit.database.engine.dialect.name == "postgresql":
        statements.append("TRUNCATE event CASCADE")
    for statement in statements:
        with pytest.raises(DBAPIError, match="append-only"):
            unit.write(lambda work, sql=statement: work.connection.exec_driver_sql(sql))
    unit.write(lambda work: work.connection.exec_driver_sql("UPDATE event_value SET after = NULL"))
    (kept,) = unit.read(lambda work: list(work.trail.events()))
    assert (kept["actor"], kept["values_after"]) == ("clock", None)
