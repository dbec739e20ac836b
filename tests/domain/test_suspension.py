"""Kept out by an operator, until an operator lets her in again."""

from __future__ import annotations

import pytest

from connector.domain.memberships import Answer, State
from connector.domain.settlement import Why

from .books import Books, due

SEAT = due("seat")
CORE = due("core")
SERVICE = due("service", covers=["core"])


def active(*, keeps: bool = True, **capacities: int | None) -> Books:
    """Give an account in which Ada is active on her first seat."""
    books = Books(**(capacities or {"seat": 1}))
    books.suspended_keep_seats = keeps
    books.state(ada=SERVICE if "service" in books.pools else SEAT)
    books.accept("ada")
    return books


def test_a_suspension_bars_and_keeps_the_seat() -> None:
    """Nobody gets it meanwhile, and reactivated she is in at once, uninvited."""
    books = active()
    change = books.suspend("ada")["ada"]
    assert (change.bars, change.cuts, change.why) == (True, False, Why.SUSPENDED)
    books.state(ben=SEAT)
    assert books.where("ada", "ben") == [State.SUSPENDED, State.WAITING]
    back = books.reactivate("ada")["ada"]
    assert (back.why, back.invites, books.where("ada")) == (Why.REACTIVATED, False, [State.ACTIVE])


def test_twice_is_once() -> None:
    """Suspending or reactivating again changes nothing."""
    books = active()
    assert books.suspend("ada")
    assert not books.suspend("ada")
    assert books.reactivate("ada")
    assert not books.reactivate("ada")


def test_where_the_vendor_does_not_count_her_the_seat_goes_to_the_line() -> None:
    """HubSpot's deactivated: reactivated she stands in line, and is in, uninvited, when a seat frees."""
    books = active(keeps=False)
    books.state(ben=SEAT)
    change = books.suspend("ada")["ada"]
    assert (change.cuts, books.where("ada", "ben")) == (True, [State.SUSPENDED, State.INVITED])
    assert books.waiting() == []
    books.reactivate("ada")
    assert (books.where("ada"), books.waiting()) == ([State.WAITING], ["ada"])
    assert books.leave("ben")["ada"].grants


@pytest.mark.parametrize("keeps", [True, False])
def test_who_loses_and_regains_a_seat_is_still_kept_out(keeps: bool) -> None:
    """Moved to a seat that is taken she waits, or stays out; the seat that frees does not let her in."""
    books = active(keeps=keeps, core=0, service=1)
    books.suspend("ada")
    books.state(ada=CORE)
    books.resize("core", 1)
    assert books.where("ada") == [State.SUSPENDED]
    books.reactivate("ada")
    assert (books.where("ada"), books.seats("ada")) == ([State.ACTIVE], {"core"})


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("days", [3, 40])
def test_a_return_gives_what_the_directory_withdrew_and_no_more(keeps: bool, days: int) -> None:
    """Within the window at once, later by a new invitation: she is as kept out as she was."""
    books = active(keeps=keeps)
    books.suspend("ada")
    books.leave("ada")
    books.wait(days)
    books.state(ada=SEAT)
    if days > 30:
        books.accept("ada")
    assert books.where("ada") == [State.SUSPENDED]


def test_a_suspended_member_can_be_revoked() -> None:
    """Deactivate, then remove."""
    books = active()
    books.suspend("ada")
    books.state(ben=SEAT)
    books.answer("ada", Answer.REVOKED)
    assert books.where("ada", "ben") == [State.ENDED, State.INVITED]
