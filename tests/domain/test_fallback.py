"""A full pool that names a seat type to be given meanwhile."""

from __future__ import annotations

from connector.domain.memberships import State
from connector.domain.settlement import Why

from .books import Books, due

LOOK = due("look", sets=["see"])
CORE_OR_LOOK = due("core", sets=["see", "edit"], covers=["look"], core=LOOK)
SALES_OR_CORE = due("sales", sets=["see", "edit", "sell"], covers=["core", "look"], sales=due("core", sets=["edit"]))
SALES_OR_CORE_OR_LOOK = due("sales", sets=["see", "edit", "sell"], covers=["core", "look"], sales=CORE_OR_LOOK)


def test_who_finds_the_pool_full_gets_the_fallback_and_keeps_her_place() -> None:
    """Ben is invited to the lesser seat, and waits for the wanted one behind nobody."""
    books = Books(sales=1, core=5)
    books.arrive("ada", "ben", due=SALES_OR_CORE)
    assert (books.seats("ada"), books.seats("ben")) == ({"sales"}, {"core"})
    assert (books.where("ben"), books.waiting()) == ([State.INVITED], ["ben"])


def test_only_what_the_fallback_allows_and_is_due_is_in_force() -> None:
    """On the core seat she edits; she does not sell. What stops being due stops there too."""
    books = Books(sales=0, core=1)
    books.state(ada=SALES_OR_CORE)
    books.accept("ada")
    assert books.members["ada"].permissions == {"edit"}
    narrower = due("sales", sets=["see", "sell"], covers=["core"], sales=due("core", sets=["see"]))
    assert books.state(ada=narrower)["ada"].alters
    assert books.members["ada"].permissions == {"see"}


def test_the_fallback_moves_up_when_the_wanted_seat_frees() -> None:
    """Without another invitation, in the settlement that frees it; the lesser seat goes to whoever waits for that."""
    books = Books(sales=1, core=1)
    books.arrive("ada", "ben", due=SALES_OR_CORE)
    books.accept("ben")
    books.state(cy=due("core"))
    changes = books.leave("ada")
    assert (changes["ben"].why, changes["ben"].invites, changes["cy"].invites) == (Why.SEAT_FREED, False, True)
    assert (books.seats("ben"), books.waiting()) == ({"sales"}, [])
    assert books.members["ben"].permissions == {"see", "edit", "sell"}


def test_an_invitation_to_the_fallback_moves_up_unanswered() -> None:
    """It stays pending; what it offers is the wanted seat then."""
    books = Books(sales=1, core=1)
    books.arrive("ada", "ben", due=SALES_OR_CORE)
    change = books.leave("ada")["ben"]
    assert (change.after.state, change.invites, change.withdraws) == (State.INVITED, False, False)
    assert books.seats("ben") == {"sales"}


def test_fallbacks_follow_one_another_down_and_up() -> None:
    """With sales and core full she looks on; a core seat that frees is hers, then the sales seat."""
    books = Books(sales=1, core=1, look=None)
    books.arrive("ada", "ben", "cy", due=SALES_OR_CORE_OR_LOOK)
    assert [books.seats(name) for name in ("ada", "ben", "cy")] == [{"sales"}, {"core"}, {"look"}]
    books.leave("ada")
    assert [books.seats(name) for name in ("ben", "cy")] == [{"sales"}, {"core"}]


def test_a_long_line_keeps_nobody_from_a_fallback_without_limit() -> None:
    """The line is not read to its end for somebody who needs no turn."""
    books = Books(sales=0, look=None)
    books.arrive(*[f"p{number}" for number in range(8)], due=due("sales"))
    books.state(ada=due("sales", sales=LOOK))
    assert (books.where("ada"), books.seats("ada")) == ([State.INVITED], {"look"})


def test_nobody_overtakes_for_a_fallback_either() -> None:
    """Ada lacks sales and core: the core seat that frees is hers, though Ben wants nothing else."""
    books = Books(sales=0, core=1)
    books.state(eve=due("core"))
    books.state(ada=SALES_OR_CORE)
    books.state(ben=due("core"))
    books.leave("eve")
    assert (books.where("ada", "ben"), books.seats("ada")) == ([State.INVITED, State.WAITING], {"core"})


def test_a_mover_falls_back_rather_than_lose_everything() -> None:
    """What she holds is not due any more and what is due is taken: she gets the fallback, and her seat is free."""
    books = Books(desk=1, sales=0, core=1)
    books.state(ada=due("desk"))
    books.accept("ada")
    change = books.state(ada=SALES_OR_CORE)["ada"]
    assert (change.cuts, change.alters, change.why) == (False, True, Why.FALLBACK)
    assert (books.seats("ada"), books.pools["desk"].held) == ({"core"}, 0)


def test_a_better_seat_that_is_covered_is_not_given_up_for_the_fallback() -> None:
    """She holds core, which covers looking: the fallback would take something from her."""
    books = Books(sales=0, core=1, look=None)
    books.state(ada=due("core", sets=["edit"]))
    books.accept("ada")
    books.state(ada=due("sales", sets=["edit"], covers=["core", "look"], sales=LOOK))
    assert (books.seats("ada"), books.waiting()) == ({"core"}, ["ada"])


def test_a_full_fallback_makes_her_wait_for_whichever_frees_first() -> None:
    """With neither seat she has nothing; the lesser one frees first."""
    books = Books(sales=1, core=1)
    books.state(ada=due("sales"), ben=due("core"))
    books.state(cy=SALES_OR_CORE)
    assert books.where("cy") == [State.WAITING]
    books.leave("ben")
    assert (books.seats("cy"), books.waiting()) == ({"core"}, ["cy"])
