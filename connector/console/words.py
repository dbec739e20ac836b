"""The words of the console, each in both languages, as `web/words/console.yaml` has them."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from connector.domain.text import Text
from connector.web.language import language
from connector.web.texts import words

WORDS: Mapping[str, Text] = {key: Text(**entry) for key, entry in words("console").items()}


def say(key: str, **values: object) -> str:
    """Return words in the reader's language; values are escaped."""
    return Markup(WORDS[key].in_language(language())).format(**values)  # noqa: S704 -- our own words
