"""Due against held: who gets a seat, who waits, who keeps and who loses one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from connector.domain.memberships import Answer, Membership, Obstacle, State
from connector.domain.settlement import Why, settle

from .books import A_MONTH, Books, due

SEAT = due("seat")
WITH_REPORTS = due("seat", sets=["reports"])

# Brevo: a seat of either kind is a user of the account as well.
MARKETING = due("marketing", pools=["users", "marketing"])
SALES = due("sales", pools=["users", "sales"])
BOTH = due("marketing", "sales", pools=["users", "marketing", "sales"])

# HubSpot: exactly one seat each, the dearer includes the cheaper, and looking costs nothing.
VIEW_ONLY = due("view_only")
CORE = due("core", covers=["view_only"])
SERVICE = due("service", covers=["core", "view_only"])

REFUSALS = [answer for answer in Answer if answer.refuses]
TO_AN_INVITATION = [answer for answer in REFUSALS if answer is not Answer.REVOKED]


# Joiners and the waiting line.


def test_a_joiner_is_invited_and_promised_a_seat() -> None:
    """Becoming due a seat promises one and sends one invitation; nothing is held yet."""
    books = Books(seat=2)
    change = books.state(ada=SEAT)["ada"]
    assert change.invites
    assert not change.grants
    assert (change.before, change.why) == (None, Why.DUE)
    assert books.where("ada") == [State.INVITED]
    assert (books.pools["seat"].promised, books.pools["seat"].held) == (1, 0)


def test_acceptance_turns_the_promise_into_a_held_seat() -> None:
    """Accepting grants access and closes the invitation; the seat is counted once."""
    books = Books(seat=1)
    books.state(ada=SEAT)
    change = books.accept("ada")["ada"]
    assert change.grants
    assert change.withdraws
    assert change.why is Why.ACCEPTED
    assert (books.pools["seat"].promised, books.pools["seat"].held) == (0, 1)


def test_whoever_finds_the_pool_full_waits_in_order_of_arrival() -> None:
    """Nobody is refused: the third and fourth for two seats stand in line, in the order in which they came."""
    books = Books(seat=2)
    books.arrive("ada", "ben", "cy", "dee", due=SEAT)
    assert books.where("ada", "ben", "cy", "dee") == [State.INVITED, State.INVITED, State.WAITING, State.WAITING]
    assert books.waiting() == ["cy", "dee"]


def test_a_hundred_at_once_for_fifty_seats() -> None:
    """One settlement of a hundred joiners promises exactly fifty seats, to the first fifty."""
    books = Books(seat=50)
    names = [f"p{number:03}" for number in range(100)]
    books.state(**dict.fromkeys(names, SEAT))
    assert books.where(*names) == [State.INVITED] * 50 + [State.WAITING] * 50
    assert books.waiting() == names[50:]


@pytest.mark.parametrize("how", ["leave", "decline", "cancel", "expire"])
def test_a_freed_seat_goes_to_the_next_in_the_same_settlement(how: str) -> None:
    """However a seat comes free, who has waited longest is invited in that very settlement."""
    books = Books(seat=1)
    books.arrive("ada", "ben", "cy", due=SEAT)
    answers = {"decline": Answer.DECLINED, "cancel": Answer.CANCELLED, "expire": Answer.EXPIRED}
    changes = books.leave("ada") if how == "leave" else books.answer("ada", answers[how])
    assert changes["ben"].invites
    assert changes["ben"].why is Why.SEAT_FREED
    assert books.where("ada", "ben", "cy") == [State.ENDED, State.INVITED, State.WAITING]


def test_a_leavers_held_seat_goes_to_the_next_in_the_same_settlement() -> None:
    """Departure of a holder cuts and hands over at once."""
    books = Books(seat=1)
    books.arrive("ada", "ben", due=SEAT)
    books.accept("ada")
    changes = books.leave("ada")
    assert changes["ada"].cuts
    assert changes["ada"].why is Why.NOT_DUE
    assert changes["ben"].invites


def test_a_joiner_cannot_take_the_seat_that_frees_as_she_comes() -> None:
    """A seat freed in the settlement that brings a joiner belongs to whoever waits already."""
    books = Books(seat=1)
    books.arrive("ada", "ben", due=SEAT)
    books.state(cy=SEAT, ada=None)
    assert books.where("ben", "cy") == [State.INVITED, State.WAITING]


def test_a_leaver_in_line_makes_place_for_those_behind() -> None:
    """Who leaves while she waits is passed over when a seat frees."""
    books = Books(seat=1)
    books.arrive("ada", "ben", "cy", due=SEAT)
    books.leave("ben")
    assert books.waiting() == ["cy"]
    books.leave("ada")
    assert books.where("cy") == [State.INVITED]


def test_more_capacity_serves_the_line() -> None:
    """Seats that are bought go to those who wait, the first ones first."""
    books = Books(seat=1)
    books.arrive("ada", "ben", "cy", "dee", due=SEAT)
    changes = books.resize("seat", 3)
    assert {name for name, change in changes.items() if change.invites} == {"ben", "cy"}
    assert books.waiting() == ["dee"]


def test_a_pool_without_limit_never_makes_anybody_wait() -> None:
    """No capacity is no limit."""
    books = Books(seat=None)
    books.arrive(*[f"p{number}" for number in range(20)], due=SEAT)
    assert books.waiting() == []


def test_a_pool_of_no_seats_makes_everybody_wait() -> None:
    """A capacity of zero is none at all, and not no limit."""
    books = Books(seat=0)
    books.state(ada=SEAT)
    assert books.where("ada") == [State.WAITING]


def test_the_owner_holds_a_seat_out_of_the_pool() -> None:
    """Where the owner's seat counts, one less can be given."""
    books = Books(owner=1, seat=2)
    books.arrive("ada", "ben", due=SEAT)
    assert books.where("ada", "ben") == [State.INVITED, State.WAITING]


