"""How names are compared where SCIM says that case does not count: one folding for every attribute of that kind."""

from __future__ import annotations

from unicodedata import normalize


def fold(text: str) -> str:
    """Return the text in the form in which equal names are identical.

    NFKC and case folding (Unicode section 3.13): full-width letters, `John` and `john` are one name, and so are `é` in
    one code point and in two. Folding twice changes nothing.
    """
    if text.isascii():
        return text.lower()
    return normalize("NFKC", normalize("NFKC", text).casefold())
