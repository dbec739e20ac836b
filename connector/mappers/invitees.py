"""Rows of a sheet to people who are to be invited: which column is which, and what its cells mean to a vendor."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from connector.domain.errors import SheetUnreadable, nearest_first
from connector.domain.grants import Given
from connector.domain.invitees import Invitee, RowProblem, is_address
from connector.domain.text import Text
from connector.mappers.rulebook import Terms
from connector.mappers.sheets import SEPARATORS, Sheet, first_rows

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "address": (
        "email", "e mail", "mail", "email address", "e mail address", "mail address", "user email", "address",
        "courriel", "adresse", "adresse email", "adresse e mail", "adresse mail", "adresse courriel",
        "adresse electronique", "adresse de messagerie", "messagerie",
    ),
    "name": (
        "name", "full name", "display name", "nom complet", "nom affiche", "prenom nom", "nom prenom", "nom et prenom",
    ),
    "given_name": ("first name", "firstname", "given name", "givenname", "forename", "prenom"),
    "family_name": ("last name", "lastname", "family name", "familyname", "surname", "nom", "nom de famille"),
    "language": ("language", "preferred language", "lang", "locale", "langue", "langue preferee"),
    "seat_type": ("seat", "seat type", "licence", "license", "type de licence", "siege", "type de siege", "place"),
    "role": ("role", "permission set", "set", "profil", "ensemble d autorisations", "jeu d autorisations"),
    "permissions": ("permissions", "rights", "autorisations", "droits"),
}  # fmt: skip
"""What heads a column, in English and French, without accents, case and punctuation."""

LONGEST_NAME = 200
LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
LANGUAGES = {
    "english": "en", "anglais": "en", "french": "fr", "francais": "fr", "german": "de", "allemand": "de",
    "spanish": "es", "espagnol": "es", "italian": "it", "italien": "it",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a sheet means what, by number from 0; `unused` are the headings of the others.

    `headed` tells whether the first row names columns and is no person.
    """

    numbers: Mapping[str, int]
    headings: Sequence[str]
    headed: bool = True

    @property
    def unused(self) -> list[str]:
        """The headings of columns that are not read."""
        return [name for number, name in enumerate(self.headings) if number not in self.numbers.values() and name]

    def heading(self, meaning: str) -> str:
        """Return how a column is headed; its number where it is not."""
        number = self.numbers.get(meaning, 0)
        return self.headings[number] if number < len(self.headings) else f"column {number + 1}"


def find_columns(sheet: Sheet, address_column: str | None = None) -> Columns:
    """Find the columns by their headings, or that of addresses by the heading or number that is named.

    A file of one column without a heading is a list of addresses. Raises SheetUnreadable when no column, or more than
    one, can be that of addresses.
    """
    rows = first_rows(sheet, 1)
    if not rows:
        raise SheetUnreadable(sheet.name, None, "is empty.")
    number, headings = rows[0]
    if len(headings) == 1 and address_column is None and is_address(headings[0]):
        return Columns({"address": 0}, (), headed=False)
    found: dict[str, int] = {}
    if address_column is not None:
        found["address"] = _named(sheet, headings, address_column)
    words = [_plain(heading) for heading in headings]
    for meaning, known in COLUMNS.items():
        fitting = [index for index, word in enumerate(words) if word in known and index not in found.values()]
        if meaning in found or not fitting:
            continue
        if len(fitting) > 1:
            both = " and ".join(repr(headings[index]) for index in fitting)
            cure = "; say which one with --address-column." if meaning == "address" else "; rename one of them."
            raise SheetUnreadable(
                sheet.name, number, f"cannot be read: {both} both look like the {meaning} column{cure}"
            )
        found[meaning] = fitting[0]
    if "address" not in found:
        listed = ", ".join(map(repr, headings))
        raise SheetUnreadable(
            sheet.name, number, f"has no column headed Email; there are {listed}: name one with --address-column."
        )
    if "family_name" in found and "given_name" not in found and "name" not in found:
        found["name"] = found.pop("family_name")  # Nom alone is the whole name
    return Columns(found, tuple(headings))


def _named(sheet: Sheet, headings: Sequence[str], wanted: str) -> int:
    words = [_plain(heading) for heading in headings]
    if _plain(wanted) in words:
        return words.index(_plain(wanted))
    if wanted.isdecimal() and 1 <= int(wanted) <= len(headings):
        return int(wanted) - 1
    known = ", ".join(map(repr, nearest_first(wanted, headings)))
    raise SheetUnreadable(sheet.name, 1, f"has no column {wanted!r}. Known, nearest first: {known}.")