def test_the_line_is_read_no_further_than_there_is_something_to_give() -> None:
    """A seat that frees costs the same before a line of three and of three thousand."""
    books = Books(seat=1, look=None)
    books.arrive("ada", *[f"p{number}" for number in range(50)], due=SEAT)
    read = []

    def line() -> Iterator[Membership]:
        for member in books.line():
            read.append(member.person_id)
            yield member

    books.due["ada"] = None
    settle(replace(books.ledger("ada"), line=line), books.now, A_MONTH)
    assert read == ["p0", "p1"]


# Seats of several pools.


def test_derived_seats_are_taken_all_or_none() -> None:
    """Who is due two kinds of seat and finds only one of them free waits, and holds neither back."""
    books = Books(users=9, marketing=3, sales=0)
    books.state(ada=BOTH)
    assert books.where("ada") == [State.WAITING]
    assert books.pools["marketing"].promised == books.pools["users"].promised == 0


def test_a_seat_draws_one_from_each_of_its_pools() -> None:
    """Brevo counts a holder of both kinds as one user, one marketing and one sales seat."""
    books = Books(users=9, marketing=9, sales=9)
    books.state(ada=BOTH, ben=SALES)
    assert [books.pools[key].promised for key in ("users", "marketing", "sales")] == [2, 1, 2]


def test_nobody_overtakes_in_a_pool_that_is_short() -> None:
    """Somebody behind gets no seat of a pool that is short for somebody before her."""
    books = Books(users=2, marketing=1, sales=2)
    books.state(ada=MARKETING)
    books.arrive("ben", due=BOTH)
    books.arrive("cy", due=MARKETING)
    books.leave("ada")
    assert books.where("ben", "cy") == [State.INVITED, State.WAITING]


