"""The journal: what is kept of each exchange, what never is, and that it can be played again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from flask import Flask

from connector.domain.exchanges import REDACTED, Exchange
from connector.lifecycle import Lifecycle, journal, reporting
from connector.lifecycle.journal import STRANGERS_A_MINUTE, Heard, Journal
from connector.mappers.conversations import conversation

from .conftest import PATCH_URN, USER_URN, Directory
from .replaying import replay

RECORDED = Path(__file__).parent.parent / "conversations"


@pytest.fixture
def journalled(app: Flask, lifecycle: Lifecycle) -> Iterator[Journal]:
    """Give the journal of the application; nothing is written before `flush`, or a quarter of a second."""
    app.extensions["jumpseat-journal"] = found = Journal(lifecycle)
    yield found
    found.flush()
    found.store.dispose()


@pytest.fixture
def said(journalled: Journal) -> Callable[[Directory], list[Exchange]]:
    def read(directory: Directory) -> list[Exchange]:
        journalled.flush()
        return journalled.store.of_directory(directory.slug, None)

    return read


def test_an_exchange_is_kept_with_what_a_client_sends_and_reads(
    said: Callable[[Directory], list[Exchange]], directory: Directory
) -> None:
    """Method, path, query, a few headers, both bodies and the status, in the order they were said."""
    directory.call("POST", "/Users", {"schemas": [USER_URN], "userName": "bo"}, headers={"User-Agent": "Okta SCIM"})
    directory.call("GET", "/Users", query_string="filter=userName%20eq%20%22bo%22")
    made, found = said(directory)
    assert (made.method, made.path, made.status, made.left_out) == ("POST", "/Users", 201, False)
    assert json.loads(made.body or "")["userName"] == json.loads(made.answer or "")["userName"] == "bo"
    assert made.headers == {"Content-Type": "application/scim+json", "User-Agent": "Okta SCIM"}
    assert (found.query, found.body) == ("filter=userName%20eq%20%22bo%22", None)


def test_no_credential_is_kept(said: Callable[[Directory], list[Exchange]], directory: Directory) -> None:
    """Neither the Authorization header, nor a password in any shape, nor a token wherever it is put."""
    person = directory.person("bo", password="hunter2", title=f"Bearer {directory.token}")
    path = f"/Users/{person['id']}"
    directory.patch(path, {"op": "replace", "path": "password", "value": "hunter2"})
    directory.patch(path, {"op": "replace", "value": {"PASSWORD": "hunter2"}})
    directory.call("GET", "/Users", query_string={"filter": 'password eq "hunter2"'})
    directory.call("GET", "/Users", query_string={"access_token": directory.token})
    exchanges = said(directory)
    kept = repr([(one, one.body, one.answer) for one in exchanges])
    assert len(exchanges) == 5
    assert "hunter2" not in kept
    assert directory.token not in kept
    assert json.loads(exchanges[0].body or "")["password"] == REDACTED


def test_of_a_wrong_token_nothing_is_kept_that_was_said_and_ten_a_minute_at_most(
    said: Callable[[Directory], list[Exchange]], directory: Directory
) -> None:
    """Whoever has no token cannot fill the journal, by an address for which none is looked at either.

    Two processes share the ten, for each counts for itself.
    """
    wrong = {"Authorization": "Bearer jst_wrong"}
    for path in ["/Users", "/Users/%00"] * (STRANGERS_A_MINUTE // 2 + 2):
        directory.call("POST", path, {"userName": "mallory"}, headers=wrong, query_string="mallory=1")
    kept = said(directory)
    # A minute may have ended in between.
    assert STRANGERS_A_MINUTE // 2 <= len(kept) < STRANGERS_A_MINUTE + 4
    assert {(one.status, one.body, one.answer, one.query, one.source) for one in kept} == {
        (401, None, None, "", "127.0.0.1"),
        (404, None, None, "", "127.0.0.1"),
    }


def test_of_a_stranger_the_body_is_left_out_even_where_it_was_read(
    said: Callable[[Directory], list[Exchange]], journalled: Journal, directory: Directory, lifecycle: Lifecycle
) -> None:
    """Views look at the token before they read a body; should one ever not, the journal keeps nothing of it."""
    at, agent = lifecycle.clock(), {"User-Agent": "x"}
    request = (directory.slug, at, "POST", "/Users", "a=1", agent, b'{"a": 1}')
    journalled.put(Heard(*request, 401, b'{"b": 2}', None, None, stranger=True))
    (kept,) = said(directory)
    assert (kept.body, kept.answer, kept.query, kept.headers, kept.left_out) == (None, None, "", {}, False)


@pytest.mark.parametrize("body", [b"{", b'"\\ud800"', b'{"a":"' + b"x" * 70_000 + b'"}', b"[" * 101 + b"]" * 101])
def test_a_body_that_cannot_be_judged_is_left_out_and_said_to_be(
    said: Callable[[Directory], list[Exchange]], directory: Directory, body: bytes
) -> None:
    """What is no JSON may hold a secret anywhere; what is too large would fill the journal.

    What is nested deeper than a hundred is not followed: recursion to its end can end the process (found by fuzzing).
    """
    directory.call("POST", "/Users", body)
    (kept,) = said(directory)
    assert kept.status == 400
    assert kept.left_out is (kept.body is None)
    assert kept.left_out is (b"ud800" not in body)


def test_addresses_that_no_store_holds_do_no_harm(
    said: Callable[[Directory], list[Exchange]], directory: Directory
) -> None:
    """A NUL in a path is refused by PostgreSQL; the batch it is in must not be lost."""
    directory.call("GET", "/Users/%00")
    directory.call("GET", "/Users")
    assert [one.status for one in said(directory)] == [404, 200]


def test_what_finds_the_buffer_full_is_counted_and_dropped(
    journalled: Journal, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal never grows without end, and never holds a request up."""
    monkeypatch.setattr(journal, "MOST_WAITING", 0)
    assert directory.call("GET", "/Users").status_code == 200
    assert journalled.dropped == 1


