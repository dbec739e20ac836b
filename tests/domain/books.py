"""The books of one account, kept in memory as the database would, so that a settlement reads as a short story.

Every settlement made through `Books` is checked against what must hold of each: the pools count what the memberships
say and are never oversold, and settling the same people again changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.domain.memberships import Answer, Entitlement, Membership, Obstacle, State
from connector.domain.reservations import Reservation, ReservationState
from connector.domain.seats import LineOrder, SeatPool
from connector.domain.settlement import AccountLedger, Change, Changes, Standing, settle

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
A_MONTH = timedelta(days=30)


def due(
    *seat_types: str,
    pools: Iterable[str] = (),
    covers: Iterable[str] = (),
    sets: Iterable[str] = (),
    priority: int = 0,
    **fallbacks: Entitlement,
) -> Entitlement:
    """Return what is due: one seat of the pool that bears the seat type's name, unless told otherwise.

    `fallbacks` are what is given meanwhile, by the pool that is full.
    """
    types = frozenset(seat_types)
    covered = types.union(covers, *(one.covered for one in fallbacks.values()))
    return Entitlement(
        types,
        frozenset(pools or types),
        frozenset(sets),
        frozenset(sets),
        covered,
        fallbacks=tuple(sorted(fallbacks.items(), key=lambda pair: pair[0])),
        priority=priority,
    )


class Books:
    """One account: its pools, everybody's membership, and what was last found due to each."""

    def __init__(self, owner: int = 0, *, pending_counts: bool = True, **capacities: int | None) -> None:
        self.now = NOON
        self.pools = {
            key: SeatPool(f"pool-{key}", "account", key, capacity, 0, 0, owner, pending_counts)
            for key, capacity in capacities.items()
        }
        self.members: dict[str, Membership] = {}
        self.due: dict[str, Entitlement | None] = {}
        self.without_sign_in: set[str] = set()
        self.unknown: set[str] = set()
        """Those to whom no identity is bound."""
        self.order = LineOrder.TIME
        self.reservations: dict[str, Reservation] = {}
        self.suspended_keep_seats = True

    # What happens.

    def state(self, **due: Entitlement | None) -> dict[str, Change]:
        """Let this be due to these people, in this order of arrival."""
        self.due.update(due)
        return self.settle(*due)

    def arrive(self, *names: str, due: Entitlement) -> dict[str, Change]:
        """Let the same be due to several people, who arrive one by one."""
        found: dict[str, Change] = {}
        for name in names:
            found.update(self.state(**{name: due}))
        return found

    def leave(self, *names: str) -> dict[str, Change]:
        return self.state(**dict.fromkeys(names))

    def answer(self, name: str, answer: Answer) -> dict[str, Change]:
        return self.settle(name, answers={name: answer})

    def accept(self, *names: str) -> dict[str, Change]:
        found: dict[str, Change] = {}
        for name in names:
            found.update(self.answer(name, Answer.ACCEPTED))
        return found

    def lift(self, name: str) -> dict[str, Change]:
        return self.settle(name, lifted=name)

    def resize(self, pool: str, capacity: int | None) -> dict[str, Change]:
        """Set a capacity, and serve the line."""
        self.pools[pool] = replace(self.pools[pool], capacity=capacity)
        return self.settle(room_was_made=True)

    def suspend(self, name: str) -> dict[str, Change]:
        """Keep somebody out, as an operator would."""
        return self.settle(name, suspend={name: True})

    def reactivate(self, name: str) -> dict[str, Change]:
        return self.settle(name, suspend={name: False})

    def sort_line(self, order: LineOrder) -> dict[str, Change]:
        """Serve the line in another order from now on."""
        self.order = order
        return self.settle(*self.members)

    def reserve(
        self, name: str, seat: Entitlement, *, starts: int = 0, days: int = 14, somebody: bool = True
    ) -> ReservationState:
        """Keep a seat for somebody, from some days ahead on and for some days; or for nobody who has a name yet."""
        starts_at = self.now + timedelta(days=starts)
        self.reservations[name] = Reservation(
            f"reservation-{name}",
            "tenant",
            "account",
            name,
            seat.seat_types,
            seat.pools,
            starts_at,
            starts_at + timedelta(days=days),
            "tess",
            self.now,
            person_id=name if somebody else None,
        )
        self.settle(room_was_made=True)
        return self.reservations[name].state

    def cancel_reservation(self, name: str) -> dict[str, Change]:
        return self.settle(room_was_made=True, cancelled=self.reservations[name].id)

    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    # Settling.

    def ledger(
        self,
        *names: str,
        answers: Mapping[str, Answer] | None = None,
        lifted: str = "",
        room_was_made: bool = False,
        suspend: Mapping[str, bool] | None = None,
        cancelled: str = "",
    ) -> AccountLedger:
        standings = tuple(
            Standing(
                name,
                self.members.get(name),
                self.due.get(name),
                may_sign_in=name not in self.without_sign_in,
                known=name not in self.unknown,
                answer=(answers or {}).get(name),
                lifted=name == lifted,
                suspend=(suspend or {}).get(name),
            )
            for name in names
        )
        numbers = [member.waiting_number or 0 for member in self.members.values()]
        return AccountLedger(
            "tenant",
            "account",
            self.pools,
            standings,
            self.line,
            max(numbers, default=0) + 1,
            room_was_made,
            self.order,
            tuple(one for one in self.reservations.values() if one.state.is_open),
            frozenset({cancelled}),
            self.suspended_keep_seats,
        )

    def settle(self, *names: str, room_was_made: bool = False, **facts: Any) -> dict[str, Change]:
        """Settle, keep what was decided, check what must hold, and return each person's change."""
        ledger = self.ledger(*names, room_was_made=room_was_made, **facts)
        changes = settle(ledger, self.now, A_MONTH)
        assert changes == _but_for_new_ids(changes, settle(ledger, self.now, A_MONTH)), "preview and outcome differ"
        self._keep(changes)
        self._check()
        again = settle(self.ledger(*names, room_was_made=room_was_made), self.now, A_MONTH)
        assert again == Changes("account"), "settling twice changes something"
        return {change.after.person_id: change for change in changes.changes}

    def line(self) -> list[Membership]:
        """Return who waits, in order; the ledger leaves out those with an obstacle."""
        waiting = [one for one in self.members.values() if one.waiting_number is not None and one.obstacle is None]
        return sorted(waiting, key=lambda one: one.place)

    def _keep(self, changes: Changes) -> None:
        for change in changes.changes:
            assert change.before == self.members.get(change.after.person_id)
            self.members[change.after.person_id] = change.after
        for pool in changes.pools:
            self.pools[pool.key] = pool
        for one in changes.reservations:
            self.reservations[one.kept_for] = one

    def _check(self) -> None:
        held = Counter(key for one in self.members.values() if one.holds for key in one.pools)
        promised = Counter(key for one in self.members.values() if one.state is State.INVITED for key in one.pools)
        kept = [one for one in self.reservations.values() if one.state is ReservationState.KEPT]
        reserved = Counter(key for one in kept for key in one.pools)
        for key, pool in self.pools.items():
            counted = (pool.held, pool.promised, pool.reserved)
            assert counted == (held[key], promised[key], reserved[key]), f"{key} is miscounted"
            taken = pool.owner + pool.held + pool.reserved + (pool.promised if pool.pending_counts else 0)
            assert pool.capacity is None or taken <= pool.capacity + pool.grace, f"{key} is oversold"
        for one in self.members.values():
            out = one.state is State.SUSPENDED and not self.suspended_keep_seats
            seated = one.state in (State.ACTIVE, State.SUSPENDED, State.INVITED) and not out
            assert seated == bool(one.pools) == bool(one.seat_types), one
            assert not (one.holds and not one.accepted), "a seat is held without a yes"
            assert not (one.suspended and one.state is State.ACTIVE), "who is kept out is in"
            assert one.waiting_number is not None or one.waiting_rank == 0, one

    # What is to be seen afterwards.

    def where(self, *names: str) -> list[State]:
        return [self.members[name].state for name in names]

    def waiting(self) -> list[str]:
        return [one.person_id for one in self.line()]

    def seats(self, name: str) -> set[str]:
        return set(self.members[name].seat_types)

    def obstacle(self, name: str) -> Obstacle | None:
        return self.members[name].obstacle


def _but_for_new_ids(changes: Changes, preview: Changes) -> Changes:
    """Return the preview with the ids of the memberships that were made, which are new each time."""
    assert len(changes.changes) == len(preview.changes)
    pairs = zip(preview.changes, changes.changes, strict=True)
    renamed = tuple(
        shown if shown.before else replace(shown, after=replace(shown.after, id=made.after.id)) for shown, made in pairs
    )
    return replace(preview, changes=renamed)
