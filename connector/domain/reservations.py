"""Seats kept for people who are expected: from when, until when, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReservationState(StrEnum):
    """Where a reservation stands. A planned one counts nowhere yet; a kept one counts as a promised seat does."""

    PLANNED = "planned"
    KEPT = "kept"
    USED = "used"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Whether somebody may still get the seat by it."""
        return self in (ReservationState.PLANNED, ReservationState.KEPT)


@dataclass(frozen=True, slots=True)
class Reservation:
    """A seat of `seat_types` kept from `starts_at` until `ends_at`, or until whom it is kept for is due it.

    `kept_for` is what the operator wrote. With `directory_id` it names a person there, by userName or e-mail address
    (`name_folded`), who may not be stated yet; without, it is a placeholder, which nobody uses until it is given to
    somebody. `pools` are those that a holder of the seat types draws from. One that begins when every seat is taken
    stays planned, and gets the first that nobody on the waiting line is waiting for.
    """

    id: str
    tenant_id: str
    account_id: str
    kept_for: str
    seat_types: frozenset[str]
    pools: frozenset[str]
    starts_at: datetime
    ends_at: datetime
    made_by: str
    made_at: datetime
    state: ReservationState = ReservationState.PLANNED
    directory_id: str | None = None
    name_folded: str | None = None
    person_id: str | None = None

    def is_for(self, person_id: str, seat_types: frozenset[str]) -> bool:
        """Tell whether it keeps a seat for this person that is among these seat types."""
        return self.state.is_open and self.person_id == person_id and self.seat_types <= seat_types
