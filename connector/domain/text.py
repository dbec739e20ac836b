"""A text in the two languages that the product speaks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SPOKEN = ("en", "fr")


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in English and in French."""

    en: str
    fr: str

    def in_language(self, language: str) -> str:
        """Return the words for a language tag (BCP 47); English where it is not French."""
        return self.fr if language.lower().partition("-")[0] == "fr" else self.en


def first_spoken(tags: Iterable[str | None]) -> str | None:
    """Return the first language (BCP 47) that we speak; a region's variant counts as its language (fr-CA is French)."""
    primary = (tag.lower().replace("_", "-").partition("-")[0] for tag in tags if tag)
    return next((tag for tag in primary if tag in SPOKEN), None)