def test_whoever_waits_for_another_pool_is_in_nobodys_way() -> None:
    """The line is kept for each pool: one who waits for marketing does not keep sales from those behind her."""
    books = Books(users=9, marketing=0, sales=1)
    books.arrive("ada", due=MARKETING)
    books.arrive("ben", due=SALES)
    assert books.where("ada", "ben") == [State.WAITING, State.INVITED]


def test_a_seat_without_limit_is_given_whoever_waits_for_another() -> None:
    """Looking is free at HubSpot: it is not withheld because the core seats are spent and somebody waits for one."""
    books = Books(view_only=None, core=0)
    books.arrive("ada", due=CORE)
    books.arrive("ben", due=VIEW_ONLY)
    assert books.where("ada", "ben") == [State.WAITING, State.INVITED]
    books.state(cy=CORE, dee=VIEW_ONLY)
    assert books.where("cy", "dee") == [State.WAITING, State.INVITED]


def test_lifting_a_limit_serves_all_who_waited_for_that_pool() -> None:
    """A pool that has become unlimited serves its line, also behind people who wait for another pool."""
    books = Books(view_only=0, core=0)
    books.arrive("ada", due=CORE)
    books.arrive("ben", "cy", due=VIEW_ONLY)
    books.resize("view_only", None)
    assert books.where("ada", "ben", "cy") == [State.WAITING, State.INVITED, State.INVITED]


def test_a_capped_seat_exchanged_for_an_unlimited_one_goes_to_the_line() -> None:
    """A holder who turns to a seat without limit frees hers for whoever waits, in the same settlement."""
    books = Books(view_only=None, core=1)
    books.arrive("ada", "ben", due=CORE)
    books.accept("ada")
    books.state(ada=VIEW_ONLY)
    assert books.where("ada", "ben") == [State.ACTIVE, State.INVITED]
    assert books.seats("ada") == {"view_only"}


# Movers.


def test_a_mover_with_a_covered_seat_keeps_it_while_she_waits() -> None:
    """A core seat is covered by the service seat that is due now: nobody is evicted for wanting more."""
    books = Books(core=1, service=0)
    books.state(ada=CORE)
    books.accept("ada")
    changes = books.state(ada=SERVICE)
    assert not changes["ada"].cuts
    assert books.where("ada") == [State.ACTIVE]
    assert (books.seats("ada"), books.waiting()) == ({"core"}, ["ada"])


def test_a_waiting_mover_exchanges_her_seat_when_the_wanted_one_frees() -> None:
    """The exchange grants the new seat and gives the old one to the next in line, in one settlement."""
    books = Books(core=1, service=0)
    books.state(ada=CORE)
    books.accept("ada")
    books.state(ada=SERVICE)
    books.arrive("ben", due=CORE)
    changes = books.resize("service", 1)
    assert changes["ada"].alters
    assert changes["ben"].invites
    assert (books.seats("ada"), books.seats("ben")) == ({"service"}, {"core"})


def test_a_seat_that_an_exchange_gives_up_goes_to_the_head_of_the_line() -> None:
    """Ben has waited longer than the mover, and Cy came after her: the core seat that she gives up is Ben's."""
    books = Books(core=1, service=0)
    books.state(ada=CORE)
    books.accept("ada")
    books.arrive("ben", due=CORE)
    books.state(ada=SERVICE)
    books.arrive("cy", due=CORE)
    assert books.waiting() == ["ben", "ada", "cy"]
    books.resize("service", 1)
    assert books.seats("ada") == {"service"}
    assert books.where("ben", "cy") == [State.INVITED, State.WAITING]


def test_a_holder_gets_what_has_no_limit_beside_her_capped_seat_at_once() -> None:
    """She needs nothing that is short, so those who wait for a capped seat are not in her way."""
    books = Books(users=1, look=None)
    books.state(ada=due("user", pools=["users"]))
    books.accept("ada")
    books.arrive("ben", due=due("user", pools=["users"]))
    books.state(ada=due("user", "look", pools=["users", "look"]))
    assert books.seats("ada") == {"user", "look"}


