"""The migrations lead to exactly the tables that the code speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from connector.storage import schema
from connector.storage.database import Database
from connector.storage.tables import metadata


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """Give a database of each kind without any table."""
    if database_url.startswith("sqlite"):
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    else:
        database = Database(database_url)
        with database.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    yield database
    database.dispose()


def test_migrating_an_empty_database_leads_to_the_declared_tables(empty: Database) -> None:
    """Alembic finds no difference between the migrated database and the tables of the code."""
    assert not empty.is_current()
    empty.migrate()
    assert empty.is_current()
    with empty.engine.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_migration_is_known_by_name() -> None:
    """Whoever adds one says so where the schema is compared."""
    assert ScriptDirectory.from_config(schema._config()).get_heads() == [schema.HEAD]


def test_migrating_twice_is_harmless(empty: Database) -> None:
    """Every start of the product may ask for it."""
    empty.migrate()
    empty.migrate()
    assert empty.is_current()


@pytest.mark.parametrize("made_by", ["migrate", "create_schema"])
def test_the_trail_is_append_only_however_the_schema_was_made(empty: Database, made_by: str) -> None:
    """An event can neither be changed nor deleted, not even by ourselves."""
    getattr(empty, made_by)()
    with empty.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO tenant (id, slug, active, created_at) VALUES ('t', 'acme', true, '2026-11-22 12:00:00')")
        )
        connection.execute(
            text(
                "INSERT INTO event (at, tenant_id, kind, subject_id, cause, actor)"
                " VALUES ('2026-11-22 12:00:00', 't', 'tenant:created', 't', 'operator', 'me')"
            )
        )
    for attempt in ("UPDATE event SET actor = 'somebody else'", "DELETE FROM event"):
        with pytest.raises(DBAPIError, match="append-only"), empty.engine.begin() as connection:
            connection.execute(text(attempt))


def test_a_database_made_at_once_needs_no_migration(empty: Database) -> None:
    """What the tests run on is what the migrations make."""
    empty.create_schema()
    assert empty.is_current()
