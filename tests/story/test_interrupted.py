"""A request that is interrupted leaves all of it or nothing, and what the client sends next leads on.

The client goes away, the server is killed, PostgreSQL is restarted; the server is the real one, with two processes.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import requests
from sqlalchemy.engine import make_url

from ..conftest import create_schema, memory_folder, start_postgresql
from ..running import Connector, ScimClient, running_connector, wait_for

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
OPERATIONS = 300
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


def person(name: str) -> dict[str, Any]:
    emails = [{"value": f"{name}@example.com", "type": "work", "primary": True}]
    return {"schemas": [USER], "userName": name, "externalId": name, "active": True, "emails": emails}


def send_raw(scim: ScimClient, path: str, body: bytes, length: int | None = None) -> socket.socket:
    """Send a POST and return the connection, with its answer unread; `length` may tell of more than there is."""
    at = urlsplit(scim.base_url)
    connection = socket.create_connection((at.hostname or "", at.port or 0))
    head = (
        f"POST {at.path}{path} HTTP/1.1\r\nHost: {at.netloc}\r\nAuthorization: Bearer {scim.token}\r\n"
        f"Content-Type: application/scim+json\r\nContent-Length: {len(body) if length is None else length}\r\n\r\n"
    )
    connection.sendall(head.encode() + body)
    return connection


def found(scim: ScimClient, name: str) -> list[dict[str, Any]]:
    return list(scim.call("GET", "/Users", filter=f'userName eq "{name}"').json()["Resources"])


def add_members(ids: list[str]) -> dict[str, Any]:
    return {
        "schemas": [PATCH],
        "Operations": [{"op": "add", "path": "members", "value": [{"value": one} for one in ids]}],
    }


@pytest.mark.slow
def test_whatever_interrupts_a_request_the_next_leads_on(connector: Connector, tmp_path: Path) -> None:
    """One server for all: a body that ends early, an answer nobody reads, a kill amidst a bulk and a large PATCH."""
    scim = connector.new_directory("acme", "okta")
    secret = tmp_path / "secret"
    secret.write_text("nobody-signs-in-here")
    words = ("--issuer", "http://localhost:9", "--client-id", "jumpseat", "--secret-file", str(secret))
    connector.jumpseat("directory", "oidc", "acme", *words)
    words = ("--vendor", "plain", "--plan", "standard", "--seats", "seats=5")
    connector.jumpseat("account", "open", "portal", *words)
    connector.jumpseat("rule", "add", "all", "--account", "portal", "--filter", "active eq true", "--role", "member")
    _a_body_that_ends_early_does_nothing(scim)
    _an_answer_that_nobody_read_is_found_by_asking(scim)
    ids = _of_a_bulk_request_a_prefix_holds(connector, scim)
    _a_large_patch_is_done_or_not(connector, scim, ids)
    (pool,) = connector.jumpseat("account", "show", "portal")["pools"]
    inside = scim.call("GET", "/Users", count="0", filter="active eq true").json()["totalResults"]
    assert (pool["held"], pool["promised"], pool["waiting"]) == (0, 5, inside - 5)
    assert " 500 " not in connector.log.read_text()
    assert "Traceback" not in connector.log.read_text()


def _a_body_that_ends_early_does_nothing(scim: ScimClient) -> None:
    """Neither what was announced and never came, nor what would have been JSON without the rest."""
    whole = json.dumps(person("early")).encode()
    for body, length in ((whole[:40], len(whole)), (whole, len(whole) + 10), (b"", len(whole))):
        send_raw(scim, "/Users", body, length).close()
    half = send_raw(scim, "/Users", whole[:-5], len(whole))
    half.shutdown(socket.SHUT_WR)
    half.settimeout(10)
    assert b" 201 " not in half.recv(200)
    half.close()
    assert found(scim, "early") == []
    assert scim.call("POST", "/Users", person("early")).status_code == 201


def _an_answer_that_nobody_read_is_found_by_asking(scim: ScimClient) -> None:
    """409 `uniqueness` for the retry, and the lookup finds the whole person; or the request had not been begun."""
    for number in range(4):
        name = f"lost{number}"
        send_raw(scim, "/Users", json.dumps(person(name)).encode()).close()
        retried = scim.call("POST", "/Users", person(name))
        assert retried.status_code in (201, 409), retried.text
        if retried.status_code == 409:
            assert retried.json()["scimType"] == "uniqueness"
        (one,) = found(scim, name)
        assert one["emails"][0]["value"] == f"{name}@example.com"
        assert scim.call("PATCH", f"/Users/{one['id']}", _inactive()).status_code in (200, 204)


def _inactive() -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": False}]}


def _of_a_bulk_request_a_prefix_holds(connector: Connector, scim: ScimClient) -> list[str]:
    """Killed amidst many operations: those before one moment are there and whole, none after it."""
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": f"b{n}", "data": person(f"bulk{n:04}")}
        for n in range(OPERATIONS)
    ]
    body = json.dumps({"schemas": [BULK], "Operations": operations}).encode()
    connection = send_raw(scim, "/Bulk", body)
    wait_for("the first operations", lambda: len(found(scim, "bulk0020")) == 1)
    connector.kill()
    connection.close()
    connector.start()
    there = _names(scim, "bulk")
    assert 20 < len(there) < OPERATIONS
    assert there == {f"bulk{n:04}" for n in range(len(there))}
    again = scim.call("POST", "/Bulk", {"schemas": [BULK], "Operations": operations}).json()
    statuses = [one["status"] for one in again["Operations"]]
    assert statuses == ["409"] * len(there) + ["201"] * (OPERATIONS - len(there))
    assert len(_names(scim, "bulk")) == OPERATIONS
    return sorted(_ids(scim, "bulk"))


def _names(scim: ScimClient, start: str) -> set[str]:
    page = scim.call("GET", "/Users", filter=f'userName sw "{start}"', count="1000", attributes="userName").json()
    return {one["userName"] for one in page["Resources"]}


def _ids(scim: ScimClient, start: str) -> set[str]:
    page = scim.call("GET", "/Users", filter=f'userName sw "{start}"', count="1000", attributes="id").json()
    return {one["id"] for one in page["Resources"]}


def _a_large_patch_is_done_or_not(connector: Connector, scim: ScimClient, ids: list[str]) -> None:
    """Killed at a moment that nothing chooses: all members or none, and the same request again makes them all."""
    group = scim.made("POST", "/Groups", {"schemas": [GROUP], "displayName": "Crowd"})["id"]
    thread = threading.Thread(target=_until_cut, args=(scim, group, add_members(ids)))
    thread.start()
    time.sleep(random.uniform(0.02, 0.2))  # noqa: S311
    connector.kill()
    thread.join()
    connector.start()
    members = scim.call("GET", f"/Groups/{group}").json().get("members", [])
    assert len(members) in (0, len(ids))
    assert scim.call("PATCH", f"/Groups/{group}", add_members(ids)).status_code in (200, 204)
    assert len(scim.call("GET", f"/Groups/{group}").json()["members"]) == len(ids)


def _until_cut(scim: ScimClient, group: str, body: dict[str, Any]) -> None:
    try:
        scim.call("PATCH", f"/Groups/{group}", body)
    except requests.RequestException:
        return


class OwnPostgresql:
    """A PostgreSQL server of one test's own, which it may crash and start again."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="jumpseat-restarted-", dir=memory_folder()))
        self.url = self.start()
        admin = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(admin, autocommit=True) as connection:
            # Other tests need no durability; here what was answered must survive, as on any server of an operator.
            connection.execute("ALTER SYSTEM SET synchronous_commit = on")
            connection.execute("SELECT pg_reload_conf()")

    def start(self) -> str:
        url, self.pid = start_postgresql(self.folder)
        return url

    def crash(self) -> None:
        """End it as a power cut would (`pg_ctl -m immediate`)."""
        os.kill(self.pid, signal.SIGQUIT)
        wait_for("the end of the database", lambda: not (self.folder / "data" / "postmaster.pid").exists())


