"""Log lines: one for each use case, with its event tag and ids, in a form that people and programs can read.

It knows the standard library and nothing of ours. Rules do not log: they return or raise. No address and no token is
written, also not by mistake: whatever looks like one is masked in every line, an exception's included.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import IO, Any

_about: ContextVar[Mapping[str, object]] = ContextVar("about", default=MappingProxyType({}))

MASKED = (
    (re.compile(r"[^\s<>\"'=,;:()]+@[^\s<>\"'=,;:()]+"), "[address]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+\S+"), r"\1 [secret]"),
    (re.compile(r"(://[^/\s:@]*:)[^/\s@]+@"), r"\1[secret]@"),
    # Every token of ours has at least 43 characters without a break, and so has every JWT; no id or name has 40.
    (re.compile(r"[A-Za-z0-9_-]{40,}"), "[secret]"),
)


def configure_logging(level: str, style: str, stream: IO[str] | None = None) -> None:
    """Send every logger's lines to `stream` (standard error), as `text` (key=value) or `json` (one object a line).

    `level` is for our own loggers. Libraries speak from warnings on: what they tell for debugging may be anything.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if style == "json" else KeyValues())
    ours = logging.getLogger("connector")
    ours.setLevel(level.upper())
    logging.basicConfig(level=max(ours.level, logging.WARNING), handlers=[handler], force=True)


def note(log: logging.Logger, event: str, **facts: object) -> None:
    """Write the one line of a use case: the event's tag (`seat:released`) and facts, which are ids and counts."""
    log.info(event, extra={"facts": facts})


@contextmanager
def about(**facts: object) -> Iterator[None]:
    """Add facts, like the reference number of a request, to every line that is written inside."""
    token = _about.set({**_about.get(), **facts})
    try:
        yield
    finally:
        _about.reset(token)


class KeyValues(logging.Formatter):
    """`time=... level=... event=...`: values that hold a blank or anything unprintable are quoted, so a line is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return " ".join(f"{key}={_quoted(str(value))}" for key, value in _facts(record).items())


class JsonLines(logging.Formatter):
    """One JSON object a line, as log collectors read it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return json.dumps(_facts(record), default=str)


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "event": record.getMessage(),
        "logger": record.name,
        **_about.get(),
        **getattr(record, "facts", {}),
    }
    if record.exc_info:
        facts["exception"] = "".join(traceback.format_exception(*record.exc_info)).rstrip()
    return {key: value if isinstance(value, int | float) else mask(str(value)) for key, value in facts.items()}


def mask(line: str) -> str:
    """Return the line without e-mail addresses, passwords in URLs, credentials and tokens."""
    for pattern, instead in MASKED:
        line = pattern.sub(instead, line)
    return line


def _quoted(value: str) -> str:
    plain = value.isprintable() and value and not set(value) & set(' "=')
    return value if plain else json.dumps(value, ensure_ascii=not value.isprintable())
