"""A grace: a few seats beyond the capacity, for some days from the first of them on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.memberships import State
from connector.domain.seats import SeatPool, WhenFull

from .books import NOON, Books, due

SEAT = due("core")


def books(capacity: int = 1) -> Books:
    """Give an account with a grace of two seats for 14 days."""
    one = Books(core=capacity)
    one.pools["core"] = replace(one.pools["core"], when_full=WhenFull.GRACE, grace=2, grace_days=14)
    return one


def test_a_full_pool_gives_the_seats_of_its_grace_and_no_more() -> None:
    """One seat and two of the grace: the fourth waits. The grace ends 14 days after its first seat."""
    account = books()
    account.arrive("ada", due=SEAT)
    assert account.pools["core"].grace_until is None
    account.arrive("ben", "cy", "dee", due=SEAT)
    assert account.where("ada", "ben", "cy", "dee") == [State.INVITED] * 3 + [State.WAITING]
    assert account.pools["core"].grace_until == NOON + timedelta(days=14)


def test_the_days_are_counted_from_the_first_seat_of_the_grace() -> None:
    """The second one does not prolong it."""
    account = books()
    account.arrive("ada", "ben", due=SEAT)
    account.wait(13)
    account.arrive("cy", due=SEAT)
    assert account.pools["core"].grace_until == NOON + timedelta(days=14)


def test_when_the_grace_is_over_nobody_is_evicted_and_nobody_gets_in() -> None:
    """Who has a seat keeps it; one that frees is none while more are in use than there are."""
    account = books()
    account.arrive("ada", "ben", "cy", due=SEAT)
    account.wait(14)
    account.arrive("dee", due=SEAT)
    account.leave("ada")
    assert account.where("ben", "cy", "dee") == [State.INVITED, State.INVITED, State.WAITING]
    account.leave("ben", "cy")
    assert account.where("dee") == [State.INVITED]


def test_a_grace_that_is_spent_opens_again_when_the_seats_in_use_are_bought() -> None:
    """Not when somebody leaves: else it would never end."""
    account = books()
    account.arrive("ada", "ben", due=SEAT)
    account.wait(14)
    account.leave("ben")
    account.arrive("cy", due=SEAT)
    assert account.where("cy") == [State.WAITING]
    account.pools["core"] = account.pools["core"].with_capacity(2, 0)
    account.settle(room_was_made=True)
    account.arrive("dee", "eve", "fay", due=SEAT)
    assert account.where("cy", "dee", "eve", "fay") == [State.INVITED] * 3 + [State.WAITING]


def test_buying_too_few_seats_leaves_the_grace_as_it_is() -> None:
    """Three are in use; with two, one is still of the grace, and its days go on."""
    pool = SeatPool("pool", "account", "core", 1, 3, grace=2, grace_days=14, grace_until=NOON)
    assert pool.with_capacity(2, 0).grace_until == NOON
    assert pool.with_capacity(3, 0).grace_until is None
    assert pool.with_capacity(None, 0).grace_until is None


def test_the_seats_of_a_grace_are_not_unassigned() -> None:
    """There is nothing of them to give back, and outside a settlement none of them is free."""
    pool = SeatPool("pool", "account", "core", 3, 1, grace=2, grace_days=14)
    assert (pool.opened(NOON).free, pool.unassigned, pool.free) == (4, 2, 2)


steps = st.lists(st.tuples(st.sampled_from(["come", "go", "wait", "buy"]), st.integers(0, 5)), max_size=25)


@given(steps)
def test_no_pool_is_oversold_beyond_its_grace(story: list[tuple[str, int]]) -> None:
    """`Books` asserts it after each step, with all else that must hold of a settlement; nobody overtakes."""
    account = books(capacity=2)
    for step, number in story:
        match step:
            case "come":
                account.state(**{f"p{number}": SEAT})
            case "go":
                account.leave(f"p{number}")
            case "wait":
                account.wait(number * 3)
            case _:
                account.pools["core"] = account.pools["core"].with_capacity(max(2, account.pools["core"].in_use), 0)
                account.settle(room_was_made=True)
