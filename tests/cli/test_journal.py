"""`jumpseat journal`: what a directory said, for whoever looks for what went wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from connector.domain.exchanges import Exchange
from connector.storage.database import Database
from connector.storage.journal import JournalStore

from .conftest import Terminal

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def exchange(number: int, directory: str = "acme") -> Exchange:
    body = json.dumps({"userName": f"person{number}"})
    answer = json.dumps({"id": f"01a204b2-776e-79fb-bc1f-00000000000{number}", "userName": f"person{number}"})
    at = NOON.replace(hour=12 + number)
    return Exchange(str(number), directory, at, "POST", "/Users", "", {"User-Agent": "Okta"}, body, 201, answer)


@pytest.fixture
def kept(terminal: Terminal) -> Iterator[None]:
    terminal.run("directory", "create", "acme", "--idp", "okta")
    terminal.run("directory", "create", "quiet", "--idp", "okta")
    database = Database(terminal.database_url)
    store = JournalStore(database)
    store.add([exchange(1), exchange(2), exchange(3, "another")])
    yield
    store.dispose()
    database.dispose()


@pytest.mark.usefixtures("kept")
def test_exchanges_are_listed_in_their_order(terminal: Terminal) -> None:
    """Of one directory, from a time on where one is given."""
    rows = terminal.json("journal", "list", "acme")
    assert [(row["at"], row["method"], row["status"]) for row in rows] == [
        ("2026-11-22T13:00:00Z", "POST", 201),
        ("2026-11-22T14:00:00Z", "POST", 201),
    ]
    assert len(terminal.json("journal", "list", "acme", "--since", "2026-11-22T13:30")) == 1
    assert "Okta" in terminal.read("journal", "list", "acme")
    assert terminal.read("journal", "list", "quiet") == "quiet has said nothing that is kept.\n"


@pytest.mark.usefixtures("kept")
def test_an_export_is_one_conversation(terminal: Terminal) -> None:
    """The ids that we gave are saved under names, so that it can be played on another directory."""
    exported = json.loads(terminal.read("journal", "export", "acme"))
    assert exported["idp"] == "acme"
    assert [step["save"] for step in exported["steps"]] == [{"id1": "id"}, {"id2": "id"}]
    assert [step["body"]["userName"] for step in exported["steps"]] == ["person1", "person2"]
    assert [step["expect"]["status"] for step in exported["steps"]] == [[201], [201]]


@pytest.mark.usefixtures("kept")
def test_a_directory_that_is_not_there_is_refused(terminal: Terminal) -> None:
    """With the names of those that are."""
    assert "acme" in terminal.refused("journal", "export", "acne")
