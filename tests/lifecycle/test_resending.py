"""Inviting many again at once."""

from __future__ import annotations

import pytest

from connector.domain.errors import InvitationUnusable, NotFound
from connector.domain.invitations import InvitationState
from connector.domain.memberships import State
from connector.lifecycle import invitations, resending
from connector.lifecycle.resending import Resent, Whom

from .company import OPERATOR, Company


@pytest.fixture
def company(company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """Give a company of four seats, all of which are due to everybody, and units of work of two people."""
    monkeypatch.setattr(resending, "AT_ONCE", 2)
    company.account(seats=4)
    company.everybody()
    return company


def resend(company: Company, whom: Whom, mails: bool | None = None) -> list[Resent]:
    return resending.resend_many(company.lifecycle, "crm", whom, OPERATOR, mails=mails)


def test_everybody_who_has_not_answered_gets_a_new_link(company: Company) -> None:
    """Every older link is dead, one seat each stays promised; whoever answered, or is in another account, is left."""
    ada, ben, cy, dan = company.people("ada", "ben", "cy", "dan")
    company.account("erp", seats=4)
    company.everybody("erp")
    old = {person.id: company.invitation(person) for person in (ada, ben, cy)}
    elsewhere = company.invitation(ada, "erp")
    company.decline(dan)
    resent = resend(company, Whom.PENDING)
    assert [one.person.id for one in resent] == [ada.id, ben.id, cy.id]
    for person in (ada, ben, cy):
        assert company.closed_as(old[person.id]) is InvitationState.CANCELLED
        assert company.closed_as(company.invitation(person)) is InvitationState.PENDING
    assert company.closed_as(elsewhere) is InvitationState.PENDING
    assert (company.pool().promised, company.state(dan)) == (3, State.ENDED)


def test_everybody_whose_time_ran_out_is_asked_anew(company: Company) -> None:
    """Whether or not the clock has noted it; who said no is not asked, and whom no seat is left for waits."""
    ada, ben, cy = company.people("ada", "ben", "cy")
    company.decline(cy)
    company.let_time_pass(days=7)
    dan = company.person("dan")
    company.clock.forward(days=7)
    company.capacity(2)
    eve = company.person("eve")
    dead = company.invitation(eve)
    resent = resend(company, Whom.EXPIRED)
    assert {one.person.id for one in resent} == {ada.id, ben.id, dan.id}
    assert [one.person.id for one in resent if one.invitation is None] == [ben.id, dan.id]
    assert company.states(ada, ben, cy, dan) == [State.INVITED, State.WAITING, State.ENDED, State.WAITING]
    assert company.closed_as(dead) is InvitationState.PENDING
    assert resend(company, Whom.EXPIRED) == []


def test_many_are_asked_without_letters(company: Company) -> None:
    """The links are handed over instead."""
    company.people("ada", "ben", "cy")
    assert [one.invitation and one.invitation.mails for one in resend(company, Whom.PENDING, mails=False)] == [
        False
    ] * 3


def test_who_answers_between_the_listing_and_the_asking_is_left(company: Company) -> None:
    """The list was read before; what is done is judged under the locks."""
    ada, ben = company.people("ada", "ben")
    listed = company.read(resending.awaiting, "crm", Whom.PENDING)
    token, session = company.invitation(ada), company.accept(ada)
    done = company.write(resending.resend_some, "crm", listed, Whom.PENDING, OPERATOR)
    assert [one.person.id for one in done] == [ben.id]
    with pytest.raises(InvitationUnusable):
        company.write(invitations.accept, token, session)


def test_an_account_that_is_not_there_is_named(company: Company) -> None:
    """With the known ones."""
    with pytest.raises(NotFound, match="crm"):
        resending.resend_many(company.lifecycle, "crn", Whom.PENDING, OPERATOR)
