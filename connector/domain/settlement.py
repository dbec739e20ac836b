"""The heart: what is due, compared with what is held, gives the changes. One account at a time, for pools end there.

Everything that can alter access passes through `settle`: a SCIM request, a rule, a plan, an answer, time.
It looks at the state before and after, never at the verb that brought it; settling twice changes nothing. It decides
only on what its caller has locked, writes nothing, and the same computation, not applied, is the preview.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from connector.domain.identifiers import new_id
from connector.domain.memberships import NOTHING, Answer, Entitlement, Membership, Obstacle, State
from connector.domain.seats import SeatPool


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


@dataclass(frozen=True, slots=True)
class Standing:
    """One person before the account: what she has there, what is due to her now, and what she has just answered.

    `may_sign_in` says whether her directory has OpenID Connect settings. `known` says whether an identity is bound to
    her, without which nobody returns unasked. `lifted` makes a remembered answer forgotten.
    """

    person_id: str
    membership: Membership | None
    due: Entitlement | None
    may_sign_in: bool = True
    known: bool = False
    answer: Answer | None = None
    lifted: bool = False


def no_line() -> Iterable[Membership]:
    """Return the waiting line of an account in which nobody waits."""
    return ()


@dataclass(frozen=True, slots=True)
class AccountLedger:
    """What settlement reads of one account, under the locks of its pools.

    `line` reads the waiting line in order, lazily, for it may be long; `next_number` is the next free place on it.
    `room_was_made` says that seats came free otherwise than by the standings: seats were bought, say.
    """

    tenant_id: str
    account_id: str
    pools: Mapping[str, SeatPool]
    standings: tuple[Standing, ...]
    line: Callable[[], Iterable[Membership]] = no_line
    next_number: int = 1
    room_was_made: bool = False


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
    """What settling one account comes to: memberships that change, and its pools as they are afterwards."""

    account_id: str
    changes: tuple[Change, ...] = ()
    pools: tuple[SeatPool, ...] = ()


def settle(ledger: AccountLedger, now: datetime, returner_window: timedelta) -> Changes:
    """Compare what is due with what is held in one account, and return the difference.

    Nobody overtakes: a pool that is short for somebody on the waiting line gives no seat to anybody behind. Seats of
    several pools are taken all or none. No holder is evicted while what she holds is still covered by what is due.
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

    def __post_init__(self) -> None:
        self.pools = {key: pool.opened(self.now) for key, pool in self.ledger.pools.items()}
        self.number = self.ledger.next_number

    def run(self) -> Changes:
        for standing in self.ledger.standings:
            self._take_answer(standing)
            self._stand(standing)
        if self.ledger.room_was_made or self._seats_moved():
            self._serve_the_line()
            for member_id, obstacle in self.losing.items():
                self._lose(self.after[member_id], obstacle)
            if self.losing:
                self._serve_the_line()
        for pool in self.pools.values():
            pool.close(self.now)
        changes = tuple(
            Change(self.before.get(key), member, self.why[key], self.answers.get(key))
            for key, member in self.after.items()
            if member != self.before.get(key)
        )
        moved = tuple(pool for key, pool in self.pools.items() if pool != self.ledger.pools[key])
        return Changes(self.ledger.account_id, changes, moved)

    def _seats_moved(self) -> bool:
        return self.pools != self.ledger.pools or any(member.waiting_number for member in self.after.values())

    # Each person concerned: what she answered, and what is due to her now.

    def _take_answer(self, standing: Standing) -> None:
        member = standing.membership
        if member is None:
            return
        self.before[member.id] = member
        self._put(member, Why.CHANGED)
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
        member = replace(member, state=State.WAITING, ended_at=None, waiting_number=self._next_number())
        self._wait(member, due, standing, Why.RETURNED if returns else Why.DUE)

    def _wait(self, member: Membership, due: Entitlement, standing: Standing, why: Why) -> None:
        self._put(replace(member, due=due, obstacle=_obstacle(member, standing)), why)

    def _adjust(self, member: Membership, due: Entitlement, standing: Standing) -> None:
        """Bring somebody who holds or is promised a seat in line with what is due now."""
        why = self.why[member.id]
        if due.pools <= member.pools:
            self._put(self._seated(member, due), why)
            return
        if not member.seat_types <= due.covered:
            self.losing[member.id] = _obstacle(member, standing)
        # Until the wanted seat frees, no permission stays in force that is not due.
        kept = member.permissions & due.permissions
        number = member.waiting_number or self._next_number()
        self._put(replace(member, due=due, permissions=kept, waiting_number=number), why)

    def _accept(self, member: Membership) -> None:
        """Turn the promise into a held seat; where promises do not count, the pool may be full by now."""
        self._count(member, -1)
        accepted = replace(member, answer=Answer.ACCEPTED, answered_key=member.due.key if member.due else None)
        if all(self.pools[key].has_room for key in member.pools):
            active = replace(accepted, state=State.ACTIVE)
            self._count(active, +1)
            self._put(active, Why.ACCEPTED)
        else:
            self._put(self._unseated(accepted, State.WAITING, self._next_number()), Why.ACCEPTED)

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
        """Give seats in order of arrival; again when somebody's exchange of seats has freed one."""
        self._seat_without_limit()
        freed = True
        while freed:
            short: set[str] = set()
            freed = False
            for waiter in self._waiters():
                due = waiter.due
                if due is None or waiter.obstacle is not None:
                    continue
                missing = {key for key in due.pools - waiter.pools if key in short or not self.pools[key].has_room}
                if not missing:
                    freed = bool(waiter.pools - due.pools) or freed
                    self._seat(waiter, due)
                    continue
                short |= missing
                if self._nothing_left(short):
                    break

    def _seat_without_limit(self) -> None:
        """Pools without limit are short for nobody: who wants only those takes no turn, wherever the line ends.

        Of the line only those concerned now can want that, unless room was made, perhaps by lifting a limit.
        """
        if all(pool.capacity is not None for pool in self.pools.values()):
            return
        waiters = self._waiters() if self.ledger.room_was_made else list(self.after.values())
        for waiter in waiters:
            due = waiter.due
            if due is None or waiter.waiting_number is None or waiter.obstacle is not None:
                continue
            if all(self.pools[key].capacity is None for key in due.pools - waiter.pools):
                self._seat(waiter, due)

    def _waiters(self) -> Iterable[Membership]:
        mine = (member for member in self.after.values() if member.waiting_number is not None)
        others = (member for member in self.ledger.line() if member.id not in self.after)
        return heapq.merge(sorted(mine, key=_place), others, key=_place)

    def _nothing_left(self, short: set[str]) -> bool:
        return all(key in short or not pool.has_room for key, pool in self.pools.items() if pool.capacity is not None)

    def _seat(self, waiter: Membership, due: Entitlement) -> None:
        if waiter.id not in self.after:
            self.before[waiter.id] = waiter
        before = self.before.get(waiter.id)
        stood_in_line = before is not None and before.waiting_number is not None
        state = waiter.state
        if state is State.WAITING:
            state = State.ACTIVE if waiter.accepted else State.INVITED
        member = self._seated(replace(waiter, state=state), due)
        self._put(member, Why.SEAT_FREED if stood_in_line else self.why[waiter.id])

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
            answered_key=due.key if member.accepted else member.answered_key,
        )
        self._count(seated, +1)
        return seated

    def _unseated(self, member: Membership, state: State, number: int | None) -> Membership:
        return replace(
            member, state=state, seat_types=NOTHING, pools=NOTHING, permissions=NOTHING, waiting_number=number
        )

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


def _place(member: Membership) -> int:
    return member.waiting_number or 0
