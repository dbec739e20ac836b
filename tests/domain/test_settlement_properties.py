"""What holds of every settlement, whatever happened before: told of random lives of one account.

That pools are never oversold, that they count what the memberships say, that settling twice changes nothing, and that
the preview is what is then applied, `Books` asserts after each step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.domain.memberships import Answer, Entitlement, Membership, State
from connector.domain.reservations import Reservation
from connector.domain.seats import LineOrder
from connector.domain.settlement import Change

from .books import Books, due

PEOPLE = ["ada", "ben", "cy", "dee", "eve", "fay"]
CAPPED = ["users", "core", "sales"]
ENTITLEMENTS = [
    None,
    due("core", pools=["users", "core"], covers=["look"]),
    due("sales", pools=["users", "sales"], covers=["core", "look"]),
    due("core", "sales", pools=["users", "core", "sales"]),
    due("look"),
    due("core", pools=["users", "core"], sets=["reports"]),
    due("core", pools=["users", "core"], covers=["look"], priority=5),
    due("look", priority=9),
    due("core", pools=["users", "core"], covers=["look"], priority=2, core=due("look"), users=due("look")),
    due(
        "sales",
        pools=["users", "sales"],
        covers=["core"],
        sales=due("core", pools=["users", "core"], covers=["look"], core=due("look"), users=due("look")),
        users=due("look"),
    ),
]
Step = Callable[[Books], dict[str, Change]]

people = st.sampled_from(PEOPLE)
some_people = st.lists(people, min_size=1, max_size=4, unique=True)


def moves() -> st.SearchStrategy[Step]:
    """Give joins, moves and leaves, of one or of several in one settlement."""
    stated = st.dictionaries(people, st.sampled_from(ENTITLEMENTS), min_size=1, max_size=3)
    return stated.map(lambda given: lambda books: books.state(**given))


def answers() -> st.SearchStrategy[Step]:
    """Give an answer of one person, given only by somebody who has been asked (revoked: who holds a seat)."""

    def step(name: str, answer: Answer) -> Step:
        states = {State.ACTIVE} if answer is Answer.REVOKED else {State.INVITED}
        return lambda books: books.answer(name, answer) if in_state(books, name, states) else {}

    return st.builds(step, people, st.sampled_from([*Answer, Answer.ACCEPTED, Answer.ACCEPTED]))


def expiries() -> st.SearchStrategy[Step]:
    """Let several invitations end at once, perhaps as something else becomes due to one of their people."""

    def step(names: list[str], mover: str, entitlement: Entitlement | None) -> Step:
        def run(books: Books) -> dict[str, Change]:
            expired = [name for name in names if in_state(books, name, {State.INVITED})]
            books.due[mover] = entitlement
            return books.settle(*dict.fromkeys([*expired, mover]), answers=dict.fromkeys(expired, Answer.EXPIRED))

        return run

    return st.builds(step, some_people, people, st.sampled_from(ENTITLEMENTS))


def resizes() -> st.SearchStrategy[Step]:
    """Let seats be bought, given back as far as they are free, or made unlimited."""

    def step(key: str, wanted: int | None) -> Step:
        def run(books: Books) -> dict[str, Change]:
            pool = books.pools[key]
            return books.resize(key, wanted if wanted is None else max(wanted, pool.in_use))

        return run

    return st.builds(step, st.sampled_from(CAPPED), st.none() | st.integers(0, 5))


def interludes() -> st.SearchStrategy[Step]:
    """Let time pass, refusals be lifted, sign-in be lost or set up, identities be bound or unbound."""

    def lift(name: str) -> Step:
        return lambda books: books.lift(name) if name in books.members else {}

    def pass_time(days: int) -> Step:
        def run(books: Books) -> dict[str, Change]:
            books.wait(days)
            return {}

        return run

    def toggle(name: str, which: str) -> Step:
        def run(books: Books) -> dict[str, Change]:
            getattr(books, which).symmetric_difference_update({name})
            return books.settle(name)

        return run

    toggles = st.builds(toggle, people, st.sampled_from(["without_sign_in", "unknown"]))
    return st.builds(lift, people) | st.builds(pass_time, st.integers(1, 40)) | toggles


def operators() -> st.SearchStrategy[Step]:
    """Let operators suspend and reactivate, sort the line, and keep seats for people who are expected."""

    def suspend(name: str, out: bool) -> Step:
        return lambda books: books.settle(name, suspend={name: out}) if name in books.members else {}

    def reserve(name: str, seat: Entitlement | None, starts: int) -> Step:
        def run(books: Books) -> dict[str, Change]:
            has = name in books.reservations and books.reservations[name].state.is_open
            if seat is not None and not has and not books.due.get(name):
                books.reserve(name, seat, starts=starts)
            return {}

        return run

    def cancel(name: str) -> Step:
        return lambda books: books.cancel_reservation(name) if name in books.reservations else {}

    def sort(order: LineOrder) -> Step:
        return lambda books: books.sort_line(order)

    return st.one_of(
        st.builds(suspend, people, st.booleans()),
        st.builds(reserve, people, st.sampled_from(ENTITLEMENTS), st.integers(0, 3)),
        st.builds(cancel, people),
        st.builds(sort, st.sampled_from(LineOrder)),
    )


lives = st.lists(
    moves() | moves() | answers() | answers() | expiries() | resizes() | interludes() | operators(), max_size=30
)


def in_state(books: Books, name: str, states: set[State]) -> bool:
    return name in books.members and books.members[name].state in states


@given(st.booleans(), st.booleans(), st.integers(0, 1), st.lists(st.integers(0, 3), min_size=3, max_size=3), lives)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_life_of_an_account_keeps_the_promises(
    pending_counts: bool, suspended_keep_seats: bool, owner: int, sizes: list[int], life: list[Step]
) -> None:
    """Never oversold, never overtaken, nobody evicted who is covered, no seat left idle, nothing granted unasked."""
    capacities: dict[str, int | None] = {key: size + owner for key, size in zip(CAPPED, sizes, strict=True)}
    books = Books(owner, pending_counts=pending_counts, **capacities, look=None)
    books.suspended_keep_seats = suspended_keep_seats
    for step in life:
        before, reserved = dict(books.members), dict(books.reservations)
        changes = step(books)
        nobody_was_evicted(books, changes)
        nobody_was_overtaken(books, before, reserved, changes)
        no_seat_lies_idle(books)
        nothing_is_granted_unasked(changes)


def nobody_was_evicted(books: Books, changes: dict[str, Change]) -> None:
    """Who holds what is covered by what is due to her keeps a seat, unless somebody took it away from her."""
    for name, change in changes.items():
        wanted = books.due.get(name)
        stepped_out = change.after.state is State.SUSPENDED
        if wanted is not None and change.cuts and change.answer is None and not stepped_out:
            assert change.before is not None
            assert not change.before.seat_types <= wanted.covered


def nobody_was_overtaken(
    books: Books, before: dict[str, Membership], reserved: dict[str, Reservation], changes: dict[str, Change]
) -> None:
    """Nobody got a seat of a pool while somebody before her in line lacked that one and nothing else.

    A seat that was reserved for somebody was free for nobody.
    """
    for name, change in changes.items():
        was = before.get(name)
        if change.why.value == "accepted" or not change.after.pools:
            continue
        gained = change.after.pools - (was.pools if was else frozenset())
        if name in reserved and reserved[name].state.is_open:
            gained -= reserved[name].pools
        # Where the order itself was changed, the new one counts; somebody new stands behind all of her rank.
        entitled = books.due.get(name)
        rank = -entitled.priority if entitled and books.order is LineOrder.PRIORITY else 0
        place = (rank, was.waiting_number if was and was.waiting_number else float("inf"))
        for waiter in books.line():
            lacks = waiter.due.pools - waiter.pools if waiter.due else frozenset()
            if len(lacks) == 1 and before.get(waiter.person_id) == replace(waiter):
                assert not (lacks <= gained and waiter.place < place), f"{name} overtook {waiter}"


def no_seat_lies_idle(books: Books) -> None:
    """Whoever stands first in line for all that she lacks finds one of it taken."""
    spoken_for: set[str] = set()
    for waiter in books.line():
        lacks = waiter.due.pools - waiter.pools if waiter.due else frozenset()
        # Every fallback here ends in looking, of which there is no end.
        assert waiter.seat_types or not (waiter.due and waiter.due.fallbacks), f"{waiter} could have a fallback"
        if lacks.isdisjoint(spoken_for):
            assert any(not books.pools[key].has_room for key in lacks), f"{waiter} could have a seat"
        spoken_for |= lacks


def nothing_is_granted_unasked(changes: dict[str, Change]) -> None:
    """Access begins with a yes: just given, or given before by somebody whose identity is known."""
    for change in changes.values():
        if change.grants:
            assert change.after.accepted
            assert change.answer is Answer.ACCEPTED or (change.before is not None and change.before.accepted)