class BrokenStore:
    """A store whose disk is full; `asked` is set when it is asked for the second time."""

    def __init__(self) -> None:
        self.calls, self.asked = 0, Event()

    def add(self, _exchanges: Iterable[Exchange]) -> None:
        self.calls += 1
        if self.calls > 1:
            self.asked.set()
        raise OSError("No space left on device")


def test_a_store_that_fails_fails_no_request_and_is_tried_again(
    journalled: Journal, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody's answer depends on the journal, and its thread outlives what breaks."""
    broken = BrokenStore()
    with monkeypatch.context() as patch:
        patch.setattr(journalled, "store", broken)
        patch.setattr(journal, "WRITE_EVERY", 0)
        for _ in range(1000):
            assert directory.call("GET", "/Users").status_code == 200
            if broken.asked.wait(0.01):
                break
    assert broken.asked.is_set()


def test_what_is_older_than_the_retention_is_purged(
    said: Callable[[Directory], list[Exchange]], journalled: Journal, directory: Directory
) -> None:
    """The worker forgets by time, of all directories."""
    directory.call("GET", "/Users")
    (kept,) = said(directory)
    assert journalled.store.purge(kept.at) == 0
    assert journalled.store.of_directory(directory.slug, kept.at + timedelta(seconds=1)) == []
    assert journalled.store.purge(kept.at + timedelta(seconds=1)) == 1
    assert said(directory) == []


def test_the_last_use_of_a_token_is_noted_once_a_minute(
    said: Callable[[Directory], list[Exchange]], directory: Directory, lifecycle: Lifecycle
) -> None:
    """An operator sees which of two tokens is in use; a wrong one notes nothing."""

    def last_used() -> Any:
        return lifecycle.read(reporting.directory, directory.slug).tokens[0].last_used_at

    directory.call("GET", "/Users", headers={"Authorization": "Bearer jst_wrong"})
    said(directory)
    assert last_used() is None
    directory.call("GET", "/Users")
    said(directory)
    first = last_used()
    assert first is not None
    directory.call("GET", "/Users")
    said(directory)
    assert last_used() == first


def _bulk(*names: str, group: str) -> dict[str, Any]:
    """Return a bulk request that makes people, and a group of them."""
    made: list[dict[str, Any]] = [
        {"method": "POST", "path": "/Users", "bulkId": one, "data": {"schemas": ["x"], "userName": one}}
        for one in names
    ]
    made[-1]["data"][f"{USER_URN}:userName"] = made[-1]["data"].pop("userName")  # as it may be written, too
    members = [{"value": f"bulkId:{one}"} for one in names]
    data = {"schemas": ["x"], "displayName": group, "members": members}
    made.append({"method": "post", "path": "/Groups", "bulkId": "g", "data": data})
    return {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": made}


@pytest.mark.parametrize("name", ["okta-01", "entra-02", "keycloak"])
def test_an_exported_conversation_replays_on_a_fresh_directory(
    said: Callable[[Directory], list[Exchange]],
    new_directory: Callable[[], Directory],
    tmp_path: Path,
    name: str,
) -> None:
    """A customer's problem becomes a test: record, export, play again elsewhere, and find every answer alike."""
    recorded = new_directory()
    replay(next(iter(sorted(RECORDED.glob(f"{name}*.json")))), recorded)
    ada, bo = recorded.person("ada-x", password="hunter2"), recorded.person("bo-x")
    group = recorded.group("Staff-x", ada["id"], bo["id"])
    operation = {"op": "remove", "path": f'members[value eq "{ada["id"]}"]'}
    recorded.call("PATCH", f"/Groups/{group['id']}", {"schemas": [PATCH_URN], "Operations": [operation]})
    recorded.call("GET", "/Users", query_string={"filter": f'id eq "{bo["id"]}"'})
    made = recorded.call("POST", "/Bulk", _bulk("cy-x", "dot-x", group="Crew-x")).json["Operations"]
    cy, dot, _ = (each["location"].rpartition("/")[2] for each in made)
    recorded.call("GET", f"/Users/{cy}")
    recorded.call("GET", "/Groups", query_string={"filter": 'displayName eq "Crew-x"'})
    recorded.call("GET", "/Users", headers={"Authorization": "Bearer jst_wrong"})
    exported = conversation(recorded.slug, said(recorded))
    assert len(exported["steps"]) > 6
    assert not any(each in json.dumps(exported) for each in (ada["id"], cy, dot))
    file = tmp_path / "conversation.json"
    file.write_text(json.dumps(exported))
    replay(file, new_directory())
