"""One request of a directory and our answer, and what of them may be kept: never a credential."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

Json = Any

KEPT_HEADERS = ("Accept", "Content-Type", "If-Match", "If-None-Match", "User-Agent")
"""Everything else of a request's head stays out of the journal, Authorization and cookies first."""

LARGEST_BODY = 64 * 1024
"""Bytes of a body that are kept; of a larger one the journal says that it was left out."""

DEEPEST = 100
"""Levels of a body that is kept. Recursion is not tried to its end: what runs there, the collector of garbage among it,
may find no room left, and Python then ends the process."""

REDACTED = "[redacted]"

_SECRET_NAME = re.compile(r"password|secret(?![a-z])|token|authorization|credential", re.IGNORECASE)
_SECRET_TEXT = re.compile(
    r"js[aost]_\w+|\b(?:bearer|basic)\s+[\w.~+/=-]{8,}|\beyJ[\w-]+\.[\w-]+\.[\w-]*", re.IGNORECASE
)

_SUSPECT = (
    "password",
    "secret",
    "token",
    "authorization",
    "credential",
    "jsa_",
    "jso_",
    "jss_",
    "jst_",
    "bearer",
    "basic",
    "eyj",
)
"""What is in every text in which those expressions find something, case aside."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked below a directory's SCIM base URL, and what was answered; bodies are JSON text."""

    id: str
    directory: str
    at: datetime
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: str | None = field(repr=False)
    status: int
    answer: str | None = field(repr=False)
    source: str | None = None
    left_out: bool = False


def redacted_body(raw: bytes) -> str | None:
    """Return a body without secrets as JSON text; None for what is too large or deep to be judged, or no JSON in UTF-8.

    What is kept any store can take: it holds no NUL character, and half a surrogate pair as an escape only.
    """
    if not raw or len(raw) > LARGEST_BODY:
        return None
    try:
        text = raw.decode("utf-8-sig")
        stated = _JSON.decode(text)
        return text if _is_innocent(text) else json.dumps(_redacted(stated))
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> Json:
    raise ValueError(f"{constant} is no JSON")


_JSON = json.JSONDecoder(parse_constant=_refuse)


def _is_innocent(text: str) -> bool:
    """Tell, at a glance and of most bodies, that nothing in a JSON text is secret and that it is not deep.

    Of one with a backslash it cannot tell, for an escape may hide a word.
    """
    if "\\" in text or text.count("{") + text.count("[") > DEEPEST:
        return False
    folded = text.casefold()
    return not any(word in folded for word in _SUSPECT)


def redacted_query(query: str) -> str:
    """Return a query string, still encoded, or nothing of it where it speaks of a secret."""
    plain = unquote_plus(query)
    return "" if _SECRET_NAME.search(plain) or _SECRET_TEXT.search(plain) else query


def redacted_text(text: str) -> str:
    """Return a text without what looks like a token of ours, a bearer token or a JWT, nor NUL, which no store holds."""
    return _SECRET_TEXT.sub(REDACTED, text).replace("\0", "\ufffd")


def _redacted(value: Json, levels: int = DEEPEST) -> Json:
    """Return a value without secrets; raises ValueError for one of more levels."""
    if not levels:
        raise ValueError("too many levels")
    if isinstance(value, str):
        return redacted_text(value)
    if isinstance(value, list):
        return [_redacted(each, levels - 1) for each in value]
    if not isinstance(value, dict):
        return value
    found = {key: REDACTED if _is_secret(key, each) else _redacted(each, levels - 1) for key, each in value.items()}
    # An operation of a PATCH names what it writes beside the value.
    names = [each for key, each in value.items() if key.lower() == "path" and isinstance(each, str)]
    if any(_SECRET_NAME.search(name) for name in names):
        found |= {key: REDACTED for key in value if key.lower() == "value"}
    return found


def _is_secret(key: str, value: Json) -> bool:
    return isinstance(value, str | list | dict) and _SECRET_NAME.search(key) is not None
