"""A directory's limit on requests, by a clock that is moved by hand; and what proving oneself costs the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import event
from werkzeug.test import TestResponse

from connector.lifecycle import Lifecycle, directories, scim_clients
from connector.settings import Settings
from connector.storage.database import Database

from ..lifecycle.company import Clock
from .conftest import CAUSE, USER_URN, Directory

LIMIT = 25


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands at noon."""
    return Clock()


@pytest.fixture
def lifecycle(sqlite_url: str, clock: Clock) -> Iterator[Lifecycle]:
    """Give the use cases on one database: the limit is in memory."""
    database = Database(sqlite_url)
    yield Lifecycle(database, Settings(secret_key="s" * 40, public_url="https://seats.example"), clock)
    database.dispose()


@pytest.fixture
def limited(directory: Directory, lifecycle: Lifecycle) -> Directory:
    """Give a directory that may make 25 requests a second."""
    lifecycle.write(directories.set_rate, directory.slug, CAUSE, LIMIT)
    return directory


def statuses(directory: Directory, requests: int) -> list[int]:
    return [directory.call("GET", "/Me").status_code for _ in range(requests)]


def assert_too_many(answer: TestResponse) -> None:
    """RFC 6585 section 4 in SCIM's words; Okta reads whole seconds, and no date."""
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "1"
    assert answer.mimetype == "application/scim+json"
    assert (answer.json or {})["status"] == "429"
    assert (answer.json or {})["detail"] == "This directory may make 25 requests a second; try again in 1 s."


def test_beyond_the_limit_a_directory_is_told_when_to_come_back(limited: Directory, clock: Clock) -> None:
    """After a burst of two seconds' worth; a second later it has 25 again, and nothing was done meanwhile."""
    assert statuses(limited, 50) == [501] * 50
    for answer in (
        limited.call("GET", "/Users"),
        limited.call("POST", "/Users", {"schemas": [USER_URN], "userName": "bo"}),
        limited.call("GET", "/ServiceProviderConfig"),
        limited.call("DELETE", "/Users/1"),
    ):
        assert_too_many(answer)
    clock.forward(seconds=1)
    assert (limited.call("GET", "/Users").json or {})["totalResults"] == 0
    assert statuses(limited, 25) == [501] * 24 + [429]


def test_a_request_counts_once_however_much_it_asks(limited: Directory) -> None:
    """A search proves itself before its body is read and again with its answer; a bulk request is one request."""
    search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}
    bulk = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [
            {"method": "POST", "path": "/Users", "bulkId": str(n), "data": {"schemas": [USER_URN], "userName": str(n)}}
            for n in range(60)
        ],
    }
    assert limited.call("POST", "/Bulk", bulk).status_code == 200
    answers = [limited.call("POST", "/Users/.search", search).status_code for _ in range(50)]
    assert answers == [200] * 49 + [429]


def test_a_stranger_uses_up_nobodys_rate(limited: Directory, new_directory: Callable[[], Directory]) -> None:
    """A wrong token is 401 however often it comes, and the next right one is served; so is every other directory."""
    wrong = {"Authorization": "Bearer jst_wrong"}
    assert {limited.call("GET", "/Me", headers=wrong).status_code for _ in range(100)} == {401}
    assert statuses(limited, 51) == [501] * 50 + [429]
    assert limited.call("GET", "/Me", headers=wrong).status_code == 401
    assert statuses(new_directory(), 60) == [501] * 60


def test_access_tokens_count_and_so_does_asking_for_them(limited: Directory, lifecycle: Lifecycle) -> None:
    """It is the directory that is limited, whatever it shows."""
    _, secret = lifecycle.write(scim_clients.create_secret, limited.slug, CAUSE)
    form = {"grant_type": "client_credentials", "client_id": limited.slug, "client_secret": secret}

    def ask() -> TestResponse:
        return limited.http.post(f"/scim/{limited.slug}/token", data=form)

    token = (ask().json or {})["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert {limited.call("GET", "/Me", headers=bearer).status_code for _ in range(48)} == {501}
    assert ask().status_code == 200
    assert_too_many(ask())
    assert_too_many(limited.call("GET", "/Me", headers=bearer))
    assert limited.http.post(f"/scim/{limited.slug}/token", data={**form, "client_secret": "x"}).status_code == 401


def test_a_limit_holds_from_the_next_request_on_and_ends_likewise(directory: Directory, lifecycle: Lifecycle) -> None:
    """There is none unless an operator sets one."""
    assert 429 not in statuses(directory, 60)
    lifecycle.write(directories.set_rate, directory.slug, CAUSE, LIMIT)
    assert statuses(directory, 51)[-1] == 429
    lifecycle.write(directories.set_rate, directory.slug, CAUSE, None)
    assert 429 not in statuses(directory, 60)


@pytest.mark.parametrize("shown", ["token", "access token"])
def test_proving_oneself_costs_one_statement(limited: Directory, lifecycle: Lifecycle, shown: str) -> None:
    """Every request begins with it: token, directory, tenant and limit come in one row."""
    token = limited.token
    if shown == "access token":
        secret, _ = lifecycle.write(scim_clients.create_secret, limited.slug, CAUSE)
        token, _ = lifecycle.write(scim_clients.issue, secret.id)
    heard: list[str] = []

    def listen(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_trace_callback(heard.append)

    # At the driver: the hottest statements go past SQLAlchemy.
    event.listen(lifecycle.database.engine, "checkout", listen)
    answer = limited.call("GET", "/Me", headers={"Authorization": f"Bearer {token}"})
    event.remove(lifecycle.database.engine, "checkout", listen)
    assert answer.status_code == 501
    assert [statement.split()[0] for statement in heard] == ["BEGIN", "SELECT", "COMMIT"]
