"""A database that cannot serve: everybody is told to come back, nothing is lost, and what comes back goes on."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, make_url
from werkzeug.test import TestResponse

from connector.app import create_app
from connector.domain.events import Cause, CauseKind
from connector.domain.tenancy import Idp
from connector.lifecycle import Lifecycle, directories
from connector.scim.errors import ERROR_URN
from connector.settings import Settings
from connector.storage.database import Database

CAUSE = Cause(CauseKind.OPERATOR, "cli:test")
USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User"


class Shop:
    """The product on a database that a test can break; `post` is what a directory asks."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        lifecycle = Lifecycle(self.database, Settings(secret_key="k" * 40))
        _, self.token = lifecycle.write(directories.create_directory, "acme", Idp.GENERIC, CAUSE)
        self.app: Flask = create_app(lifecycle)
        self.client = self.app.test_client()
        self.session: list[str] = []

        @event.listens_for(self.database.engine, "connect")
        def prepare(connection: Any, _record: object) -> None:
            for sql in self.session:
                connection.execute(sql)
            if self.session and self.database.engine.dialect.name == "postgresql":
                connection.commit()

    @contextmanager
    def connections_that(self, *sql: str) -> Iterator[None]:
        """Let every connection begin with this; the ones that are open are closed first and last."""
        self.database.dispose()
        self.session[:] = sql
        yield
        self.session.clear()
        self.database.dispose()

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.client.open(f"/scim/acme/v2{path}", method=method, headers=headers, **options)

    def post(self, name: str) -> TestResponse:
        # Long enough that a full database has no room for it within a page that is there already.
        return self.call("POST", "/Users", json={"schemas": [USER_URN], "userName": name, "title": "t" * 50_000})

    @property
    def readiness(self) -> tuple[int, str]:
        answer = self.client.get("/readyz")
        return answer.status_code, answer.text.strip()


def _full(shop: Shop) -> AbstractContextManager[None]:
    with closing(sqlite3.connect(str(shop.database.url.database))) as file:
        (pages,) = file.execute("PRAGMA page_count").fetchone()
    return shop.connections_that(f"PRAGMA max_page_count={pages}")


def _only_read(shop: Shop) -> AbstractContextManager[None]:
    return shop.connections_that("PRAGMA query_only=ON")


@contextmanager
def _locked(shop: Shop) -> Iterator[None]:
    with closing(sqlite3.connect(str(shop.database.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with shop.connections_that("PRAGMA busy_timeout=1"):
            yield


@contextmanager
def _by_the_server(shop: Shop, broken: str, mended: str) -> Iterator[None]:
    """Let a superuser do something to the database, and undo it."""
    url = shop.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(broken.format(name=shop.database.url.database))
        yield
        other.execute(mended.format(name=shop.database.url.database))


def _raising(sqlstate: str) -> Callable[[Shop], AbstractContextManager[None]]:
    """Let the server raise what it would raise: nobody fills a disk in a test."""
    broken = f"""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN RAISE EXCEPTION 'the inside' USING ERRCODE = '{sqlstate}'; END$$;
        CREATE TRIGGER refuse BEFORE INSERT ON person EXECUTE FUNCTION refuse()"""
    return lambda shop: _by_the_server(shop, broken, "DROP FUNCTION refuse CASCADE")


def _only_read_on_the_server(shop: Shop) -> AbstractContextManager[None]:
    return shop.connections_that("SET default_transaction_read_only = on")


@contextmanager
def _locked_on_the_server(shop: Shop) -> Iterator[None]:
    with (
        shop.connections_that("SET lock_timeout = '1ms'"),
        _by_the_server(shop, "BEGIN; SELECT * FROM policy FOR UPDATE", "ROLLBACK"),
    ):
        yield


OUTAGES = [
    ("sqlite_url", _full),
    ("sqlite_url", _only_read),
    ("sqlite_url", _locked),
    *(("postgresql_url", _raising(state)) for state in ("53100", "53200", "58030", "57014")),
    ("postgresql_url", _only_read_on_the_server),
    ("postgresql_url", _locked_on_the_server),
]


@pytest.mark.parametrize(("kind", "outage"), OUTAGES)
def test_what_cannot_be_written_is_to_be_sent_again(
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    outage: Callable[[Shop], AbstractContextManager[None]],
) -> None:
    """Full, read-only, locked for too long: 503 with Retry-After; reading goes on, and afterwards nothing is lost."""
    shop = Shop(request.getfixturevalue(kind))
    assert shop.post("before").status_code == 201
    with outage(shop):
        assert shop.readiness == (200, "ready")
        refused = shop.post("during")
        assert (refused.status_code, refused.json["schemas"], refused.json["status"]) == (503, [ERROR_URN], "503")
        assert re.fullmatch(r"[1-9]\d*", refused.headers["Retry-After"])
        assert "inside" not in refused.text
        assert shop.readiness == (503, "not-writable")
        assert shop.call("GET", "/Users").json["totalResults"] == 1
    assert not [record for record in caplog.records if record.exc_info or record.levelname == "ERROR"]
    assert shop.post("during").status_code == 201
    assert shop.readiness == (200, "ready")
    names = {one["userName"] for one in shop.call("GET", "/Users").json["Resources"]}
    assert names == {"before", "during"}
    shop.database.dispose()


def test_a_database_that_is_away_is_waited_for(sqlite_url: str) -> None:
    """Nobody listens: SCIM's error for a directory, a page for a browser, each with the time to come back."""
    shop = Shop(sqlite_url)
    shop.database.dispose()
    shop.database.engine = Database("postgresql+psycopg://u:secret@127.0.0.1:1/x").engine
    refused = shop.post("somebody")
    assert (refused.status_code, refused.json["status"], refused.headers["Retry-After"]) == (503, "503", "5")
    page = shop.client.get("/gate/crm", headers={"Cookie": "jumpseat=" + "a" * 43})
    told = (page.status_code, page.headers["X-Jumpseat-Reason"], page.headers["Retry-After"])
    assert told == (503, "try-later", "5")
    assert "secret" not in refused.text + page.text
    assert shop.readiness == (503, "unreachable")


def test_a_server_without_a_connection_to_spare_is_waited_for(
    postgresql_url: str, postgresql_admin: psycopg.Connection
) -> None:
    """PostgreSQL's 53300, told while connecting."""
    shop = Shop(postgresql_url)
    role = f"few_{make_url(postgresql_url).database}"
    postgresql_admin.execute(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 0")
    shop.database.dispose()
    shop.database.engine = Database(str(make_url(postgresql_url).set(username=role).render_as_string(False))).engine
    refused = shop.post("somebody")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert shop.readiness == (503, "unreachable")
    postgresql_admin.execute(f"DROP ROLE {role}")


def test_a_mistake_of_ours_is_no_outage(database_url: str) -> None:
    """A statement that is wrong is our failure, and coming back would not help."""
    shop = Shop(database_url)
    with shop.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE person RENAME TO somebody")
    assert shop.post("somebody").status_code == 500
    shop.database.dispose()