def test_a_mover_swaps_directly_when_the_wanted_seat_is_free() -> None:
    """An uncovered seat is exchanged without a break and without a new invitation when the wanted one is free."""
    books = Books(core=1, service=1)
    books.state(ada=SERVICE)
    books.accept("ada")
    change = books.state(ada=CORE)["ada"]
    assert change.alters
    assert not change.cuts
    assert (books.where("ada"), books.seats("ada")) == ([State.ACTIVE], {"core"})


def test_a_mover_without_a_covered_seat_loses_access_at_once() -> None:
    """What is held is not due any more, and the wanted seat is taken: she waits, and her seat goes to the next."""
    books = Books(core=0, service=1)
    books.arrive("ada", "ben", due=SERVICE)
    books.accept("ada")
    changes = books.state(ada=CORE)
    assert changes["ada"].cuts
    assert changes["ben"].invites
    assert (books.where("ada"), books.seats("ada")) == ([State.WAITING], set())


def test_a_mover_who_lost_her_seat_returns_without_an_invitation() -> None:
    """She has accepted before; when the wanted seat frees she is active at once."""
    books = Books(core=0, service=1)
    books.state(ada=SERVICE)
    books.accept("ada")
    books.state(ada=CORE)
    change = books.resize("core", 1)["ada"]
    assert change.grants
    assert not change.invites


def test_two_who_swap_seats_in_one_settlement_both_get_them() -> None:
    """Both pools are full, and each wants what the other gives up: neither is left waiting."""
    books = Books(marketing=1, sales=1)
    books.state(ada=due("marketing"), ben=due("sales"))
    books.accept("ada", "ben")
    changes = books.state(ada=due("sales"), ben=due("marketing"))
    assert (books.seats("ada"), books.seats("ben")) == ({"sales"}, {"marketing"})
    assert not any(change.cuts for change in changes.values())


def test_a_mover_stands_behind_those_who_wait_already() -> None:
    """A seat that is free for a mover goes to nobody before her in line."""
    books = Books(core=1, service=1)
    books.arrive("ada", "ben", due=CORE)
    books.state(cy=SERVICE)
    books.accept("ada", "cy")
    books.state(cy=CORE)
    assert books.waiting() == ["ben", "cy"]


def test_a_mover_who_moves_back_leaves_the_line() -> None:
    """What is due is what she holds again: nothing is waited for."""
    books = Books(core=1, service=0)
    books.state(ada=CORE)
    books.accept("ada")
    books.state(ada=SERVICE)
    books.state(ada=CORE)
    assert (books.where("ada"), books.waiting()) == ([State.ACTIVE], [])


def test_while_she_waits_no_permission_stays_that_is_not_due() -> None:
    """The seat is kept, but what the new entitlement does not grant ends now."""
    books = Books(core=1, service=0)
    books.state(ada=due("core", sets=["edit", "billing"]))
    books.accept("ada")
    books.state(ada=due("service", covers=["core"], sets=["edit", "calls"]))
    assert books.members["ada"].permissions == {"edit"}


def test_permissions_on_the_same_seat_change_at_once() -> None:
    """Without another seat there is nothing to wait for, and an acceptance holds for what is due now."""
    books = Books(seat=1)
    books.state(ada=SEAT)
    books.accept("ada")
    change = books.state(ada=WITH_REPORTS)["ada"]
    assert change.alters
    assert books.members["ada"].permissions == {"reports"}
    assert books.members["ada"].answered_key == WITH_REPORTS.key


def test_giving_up_one_of_two_seats_frees_it() -> None:
    """Due less than she holds, a holder keeps the rest without waiting."""
    books = Books(users=2, marketing=1, sales=2)
    books.state(ada=BOTH)
    books.accept("ada")
    books.arrive("ben", due=MARKETING)
    books.state(ada=SALES)
    assert (books.seats("ada"), books.seats("ben")) == ({"sales"}, {"marketing"})


