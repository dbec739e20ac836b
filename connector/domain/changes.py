"""What a settlement looks at, and what it comes to: plain values, compared, shown as a preview, or written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from connector.domain.memberships import Answer, Entitlement, Membership, State
from connector.domain.reservations import Reservation
from connector.domain.seats import LineOrder, SeatPool


class Why(StrEnum):
    """What a change of a membership follows from."""

    DUE = "due"
    NOT_DUE = "not-due"
    CHANGED = "changed"
    RETURNED = "returned"
    SEAT_FREED = "seat-freed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REVOKED = "revoked"
    LIFTED = "lifted"
    FALLBACK = "fallback"
    SUSPENDED = "suspended"
    REACTIVATED = "reactivated"


@dataclass(frozen=True, slots=True)
class Standing:
    """One person before the account: what she has there, what is due to her now, and what she has just answered.

    `may_sign_in` says whether her directory has OpenID Connect settings. `known` says whether an identity is bound to
    her, without which nobody returns unasked. `lifted` makes a remembered answer forgotten. `suspend` is what an
    operator says just now: True keeps her out, False lets her in again.
    """

    person_id: str
    membership: Membership | None
    due: Entitlement | None
    may_sign_in: bool = True
    known: bool = False
    answer: Answer | None = None
    lifted: bool = False
    suspend: bool | None = None


def no_line() -> Iterable[Membership]:
    """Return the waiting line of an account in which nobody waits."""
    return ()


@dataclass(frozen=True, slots=True)
class AccountLedger:
    """What settlement reads of one account, under the locks of its pools.

    `line` reads the waiting line in order, lazily, for it may be long; `next_number` is the next free place on it.
    `room_was_made` says that seats came free otherwise than by the standings: seats were bought, say. Of the open
    `reservations`, those `cancelled` end now. `suspended_keep_seats` is the vendor's word on whether somebody who is
    kept out holds her seat meanwhile.
    """

    tenant_id: str
    account_id: str
    pools: Mapping[str, SeatPool]
    standings: tuple[Standing, ...]
    line: Callable[[], Iterable[Membership]] = no_line
    next_number: int = 1
    room_was_made: bool = False
    order: LineOrder = LineOrder.TIME
    reservations: tuple[Reservation, ...] = ()
    cancelled: frozenset[str] = frozenset()
    suspended_keep_seats: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """One membership before and after; `answer` is the one that this settlement took, whatever became of her then."""

    before: Membership | None
    after: Membership
    why: Why
    answer: Answer | None = None

    @property
    def invites(self) -> bool:
        """Whether an invitation is to be sent: promised now, and not before, or what was promised has been answered."""
        return self.after.state is State.INVITED and not (self._was_invited and self.answer is None)

    @property
    def withdraws(self) -> bool:
        """Whether a pending invitation is closed."""
        return self._was_invited and not (self.after.state is State.INVITED and self.answer is None)

    @property
    def _was_invited(self) -> bool:
        return self.before is not None and self.before.state is State.INVITED

    @property
    def grants(self) -> bool:
        """Whether access begins."""
        return self.after.state is State.ACTIVE and (self.before is None or not self.before.holds)

    @property
    def cuts(self) -> bool:
        """Whether access ends: the seat was held and is not any more."""
        return self.before is not None and self.before.holds and not self.after.holds

    @property
    def bars(self) -> bool:
        """Whether the gate begins to refuse: the seat is lost, or an operator keeps its holder out."""
        return self.before is not None and self.before.state is State.ACTIVE and self.after.state is not State.ACTIVE

    @property
    def alters(self) -> bool:
        """Whether somebody keeps access, with other seats or permissions than before."""
        return (
            self.before is not None
            and self.before.holds
            and self.after.holds
            and (self.before.seat_types, self.before.permissions) != (self.after.seat_types, self.after.permissions)
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """What settling one account comes to: memberships and reservations that change, and its pools as they are then."""

    account_id: str
    changes: tuple[Change, ...] = ()
    pools: tuple[SeatPool, ...] = ()
    reservations: tuple[Reservation, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.changes or self.pools or self.reservations)
