"""Which of our two languages a page is in, and moments as they are written in it."""

from __future__ import annotations

from datetime import UTC, datetime

from babel.dates import format_date, format_time
from flask import g, request

from connector.domain.text import Text, first_spoken
from connector.web.context import settings

_MOMENT = Text(en="{date} at {time} UTC", fr="{date} à {time} UTC")


def speak(*preferred: str | None) -> None:
    """Let the rest of the request speak the first of a person's own languages (BCP 47 tags) that we speak."""
    spoken = first_spoken(preferred)
    if spoken is not None:
        g.language = spoken


def language() -> str:
    """Return the language of this page: the person's, else the browser's first that we speak, else the setting's."""
    if "language" not in g:
        g.language = first_spoken(request.accept_languages.values()) or settings().language
    return str(g.language)


def moment(at: datetime) -> str:
    """Write a moment in the page's language, with its time zone."""
    spoken, at = language(), at.astimezone(UTC)
    # As in letters: the day before the month, in both languages.
    date = format_date(at, "long", locale="en_GB" if spoken == "en" else spoken)
    time = format_time(at, "HH:mm", locale=spoken)
    return _MOMENT.in_language(spoken).format(date=date, time=time)
