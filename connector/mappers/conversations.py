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
    kept = list(exchanges)
    return {
        "idp": directory,
        "scenario": "Exported from the journal",
        "source": "jumpseat journal export",
        "confidence": "recorded; credentials redacted",
        "steps": list(_steps(kept)),
    }


def _steps(exchanges: list[Exchange]) -> Iterator[dict[str, Json]]:
    ids: dict[str, str] = {}
    last = {new: number for number, one in enumerate(exchanges, 1) for new in _ID.findall(_text(one))}
    for number, one in enumerate(exchanges, 1):
        yield _step(number, one, ids)
        if one.path == "/Bulk" and one.body and one.answer and one.status == 200:
            wanted = {new for new, at in last.items() if at > number} - ids.keys()
            yield from _lookups(number, json.loads(one.body), json.loads(one.answer), wanted, ids)


def _text(one: Exchange) -> str:
    return " ".join((one.path, one.query, one.body or "", one.answer or ""))


def _lookups(
    number: int, asked: dict[str, Json], answered: dict[str, Json], wanted: set[str], ids: dict[str, str]
) -> Iterator[dict[str, Json]]:
    """Yield a look for each resource that a bulk request made and that is spoken of later.

    The answer tells ids within addresses alone, from which a variable cannot be taken.
    """
    operations = [{name.lower(): value for name, value in one.items()} for one in _member(asked, "operations")]
    made = {one.get("bulkid"): one for one in operations if str(one.get("method")).upper() == "POST"}
    for result in answered["Operations"]:
        new, operation = str(result.get("location", "")).rpartition("/")[2], made.get(result.get("bulkId"))
        if new not in wanted or operation is None or result["status"] != "201":
            continue
        name = "userName" if operation["path"] == "/Users" else "displayName"
        called = _member(operation["data"], name)
        if called is None:
            continue
        ids[new] = f"id{len(ids) + 1}"
        yield {
            "name": f"{number} verify what {operation['bulkid']} is",
            "method": "GET",
            "path": operation["path"],
            "query": {"filter": f"{name} eq {json.dumps(called)}"},
            "headers": {},
            "body": None,
            "expect": {"status": [200], "json": {"totalResults": 1}},
            "save": {ids[new]: "Resources[0].id"},
        }


def _member(stated: dict[str, Json], name: str) -> Json:
    """Return the member of an object whatever the case of its name and with a URN before it; None without one."""
    return next((value for key, value in stated.items() if key.lower().rpartition(":")[2] == name.lower()), None)


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
