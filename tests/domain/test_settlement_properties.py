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
            in_use = pool.owner + pool.held + (pool.promised if pool.pending_counts else 0)
            return books.resize(key, wanted if wanted is None else max(wanted, in_use))

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


lives = st.lists(moves() | moves() | answers() | answers() | expiries() | resizes() | interludes(), max_size=30)


def in_state(books: Books, name: str, states: set[State]) -> bool:
    return name in books.members and books.members[name].state in states


@given(st.booleans(), st.integers(0, 1), st.lists(st.integers(0, 3), min_size=3, max_size=3), lives)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_life_of_an_account_keeps_the_promises(
    pending_counts: bool, owner: int, sizes: list[int], life: list[Step]
) -> None:
    """Never oversold, never overtaken, nobody evicted who is covered, no seat left idle, nothing granted unasked."""
    capacities: dict[str, int | None] = {key: size + owner for key, size in zip(CAPPED, sizes, strict=True)}
    books = Books(owner, pending_counts=pending_counts, **capacities, look=None)
    for step in life:
        before = dict(books.members)
        changes = step(books)
        nobody_was_evicted(books, changes)
        nobody_was_overtaken(books, before, changes)
        no_seat_lies_idle(books)
        nothing_is_granted_unasked(changes)


def nobody_was_evicted(books: Books, changes: dict[str, Change]) -> None:
    """Who holds what is covered by what is due to her keeps a seat, unless somebody took it away from her."""
    for name, change in changes.items():
        wanted = books.due.get(name)
        if wanted is not None and change.cuts and change.answer is None:
            assert change.before is not None
            assert not change.before.seat_types <= wanted.covered


def nobody_was_overtaken(books: Books, before: dict[str, Membership], changes: dict[str, Change]) -> None:
    """Nobody got a seat of a pool while somebody before her in line lacked that one and nothing else."""
    for name, change in changes.items():
        was = before.get(name)
        if change.why.value == "accepted" or not change.after.pools:
            continue
        gained = change.after.pools - (was.pools if was else frozenset())
        place = was.waiting_number if was and was.waiting_number else float("inf")
        for waiter in books.line():
            lacks = waiter.due.pools - waiter.pools if waiter.due else frozenset()
            if len(lacks) == 1 and before.get(waiter.person_id) == replace(waiter):
                assert not (lacks <= gained and (waiter.waiting_number or 0) < place), f"{name} overtook {waiter}"


def no_seat_lies_idle(books: Books) -> None:
    """Whoever stands first in line for all that she lacks finds one of it taken."""
    spoken_for: set[str] = set()
    for waiter in books.line():
        lacks = waiter.due.pools - waiter.pools if waiter.due else frozenset()
        if lacks.isdisjoint(spoken_for):
            assert any(not books.pools[key].has_room for key in lacks), f"{waiter} could have a seat"
        spoken_for |= lacks


def nothing_is_granted_unasked(changes: dict[str, Change]) -> None:
    """Access begins with a yes: just given, or given before by somebody whose identity is known."""
    for change in changes.values():
        if change.grants:
            assert change.after.accepted
            assert change.answer is Answer.ACCEPTED or (change.before is not None and change.before.accepted)