def _plain(text: str) -> str:
    """Return a heading without accents, case and punctuation."""
    letters = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return " ".join(re.findall(r"[^\W_]+", letters.casefold()))


@dataclass(slots=True)
class InviteeReader:
    """Reads rows for one account; `usual` is what a row is given that names neither seat type, role nor permissions.

    What rows ask for is judged once for each different wish: `judge` says all that speaks against giving it.
    """

    sheet: Sheet
    columns: Columns
    terms: Terms
    judge: Callable[[Given], list[str]]
    usual: Given = field(default_factory=Given)
    _judged: dict[Given, list[str]] = field(default_factory=dict)

    def read(self) -> Iterator[Invitee | list[RowProblem]]:
        """Yield, for each row in turn, who is to be invited, or everything that is wrong with it."""
        for number, cells in islice(self.sheet.rows(), int(self.columns.headed), None):
            yield self._row(number, cells)

    def _row(self, number: int, cells: Sequence[str]) -> Invitee | list[RowProblem]:
        problems: list[RowProblem] = []

        def complain(meaning: str, problem: str) -> None:
            problems.append(RowProblem(number, self.columns.heading(meaning), problem))

        if self.columns.headed and len(cells) > (width := len(self.columns.headings)):
            extra = f"has {len(cells)} cells under {width} headings; a {SEPARATORS[self.sheet.separator]} in a cell?"
            return [RowProblem(number, "row", extra)]
        said = {key: cells[at] for key, at in self.columns.numbers.items() if at < len(cells) and cells[at]}
        address = said.get("address", "")
        if not is_address(address):
            complain("address", f"{address[:100]!r} is no e-mail address." if address else "there is no address.")
        for key in ("name", "given_name", "family_name"):
            if len(said.get(key, "")) > LONGEST_NAME:
                complain(key, f"has more than {LONGEST_NAME} characters.")
        language = _language(said.get("language"))
        if language is not None and not LANGUAGE.fullmatch(language):
            complain("language", f"{language[:40]!r} is no language; write en or fr.")
        given = self._given(said, complain)
        if not problems:
            for problem in self._offences(given):
                complain("address" if given == self.usual else "role", problem)
        names = (said.get("name"), said.get("given_name"), said.get("family_name"))
        return problems or Invitee(number, address, given, *names, language)

    def _given(self, said: Mapping[str, str], complain: Callable[[str, str], None]) -> Given:
        """Return what a row asks for, by the vendor's keys or labels; what it does not name is as usual."""
        catalogue = self.terms.catalogue
        seat_types = {key: one.label for key, one in catalogue.seat_types.items()}
        roles = {key: one.label for key, one in catalogue.roles.items()}
        boxes = {key: one.label for key, one in catalogue.permissions.items()}

        def meant(meaning: str, kind: str, word: str, known: Mapping[str, Text]) -> str | None:
            key = _key(word, known)
            if key is None:
                listed = ", ".join(nearest_first(word, known)[:5])
                complain(meaning, f"there is no {kind} {word[:100]!r}. Known, nearest first: {listed}.")
            return key

        if not said.keys() & {"seat_type", "role", "permissions"}:
            return self.usual
        words = [word for word in re.split(r"[,;|\n]+\s*", said.get("permissions", "")) if word.strip()]
        found = [meant("permissions", "permission", word.strip(), boxes) for word in words]
        asks = bool(said.keys() & {"role", "permissions"})
        return Given(
            meant("seat_type", "seat type", said["seat_type"], seat_types)
            if "seat_type" in said
            else self.usual.seat_type,
            meant("role", "role", said["role"], roles) if "role" in said else None if asks else self.usual.role,
            frozenset(key for key in found if key) if asks else self.usual.permissions,
        )

    def _offences(self, given: Given) -> list[str]:
        if given not in self._judged:
            self._judged[given] = self.judge(given)
        return self._judged[given]


def _key(word: str, known: Mapping[str, Text]) -> str | None:
    """Return the key that a word means: itself, or one whose label it is in either language."""
    if word in known:
        return word
    plain = _plain(word)
    return next(
        (key for key, label in known.items() if plain in (_plain(key), _plain(label.en), _plain(label.fr))), None
    )


def _language(said: str | None) -> str | None:
    return said and LANGUAGES.get(_plain(said), said.replace("_", "-"))
