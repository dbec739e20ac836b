"""What becomes of those for whom a pool has no seat."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.domain.errors import CapacityBelowUse, DomainError, InvalidValue, NoSeatLeft, NotFound
from connector.domain.events import Kind
from connector.domain.memberships import State
from connector.domain.people import Person
from connector.domain.seats import LineOrder, SeatPool, WhenFull
from connector.lifecycle import outstanding, pool_policies, seating

from .company import OPERATOR, Company


def when_full(company: Company, policy: WhenFull, account: str = "crm", pool: str = "seats", **facts: Any) -> SeatPool:
    """Say what the pool does when it is full."""
    done: SeatPool = company.write(pool_policies.set_when_full, account, pool, policy, OPERATOR, **facts)
    return done


def people_known(company: Company) -> int:
    return int(company.sql("SELECT count(*) FROM person")[0][0])


# Refusing.


def test_a_pool_that_refuses_lets_the_directory_know(company: Company) -> None:
    """Of somebody who has no seat nothing is recorded; who has one is not concerned."""
    company.account(seats=1)
    company.everybody()
    when_full(company, WhenFull.REFUSE)
    ada = company.person("ada")
    with pytest.raises(NoSeatLeft, match=r"Every seat of crm in seats is taken \(1\)"):
        company.person("ben")
    assert people_known(company) == 1
    assert company.state(ada) is State.INVITED
    assert company.line() == []


def test_a_leaver_is_never_refused(company: Company) -> None:
    """And the next joiner gets the seat."""
    company.account(seats=1)
    company.everybody()
    when_full(company, WhenFull.REFUSE)
    ada = company.person("ada")
    company.accept(ada)
    company.deactivate(ada)
    ben = company.person("ben")
    assert company.states(ada, ben) == [State.ENDED, State.INVITED]


def test_a_request_that_takes_and_gives_is_not_refused(company: Company) -> None:
    """One loses her seat and two are to get one: access ends, one gets it, the other waits."""
    company.account(seats=1)
    ada, ben, cy = company.people("ada", "ben", "cy")
    team = company.group("Team", ada)
    company.rule("Team")
    when_full(company, WhenFull.REFUSE)
    with pytest.raises(NoSeatLeft):
        company.regroup(team, add=[ben])
    company.regroup(team, add=[ben, cy], remove=[ada])
    assert company.states(ada, ben, cy) == [State.ENDED, State.INVITED, State.WAITING]


def test_what_an_operator_does_is_not_refused(company: Company) -> None:
    """A rule may concern more people than there are seats: they wait, and those who wait may be stated again."""
    company.account(seats=1)
    ada, ben = company.people("ada", "ben")
    when_full(company, WhenFull.REFUSE)
    company.everybody()
    assert company.states(ada, ben) == [State.INVITED, State.WAITING]
    company.change(ben, title="Boss")
    assert company.state(ben) is State.WAITING


def test_a_retry_after_seats_were_bought_succeeds(company: Company) -> None:
    """The directory asks again, as all of them do."""
    company.account(seats=0)
    company.everybody()
    when_full(company, WhenFull.REFUSE)
    with pytest.raises(NoSeatLeft):
        company.person("ada")
    company.write(seating.buy_seats, "crm", "seats", 1, OPERATOR)
    assert company.state(company.person("ada")) is State.INVITED


def test_somebody_who_could_not_sign_in_is_not_refused(company: Company) -> None:
    """It is not a seat that she lacks."""
    company.directory("entra", signs_in=False)
    company.account(seats=0)
    company.everybody()
    when_full(company, WhenFull.REFUSE)
    assert company.state(company.person("ada", "entra")) is State.WAITING


# A grace.


def test_a_grace_seats_whoever_waits(company: Company) -> None:
    """At once, and in order; two seats beyond the one there is."""
    company.account(seats=1)
    company.everybody()
    ada, ben, cy, dee = company.people("ada", "ben", "cy", "dee")
    pool = when_full(company, WhenFull.GRACE, seats=2, days=14)
    assert company.states(ada, ben, cy, dee) == [State.INVITED] * 3 + [State.WAITING]
    assert pool.grace_until == company.clock.now + timedelta(days=14)
    assert company.events(Kind.ACCOUNT_CHANGED)[-1]["after"] == {
        "when_full": {"seats": {"policy": "grace", "grace": 2, "grace_days": 14}}
    }


def test_a_grace_that_is_over_evicts_nobody(company: Company) -> None:
    """And seats nobody. Buying the seats in use makes it whole again, for whoever waits."""
    company.account(seats=1)
    company.everybody()
    when_full(company, WhenFull.GRACE, seats=1, days=14)
    ada, ben = company.people("ada", "ben")
    company.accept(ada)
    company.accept(ben)
    company.let_time_pass(days=15)
    cy = company.person("cy")
    assert company.states(ada, ben, cy) == [State.ACTIVE, State.ACTIVE, State.WAITING]
    shown = company.read(seating.preview_purchase, "crm", "seats", 1)
    assert not shown.holders
    company.write(seating.buy_seats, "crm", "seats", 1, OPERATOR, version=shown.version)
    dee = company.person("dee")
    assert company.states(cy, dee) == [State.INVITED, State.WAITING]
    assert company.pool().grace_until == company.clock.now + timedelta(days=14)


def test_a_grace_cannot_be_taken_from_under_its_holders(company: Company) -> None:
    """Nobody is evicted."""
    company.account(seats=1)
    company.everybody()
    when_full(company, WhenFull.GRACE, seats=2, days=14)
    company.people("ada", "ben", "cy")
    for policy, facts in ((WhenFull.WAIT, {}), (WhenFull.GRACE, {"seats": 1, "days": 14})):
        with pytest.raises(CapacityBelowUse, match="3 seats seats in use"):
            when_full(company, policy, **facts)
    assert company.capacity(2).capacity == 2
    with pytest.raises(CapacityBelowUse):
        company.capacity(1)


@pytest.mark.parametrize(
    ("facts", "refusal", "says"),
    [
        ({"policy": WhenFull.GRACE}, InvalidValue, "how many seats"),
        ({"policy": WhenFull.GRACE, "seats": 1}, InvalidValue, "how many days"),
        ({"policy": WhenFull.GRACE, "seats": -1, "days": 3}, InvalidValue, "how many seats"),
        ({"policy": WhenFull.GRACE, "seats": 1, "days": 367}, InvalidValue, "from 1 to 366"),
        ({"policy": WhenFull.WAIT, "seats": 1, "days": 3}, InvalidValue, "no seats beyond"),
        ({"policy": WhenFull.WAIT, "pool": "saets"}, NotFound, "Known: seats"),
        ({"policy": WhenFull.WAIT, "account": "crn"}, NotFound, "Known: crm"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(
    company: Company, facts: dict[str, Any], refusal: type[DomainError], says: str
) -> None:
    """And changes nothing."""
    company.account(seats=1)
    with pytest.raises(refusal, match=says):
        when_full(company, **facts)
    assert company.pool().when_full is WhenFull.WAIT


# A fallback.


@pytest.fixture
def hubspot(company: Company) -> Company:
    """Give an account at HubSpot with one sales seat and one core seat; sales staff are due the former."""
    company.account(vendor="hubspot", plan="sales_or_service_pro", core=1, sales_service=1)
    company.rule(where='title eq "Sales"', seat_type="sales_service", permissions=["deals.view", "deals.edit"])
    return company


def fall_back(company: Company, pool: str = "sales_service", seat_type: str | None = "core") -> SeatPool:
    return when_full(company, WhenFull.FALLBACK, pool=pool, fallback=seat_type)


def seats(company: Company, *people: Person) -> list[set[str]]:
    found = [company.member(person) for person in people]
    return [set(member.seat_types) if member else set() for member in found]


def test_who_waits_has_the_fallback_meanwhile_and_moves_up(hubspot: Company) -> None:
    """Ben and Cy wait; with the policy Ben has the core seat, and the sales seat when Ada leaves; then Cy is next."""
    ada, ben, cy = (hubspot.person(name, title="Sales") for name in ("ada", "ben", "cy"))
    assert hubspot.states(ada, ben, cy) == [State.INVITED, State.WAITING, State.WAITING]
    fall_back(hubspot)
    assert seats(hubspot, ada, ben, cy) == [{"sales_service"}, {"core"}, set()]
    assert hubspot.line() == [ben.id, cy.id]
    hubspot.accept(ben)
    hubspot.deactivate(ada)
    assert seats(hubspot, ben, cy) == [{"sales_service"}, {"core"}]
    assert (hubspot.state(ben), len(hubspot.mails())) == (State.ACTIVE, 3)
    assert hubspot.line() == [cy.id]


def test_only_what_the_lesser_seat_may_hold_is_in_force_on_it(company: Company) -> None:
    """Brevo: what takes the sales seat she has not; on the marketing seat she has the rest of what is due."""
    company.account(vendor="brevo", plan="standard_sales_essentials", sales=1, marketing=3)
    company.rule(where="active eq true", permissions=["email_campaigns.send", "deals.create_edit"])
    when_full(company, WhenFull.FALLBACK, pool="sales", fallback="marketing")
    (ada,) = company.people("ada")
    member = company.member(ada)
    assert member is not None
    assert (set(member.seat_types), set(member.permissions)) == ({"marketing"}, {"email_campaigns.send"})
    assert company.line() == [ada.id]
    company.capacity(2, pool="sales")
    assert seats(company, ada) == [{"marketing", "sales"}]


def test_a_policy_taken_back_takes_no_seat_away_that_is_covered(hubspot: Company) -> None:
    """A sales seat covers core: Ben keeps it while he waits; nobody else gets one meanwhile."""
    ada, ben, cy = (hubspot.person(name, title="Sales") for name in ("ada", "ben", "cy"))
    fall_back(hubspot)
    hubspot.accept(ben)
    when_full(hubspot, WhenFull.WAIT, pool="sales_service")
    assert seats(hubspot, ada, ben, cy) == [{"sales_service"}, {"core"}, set()]
    hubspot.delete(ben)
    assert seats(hubspot, cy) == [set()]


@pytest.mark.parametrize(
    ("facts", "refusal", "says"),
    [
        ({"fallback": None}, InvalidValue, "name a seat type"),
        ({"fallback": "cora"}, NotFound, "Known: core"),
        ({"fallback": "sales_service"}, InvalidValue, "sales_service -> sales_service"),
        ({"pool": "core", "fallback": "sales_service"}, InvalidValue, "core -> sales_service -> core"),
        ({"policy": WhenFull.WAIT, "fallback": "core"}, InvalidValue, "and for no other"),
    ],
)
def test_a_fallback_that_is_none_or_goes_in_a_circle_is_refused(
    hubspot: Company, facts: dict[str, Any], refusal: type[DomainError], says: str
) -> None:
    """With the way it goes; what there was stays."""
    fall_back(hubspot)
    given = {"policy": WhenFull.FALLBACK, "pool": "sales_service", **facts}
    with pytest.raises(refusal, match=says):
        when_full(hubspot, **given)
    assert (hubspot.pool("sales_service").fallback, hubspot.pool("core").fallback) == ("core", None)


# The order of the line.


def test_the_line_is_served_by_the_priority_of_the_rules_where_that_is_said(company: Company) -> None:
    """Previewed and applied alike; who came first of one priority is first; who has a seat keeps it."""
    company.account(seats=1)
    company.rule(name="all", where="active eq true", priority=1)
    company.rule(name="chiefs", where='title eq "Chief"', priority=9)
    eve, ada, ben = company.people("eve", "ada", "ben")
    cy, dee = company.person("cy", title="Chief"), company.person("dee", title="Chief")
    shown = company.lifecycle.rehearse(pool_policies.set_line_order, "crm", LineOrder.PRIORITY, OPERATOR)
    assert company.line() == [ada.id, ben.id, cy.id, dee.id]
    done = company.write(pool_policies.set_line_order, "crm", LineOrder.PRIORITY, OPERATOR)
    assert shown == done
    assert [(one.place, one.person_id) for one in done] == list(enumerate([cy.id, dee.id, ada.id, ben.id], start=1))
    assert company.line() == [cy.id, dee.id, ada.id, ben.id]
    assert [one.person.id for one in company.read(outstanding.waiting, 9, "crm")] == company.line()
    company.delete(eve)
    assert company.states(ada, cy) == [State.WAITING, State.INVITED]
    company.remove_rule("chiefs")
    assert company.line() == [ada.id, ben.id, dee.id]
    company.write(pool_policies.set_line_order, "crm", LineOrder.TIME, OPERATOR)
    assert company.line() == [ada.id, ben.id, dee.id]
    told = [event["after"] for event in company.events(Kind.ACCOUNT_CHANGED)]
    assert told == [{"line_order": "priority"}, {"line_order": "time"}]
