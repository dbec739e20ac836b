"""Seat pools: how many seats of one kind an account has, and who may draw the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class SeatPool:
    """The seats of one kind in one account, counted while its row is locked.

    `capacity` None is unlimited; of it, `owner` seats are those of the account's owner. A pending invitation counts
    when `pending_counts`; where it does not, acceptance takes the seat, and may find the pool full. Of the free seats,
    `released` are given back at `release_at`, unless somebody gets them before.
    """

    id: str
    account_id: str
    key: str
    capacity: int | None
    held: int = 0
    promised: int = 0
    owner: int = 0
    pending_counts: bool = True
    released: int = 0
    release_at: datetime | None = None

    @property
    def free(self) -> int | None:
        """How many seats can still be given; None is without limit, and it is never below zero."""
        if self.capacity is None:
            return None
        return max(0, self.capacity - self.in_use)

    @property
    def in_use(self) -> int:
        """How many seats are not free: the owner's, those held, and those promised where promises count."""
        return self.owner + self.held + (self.promised if self.pending_counts else 0)

    @property
    def short(self) -> bool:
        """Whether more seats are in use than there are, as no pool that is written ever is."""
        return self.capacity is not None and self.in_use > self.capacity

    @property
    def has_room(self) -> bool:
        """Whether one more seat can be promised or held."""
        return self.free is None or self.free > 0

    def keep_what_is_assigned(self) -> None:
        """Take the release of seats back as far as somebody has got them since."""
        self.released = self.released if self.free is None else min(self.released, self.free)
        self.release_at = self.release_at if self.released else None
