"""What becomes of those for whom a pool has no seat."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.domain.errors import CapacityBelowUse, DomainError, InvalidValue, NoSeatLeft, NotFound
from connector.domain.events import Kind
from connector.domain.memberships import State
from connector.domain.seats import SeatPool, WhenFull
from connector.lifecycle import pool_policies, seating

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
