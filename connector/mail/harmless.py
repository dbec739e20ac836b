"""Names as others wrote them, made fit for a letter."""

from __future__ import annotations

import unicodedata

LONGEST = 120

JOINERS = {"\u200c", "\u200d"}
"""Format characters that Persian, Indic scripts and emoji cannot do without."""


def harmless(name: str, longest: int = LONGEST) -> str:
    """Return the name on one line of at most `longest` characters, without anything that acts instead of being read.

    Line breaks, which would begin a header, and the bidirectional controls, with which a name rewrites the sentence
    around it, are control (Cc), format (Cf) or separator characters (Zl, Zp) of Unicode.
    """
    kept = "".join(" " if _separates(character) else character for character in name if not _acts(character))
    line = " ".join(kept.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _separates(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cc", "Zl", "Zp")


def _acts(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Cs") and character not in JOINERS
