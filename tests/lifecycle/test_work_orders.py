"""Work orders: filled in with whom they are about, taken by somebody, and never two that contradict each other."""

from __future__ import annotations

import pytest

from connector.domain.errors import NotFound
from connector.domain.events import Kind
from connector.domain.text import Text
from connector.domain.work_orders import Task, filled
from connector.lifecycle import ordering_work, outstanding

from .company import OPERATOR, Company

BOTH = ["contacts.view", "contacts.edit"]


@pytest.fixture
def hub(company: Company) -> Company:
    """Give a company with a HubSpot account, where people do the work by hand."""
    company.account("hub", "hubspot", "starter", core=2)
    company.rule(account="hub", name="all", where="active eq true", seat_type="core", permissions=["contacts.view"])
    return company


def test_steps_name_the_person_the_seat_and_the_permissions(hub: Company) -> None:
    """In both languages, each in the words of the vendor's catalogue."""
    ada = hub.person("ada", displayName="Ada L.", emails=[{"value": "ada.l@acme.example"}])
    hub.accept(ada, "hub")
    (order,) = hub.read(outstanding.open_orders)
    assert order.steps[0].en == "Open Settings > Users & Teams and create a user with ada.l@acme.example."
    assert order.steps[1] == Text(
        "Assign the seat Core seat, then the permission set that gives: View contacts.",
        "Attribuer la licence Licence essentielle, puis l\u2019ensemble qui donne : Afficher les contacts.",
    )
    assert order.note is None


def test_what_a_name_says_is_not_filled_in_itself() -> None:
    """A person called {heir} is called that."""
    facts = {"person": Text("{heir}", "{heir}"), "heir": Text("Mia", "Mia")}
    assert filled(Text("{person} to {heir}", "{person} a {heir}"), facts) == Text("{heir} to Mia", "{heir} a Mia")


def test_hired_and_gone_before_anybody_acted_is_one_order_that_says_so(hub: Company) -> None:
    """The order to give access is closed; the one to end it is kept, for nobody knows what was done at the vendor."""
    ada = hub.person("ada")
    hub.accept(ada, "hub")
    (first,) = hub.orders(ada)
    hub.write(ordering_work.assign_order, first.id[-8:], "Tom", OPERATOR)
    hub.deactivate(ada)
    (order,) = hub.read(outstanding.open_orders)
    assert (order.order.task, order.order.replaces, order.order.assignee) == (Task.REVOKE, Task.GRANT, "Tom")
    assert order.note is not None
    assert "nothing to end" in order.note.en
    (told,) = hub.events(Kind.WORK_ORDER_REPLACED)
    assert (told["subject_id"], told["after"]) == (first.id, {"state": "superseded", "by": order.order.id})
    (assigned,) = hub.events(Kind.WORK_ORDER_ASSIGNED)
    assert (assigned["before"], assigned["after"]) == ({"assignee": None}, {"assignee": "Tom"})
    # Back again: give access, after a look at what is there.
    hub.person("ada")
    (order,) = hub.read(outstanding.open_orders)
    assert order.order.task is Task.GRANT
    assert order.note is not None
    assert "look at what is there" in order.note.en
    hub.finish_orders(ada)
    hub.deactivate(ada)
    (order,) = hub.read(outstanding.open_orders)
    assert (order.order.task, order.note) == (Task.REVOKE, None)


def test_whoever_was_not_let_in_yet_is_let_in_with_what_is_due_now(hub: Company) -> None:
    """Other permissions while the order to give access is open: one order to give access, with those."""
    ada = hub.person("ada")
    hub.accept(ada, "hub")
    hub.rule(account="hub", name="more", where="active eq true", seat_type="core", permissions=BOTH)
    (order,) = hub.orders(ada)
    assert order.task is Task.GRANT
    assert "contacts.edit" in order.details["permissions"]
    hub.finish_orders(ada)
    hub.remove_rule("more")
    assert [one.task for one in hub.orders(ada)] == [Task.CHANGE]


def test_an_order_that_is_closed_has_nobody_to_do_it(hub: Company) -> None:
    """It can still be looked at, with who confirmed it and when."""
    ada = hub.person("ada")
    hub.accept(ada, "hub")
    (order,) = hub.orders(ada)
    hub.finish_orders(ada)
    with pytest.raises(NotFound, match="open work order"):
        hub.write(ordering_work.assign_order, order.id, "Tom", OPERATOR)
    report = hub.read(outstanding.order_named, order.id)
    assert (report.order.state, report.order.done_by, report.late) == ("done", "cli:tess", False)
    assert [one.order.id for one in hub.read(outstanding.latest_orders, 5)] == [order.id]
