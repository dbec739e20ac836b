"""Seats kept for people who are expected."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.domain.memberships import State
from connector.domain.reservations import ReservationState as At
from connector.domain.seats import WhenFull

from .books import Books, due

SEAT = due("seat")


def test_a_reserved_seat_counts_as_taken() -> None:
    """Of two seats one is kept: the second joiner waits. It cannot be given back either."""
    books = Books(seat=2)
    assert books.reserve("zoe", SEAT) is At.KEPT
    books.arrive("ada", "ben", due=SEAT)
    assert books.where("ada", "ben") == [State.INVITED, State.WAITING]
    assert (books.pools["seat"].reserved, books.pools["seat"].unassigned) == (1, 0)


def test_whom_it_is_kept_for_gets_it_whoever_waits() -> None:
    """It was never free, so nobody is overtaken; the reservation is used up."""
    books = Books(seat=1)
    books.reserve("zoe", SEAT)
    books.arrive("ada", "ben", due=SEAT)
    books.state(zoe=SEAT)
    assert books.where("zoe", "ada", "ben") == [State.INVITED, State.WAITING, State.WAITING]
    assert (books.reservations["zoe"].state, books.pools["seat"].reserved) == (At.USED, 0)


@pytest.mark.parametrize("how", ["lapse", "cancel"])
def test_a_reservation_that_ends_gives_the_seat_to_the_line(how: str) -> None:
    """In the settlement in which it ends; and whom it was for stands in line like everybody."""
    books = Books(seat=1)
    books.reserve("zoe", SEAT, days=14)
    books.state(ada=SEAT)
    if how == "cancel":
        books.cancel_reservation("zoe")
    else:
        books.wait(14)
        books.settle(room_was_made=True)
    assert books.reservations["zoe"].state is (At.CANCELLED if how == "cancel" else At.LAPSED)
    books.state(zoe=SEAT)
    assert books.where("ada", "zoe") == [State.INVITED, State.WAITING]


def test_one_that_begins_later_counts_from_then_on() -> None:
    """Until then the seat can be had, also by a short guest; from its start it is kept."""
    books = Books(seat=2)
    assert books.reserve("zoe", SEAT, starts=7) is At.PLANNED
    books.state(ada=SEAT)
    assert books.pools["seat"].free == 1
    books.wait(7)
    books.settle(room_was_made=True)
    books.state(ben=SEAT)
    assert (books.reservations["zoe"].state, books.where("ben")) == (At.KEPT, [State.WAITING])


def test_one_that_finds_every_seat_taken_stands_behind_the_line() -> None:
    """It overtakes nobody, and takes the first seat for which nobody waits; none of a grace."""
    books = Books(seat=1)
    books.pools["seat"] = replace(books.pools["seat"], when_full=WhenFull.GRACE, grace=1, grace_days=9)
    books.arrive("ada", "ben", "cy", due=SEAT)
    assert books.reserve("zoe", SEAT) is At.PLANNED
    books.leave("ada")
    assert (books.where("cy"), books.reservations["zoe"].state) == ([State.INVITED], At.PLANNED)
    books.leave("ben")
    assert books.reservations["zoe"].state is At.PLANNED
    books.leave("cy")
    assert books.reservations["zoe"].state is At.KEPT


def test_who_is_due_it_before_it_begins_uses_it_up() -> None:
    """She has her seat like anybody; no second one is kept for her later."""
    books = Books(seat=2)
    books.reserve("zoe", SEAT, starts=7)
    books.state(zoe=SEAT)
    assert books.reservations["zoe"].state is At.USED


def test_a_placeholder_is_nobody() -> None:
    """A joiner without a name yet: somebody of that name does not get it by chance."""
    books = Books(seat=1)
    books.reserve("zoe", SEAT, somebody=False)
    books.state(zoe=SEAT)
    assert (books.where("zoe"), books.reservations["zoe"].state) == ([State.WAITING], At.KEPT)


def test_another_seat_that_is_due_first_leaves_the_reservation() -> None:
    """Directories state people before their groups: core at first, sales, for which it is, by the group."""
    books = Books(core=1, sales=1)
    books.reserve("zoe", due("sales"))
    books.state(zoe=due("core"))
    assert books.reservations["zoe"].state is At.KEPT
    books.state(zoe=due("sales", covers=["core"]))
    assert (books.seats("zoe"), books.reservations["zoe"].state) == ({"sales"}, At.USED)


def test_what_is_kept_is_half_of_what_is_due() -> None:
    """All or none: she waits for the other half, and hers stays kept meanwhile."""
    books = Books(users=2, marketing=0, sales=1)
    books.reserve("zoe", due("sales", pools=["users", "sales"]))
    both = due("marketing", "sales", pools=["users", "marketing", "sales"])
    books.state(zoe=both)
    assert (books.where("zoe"), books.pools["sales"].reserved) == ([State.WAITING], 1)
    books.resize("marketing", 1)
    assert (books.seats("zoe"), books.pools["sales"].reserved) == ({"marketing", "sales"}, 0)


def test_a_reservation_takes_the_release_of_the_seat_back() -> None:
    """A free seat that was to be given back is not free any more."""
    books = Books(seat=1)
    books.pools["seat"] = replace(books.pools["seat"], released=1, release_at=books.now)
    books.reserve("zoe", SEAT)
    assert books.pools["seat"].released == 0
