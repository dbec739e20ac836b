"""Exchanges written as a conversation that can be played again on another, empty directory.

The format is that of tests/conversations/README.md. Ids that we gave become variables, because another directory gives
others; times, addresses and sentences are left out of what is expected.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from connector.domain.attributes import MEMBERSHIP_USER
from connector.domain.exchanges import Exchange

Json = Any

UNCOMPARED = {"schemas", "meta", "location", "detail", "$ref", MEMBERSHIP_USER}
"""Where an answer differs from directory to directory, or says what accounts are there."""

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PLAIN = re.compile(r"[A-Za-z$]\w*")


def conversation(directory: str, exchanges: Iterable[Exchange]) -> dict[str, Json]:
    """Return the conversation of a directory; a step whose body was not kept says so, and cannot be played."""
    ids: dict[str, str] = {}
    return {
        "idp": directory,
        "scenario": "Exported from the journal",
        "source": "jumpseat journal export",
        "confidence": "recorded; credentials redacted",
        "steps": [_step(number, one, ids) for number, one in enumerate(exchanges, 1)],
    }


def _step(number: int, one: Exchange, ids: dict[str, str]) -> dict[str, Json]:
    answer = json.loads(one.answer) if one.answer else None
    step: dict[str, Json] = {
        "name": f"{number} {one.method} {_named(one.path, ids)} {one.at.isoformat()}",
        "method": one.method,
        "path": _named(one.path, ids),
        "query": _named(one.query, ids) or None,
        "headers": {name: _named(value, ids) for name, value in one.headers.items()},
        "body": _named(json.loads(one.body), ids) if one.body else None,
        "expect": {"status": [one.status]},
    }
    if one.status == 401:
        step["headers"] = {"Authorization": "Bearer a-token-that-opens-nothing"}
    if one.left_out:
        step["note"] = "The body was too large, or no JSON, and was not kept."
    new = answer.get("id") if isinstance(answer, dict) and one.status == 201 else None
    if isinstance(answer, dict) and one.status < 300:
        step["expect"]["json"] = {key: _named(value, ids) for key, value in _leaves(answer, "") if value != new}
    if isinstance(new, str) and new not in ids:
        ids[new] = f"id{len(ids) + 1}"
        step["save"] = {ids[new]: "id"}
    return step


def _named(thing: Json, ids: dict[str, str]) -> Json:
    """Return it with variables in place of the ids that were given earlier."""
    if isinstance(thing, str):
        return _ID.sub(lambda match: f"${{{ids[match[0]]}}}" if match[0] in ids else match[0], thing)
    if isinstance(thing, list):
        return [_named(each, ids) for each in thing]
    if isinstance(thing, dict):
        return {_named(key, ids): _named(value, ids) for key, value in thing.items()}
    return thing


def _leaves(value: Json, key: str) -> Iterator[tuple[str, Json]]:
    """Yield what an answer says, value by value, with the key of each; of lists the length too."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in UNCOMPARED:
                yield from _leaves(inner, _key(key, name))
    elif isinstance(value, list):
        yield key, {"$len": len(value)}
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{key}[{index}]")
    else:
        yield key, value


def _key(before: str, name: str) -> str:
    if not _PLAIN.fullmatch(name):
        return f"{before or '$'}['{name}']"
    return f"{before}.{name}" if before else name
