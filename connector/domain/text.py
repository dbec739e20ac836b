"""A text in the two languages that the product speaks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in English and in French."""

    en: str
    fr: str

    def in_language(self, language: str) -> str:
        """Return the words for a language tag (BCP 47); English where it is not French."""
        return self.fr if language.lower().partition("-")[0] == "fr" else self.en
