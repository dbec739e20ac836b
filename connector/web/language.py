"""Which of our two languages a page is in, and moments as they are written in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from babel.dates import format_date, format_time
from flask import g, request

from connector.domain.text import Text
from connector.web.context import settings

SPOKEN = ("en", "fr")
_MOMENT = Text(en="{date} at {time} UTC", fr="{date} à {time} UTC")


def speak(preferred: object) -> None:
    """Let the rest of the request speak a person's own language (a BCP 47 tag), where we do."""
    spoken = _spoken([str(preferred)])
    if spoken is not None:
        g.language = spoken


def language() -> str:
    """Return the language of this page: the person's, else the browser's first that we speak, else the setting's."""
    if "language" not in g:
        g.language = _spoken(request.accept_languages.values()) or settings().language
    return str(g.language)


def _spoken(tags: Iterable[str]) -> str | None:
    """Return the first language that we speak; a region's variant counts as its language (fr-CA is French)."""
    primary = (tag.lower().replace("_", "-").partition("-")[0] for tag in tags)
    return next((tag for tag in primary if tag in SPOKEN), None)


def moment(at: datetime) -> str:
    """Write a moment in the page's language, with its time zone."""
    spoken, at = language(), at.astimezone(UTC)
    # As in letters: the day before the month, in both languages.
    date = format_date(at, "long", locale="en_GB" if spoken == "en" else spoken)
    time = format_time(at, "HH:mm", locale=spoken)
    return _MOMENT.in_language(spoken).format(date=date, time=time)
