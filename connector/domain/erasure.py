"""Erasure: by which texts somebody can be recognised, and what may be blanked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from connector.domain.attributes import ENTERPRISE_USER

_NAMING = ("userName", "externalId", "displayName", "nickName", "profileUrl")
_LISTS = ("emails", "phoneNumbers", "ims", "photos", "addresses", "x509Certificates")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
LEAST = 8
"""Letters of a single word by which somebody is looked for; a shorter one would be found in others' words."""


@dataclass(frozen=True, slots=True)
class Names:
    """The texts by which somebody is recognised where she is spoken of: addresses, numbers, her full names."""

    texts: frozenset[str]

    def spoken_of(self, text: str) -> bool:
        """Tell whether a text names her, as it stands, in a URL's or in JSON's spelling, whatever the case.

        Hers is not found within another's: `ada@acme.example` is not in `nada@acme.example`.
        """
        spellings = {text, unquote_plus(text), _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)}
        return any(self._pattern.search(each.casefold()) for each in spellings) if self.texts else False

    @property
    def _pattern(self) -> re.Pattern[str]:
        wanted = "|".join(re.escape(text.casefold()) for text in sorted(self.texts))
        return re.compile(rf"(?<![\w.+-])(?:{wanted})(?![\w-])")


def names_of(documents: Iterable[Mapping[str, Any]]) -> Names:
    """Return by what somebody is recognised, from all that was ever stated of her."""
    found = {text.strip() for document in documents for text in _texts(document)}
    return Names(frozenset(text for text in found if len(text) >= LEAST or re.search(r"\w\W+\w", text)))


def _texts(document: Mapping[str, Any]) -> Iterator[str]:
    for key in _NAMING:
        yield from _strings(document.get(key))
    name = document.get("name")
    if isinstance(name, Mapping):
        yield from _strings(name.get("formatted"))
        given, family = str(name.get("givenName") or ""), str(name.get("familyName") or "")
        if given and family:
            yield from (f"{given} {family}", f"{family} {given}", f"{family}, {given}")
    for key in _LISTS:
        yield from (text for each in document.get(key) or () for text in _parts(each))
    enterprise = document.get(ENTERPRISE_USER)
    if isinstance(enterprise, Mapping):
        yield from _strings(enterprise.get("employeeNumber"))


def _parts(entry: Any) -> Iterator[str]:
    if isinstance(entry, Mapping):
        yield from (text for key in ("value", "display", "formatted") for text in _strings(entry.get(key)))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
