"""Whatever arrives, on any address: never a failure of ours, nothing of the inside, and the books stay right.

`make fuzz` sends many more than the suite has time for: FUZZ_REQUESTS of them to each kind of database, from FUZZ_SEED
on, which is another one each day. What it finds becomes a test of its own, where its subject is tested.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from demo.provider import running
from demo.speaking import Speech

from .firing import fire
from .target import Target

REQUESTS = {"sqlite": 2000, "postgresql": 800}
"""What the suite sends."""
ROUND = 5000
"""Requests of one seed."""


@pytest.fixture
def target(database_url: str) -> Iterator[Target]:
    """Give the whole product on a fresh database."""
    with running(Speech.OKTA, []) as idp:
        one = Target(database_url, idp.issuer)
        yield one
        one.dispose()


def test_no_request_makes_a_failure_of_ours(target: Target) -> None:
    """The issue's "Bad input": no 500, no error of another shape than SCIM's, no secret, whatever was sent."""
    kind = target.lifecycle.database.url.get_backend_name()
    requests = int(os.environ.get("FUZZ_REQUESTS", REQUESTS[kind]))
    first = int(os.environ.get("FUZZ_SEED", "20261122"))
    for number, done in enumerate(range(0, requests, ROUND)):
        fire(target, min(ROUND, requests - done), first + number)
    answered = ", ".join(f"{status}: {times}" for status, times in sorted(target.statuses.items()))
    print(f"{kind}: {target.sent} requests from seed {first} on; answered {answered}")
