"""No update is lost, whatever runs in parallel: two server processes, eight connections, both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar

import pytest
import requests

from ..running import Connector, ScimClient, running_connector, wait_for
from .conftest import GROUP_URN, PATCH_URN, USER_URN

T = TypeVar("T")

CONNECTIONS = 8
ROUNDS = 50
"""Rounds of the race for one userName, on each database."""
MEMBERS = 200


@pytest.fixture
def connector(database_url: str, tmp_path: Path) -> Iterator[Connector]:
    """Give a running connector with two processes."""
    with running_connector(database_url, tmp_path, f"file:{tmp_path / 'mail'}") as running:
        yield running


@pytest.fixture
def clients(connector: Connector) -> Iterator[list[ScimClient]]:
    """Give clients of one directory, each with a connection of its own."""
    scim = connector.new_directory("acme", "generic")
    sessions = [requests.Session() for _ in range(CONNECTIONS)]
    yield [replace(scim, http=session) for session in sessions]
    for session in sessions:
        session.close()


def _all_at_once(clients: list[ScimClient], task: Callable[[ScimClient, int], T]) -> list[T]:
    """Let every client do its task, all beginning at one moment; return what each came to."""
    start = Barrier(len(clients))

    def one(number: int) -> T:
        start.wait()
        return task(clients[number], number)

    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(one, range(len(clients))))


def _person(name: str) -> dict[str, Any]:
    return {"schemas": [USER_URN], "userName": name, "emails": [{"value": f"{name}@example.com", "type": "work"}]}


def _patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH_URN], "Operations": list(operations)}


@pytest.mark.slow
def test_of_parallel_requests_none_is_lost(connector: Connector, clients: list[ScimClient]) -> None:
    """One server is started for all the races, which are about different people and groups."""
    _one_name_is_given_once(clients)
    ids = _every_member_arrives(clients)
    _changes_of_different_attributes_all_last(clients, ids[0])
    _both_processes_keep_the_journal(connector)


def _one_name_is_given_once(clients: list[ScimClient]) -> None:
    """8 POSTs of one userName, in any case: one 201, the rest 409, one user (RFC 7644 section 3.3)."""
    for number in range(ROUNDS):
        names = [f"racer{number}", f"RACER{number}"]
        answers = _all_at_once(clients, lambda client, n: client.call("POST", "/Users", _person(names[n % 2])))  # noqa: B023 - run at once
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: CONNECTIONS - 1}
        assert {answer.json()["scimType"] for answer in answers if answer.status_code == 409} == {"uniqueness"}
        found = clients[0].call("GET", "/Users", filter=f'userName eq "racer{number}"').json()
        made = next(answer.json()["id"] for answer in answers if answer.status_code == 201)
        assert [one["id"] for one in found["Resources"]] == [made]


def _every_member_arrives(clients: list[ScimClient]) -> list[str]:
    """200 additions to one group from 8 connections: 200 members, and nobody is told of a conflict."""
    share = MEMBERS // CONNECTIONS

    def join(client: ScimClient, number: int) -> list[str]:
        people = [client.made("POST", "/Users", _person(f"member{number}-{each}")) for each in range(share)]
        return [person["id"] for person in people]

    ids = _all_at_once(clients, join)
    group = clients[0].made("POST", "/Groups", {"schemas": [GROUP_URN], "displayName": "Everybody"})["id"]

    def add(client: ScimClient, number: int) -> set[int]:
        operations = ({"op": "add", "path": "members", "value": [{"value": one}]} for one in ids[number])
        return {client.call("PATCH", f"/Groups/{group}", _patch(each)).status_code for each in operations}

    assert set().union(*_all_at_once(clients, add)) <= {200, 204}
    everybody = {one for some in ids for one in some}
    assert {one["value"] for one in clients[0].made("GET", f"/Groups/{group}")["members"]} == everybody

    def leave(client: ScimClient, number: int) -> set[int]:
        operations = ({"op": "remove", "path": f'members[value eq "{one}"]'} for one in ids[number][1:])
        return {client.call("PATCH", f"/Groups/{group}", _patch(each)).status_code for each in operations}

    assert set().union(*_all_at_once(clients, leave)) <= {200, 204}
    left = {one["value"] for one in clients[0].made("GET", f"/Groups/{group}")["members"]}
    assert left == {some[0] for some in ids}
    return sorted(everybody)


def _changes_of_different_attributes_all_last(clients: list[ScimClient], person_id: str) -> None:
    """Parallel PATCHes of different attributes of one user: all are there at the end, and all were counted."""
    names = ["title", "displayName", "nickName", "userType", "name.givenName", "name.familyName", "locale", "timezone"]
    before = clients[0].made("GET", f"/Users/{person_id}")["meta"]["version"]

    def change(client: ScimClient, number: int) -> None:
        for value in ("first", "second", "last"):
            client.made(
                "PATCH", f"/Users/{person_id}", _patch({"op": "replace", "path": names[number], "value": value})
            )

    _all_at_once(clients, change)
    person = clients[0].made("GET", f"/Users/{person_id}")
    flat = person | {f"name.{key}": value for key, value in person["name"].items()}
    assert [flat.get(name) for name in names] == ["last"] * len(names)
    assert (before, person["meta"]["version"]) == ('W/"1"', f'W/"{1 + 3 * CONNECTIONS}"')


def _both_processes_keep_the_journal(connector: Connector) -> None:
    """Within a moment every exchange is there, whichever process answered, and the token's last use is noted."""
    changes = 2 * MEMBERS - CONNECTIONS + 3 * CONNECTIONS

    def kept() -> bool:
        exchanges = connector.jumpseat("journal", "list", "acme")
        return Counter(one["method"] for one in exchanges)["PATCH"] == changes

    wait_for("the journal's last batch", kept)
    (token,) = connector.jumpseat("token", "list", "acme")
    assert token["last_used_at"] is not None
