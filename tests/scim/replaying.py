"""A player of recorded conversations; their format is told in tests/conversations/README.md."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from werkzeug.test import TestResponse

from .conftest import Directory

MISSING = object()


def replay(file: Path, directory: Directory) -> None:
    """Say every step of a conversation and assert that it is answered as the client expects."""
    saved: dict[str, Any] = {"token": directory.token}
    for step in json.loads(file.read_text())["steps"]:
        answer = _say(directory, step, saved)
        wrong = _differences(step, answer, saved)
        assert not wrong, f"{step['name']}: {wrong}"
        for name, key in (step.get("save") or {}).items():
            saved[name] = _dig(answer.json, key)


def _say(directory: Directory, step: dict[str, Any], saved: dict[str, Any]) -> TestResponse:
    query = _fill(step.get("query") or "", saved)
    text = quote(query, safe="%=&?+:,;@/!$'()*~[]-._") if isinstance(query, str) else urlencode(query, quote_via=quote)
    body = _fill(step.get("body"), saved)
    headers = {"Accept": "application/scim+json", **_fill(step.get("headers") or {}, saved)}
    return directory.call(
        step["method"],
        _fill(step["path"], saved),
        body,
        headers=headers,
        query_string=text,
        content_type=headers.pop("Content-Type", "application/scim+json"),
    )


def _differences(step: dict[str, Any], answer: TestResponse, saved: dict[str, Any]) -> list[str]:
    expect = step.get("expect") or {}
    wrong = []
    if answer.status_code not in expect.get("status", [answer.status_code]):
        wrong.append(f"status {answer.status_code}, wanted {expect['status']}: {answer.text[:300]}")
    if answer.status_code == 204 and 200 in expect.get("status", []):
        return wrong
    for key, wanted in (expect.get("json") or {}).items():
        found = _dig(answer.json, _fill(key, saved))
        if not _is_as_wanted(found, _fill(wanted, saved)):
            wrong.append(f"{key} is {found!r}, wanted {wanted!r}")
    return wrong


def _fill(thing: Any, saved: dict[str, Any]) -> Any:
    """Replace `${name}` everywhere, in keys and values."""
    if isinstance(thing, str):
        return re.sub(r"\$\{(\w+)\}", lambda match: str(saved.get(match[1], match[0])), thing)
    if isinstance(thing, list):
        return [_fill(each, saved) for each in thing]
    if isinstance(thing, dict):
        return {_fill(key, saved): _fill(value, saved) for key, value in thing.items()}
    return thing


def _dig(document: Any, key: str) -> Any:
    """Return the value at a key such as `emails[0].value` or `$['urn:x:y'].department`."""
    found = document
    for name, index, plain in re.findall(r"\$?\['([^']+)'\]|\[(\d+)\]|([^.\[\]$]+)", key):
        try:
            found = found[int(index)] if index else found[name or plain]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return found


def _is_as_wanted(found: Any, wanted: Any) -> bool:
    if not (isinstance(wanted, dict) and any(key.startswith("$") for key in wanted)):
        return bool(found == wanted)
    return all(_holds(operator, found, value) for operator, value in wanted.items())


def _holds(operator: str, found: Any, value: Any) -> bool:
    absent = found is MISSING or found is None
    match operator:
        case "$present":
            return not absent
        case "$absent":
            return absent
        case "$empty":
            return absent or found == []
        case "$nonempty":
            return not absent and len(found) > 0
        case "$len":
            return not absent and len(found) == value
        case "$contains":
            return not absent and value in found
        case "$type":
            kinds = {"number": (int, float), "string": str, "boolean": bool}
            return isinstance(found, kinds[value]) and (value == "boolean" or not isinstance(found, bool))
        case "$not":
            return bool(found != value)
    raise AssertionError(f"unknown operator {operator}")
