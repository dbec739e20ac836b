"""The heart: what is due, compared with what is held, gives the changes. One account at a time, for pools end there.

Everything that can alter access passes through `settle`: a SCIM request, a rule, a plan, an answer, time.
It looks at the state before and after, never at the verb that brought it; settling twice changes nothing. It decides
only on what its caller has locked, writes nothing, and the same computation, not applied, is the preview.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from connector.domain.changes import AccountLedger, Change, Changes, Standing, Why
from connector.domain.identifiers import new_id
from connector.domain.memberships import NOTHING, Answer, Entitlement, Membership, Obstacle, State
from connector.domain.reservations import Reservation, ReservationState
from connector.domain.seats import LineOrder, SeatPool

__all__ = ["AccountLedger", "Change", "Changes", "Standing", "Why", "settle"]


def settle(ledger: AccountLedger, now: datetime, returner_window: timedelta) -> Changes:
    """Compare what is due with what is held in one account, and return the difference.

    Nobody overtakes: a pool that is short for somebody on the waiting line gives no seat to anybody behind. Seats of
    several pools are taken all or none. No holder is evicted while what she holds is still covered by what is due. A
    reserved seat goes to whom it is kept for, and to nobody else until it lapses.
    """
    return _Settlement(ledger, now, returner_window).run()


@dataclass(slots=True)
class _Settlement:
    ledger: AccountLedger
    now: datetime
    window: timedelta
    pools: dict[str, SeatPool] = field(init=False)
    before: dict[str, Membership] = field(default_factory=dict)
    after: dict[str, Membership] = field(default_factory=dict)
    why: dict[str, Why] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    losing: dict[str, Obstacle | None] = field(default_factory=dict)
    """Members whose seat is not due any more, and who keep it only if the wanted one is free at once; with what then
    keeps them from the waiting line."""
    number: int = field(init=False)
    reservations: dict[str, Reservation] = field(init=False)
    short: set[str] = field(default_factory=set)
    """Pools of which somebody on the waiting line lacks a seat, as far as the line was read."""

    def __post_init__(self) -> None:
        self.pools = {key: pool.opened(self.now) for key, pool in self.ledger.pools.items()}
        self.number = self.ledger.next_number
        self.reservations = {one.id: one for one in self.ledger.reservations}

    def run(self) -> Changes:
        self._end_reservations()
        for standing in self.ledger.standings:
            self._take_answer(standing)
            self._stand(standing)
        if self.ledger.room_was_made or self._seats_moved() or self._starting():
            self._serve_the_line()
            losing = dict(self.losing)
            for member_id, obstacle in losing.items():
                self._lose(self.after[member_id], obstacle)
            if losing:
                self._serve_the_line()
            self._keep_what_is_left()
        for pool in self.pools.values():
            pool.close(self.now)
        changes = tuple(
            Change(self.before.get(key), member, self.why[key], self.answers.get(key))
            for key, member in self.after.items()
            if member != self.before.get(key)
        )
        moved = tuple(pool for key, pool in self.pools.items() if pool != self.ledger.pools[key])
        reservations = tuple(one for one in self.ledger.reservations if self.reservations[one.id] != one)
        changed = tuple(self.reservations[one.id] for one in reservations)
        return Changes(self.ledger.account_id, changes, moved, changed)

    def _seats_moved(self) -> bool:
        return self.pools != self.ledger.pools or any(member.waiting_number for member in self.after.values())

    # Each person concerned: what she answered, and what is due to her now.

    def _take_answer(self, standing: Standing) -> None:
        member = standing.membership
        if member is None:
            return
        self.before[member.id] = member
        self._put(member, Why.CHANGED)
        if standing.suspend is not None and standing.suspend is not member.suspended:
            member = replace(member, suspended=standing.suspend)
            self._put(member, Why.SUSPENDED if standing.suspend else Why.REACTIVATED)
        if standing.answer is not None:
            self.answers[member.id] = standing.answer
        if standing.answer is Answer.ACCEPTED:
            self._accept(member)
        elif standing.answer is not None:
            key = member.due.key if member.due else member.answered_key
            self._end(replace(member, answer=standing.answer, answered_key=key), Why(standing.answer.value))
        elif standing.lifted and member.answer is not None and member.answer.refuses:
            self._put(replace(member, answer=None, answered_key=None), Why.LIFTED)

    def _stand(self, standing: Standing) -> None:
        member = self.after[standing.membership.id] if standing.membership else self._newcomer(standing)
        if standing.due is None:
            self._not_due(member)
        elif member.answer is not None and member.answer.refuses and member.answered_key == standing.due.key:
            self._put(replace(member, due=standing.due), self.why[member.id])
        elif member.state is State.ENDED:
            self._join(member, standing.due, standing)
        elif self._steps_out(member):
            self._step_out(replace(member, due=standing.due))
        elif member.state is State.SUSPENDED and not member.seat_types:
            member = replace(member, state=State.WAITING, waiting_number=self._next_number())
            self._wait(member, standing.due, standing, self.why[member.id])
        elif member.state is State.WAITING:
            self._wait(member, standing.due, standing, self.why[member.id])
        else:
            self._adjust(member, standing.due, standing)

    def _newcomer(self, standing: Standing) -> Membership:
        ledger = self.ledger
        return Membership(new_id(), ledger.tenant_id, ledger.account_id, standing.person_id, State.ENDED, None)

    def _not_due(self, member: Membership) -> None:
        if member.answer is not None and member.answer.refuses:
            member = replace(member, answer=None, answered_key=None)
        if member.state is not State.ENDED:
            self._end(replace(member, due=None), Why.NOT_DUE)
        elif member.id in self.before:
            self._put(replace(member, due=None), self.why[member.id])

    def _join(self, member: Membership, due: Entitlement, standing: Standing) -> None:
        returns = (
            standing.known
            and member.accepted
            and member.answered_key == due.key
            and member.ended_at is not None
            and self.now - member.ended_at <= self.window
        )
        if not returns:
            member = replace(member, answer=None, answered_key=None)
        why = Why.RETURNED if returns else Why.DUE
        member = replace(member, ended_at=None)
        self._put(member, why)
        if self._steps_out(member):
            self._step_out(replace(member, due=due))
            return
        member = replace(member, state=State.WAITING, waiting_number=self._next_number())
        self._wait(member, due, standing, why)

    def _wait(self, member: Membership, due: Entitlement, standing: Standing, why: Why) -> None:
        self._put(replace(member, due=due, obstacle=_obstacle(member, standing), waiting_rank=self._rank(due)), why)

    def _adjust(self, member: Membership, due: Entitlement, standing: Standing) -> None:
        """Bring somebody who holds or is promised a seat in line with what is due now."""
        why = self.why[member.id]
        member = replace(member, state=_barred_or(member, member.state))
        if due.pools <= member.pools:
            self._use_reservation(member, due)
            self._put(self._seated(member, due), why)
            return
        if not member.seat_types <= due.covered:
            self.losing[member.id] = _obstacle(member, standing)
        # Until the wanted seat frees, no permission stays in force that is not due, or that her seat does not allow.
        meanwhile = due.meanwhile(member.seat_types)
        kept = meanwhile.permissions if meanwhile else member.permissions & due.permissions
        number = member.waiting_number or self._next_number()
        waiting = replace(member, due=due, permissions=kept, waiting_number=number, waiting_rank=self._rank(due))
        self._put(waiting, why)

    def _accept(self, member: Membership) -> None:
        """Turn the promise into a held seat; where promises do not count, the pool may be full by now."""
        self._count(member, -1)
        accepted = replace(member, answer=Answer.ACCEPTED, answered_key=member.due.key if member.due else None)
        if all(self.pools[key].has_room for key in member.pools):
            active = replace(accepted, state=_barred_or(accepted, State.ACTIVE))
            self._count(active, +1)
            self._put(active, Why.ACCEPTED)
        else:
            number = accepted.waiting_number or self._next_number()
            self._put(self._unseated(accepted, State.WAITING, number), Why.ACCEPTED)

    def _steps_out(self, member: Membership) -> bool:
        """Tell whether she is kept out by an operator at a vendor that does not count her seat meanwhile."""
        return member.suspended and member.accepted and not self.ledger.suspended_keep_seats

    def _step_out(self, member: Membership) -> None:
        self._count(member, -1)
        self._put(self._unseated(member, State.SUSPENDED, None), self.why[member.id])

    def _lose(self, member: Membership, obstacle: Obstacle | None) -> None:
        if member.waiting_number is not None and member.seat_types:
            self._count(member, -1)
            waiting = self._unseated(member, State.WAITING, member.waiting_number)
            self._put(replace(waiting, obstacle=obstacle), self.why[member.id])

    def _end(self, member: Membership, why: Why) -> None:
        self._count(member, -1)
        ended = self._unseated(member, State.ENDED, None)
        self._put(replace(ended, obstacle=None, ended_at=self.now), why)

    # The waiting line.

    def _serve_the_line(self) -> None:
        """Give seats in the order of the line; again when somebody's exchange of seats has freed one."""
        self._seat_without_turn()
        freed = True
        while freed:
            self.short = set()
            freed = False
            for waiter in self._waiters():
                freed = self._serve(waiter, self.short) or freed
                if self.short and self._nothing_left():
                    freed = self._fall_back_without_turn() or freed
                    break

    def _serve(self, waiter: Membership, short: set[str]) -> bool:
        """Give somebody in line what can be had, and tell whether that freed a seat; what she lacks becomes short."""
        due = waiter.due
        if due is None or waiter.waiting_number is None or waiter.obstacle is not None:
            return False
        found = self._obtainable(waiter, due, due, short)
        if found is due:
            self._seat(waiter, due)
        elif found is not None and found.seat_types != waiter.seat_types:
            self._seat_meanwhile(waiter, found)
        else:
            return False
        return bool(waiter.pools - found.pools)

    def _obtainable(
        self, waiter: Membership, due: Entitlement, wanted: Entitlement, short: set[str]
    ) -> Entitlement | None:
        """Return `wanted`, or else the first of its fallbacks that can be had and is no worse than what she has."""
        missing = {key for key in self._lacking(waiter, wanted) if key in short or not self.pools[key].has_room}
        if not missing:
            return wanted
        short |= missing
        for key in sorted(missing):
            instead = wanted.instead_of(key)
            keeps = waiter.seat_types <= due.covered
            if instead is not None and (not keeps or waiter.seat_types <= instead.covered):
                found = self._obtainable(waiter, due, instead, short)
                if found is not None:
                    return found
        return None

    def _lacking(self, waiter: Membership, wanted: Entitlement) -> frozenset[str]:
        reserved = self._reservation(waiter, wanted)
        kept = reserved.pools if reserved is not None and reserved.state is ReservationState.KEPT else NOTHING
        return wanted.pools - waiter.pools - kept

    def _seat_without_turn(self) -> None:
        """Who wants only what is short for nobody, pools without limit and what is kept for her, takes no turn.

        Of the line only those concerned now can want that, unless room was made, perhaps by lifting a limit.
        """
        unlimited = any(pool.capacity is None for pool in self.pools.values())
        if not unlimited and not self.reservations:
            return
        waiters = self._waiters() if self.ledger.room_was_made else list(self.after.values())
        for waiter in waiters:
            due = waiter.due
            if due is None or waiter.waiting_number is None or waiter.obstacle is not None:
                continue
            if all(self.pools[key].capacity is None for key in self._lacking(waiter, due)):
                self._seat(waiter, due)

    def _fall_back_without_turn(self) -> bool:
        """Give whoever the line was not read up to what her fallbacks have without limit; tell whether it freed any."""
        limited = {key for key, pool in self.pools.items() if pool.capacity is not None}
        if len(limited) == len(self.pools):
            return False
        waiters = list(self._waiters() if self.ledger.room_was_made else self.after.values())
        served = [self._serve(one, set(limited)) for one in waiters if one.due is not None and one.due.fallbacks]
        return any(served)

    def _waiters(self) -> Iterable[Membership]:
        mine = (member for member in self.after.values() if member.waiting_number is not None)
        others = (member for member in self.ledger.line() if member.id not in self.after)
        return heapq.merge(sorted(mine, key=_place), others, key=_place)

    def _nothing_left(self) -> bool:
        limited = ((key, pool) for key, pool in self.pools.items() if pool.capacity is not None)
        return all(key in self.short or not pool.has_room for key, pool in limited)

    def _seat(self, waiter: Membership, due: Entitlement) -> None:
        self._use_reservation(waiter, due)
        before = self.before.get(waiter.id) if waiter.id in self.after else waiter
        stood_in_line = before is not None and before.waiting_number is not None
        self._put(self._seated(self._offered(waiter), due), Why.SEAT_FREED if stood_in_line else self.why[waiter.id])

    def _seat_meanwhile(self, waiter: Membership, instead: Entitlement) -> None:
        """Give what is due when the wanted seat is taken; she keeps her place in line for that."""
        offered = self._offered(waiter)
        self._count(offered, -1)
        seated = replace(offered, seat_types=instead.seat_types, pools=instead.pools, permissions=instead.permissions)
        self._count(seated, +1)
        self.losing.pop(waiter.id, None)
        self._put(seated, Why.FALLBACK)

    def _offered(self, waiter: Membership) -> Membership:
        """Return somebody in line as she is once she has a seat."""
        if waiter.id not in self.after:
            self.before[waiter.id] = waiter
        if waiter.state is not State.WAITING:
            return waiter
        return replace(waiter, state=_barred_or(waiter, State.ACTIVE) if waiter.accepted else State.INVITED)

    # Reservations.

    def _end_reservations(self) -> None:
        for one in self.ledger.reservations:
            if one.id in self.ledger.cancelled:
                self._close_reservation(one, ReservationState.CANCELLED)
            elif one.ends_at <= self.now:
                self._close_reservation(one, ReservationState.LAPSED)

    def _close_reservation(self, one: Reservation, state: ReservationState) -> None:
        if one.state is ReservationState.KEPT:
            for key in one.pools:
                self.pools[key].reserved -= 1
        self.reservations[one.id] = replace(one, state=state)

    def _reservation(self, member: Membership, wanted: Entitlement) -> Reservation | None:
        mine = (one for one in self.reservations.values() if one.is_for(member.person_id, wanted.seat_types))
        return next(mine, None)

    def _use_reservation(self, member: Membership, due: Entitlement) -> None:
        """End the reservation of somebody who gets the seat, or has it by now."""
        reserved = self._reservation(member, due)
        if reserved is not None:
            self._close_reservation(reserved, ReservationState.USED)

    def _starting(self) -> list[Reservation]:
        planned = (one for one in self.reservations.values() if one.state is ReservationState.PLANNED)
        return [one for one in planned if one.starts_at <= self.now]

    def _keep_what_is_left(self) -> None:
        """Let reservations that have begun have the seats for which nobody waits; those of a grace are not for them."""
        for one in self._starting():
            if all(self._is_left(key) for key in one.pools):
                self.reservations[one.id] = replace(one, state=ReservationState.KEPT)
                for key in one.pools:
                    self.pools[key].reserved += 1

    def _is_left(self, key: str) -> bool:
        unassigned = self.pools[key].unassigned
        return unassigned is None or (unassigned > 0 and key not in self.short)

    # Small steps that several of the above share.

    def _seated(self, member: Membership, due: Entitlement) -> Membership:
        """Exchange the seats of `member` for those due; a yes given before holds for what she has from now on."""
        self._count(member, -1)
        seated = replace(
            member,
            due=due,
            seat_types=due.seat_types,
            pools=due.pools,
            permissions=due.permissions,
            waiting_number=None,
            waiting_rank=0,
            answered_key=due.key if member.accepted else member.answered_key,
        )
        self._count(seated, +1)
        return seated

    def _unseated(self, member: Membership, state: State, number: int | None) -> Membership:
        nothing = replace(member, seat_types=NOTHING, pools=NOTHING, permissions=NOTHING)
        rank = nothing.waiting_rank if number is not None else 0
        return replace(nothing, state=state, waiting_number=number, waiting_rank=rank)

    def _rank(self, due: Entitlement) -> int:
        return -due.priority if self.ledger.order is LineOrder.PRIORITY else 0

    def _count(self, member: Membership, seats: int) -> None:
        for key in member.pools:
            if member.holds:
                self.pools[key].held += seats
            else:
                self.pools[key].promised += seats

    def _next_number(self) -> int:
        self.number += 1
        return self.number - 1

    def _put(self, member: Membership, why: Why) -> None:
        self.after[member.id] = member
        self.why[member.id] = why


def _obstacle(member: Membership, standing: Standing) -> Obstacle | None:
    return None if standing.may_sign_in or member.accepted else Obstacle.NO_SIGN_IN


def _barred_or(member: Membership, state: State) -> State:
    """Return the state of somebody who holds a seat: suspended for as long as an operator keeps her out."""
    if not member.accepted or state not in (State.ACTIVE, State.SUSPENDED):
        return state
    return State.SUSPENDED if member.suspended else State.ACTIVE


def _place(member: Membership) -> tuple[int, int]:
    return member.place
