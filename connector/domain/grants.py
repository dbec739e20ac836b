"""What makes something due: a rule, an operator's hand, or what a directory states of a person over SCIM."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

BY_HAND = "grant:"
"""How the id of a manual grant begins where it stands among the rules of an entitlement."""


class By(StrEnum):
    """How something came to be due."""

    RULE = "rule"
    HAND = "hand"
    SCIM = "scim"


def by(sources: Iterable[str]) -> list[By]:
    """Return how an entitlement came to be due, from the ids that it names as its rules."""
    return list(_ways(tuple(sources)))


@lru_cache(maxsize=1024)
def _ways(sources: tuple[str, ...]) -> tuple[By, ...]:
    return tuple(sorted({_by(one) for one in sources}))


def _by(source: str) -> By:
    if source.startswith(BY_HAND):
        return By.HAND
    return By.SCIM if ":" in source else By.RULE


@dataclass(frozen=True, slots=True)
class Given:
    """A seat type, a role, permissions, as an operator gives them; without a seat type they come on top of others."""

    seat_type: str | None = None
    role: str | None = None
    permissions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ManualGrant:
    """What an operator gives one person in one account, beside what rules make due; one for both at a time.

    It survives the end of every rule, and is due only while the person is active in her directory. At `next_at`, where
    there is one, `next` takes its place; without `next`, nothing does. `mails` says whether an invitation to it is sent
    by letter, or its link handed over; `language` is that of letters to somebody whose directory states none.
    """

    id: str
    tenant_id: str
    account_id: str
    person_id: str
    given: Given
    given_by: str
    given_at: datetime
    next: Given | None = None
    next_at: datetime | None = None
    mails: bool = True
    language: str | None = None

    @property
    def source(self) -> str:
        """What names it among the rules of an entitlement."""
        return f"{BY_HAND}{self.id}"
