"""People whom somebody lists for an account, one a row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from connector.domain.grants import Given

LONGEST_ADDRESS = 254
"""Characters (RFC 5321 section 4.5.3.1.3, as corrected by its erratum 1690)."""

_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_](?:[\w-]{0,61}[^\W_])?")


def is_address(written: str) -> bool:
    """Tell whether this can be an e-mail address: one name, one domain with a dot, letters of any script."""
    return len(written) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(written) is not None


@dataclass(frozen=True, slots=True)
class Invitee:
    """One row: whom to invite, and to what; `row` is its number in the file, from 1."""

    row: int
    address: str
    given: Given
    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row cannot be used."""

    row: int
    column: str
    problem: str

    def __str__(self) -> str:
        """Write it as `row 4, Email: 'ada' is no e-mail address.`."""
        where = f"row {self.row}" if self.column == "row" else f"row {self.row}, {self.column}"
        return f"{where}: {self.problem}"


class RowOutcome(StrEnum):
    """What becomes of a row."""

    INVITED = "invited"
    WAITS = "waits"
    """Every seat is taken: she is on the waiting line."""
    NO_SIGN_IN = "no-sign-in"
    """Her directory does not say how she signs in: she is invited when it does."""
    ACTIVE = "active"
    """She had accepted before and is back, or the account needs no more than a seat."""
    MEMBER = "already-member"
    ALREADY_INVITED = "already-invited"
    ALREADY_WAITING = "already-waiting"
    REFUSED = "said-no"
    """The same was offered before and declined, cancelled, revoked or let expire; an operator may send it again."""
    LEFT = "left"
    """Her directory wants her out, and no list brings her back."""
    SEVERAL = "several-people"
    """More than one person bears the address; say in which directory."""
    DUPLICATE = "duplicate"
    """An earlier row has the same address."""


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of a row: `directory` is where its person is, `matched` whether she was there before.

    `of` is the earlier row of which this one is a duplicate; `batch`, from 1, has no more rows than the vendor takes.
    """

    row: int
    address: str
    outcome: RowOutcome
    directory: str | None = None
    matched: bool = False
    of: int | None = None
    batch: int | None = None
