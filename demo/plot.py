"""Who does what after joining: who declines, who never answers, who moves, who leaves and how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from demo.cast import Colleague, Company
from demo.offers import (
    ACTIVE,
    BREVO_MARKETING,
    BREVO_SALES,
    HUBSPOT_CORE,
    HUBSPOT_SALES,
    KLAVIYO,
    MAILJET,
    STUDIO,
    Seat,
)
from demo.speaking import Speech

OKTA, ENTRA = Speech.OKTA, Speech.ENTRA

Part = tuple[Speech, str, int]
"""Somebody, by company, department and place."""


class How(StrEnum):
    """How a directory says that somebody leaves, or leaves something."""

    PATCH = "PATCH"
    DELETE = "DELETE"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody changes department, or one group for another, and with it the seats that are due to her."""

    who: Part
    loses: Seat
    gains: Seat
    department: str = ""
    from_group: str = ""
    to_group: str = ""


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody leaves the company, or the group that alone made `seats` due to her."""

    who: Part
    how: How
    seats: tuple[Seat, ...]
    group: str = ""


DECLINE: tuple[tuple[Part, Seat], ...] = (
    ((OKTA, "Engineering", 3), STUDIO),
    ((OKTA, "Sales", 2), BREVO_SALES),
    ((OKTA, "Support", 4), MAILJET),
)
NEVER_ANSWER: tuple[tuple[Part, Seat], ...] = (
    ((OKTA, "Support", 5), MAILJET),
    ((OKTA, "Sales", 5), HUBSPOT_SALES),
    ((ENTRA, "Engineering", 3), STUDIO),
    ((ENTRA, "People", 2), MAILJET),
)
MOVES = (
    Move((OKTA, "Sales", 6), loses=HUBSPOT_SALES, gains=HUBSPOT_CORE, department="Marketing"),
    Move((OKTA, "Support", 2), loses=MAILJET, gains=STUDIO, department="Engineering"),
    Move((ENTRA, "Marketing", 5), loses=KLAVIYO, gains=ACTIVE, from_group="Shop", to_group="Automation"),
    Move((ENTRA, "Marketing", 6), loses=HUBSPOT_CORE, gains=MAILJET, department="Support"),
)
LEAVINGS = (
    Leaving((OKTA, "Engineering", 1), How.PATCH, (STUDIO,)),
    Leaving((ENTRA, "Engineering", 2), How.PATCH, (STUDIO,)),
    Leaving((OKTA, "Sales", 1), How.PATCH, (HUBSPOT_SALES, BREVO_SALES)),
    Leaving((OKTA, "Marketing", 1), How.PATCH, (HUBSPOT_CORE, BREVO_MARKETING)),
    Leaving((ENTRA, "Sales", 1), How.DELETE, (HUBSPOT_SALES, BREVO_SALES)),
    Leaving((ENTRA, "Support", 3), How.DELETE, (MAILJET,)),
    Leaving((OKTA, "Sales", 3), How.GROUP, (BREVO_SALES,), "Deals"),
    Leaving((ENTRA, "People", 1), How.GROUP, (MAILJET,), "Templates"),
)
LEAVES_UNANSWERED: tuple[Part, Seat] = NEVER_ANSWER[0]
"""Leaves with her invitation still open."""

IMPOSTOR: Part = (OKTA, "Finance", 1)
"""Opens a colleague's letter."""


def who(company: Company, part: Part) -> Colleague:
    """Return who plays a part."""
    return company.one(*part)