@pytest.fixture
def own_postgresql() -> Iterator[OwnPostgresql]:
    """Give a server with the schema; it is gone afterwards."""
    server = OwnPostgresql()
    create_schema(server.url)
    yield server
    server.crash()
    shutil.rmtree(server.folder, ignore_errors=True)


class Sync:
    """Clients that go on whatever they are answered, and keep every answer."""

    def __init__(self, scim: ScimClient) -> None:
        self.scim = scim
        self.answers: list[tuple[str, requests.Response]] = []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._run, args=(number,)) for number in range(4)]

    def _run(self, number: int) -> None:
        made = 0
        while not self.over.is_set():
            name = f"sync{number}-{made}"
            answer = self.scim.call("POST", "/Users", person(name))
            self.answers.append((name, answer))
            if answer.status_code == 503:
                self.over.wait(0.05)  # not five seconds: a test is not that patient
            else:
                made += 1

    def statuses(self) -> Counter[int]:
        return Counter(answer.status_code for _, answer in list(self.answers))


@pytest.mark.slow
def test_a_database_that_is_restarted_is_found_again(own_postgresql: OwnPostgresql, tmp_path: Path) -> None:
    """Meanwhile 503 with Retry-After; afterwards all that was answered is there, and nobody restarts the connector."""
    with running_connector(own_postgresql.url, tmp_path, f"file:{tmp_path / 'mail'}") as connector:
        sync = Sync(connector.new_directory("acme", "okta"))
        for thread in sync.threads:
            thread.start()
        for _ in range(2):
            before = sync.statuses()
            wait_for("people", lambda before=before: sync.statuses()[201] > before[201] + 20)  # type: ignore[misc]
            own_postgresql.crash()
            wait_for("refusals", lambda before=before: sync.statuses()[503] > before[503] + 8)  # type: ignore[misc]
            assert requests.get(f"{connector.url}/readyz", timeout=10).text == "unreachable\n"
            assert requests.get(f"{connector.url}/healthz", timeout=10).status_code == 200
            own_postgresql.start()
        before = sync.statuses()
        wait_for("people again", lambda: sync.statuses()[201] > before[201] + 20)
        sync.over.set()
        for thread in sync.threads:
            thread.join()
        assert sync.statuses().keys() <= {201, 409, 503}
        for _, answer in sync.answers:
            if answer.status_code == 503:
                assert (answer.json()["status"], answer.headers["Retry-After"]) == ("503", "5")
        told = {name for name, answer in sync.answers if answer.status_code in (201, 409)}
        there = set()
        for start in range(1, len(told) + 1, 1000):
            page = sync.scim.call("GET", "/Users", count="1000", startIndex=str(start), attributes="userName").json()
            there |= {one["userName"] for one in page["Resources"]}
        assert there == told
        assert "Traceback" not in connector.log.read_text()