def test_a_pending_invitation_follows_what_is_due() -> None:
    """An invited mover whose wanted seat is free stays invited, to that seat; one mail is enough."""
    books = Books(core=1, service=1)
    books.state(ada=SERVICE)
    change = books.state(ada=CORE)["ada"]
    assert not change.invites
    assert not change.withdraws
    assert (books.where("ada"), books.seats("ada")) == ([State.INVITED], {"core"})


def test_a_pending_invitation_is_withdrawn_when_its_seat_is_not_due_any_more() -> None:
    """The promised seat is not due and the wanted one is taken: the invitation closes, and she is invited later."""
    books = Books(core=0, service=1)
    books.state(ada=SERVICE)
    assert books.state(ada=CORE)["ada"].withdraws
    assert books.resize("core", 1)["ada"].invites


# Acceptance where pending invitations take no seat.


def test_promises_that_do_not_count_invite_more_people_than_there_are_seats() -> None:
    """Klaviyo counts who has accepted: while a seat is free, everybody is invited."""
    books = Books(pending_counts=False, seat=1)
    books.arrive("ada", "ben", due=SEAT)
    assert books.where("ada", "ben") == [State.INVITED, State.INVITED]


def test_accepting_when_the_pool_has_filled_up_is_accepted_and_waiting() -> None:
    """The answer counts and is not asked for again: when a seat frees, she is active at once."""
    books = Books(pending_counts=False, seat=1)
    books.arrive("ada", "ben", due=SEAT)
    books.accept("ada")
    change = books.accept("ben")["ben"]
    assert change.withdraws
    assert not change.grants
    assert books.where("ben") == [State.WAITING]
    assert books.members["ben"].answer is Answer.ACCEPTED
    assert books.leave("ada")["ben"].grants


def test_who_accepted_first_is_seated_first_where_promises_do_not_count() -> None:
    """Accepted and waiting is a place in the same line, by time of acceptance."""
    books = Books(pending_counts=False, seat=1)
    books.arrive("ada", "ben", "cy", due=SEAT)
    books.accept("ada", "cy", "ben")
    books.leave("ada")
    assert books.where("cy", "ben") == [State.ACTIVE, State.WAITING]


# Answers are held facts.


@pytest.mark.parametrize("answer", TO_AN_INVITATION)
def test_a_refusal_is_remembered_however_often_it_is_settled(answer: Answer) -> None:
    """A hundred settlements after a refusal send no mail, although seats are free."""
    books = Books(seat=5)
    books.state(ada=SEAT)
    assert books.answer("ada", answer)["ada"].why.value == answer.value
    for _ in range(100):
        assert books.state(ada=SEAT) == {}
    assert (books.where("ada"), books.members["ada"].answer) == ([State.ENDED], answer)
    assert books.pools["seat"].promised == 0


def test_a_revocation_is_remembered_and_cuts() -> None:
    """What an operator has taken away does not come back by itself, whatever the directory says."""
    books = Books(seat=1)
    books.state(ada=SEAT)
    books.accept("ada")
    assert books.answer("ada", Answer.REVOKED)["ada"].cuts
    assert books.state(ada=SEAT) == {}
    assert (books.where("ada"), books.members["ada"].answer) == ([State.ENDED], Answer.REVOKED)


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_refusal_ends_with_the_entitlement_that_it_was_given_to(answer: Answer) -> None:
    """Something else is due now: that was never refused, so it is offered."""
    books = refused(answer)
    assert books.state(ada=WITH_REPORTS)["ada"].invites


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_refusal_ends_when_nothing_is_due_and_it_becomes_due_anew(answer: Answer) -> None:
    """Out of the group and in again is a new offer."""
    books = refused(answer)
    books.leave("ada")
    assert books.members["ada"].answer is None
    assert books.state(ada=SEAT)["ada"].invites


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_lifted_refusal_is_asked_again(answer: Answer) -> None:
    """An operator who lifts it has a new invitation sent, also to somebody who had accepted before."""
    books = refused(answer)
    assert books.lift("ada")["ada"].invites


