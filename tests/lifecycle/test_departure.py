"""Departure: whichever way somebody leaves, all that follows is there when the request has been answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.domain.access import Reason
from connector.domain.errors import InvitationUnusable
from connector.domain.events import Kind
from connector.domain.invitations import InvitationState
from connector.domain.listing import Listing
from connector.domain.memberships import State
from connector.domain.people import Group, Person
from connector.domain.sessions import Identity
from connector.domain.work_orders import Task
from connector.lifecycle import admission, grouping, invitations

from .company import ISSUER, Company

Departure = Callable[[Company, Person], object]


def by_deactivation(company: Company, person: Person) -> object:
    return company.deactivate(person)


def by_deletion(company: Company, person: Person) -> object:
    return company.delete(person)


def by_losing_the_last_group(company: Company, person: Person) -> object:
    return company.regroup(the_group(company), remove=[person])


def by_deletion_of_the_group(company: Company, person: Person) -> object:
    return company.delete_group(the_group(company))


def by_the_end_of_the_rule(company: Company, person: Person) -> object:
    return company.remove_rule("team")


def the_group(company: Company) -> Group:
    return company.read(grouping.list_groups, company.access(), Listing(count=1)).items[0]


EVERY_WAY = pytest.mark.parametrize(
    "depart",
    [
        by_deactivation,
        by_deletion,
        by_losing_the_last_group,
        by_deletion_of_the_group,
        by_the_end_of_the_rule,
    ],
)


@pytest.fixture
def company(company: Company) -> Company:
    """Give a company with one seat at a vendor for whoever is in the group Team or of the night shift."""
    company.account(vendor="mailjet", plan="premium", users=1)
    company.rule("Team", name="team", permissions=["campaigns.access"])
    company.rule(where='title eq "Night"', name="night", permissions=["campaigns.access"])
    return company


@EVERY_WAY
def test_a_leaver_is_out_when_the_request_is_answered(company: Company, depart: Departure) -> None:
    """Session ended, membership ended, seat with the next in line, work at the vendor open: in one unit of work."""
    ada = company.person("ada")
    company.group("Team", ada)
    session = company.accept(ada)
    ben = company.person("ben", title="Night")
    assert company.state(ben) is State.WAITING
    depart(company, ada)
    assert company.gate(session) is Reason.SESSION_ENDED
    assert company.live_sessions(ada) == 0
    assert company.states(ada, ben) == [State.ENDED, State.INVITED]
    assert company.mails() == [ada.id, ben.id]
    pool = company.pool("users")
    assert (pool.held, pool.promised) == (0, 1)
    assert [order.task for order in company.orders(ada)] == [Task.REVOKE]


@EVERY_WAY
def test_a_pending_invitation_is_cancelled_with_the_departure(company: Company, depart: Departure) -> None:
    """The link is dead, nothing stays promised to her, and no vendor has anything to do."""
    ada = company.person("ada")
    company.group("Team", ada)
    token = company.invitation(ada)
    ben = company.person("ben", title="Night")
    depart(company, ada)
    assert company.closed_as(token) is InvitationState.CANCELLED
    assert company.states(ada, ben) == [State.ENDED, State.INVITED]
    assert company.orders(ada) == []


@EVERY_WAY
def test_who_waits_leaves_the_line(company: Company, depart: Departure) -> None:
    """Somebody who left gets no seat when one frees."""
    ada, ben = company.person("ada", title="Night"), company.person("ben")
    company.group("Team", ben)
    assert company.line() == [ben.id]
    depart(company, ben)
    assert company.line() == []
    company.deactivate(ada)
    assert company.state(ben) is State.ENDED


@EVERY_WAY
def test_leaving_twice_is_harmless(company: Company, depart: Departure) -> None:
    """A departure after another adds no work order, and ends what is ended already once."""
    ada = company.person("ada")
    company.group("Team", ada)
    company.accept(ada)
    if depart is not by_deletion:
        company.deactivate(ada)
    depart(company, ada)
    assert [order.task for order in company.orders(ada)] == [Task.REVOKE]
    assert len(company.events(Kind.SESSIONS_ENDED, ada)) == 1


def test_losing_one_account_keeps_the_session_for_the_other(company: Company) -> None:
    """The gate of the account refuses by itself; she stays signed in for what she still holds."""
    company.account("crm2", seats=1)
    company.everybody("crm2")
    ada = company.person("ada")
    team = company.group("Team", ada)
    session = company.accept(ada)
    company.accept(ada, "crm2")
    company.regroup(team, remove=[ada])
    assert company.gate(session) is Reason.NOT_INVITED
    assert company.admits(session, "crm2")


def test_a_deactivation_is_never_refused(company: Company) -> None:
    """Not for a pending invitation, not for the second time, not for somebody without any seat."""
    ada, ben = company.person("ada", title="Night"), company.person("ben")
    for person in (ada, ada, ben, ben):
        assert company.deactivate(person).active is False


def test_a_leaver_who_was_never_bound_loses_her_session_too(company: Company) -> None:
    """Signed in before accepting, then gone: the invitation is dead, so the session opens nothing."""
    ada = company.person("ada", title="Night")
    token, session = company.invitation(ada), company.sign_in(ada)
    company.deactivate(ada)
    with pytest.raises(InvitationUnusable):
        company.write(invitations.accept, token, session)
    assert company.gate(session) is Reason.NOT_PROVISIONED


def test_a_leaver_without_any_seat_loses_her_session_too(company: Company) -> None:
    """Revoked, and signed in again to see why: her departure ends that session like any, and its ID token is gone."""
    ada = company.person("ada", title="Night")
    company.accept(ada)
    company.act("revoke", ada)
    company.write(admission.sign_in, "okta", Identity(ISSUER, "ext-ada", id_token="header.body.signature"))
    assert company.live_sessions(ada) == 1
    company.deactivate(ada)
    assert company.live_sessions(ada) == 0
    assert "header.body.signature" not in str(company.sql("SELECT * FROM session"))


# What is left to do at the vendor.


def test_joining_at_a_vendor_without_a_gateway_is_work_for_a_human(company: Company) -> None:
    """Access that begins is to be made at the vendor; nothing is to be done for a mere invitation."""
    ada = company.person("ada", title="Night")
    assert company.orders() == []
    company.accept(ada)
    order = company.orders(ada)[0]
    assert (order.task, order.details["steps"]) == (Task.GRANT, "invite")
    assert (order.due_at - company.clock.now).days == 2


def test_leaving_replaces_what_was_still_to_be_done(company: Company) -> None:
    """She was never made at the vendor, for all we know: the order to revoke stands alone, and is due in hours."""
    ada = company.person("ada", title="Night")
    company.accept(ada)
    company.deactivate(ada)
    (order,) = company.orders(ada)
    assert (order.task, order.details["steps"]) == (Task.REVOKE, "revoke")
    assert (order.due_at - company.clock.now).total_seconds() == 4 * 3600
    assert len(company.events(Kind.WORK_ORDER_OPENED, ada)) == 2


def test_other_permissions_are_work_too(company: Company) -> None:
    """A holder whose permissions change is to be changed at the vendor."""
    ada = company.person("ada", title="Night")
    company.accept(ada)
    company.finish_orders(ada)
    company.rule("Extra", name="extra", permissions=["campaigns.send"])
    company.group("Extra", ada)
    (order,) = company.orders(ada)
    assert order.task is Task.CHANGE


def test_the_product_itself_needs_no_work_order(company: Company) -> None:
    """An account of one's own product has nobody else to tell."""
    company.account("own", seats=1)
    company.everybody("own")
    ada = company.person("ada")
    company.accept(ada, "own")
    company.deactivate(ada)
    assert company.orders(ada) == []
