"""Given by hand, beside what rules make due."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from connector.domain.errors import BillingUnknown, GrantRefused, NotFound
from connector.domain.events import Kind
from connector.domain.grants import Given
from connector.domain.memberships import State
from connector.domain.people import Person
from connector.lifecycle import granting, invoicing, members

from .company import OPERATOR, Company

CORE, SALES = Given("core", permissions=frozenset()), Given("sales_service")


@pytest.fixture
def hubspot(company: Company) -> Company:
    """Give an account at HubSpot with two core seats and a sales seat, billed from the first of each month."""
    company.account(vendor="hubspot", plan="sales_or_service_pro", core=2, sales_service=1)
    facts: dict[str, Any] = {"currency": "EUR", "time_zone": "UTC", "anchor": date(2026, 1, 1)}
    company.write(invoicing.state_billing, "crm", OPERATOR, **facts)
    return company


def give(company: Company, person: Person, given: Given, **facts: Any) -> Any:
    return company.write(granting.grant, "crm", "okta", person.stated.user_name, given, OPERATOR, **facts)


def withdraw(company: Company, person: Person, **facts: Any) -> Any:
    return company.write(granting.withdraw, "crm", "okta", person.stated.user_name, OPERATOR, **facts)


def let_the_renewal_come(company: Company) -> None:
    company.clock.forward(days=10)
    for one in company.read(granting.grants_due):
        company.write(granting.carry_out, one)


def seats(company: Company, person: Person) -> set[str]:
    member = company.member(person)
    return set(member.seat_types) if member else set()


def test_what_is_given_by_hand_is_due_without_a_rule(hubspot: Company) -> None:
    """She is invited like anybody; the trail and the list of members say by whose hand."""
    ada = hubspot.person("ada")
    give(hubspot, ada, CORE)
    assert (hubspot.state(ada), seats(hubspot, ada)) == (State.INVITED, {"core"})
    assert [by.value for by in hubspot.read(members.members, "crm", 9)[0].by] == ["hand"]
    assert hubspot.events(Kind.GRANT_GIVEN, ada)[0]["after"] == {"seat_type": "core"}
    assert hubspot.events(Kind.MEMBERSHIP_CHANGED, ada)[0]["after"]["by"] == ["hand"]


def test_it_survives_the_end_of_the_rule_that_gave_the_same(hubspot: Company) -> None:
    """She keeps her seat without a break; withdrawn, it ends."""
    hubspot.rule(name="core", where="active eq true", seat_type="core")
    ada = hubspot.person("ada")
    hubspot.accept(ada)
    give(hubspot, ada, CORE)
    hubspot.remove_rule("core")
    assert hubspot.state(ada) is State.ACTIVE
    withdraw(hubspot, ada)
    assert hubspot.state(ada) is State.ENDED


def test_it_is_due_only_while_the_directory_wants_her_in(hubspot: Company) -> None:
    """A leaver's hand-given seat is cut with all the others, and is hers again when she returns."""
    ada = hubspot.person("ada")
    give(hubspot, ada, CORE)
    session = hubspot.accept(ada)
    hubspot.deactivate(ada)
    assert not hubspot.admits(session)
    assert hubspot.pool("core").held == 0
    hubspot.change(ada, active=True)
    assert hubspot.state(ada) is State.ACTIVE


def test_an_upgrade_is_at_once_and_given_in_the_place_of_what_was(hubspot: Company) -> None:
    """Core, then sales: one grant, the later; the core seat is free."""
    ada = hubspot.person("ada")
    give(hubspot, ada, CORE)
    hubspot.accept(ada)
    effects = give(hubspot, ada, SALES)
    assert [(one.outcome.value, one.seat_types) for one in effects] == [("changes", {"sales_service"})]
    assert (hubspot.pool("core").held, hubspot.pool("sales_service").held) == (0, 1)


@pytest.mark.parametrize("later", [CORE, None])
def test_less_may_wait_for_the_renewal(hubspot: Company, later: Given | None) -> None:
    """On the first of December she has what was planned, and not before; the seat goes to whoever waits."""
    ada, ben = hubspot.people("ada", "ben")
    give(hubspot, ada, SALES)
    hubspot.accept(ada)
    give(hubspot, ben, SALES)
    assert give(hubspot, ada, later, at_renewal=True) == () if later else withdraw(hubspot, ada, at_renewal=True) == ()
    hubspot.clock.forward(days=7)
    assert hubspot.read(granting.grants_due) == []
    assert seats(hubspot, ada) == {"sales_service"}
    let_the_renewal_come(hubspot)
    assert seats(hubspot, ada) == ({"core"} if later else set())
    assert seats(hubspot, ben) == {"sales_service"}
    assert hubspot.read(granting.grants_due) == []


def test_what_is_planned_can_be_taken_back_until_then(hubspot: Company) -> None:
    """And then nothing happens at the renewal; there is nothing to take back twice."""
    ada = hubspot.person("ada")
    give(hubspot, ada, SALES)
    withdraw(hubspot, ada, at_renewal=True)
    name = ada.stated.user_name
    hubspot.write(granting.keep, "crm", "okta", name, OPERATOR)
    with pytest.raises(NotFound, match="planned change"):
        hubspot.write(granting.keep, "crm", "okta", name, OPERATOR)
    let_the_renewal_come(hubspot)
    assert seats(hubspot, ada) == {"sales_service"}


def test_what_cannot_be_given_is_refused_with_its_cure(hubspot: Company) -> None:
    """Nothing of it is kept."""
    ada = hubspot.person("ada")
    with pytest.raises(GrantRefused, match="There is no permission 'everything'"):
        give(hubspot, ada, Given("core", permissions=frozenset({"everything"})))
    with pytest.raises(NotFound, match=r"seat type .cora.\. Known: core"):
        give(hubspot, ada, Given("cora"))
    with pytest.raises(NotFound, match="grant by hand in crm to"):
        withdraw(hubspot, ada)
    with pytest.raises(NotFound, match="grant by hand in crm to"):
        give(hubspot, ada, CORE, at_renewal=True)
    assert hubspot.state(ada) is None


def test_nothing_waits_for_a_renewal_that_nobody_knows(company: Company) -> None:
    """An account without billing terms has none."""
    company.account(seats=1)
    ada = company.person("ada")
    company.write(granting.grant, "crm", "okta", ada.stated.user_name, Given(role="member"), OPERATOR)
    with pytest.raises(BillingUnknown):
        withdraw(company, ada, at_renewal=True)