def test_a_refusal_given_as_something_else_becomes_due_does_not_touch_that() -> None:
    """The old invitation closes as answered, and a new one goes out to what is due now, in one settlement."""
    books = Books(seat=1)
    books.state(ada=SEAT)
    books.due["ada"] = WITH_REPORTS
    change = books.answer("ada", Answer.EXPIRED)["ada"]
    assert change.withdraws
    assert change.invites
    assert change.answer is Answer.EXPIRED


def test_an_acceptance_is_told_as_such_whatever_else_it_brings() -> None:
    """Somebody promised a lesser seat accepts as the wanted one frees: her invitation was accepted, not cancelled."""
    books = Books(core=2, service=1)
    books.state(ben=SERVICE, ada=CORE)
    books.state(ada=SERVICE)
    change = books.settle("ada", "ben", answers={"ada": Answer.ACCEPTED, "ben": Answer.EXPIRED})["ada"]
    assert (books.where("ada"), books.seats("ada")) == ([State.ACTIVE], {"service"})
    assert change.answer is Answer.ACCEPTED


def test_lifting_what_was_never_refused_changes_nothing() -> None:
    """An operator's lift is about refusals only."""
    books = Books(seat=1)
    books.state(ada=SEAT)
    books.accept("ada")
    assert books.lift("ada") == {}


def test_lifting_into_a_full_pool_waits_at_the_end_of_the_line() -> None:
    """Who declined gave her place up."""
    books = Books(seat=1)
    books.arrive("ada", "ben", "cy", due=SEAT)
    books.answer("ada", Answer.DECLINED)
    books.lift("ada")
    assert books.waiting() == ["cy", "ada"]


# Returning people.


def returner(*, away: int, known: bool = True) -> Books:
    books = Books(seat=1)
    books.state(ada=SEAT)
    books.accept("ada")
    books.leave("ada")
    books.wait(days=away)
    if not known:
        books.unknown.add("ada")
    return books


def test_a_returner_within_the_window_is_active_again_without_an_invitation() -> None:
    """Same identity, same entitlement, within thirty days, a seat free: nothing is asked again."""
    books = returner(away=30)
    change = books.state(ada=SEAT)["ada"]
    assert change.grants
    assert not change.invites
    assert change.why is Why.RETURNED


def test_a_returner_after_the_window_is_invited_anew() -> None:
    """Thirty-one days are too long; her old yes counts no more."""
    books = returner(away=31)
    assert books.state(ada=SEAT)["ada"].invites
    assert books.members["ada"].answer is None


def test_a_returner_without_a_bound_identity_is_invited_anew() -> None:
    """Nobody returns unasked whom no identity proves to be the same."""
    books = returner(away=1, known=False)
    assert books.state(ada=SEAT)["ada"].invites


def test_a_returner_to_something_else_is_invited_anew() -> None:
    """A yes belongs to what it was given to."""
    books = returner(away=1)
    assert books.state(ada=WITH_REPORTS)["ada"].invites


def test_a_returner_waits_while_the_pool_is_full_and_is_then_active_without_an_invitation() -> None:
    """Her old seat was given away: she stands in line like everybody, and is asked nothing when her turn comes."""
    books = returner(away=1)
    books.state(ben=SEAT)
    books.accept("ben")
    assert books.state(ada=SEAT)["ada"].after.state is State.WAITING
    assert books.leave("ben")["ada"].grants


def test_a_refuser_does_not_return_as_if_she_had_accepted() -> None:
    """Declined, left and back: she is asked again, not let in."""
    books = refused(Answer.DECLINED)
    books.leave("ada")
    assert books.state(ada=SEAT)["ada"].after.state is State.INVITED


