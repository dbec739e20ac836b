"""In which order the waiting line is served: by arrival, or by the priority of the rule."""

from __future__ import annotations

from connector.domain.memberships import State
from connector.domain.seats import LineOrder

from .books import Books, due

LOW, HIGH = due("seat", priority=1), due("seat", priority=9)


def test_by_time_a_priority_changes_nothing() -> None:
    """It is the default."""
    books = Books(seat=0)
    books.state(ada=LOW)
    books.state(ben=HIGH)
    assert books.waiting() == ["ada", "ben"]


def test_by_priority_the_higher_rule_goes_first_and_ties_go_by_time() -> None:
    """A negative priority goes behind those without one."""
    books = Books(seat=0)
    books.order = LineOrder.PRIORITY
    for name, entitlement in {"ada": LOW, "ben": HIGH, "cy": due("seat", priority=-1), "dee": HIGH}.items():
        books.state(**{name: entitlement})
    assert books.waiting() == ["ben", "dee", "ada", "cy"]
    books.resize("seat", 2)
    assert books.where("ada", "ben", "cy", "dee") == [
        State.WAITING,
        State.INVITED,
        State.WAITING,
        State.INVITED,
    ]


def test_a_new_order_sorts_who_waits_already_and_evicts_nobody() -> None:
    """Back in time's order, everybody has the place that she had."""
    books = Books(seat=1)
    books.state(eve=LOW)
    books.state(ada=LOW)
    books.state(ben=HIGH)
    books.sort_line(LineOrder.PRIORITY)
    assert (books.waiting(), books.where("eve")) == (["ben", "ada"], [State.INVITED])
    books.sort_line(LineOrder.TIME)
    assert books.waiting() == ["ada", "ben"]


def test_a_place_follows_the_priority_of_what_is_due_now() -> None:
    """A mover into a group of more weight goes before, without losing her time."""
    books = Books(seat=0)
    books.order = LineOrder.PRIORITY
    books.arrive("ada", "ben", "cy", due=LOW)
    books.state(cy=HIGH)
    assert books.waiting() == ["cy", "ada", "ben"]
    books.state(cy=LOW)
    assert books.waiting() == ["ada", "ben", "cy"]
