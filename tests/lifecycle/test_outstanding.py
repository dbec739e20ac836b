"""What is outstanding: who waits, which invitations are open, what is to be done at vendors, what was not delivered."""

from __future__ import annotations

import pytest

from connector.domain.errors import NotFound
from connector.domain.events import Kind
from connector.domain.invitations import InvitationState
from connector.domain.memberships import Obstacle
from connector.domain.tenancy import Idp
from connector.domain.work_orders import Task
from connector.lifecycle import delivery, ordering_work, outstanding

from .company import OPERATOR, Company


@pytest.fixture
def hub(company: Company) -> Company:
    """Give a company with an account at a vendor where people do the work by hand."""
    company.account("hub", "hubspot", "starter", core=2)
    company.rule(account="hub", name="all", where="active eq true", seat_type="core", permissions=["contacts.view"])
    return company


def test_invitations_are_told_in_their_state_of_this_moment(company: Company) -> None:
    """One past its time is expired, whether or not the worker has noted it."""
    company.account(seats=5)
    company.everybody()
    ada, berta, _ = company.people("ada", "berta", "chloe")
    company.accept(ada)
    company.decline(berta)
    company.clock.forward(days=8)
    company.person("dora")

    def names(state: InvitationState | None) -> list[str]:
        found = company.read(outstanding.invitations, state, "crm", 10)
        return [one.person.stated.user_name.partition("@")[0] for one in found]

    assert names(None) == ["dora", "chloe", "berta", "ada"]
    assert names(InvitationState.EXPIRED) == ["chloe"]
    assert names(InvitationState.PENDING) == ["dora"]
    assert names(InvitationState.DECLINED) == ["berta"]


def test_those_who_wait_have_places_and_those_kept_out_have_none(company: Company) -> None:
    """Places count from one in each account; without sign-in nobody is in line."""
    company.directory("entra", Idp.ENTRA, signs_in=False)
    company.account(seats=1)
    company.everybody()
    company.person("ada")
    company.person("hugo", "entra")
    company.people("berta", "chloe")
    told = [
        (one.person.stated.user_name.partition("@")[0], one.place, one.membership.obstacle)
        for one in company.read(outstanding.waiting, 10)
    ]
    assert told == [("hugo", None, Obstacle.NO_SIGN_IN), ("berta", 1, None), ("chloe", 2, None)]
    company.account("other", seats=0)
    assert company.read(outstanding.waiting, 10, "other") == []
    assert len(company.read(outstanding.waiting, 2, "crm")) == 2


def test_a_work_order_tells_its_steps_in_the_words_of_the_vendor(hub: Company) -> None:
    """In both languages, with the seat to give and who it is for."""
    ada = hub.person("ada")
    hub.accept(ada, "hub")
    (order,) = hub.read(outstanding.open_orders, "hub")
    assert (order.order.task, order.gate_cut, order.late) == (Task.GRANT, False, False)
    assert order.seats[0].fr == "Licence essentielle"
    assert order.permissions[0].en == "View contacts"
    assert "Users & Teams" in order.steps[0].en
    assert "Utilisateurs" in order.steps[0].fr
    hub.clock.forward(days=3)
    assert hub.read(outstanding.open_orders)[0].late


def test_a_departure_is_told_with_the_steps_that_are_still_open(hub: Company) -> None:
    """The gate is cut at once; the vendor's steps are open until somebody says that they are done."""
    ada = hub.person("ada")
    hub.accept(ada, "hub")
    hub.deactivate(ada)
    (departure,) = hub.read(outstanding.departures, 10)
    assert (departure.account, departure.person.id, departure.open_steps) == ("hub", ada.id, 2)
    assert departure.at == hub.clock.now
    (order,) = hub.read(outstanding.open_orders)
    assert order.gate_cut
    hub.write(ordering_work.finish_order, order.order.id, OPERATOR)
    assert hub.read(outstanding.departures, 10)[0].open_steps == 0
    assert hub.read(outstanding.open_orders) == []


def test_nobody_who_only_declined_counts_as_departed(hub: Company) -> None:
    """Only accesses that were held are cut."""
    hub.decline(hub.person("ada"), "hub")
    assert hub.read(outstanding.departures, 10) == []


def test_departures_are_told_the_latest_first(hub: Company) -> None:
    """Whether the directory let them go or an operator did."""
    ada, berta = hub.people("ada", "berta")
    hub.accept(ada, "hub")
    hub.accept(berta, "hub")
    hub.deactivate(ada)
    hub.clock.forward(minutes=1)
    hub.act("revoke", berta, "hub")
    assert [one.person.id for one in hub.read(outstanding.departures, 10)] == [berta.id, ada.id]
    assert [one.person.id for one in hub.read(outstanding.departures, 1)] == [berta.id]


def test_an_order_that_is_done_twice_is_done_once(hub: Company) -> None:
    """The second time changes nothing, and the trail has one event that names who did it."""
    hub.accept(hub.person("ada"), "hub")
    (order,) = hub.read(outstanding.open_orders)
    short = order.order.id[-8:]
    assert hub.write(ordering_work.finish_order, short, OPERATOR).state == "open"
    assert hub.write(ordering_work.finish_order, order.order.id, OPERATOR).state == "done"
    (event,) = hub.events(Kind.WORK_ORDER_DONE)
    assert (event["actor"], event["subject_id"]) == ("cli:tess", order.order.id)


@pytest.mark.parametrize("name", ["", "nothing-like-it"])
def test_an_order_that_is_not_there_cannot_be_done(hub: Company, name: str) -> None:
    """Nor can an empty name stand for any of them."""
    hub.accept(hub.person("ada"), "hub")
    with pytest.raises(NotFound):
        hub.write(ordering_work.finish_order, name, OPERATOR)


def test_an_ending_that_two_orders_share_names_neither(hub: Company) -> None:
    """An operator must say which."""
    for person in hub.people("ada", "berta"):
        hub.accept(person, "hub")
    hub.sql("UPDATE work_order SET id = substr(id, 1, 28) || 'deadbeef'")
    with pytest.raises(NotFound):
        hub.write(ordering_work.finish_order, "deadbeef", OPERATOR)
    assert len(hub.read(outstanding.open_orders)) == 2


def test_a_failed_delivery_is_told_with_its_reason_until_it_succeeds(company: Company) -> None:
    """Tried again later, or given up."""
    company.account(seats=2)
    company.everybody()
    company.people("ada", "berta")
    first, second = company.write(delivery.claim)
    company.write(delivery.failed, first, "The server is down.", permanent=False)
    company.write(delivery.failed, second, "No such mailbox.", permanent=True)
    told = {one.error: one for one in company.read(outstanding.failed_deliveries, 10)}
    assert not told["The server is down."].given_up
    assert told["The server is down."].next_try > company.clock.now
    assert told["No such mailbox."].given_up
    company.write(delivery.delivered, first, sent=True)
    assert [one.error for one in company.read(outstanding.failed_deliveries, 10)] == ["No such mailbox."]
