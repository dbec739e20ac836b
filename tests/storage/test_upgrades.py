"""An installation of an earlier release keeps everything it holds when a newer one starts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Integer, MetaData, Table, select, text
from sqlalchemy.dialects.postgresql import JSONB

from connector.storage import schema
from connector.storage.database import Database

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def first_release(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """Give a database of each kind as the first release left it, with a row in every table."""
    sqlite = database_url.startswith("sqlite")
    database = Database(f"sqlite:///{tmp_path / 'first.db'}" if sqlite else database_url)
    with database.engine.begin() as connection:
        if not sqlite:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    yield database
    database.dispose()


def _value(column: Column[Any]) -> Any:
    """Return something that the column takes; every id is the same, so that references hold."""
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, JSON | JSONB):
        return {"kept": ["as", "it", "is"]}
    if isinstance(column.type, DateTime):
        return NOON
    if isinstance(column.type, Date):
        return date(2026, 11, 22)
    if isinstance(column.type, Integer):
        return 100 if column.name == "capacity" else 1
    return "one"


def _row(table: Table) -> dict[str, Any]:
    return {column.name: _value(column) for column in table.columns}


def _rows(database: Database, tables: list[Table]) -> dict[str, list[tuple[Any, ...]]]:
    with database.engine.connect() as connection:
        return {table.name: [tuple(row) for row in connection.execute(select(*table.columns))] for table in tables}


def test_what_the_first_release_held_is_there_after_the_upgrade(first_release: Database) -> None:
    """A row of every table survives with every value it had, and the database is current then."""
    described = MetaData()
    described.reflect(first_release.engine)
    tables = [table for table in described.sorted_tables if table.name != "alembic_version"]
    with first_release.engine.begin() as connection:
        for table in tables:
            connection.execute(table.insert(), _row(table))
    before = _rows(first_release, tables)

    first_release.migrate()

    assert first_release.is_current()
    assert len(before) > 20
    assert all(len(rows) == 1 for rows in before.values())
    assert _rows(first_release, tables) == before
