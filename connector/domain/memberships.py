"""A person's place in one account, the answers she gave, and what is due to her there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

NOTHING: frozenset[str] = frozenset()


class State(StrEnum):
    """Where a membership stands."""

    WAITING = "waiting"
    """Due, without a seat: on the waiting line, or held up by an obstacle."""
    INVITED = "invited"
    """A seat is promised; the invitation is pending."""
    ACTIVE = "active"
    """Accepted, and a seat is held."""
    SUSPENDED = "suspended"
    """Accepted, but kept out by an operator; the seat is held, or free where a vendor does not count it meanwhile."""
    ENDED = "ended"
    """Not due any more, or answered so that nothing is offered."""


class Answer(StrEnum):
    """What was last said to an offer, by the person, by an operator or by time."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REVOKED = "revoked"

    @property
    def refuses(self) -> bool:
        """Whether nothing is offered again until the entitlement changes, stops being due, or an operator lifts it."""
        return self is not Answer.ACCEPTED


class Obstacle(StrEnum):
    """Why somebody who is due a seat is not even on the waiting line."""

    NO_SIGN_IN = "no-sign-in"
    """Her directory has no OpenID Connect settings, so she could never accept."""


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What is due to a person in one account, and which rules make it so.

    `pools` are the caps from which it draws one seat each, all or none. `covered` are the seat types whose holder keeps
    her seat while she waits for this one (the same types, and those that they include). `sets` are the permission sets
    by name; with the seat types they identify the entitlement, so that an answer belongs to exactly one offer.
    `fallbacks` say, pool by pool, what she gets meanwhile when that pool is full. `priority` is the highest of the
    rules that make the seats due; it is known where rules were just looked at, and not kept.
    """

    seat_types: frozenset[str]
    pools: frozenset[str]
    permissions: frozenset[str]
    sets: frozenset[str] = NOTHING
    covered: frozenset[str] = NOTHING
    rules: tuple[str, ...] = ()
    fallbacks: tuple[tuple[str, Entitlement], ...] = ()
    priority: int = field(default=0, compare=False)

    def instead_of(self, pool: str) -> Entitlement | None:
        """Return what is given meanwhile when this pool is full; None where one waits."""
        return next((instead for key, instead in self.fallbacks if key == pool), None)

    def meanwhile(self, seat_types: frozenset[str]) -> Entitlement | None:
        """Return the fallback that consists of these seat types, however far down; None when it is none."""
        for _, instead in self.fallbacks:
            found = instead if instead.seat_types == seat_types else instead.meanwhile(seat_types)
            if found is not None:
                return found
        return None

    @property
    def key(self) -> str:
        """Identify what is offered: seat types and permission sets."""
        return "+".join(sorted(self.seat_types)) + "/" + "+".join(sorted(self.sets))


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's place in one account: one row for both, through all its states.

    `seat_types`, `pools` and `permissions` are what is held (active, suspended) or promised (invited), and empty
    otherwise. `due` is what the last settlement found due. `answer` was given to the entitlement `answered_key`; of
    one who accepted it follows what she holds, and outlives her leaving. A number in `waiting_number` means a place
    on the waiting line, also for somebody active who waits for another seat type; `waiting_rank` goes before it, and is
    0 for everybody where arrival alone counts. `suspended` is an operator's word, and stays until an operator lifts it,
    whatever becomes of seat and state meanwhile.
    """

    id: str
    tenant_id: str
    account_id: str
    person_id: str
    state: State
    due: Entitlement | None
    seat_types: frozenset[str] = NOTHING
    pools: frozenset[str] = NOTHING
    permissions: frozenset[str] = NOTHING
    answer: Answer | None = None
    answered_key: str | None = None
    obstacle: Obstacle | None = None
    waiting_number: int | None = None
    ended_at: datetime | None = None
    suspended: bool = False
    waiting_rank: int = 0

    @property
    def accepted(self) -> bool:
        """Whether the last answer was yes, so that a free seat is taken without another invitation."""
        return self.answer is Answer.ACCEPTED

    @property
    def holds(self) -> bool:
        """Whether seats are held, as against promised."""
        return self.state in (State.ACTIVE, State.SUSPENDED) and bool(self.seat_types)

    @property
    def place(self) -> tuple[int, int]:
        """Where she stands on the waiting line: whose is less, is served first."""
        return self.waiting_rank, self.waiting_number or 0
