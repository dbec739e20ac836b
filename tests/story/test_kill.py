"""`kill -9` at any moment of a sync loses nothing that was answered, and a restart needs no repair."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

ROUNDS = 3
CLIENTS = 4
SEATS = 10


class Sync:
    """A directory's sync under way: who was asked for, and what was answered."""

    def __init__(self, scim: Any) -> None:
        self.scim = scim
        self.asked: set[str] = set()
        self.answered: dict[str, str] = {}
        self.answered_since: dict[str, str] = {}
        self.number = 0
        self.lock = threading.Lock()

    def run_until_the_server_is_gone(self) -> None:
        while True:
            with self.lock:
                self.number += 1
                name = f"person{self.number}@example.com"
                self.asked.add(name)
            try:
                answer = self.scim.call("POST", "/Users", person(name))
            except requests.RequestException:
                return
            assert answer.status_code == 201, answer.text
            with self.lock:
                self.answered[name] = self.answered_since[name] = answer.json()["id"]


def person(name: str) -> dict[str, Any]:
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": name,
        "externalId": name,
        "active": True,
        "emails": [{"value": name, "type": "work", "primary": True}],
    }


@pytest.mark.slow
def test_what_was_answered_survives_being_killed_and_the_rest_leads_on(
    connector: Any, new_directory: Callable[[str, str], Any], tmp_path: Any
) -> None:
    """Every 201 is there after the restart; a retried POST is 201, or 409 and then found whole; pools add up."""
    scim = new_directory("acme", "okta")
    secret = tmp_path / "secret"
    secret.write_text("nobody-signs-in-here")
    words = ["--issuer", "http://localhost:9", "--client-id", "jumpseat", "--secret-file", str(secret)]
    connector.jumpseat("directory", "oidc", "acme", *words)
    connector.jumpseat(
        "account", "open", "portal", "--vendor", "plain", "--plan", "standard", "--seats", f"seats={SEATS}"
    )
    connector.jumpseat("rule", "add", "all", "--account", "portal", "--filter", "active eq true", "--role", "member")
    sync = Sync(scim)
    chance = random.Random(20261122)  # noqa: S311
    for _ in range(ROUNDS):
        sync.answered_since.clear()
        threads = [threading.Thread(target=sync.run_until_the_server_is_gone) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        time.sleep(chance.uniform(0.2, 0.8))  # a moment that nothing in the product chooses
        connector.kill()
        for thread in threads:
            thread.join()
        connector.start()
        for name, scim_id in sync.answered_since.items():
            found = scim.call("GET", f"/Users/{scim_id}")
            assert (found.status_code, found.json().get("userName")) == (200, name)
        for name in sync.asked - sync.answered.keys():
            retried = scim.call("POST", "/Users", person(name))
            assert retried.status_code in (201, 409), retried.text
            page = scim.call("GET", "/Users", filter=f'userName eq "{name}"').json()
            assert page["totalResults"] == 1
            assert page["Resources"][0]["emails"][0]["value"] == name
            sync.answered[name] = page["Resources"][0]["id"]
    assert len(sync.answered) > SEATS
    assert scim.call("GET", "/Users", count="0").json()["totalResults"] == len(sync.answered)
    (pool,) = connector.jumpseat("account", "show", "portal")["pools"]
    assert (pool["held"], pool["promised"], pool["waiting"]) == (0, SEATS, len(sync.answered) - SEATS)