# Obstacles, suspension.


def test_a_directory_without_sign_in_invites_nobody() -> None:
    """She could never accept: no seat is promised, and the reason stands in the ledger."""
    books = Books(seat=1)
    books.without_sign_in.add("ada")
    assert not books.state(ada=SEAT)["ada"].invites
    assert (books.where("ada"), books.obstacle("ada")) == ([State.WAITING], Obstacle.NO_SIGN_IN)
    assert books.pools["seat"].promised == 0


def test_an_obstacle_keeps_nobody_else_from_a_seat() -> None:
    """Who cannot sign in is in nobody's way."""
    books = Books(seat=1)
    books.without_sign_in.add("ada")
    books.arrive("ada", "ben", due=SEAT)
    assert books.where("ada", "ben") == [State.WAITING, State.INVITED]


def test_once_the_obstacle_is_gone_she_is_invited() -> None:
    """Sign-in is set up: the next settlement sends the invitation."""
    books = Books(seat=1)
    books.without_sign_in.add("ada")
    books.state(ada=SEAT)
    books.without_sign_in.clear()
    assert books.state(ada=SEAT)["ada"].invites
    assert books.obstacle("ada") is None


def test_an_obstacle_ends_with_what_was_due() -> None:
    """A leaver leaves no obstacle behind."""
    books = Books(seat=1)
    books.without_sign_in.add("ada")
    books.state(ada=SEAT)
    books.leave("ada")
    assert (books.where("ada"), books.obstacle("ada")) == ([State.ENDED], None)


def test_who_loses_a_promised_seat_and_cannot_sign_in_does_not_stand_in_line() -> None:
    """Sign-in is gone, what is due is another seat, and that is taken: the obstacle is noted with the loss."""
    books = Books(core=0, service=1)
    books.state(ada=SERVICE)
    books.without_sign_in.add("ada")
    books.state(ada=CORE)
    assert (books.where("ada"), books.obstacle("ada")) == ([State.WAITING], Obstacle.NO_SIGN_IN)


def test_who_has_accepted_needs_no_sign_in_to_wait() -> None:
    """Nothing is left to be answered, so she stands in line and gets the seat that frees."""
    books = Books(core=0, service=1)
    books.state(ada=SERVICE)
    books.accept("ada")
    books.without_sign_in.add("ada")
    books.state(ada=CORE)
    assert (books.where("ada"), books.obstacle("ada")) == ([State.WAITING], None)
    assert books.resize("core", 1)["ada"].grants


def test_a_suspended_member_keeps_her_seat_and_stays_suspended() -> None:
    """Keeping out is the operator's; the seat stays hers, and a change of permissions does not let her in."""
    books = Books(seat=1)
    books.state(ada=SEAT)
    books.accept("ada")
    books.suspend("ada")
    books.state(ben=SEAT)
    change = books.state(ada=WITH_REPORTS)["ada"]
    assert not change.grants
    assert books.where("ada", "ben") == [State.SUSPENDED, State.WAITING]


def test_a_suspended_leaver_frees_her_seat() -> None:
    """A leaver's seat is freed, suspended or not."""
    books = Books(seat=1)
    books.state(ada=SEAT)
    books.accept("ada")
    books.suspend("ada")
    assert books.leave("ada")["ada"].cuts
    assert books.pools["seat"].held == 0


def test_nothing_due_to_somebody_unheard_of_makes_no_membership() -> None:
    """A person without any rule has no row in the account."""
    books = Books(seat=1)
    assert books.leave("ada") == {}
    assert books.members == {}


def refused(answer: Answer) -> Books:
    """Return the books of an account in which Ada was due a seat and gave, or was given, this answer."""
    books = Books(seat=1)
    books.state(ada=SEAT)
    if answer is Answer.REVOKED:
        books.accept("ada")
    books.answer("ada", answer)
    return books
