"""Seat pools: how many seats of one kind an account has, and who may draw the next."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum


class WhenFull(StrEnum):
    """What becomes of somebody who is due a seat of a pool that has none left."""

    WAIT = "wait"
    """She is accepted, and waits in line."""
    REFUSE = "refuse"
    """The directory's request is refused, unless it takes something from somebody too: then she waits."""
    GRACE = "grace"
    """A few seats more are given for some days; afterwards she waits."""
    FALLBACK = "fallback"
    """She gets a seat of another type meanwhile, and keeps her place in line for this one."""


class LineOrder(StrEnum):
    """In which order those are served who wait."""

    TIME = "time"
    """Who came first."""
    PRIORITY = "priority"
    """Whose rule has the highest priority; of several, who came first."""


@dataclass(slots=True)
class SeatPool:
    """The seats of one kind in one account, counted while its row is locked.

    `capacity` None is unlimited; of it, `owner` seats are those of the account's owner. A pending invitation counts
    when `pending_counts`; where it does not, acceptance takes the seat, and may find the pool full. Of the free seats,
    `released` are given back at `release_at`, unless somebody gets them before. `reserved` are kept for people who are
    expected, and always count. `fallback` is the seat type given when the pool is full.

    `grace` seats can be had beyond the capacity for `grace_days`, counted from the first of them; it ends at
    `grace_until`. Who has one then keeps it, but nobody gets one any more until seats are bought or the policy is set
    anew. `beyond` is what of the grace is open at the moment of a settlement.
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
    when_full: WhenFull = WhenFull.WAIT
    grace: int = 0
    grace_days: int = 0
    grace_until: datetime | None = None
    reserved: int = 0
    fallback: str | None = None
    beyond: int = field(default=0, compare=False)

    @property
    def free(self) -> int | None:
        """How many seats can still be given; None is without limit, and it is never below zero."""
        if self.capacity is None:
            return None
        return max(0, self.capacity + self.beyond - self.in_use)

    @property
    def in_use(self) -> int:
        """How many seats are not free: the owner's, those held or reserved, and those promised where promises count."""
        return self.owner + self.held + self.reserved + (self.promised if self.pending_counts else 0)

    @property
    def short(self) -> bool:
        """Whether more seats are in use than there are, as they are only in a grace."""
        return self.capacity is not None and self.in_use > self.capacity

    @property
    def unassigned(self) -> int | None:
        """How many seats nobody has, those of a grace apart; None is without limit."""
        return None if self.capacity is None else max(0, self.capacity - self.in_use)

    @property
    def has_room(self) -> bool:
        """Whether one more seat can be promised or held."""
        return self.free is None or self.free > 0

    def opened(self, now: datetime) -> SeatPool:
        """Return the pool as a settlement finds it at this moment: with its grace, unless that is over."""
        over = self.grace_until is not None and self.grace_until <= now
        return replace(self, beyond=0 if over else self.grace)

    def close(self, now: datetime) -> None:
        """Note what follows from who has seats now: releases of seats that somebody got, and the start of a grace."""
        self.keep_what_is_assigned()
        if self.short and self.grace_until is None:
            self.grace_until = now + timedelta(days=self.grace_days)

    def keep_what_is_assigned(self) -> None:
        """Take the release of seats back as far as somebody has got them since."""
        self.released = self.released if self.unassigned is None else min(self.released, self.unassigned)
        self.release_at = self.release_at if self.released else None

    def with_capacity(self, capacity: int | None, owner: int) -> SeatPool:
        """Return the pool with another number of seats; where they suffice for all in use, the grace is whole again."""
        changed = replace(self, capacity=capacity, owner=owner)
        return changed if changed.short else replace(changed, grace_until=None)
