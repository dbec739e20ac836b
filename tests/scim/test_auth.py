"""Requests in the audit trail: whoever asks why finds the request that was the cause."""

from __future__ import annotations

from typing import Any

from connector.lifecycle import Lifecycle
from connector.storage.work import Work

from .conftest import USER_URN, Directory


def _caused_by_scim(work: Work) -> list[dict[str, Any]]:
    return [event for event in work.trail.events() if event["cause"] == "scim"]


def test_what_a_request_changes_refers_to_it(directory: Directory, lifecycle: Lifecycle) -> None:
    """The token by its id, never by its secret, and the number that the answer's X-Request-Id tells."""
    answer = directory.call("POST", "/Users", {"schemas": [USER_URN], "userName": "bo"})
    (event,) = lifecycle.read(_caused_by_scim)
    assert event["kind"] == "person:stated"
    assert event["reference"] == answer.headers["X-Request-Id"]
    assert event["actor"].startswith("token:")
    assert directory.token not in repr(event)


def test_each_request_has_its_own_number(directory: Directory) -> None:
    """Refused ones too, so that a log line and a complaint can be brought together."""
    answers = [directory.call("GET", path) for path in ("/Users", "/Users", "/Users/1", "/Nothing", "/Me")]
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == len(answers)
