"""Seat pools: how many seats of one kind an account has, and who may draw the next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class SeatPool:
    """The seats of one kind in one account, counted while its row is locked.

    `capacity` None is unlimited; of it, `owner` seats are those of the account's owner. A pending invitation counts
    when `pending_counts`; where it does not, acceptance takes the seat, and may find the pool full.
    """

    id: str
    account_id: str
    key: str
    capacity: int | None
    held: int = 0
    promised: int = 0
    owner: int = 0
    pending_counts: bool = True

    @property
    def free(self) -> int | None:
        """How many seats can still be given; None is without limit, and it is never below zero."""
        if self.capacity is None:
            return None
        return max(0, self.capacity - self.owner - self.held - (self.promised if self.pending_counts else 0))

    @property
    def has_room(self) -> bool:
        """Whether one more seat can be promised or held."""
        return self.free is None or self.free > 0
