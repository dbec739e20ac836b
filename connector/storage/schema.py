"""Bringing a database to the schema that this version of the product needs.

Alembic is imported where it is used: a tenth of a second, and ten megabytes, that most processes can do without.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0002"
"""The newest migration: known here, so that processes that never migrate need no tenth of their memory for it."""
ADVISORY_LOCK = 0x6A756D70
"""Keeps two processes on PostgreSQL from migrating at once."""


def migrate(connection: Connection) -> None:
    """Run every migration that has not been run; several processes may ask for it at once."""
    from alembic import command

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def is_current(connection: Connection) -> bool:
    """Tell whether the database has the schema that this version needs."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]


def stamp(connection: Connection) -> None:
    """Mark a database whose tables were made at once as having had every migration."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = _config()
    config.attributes["connection"] = connection
    MigrationContext.configure(connection).stamp(ScriptDirectory.from_config(config), "head")


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
