"""Seats kept for people who are expected."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.domain.errors import InvalidValue, NoSeatLeft, NotFound, PlanTooSmall
from connector.domain.events import Kind
from connector.domain.memberships import State
from connector.domain.reservations import Reservation, ReservationState
from connector.lifecycle import reserving, seating
from connector.lifecycle.settling import settle_time

from .company import OPERATOR, Company


@pytest.fixture
def crm(company: Company) -> Company:
    """Give an account of two seats, of which everybody is due one."""
    company.account(seats=2)
    company.everybody()
    return company


def reserve(
    company: Company, name: str, *, starts: int = 0, days: int = 14, directory: str | None = "okta", **facts: Any
) -> Reservation:
    now = company.clock.now
    facts = {"ends_at": now + timedelta(days=starts + days), "directory_slug": directory, **facts}
    if starts:
        facts["starts_at"] = now + timedelta(days=starts)
    kept: Reservation = company.write(reserving.reserve, "crm", facts.pop("seat", ["seat"]), name, OPERATOR, **facts)
    return kept


def tick(company: Company, **amount: float) -> None:
    """Let time pass, as the worker's clock does."""
    company.clock.forward(**amount)
    for tenant_id, account_id in company.read(reserving.accounts_due):
        company.write(settle_time, tenant_id, account_id)


def state(company: Company, one: Reservation) -> ReservationState:
    found = company.read(reserving.reservations, "crm", 9, ended=True)
    return next(each.reservation.state for each in found if each.reservation.id == one.id)


@pytest.mark.parametrize("name", ["zoe@acme.example", "ZOE@ACME.example", "zoe.zed@acme.example"])
def test_a_joiner_is_recognised_by_user_name_or_address(crm: Company, name: str) -> None:
    """Case aside; the kept seat is hers though somebody waits, and the reservation is used up."""
    kept = reserve(crm, name)
    ada, ben = crm.people("ada", "ben")
    assert crm.states(ada, ben) == [State.INVITED, State.WAITING]
    zoe = crm.person("zoe", emails=[{"value": "zoe.zed@acme.example", "type": "work"}])
    assert crm.states(zoe, ben) == [State.INVITED, State.WAITING]
    assert (state(crm, kept), crm.pool().reserved) == (ReservationState.USED, 0)
    event = crm.events(Kind.RESERVATION_CHANGED)[-1]
    assert (event["after"], event["person_id"]) == ({"state": "used"}, zoe.id)


def test_somebody_of_another_directory_is_somebody_else(crm: Company) -> None:
    """A name counts in the directory that was named."""
    crm.directory("entra")
    reserve(crm, "zoe@acme.example", directory="entra")
    crm.person("ada")
    assert crm.state(crm.person("zoe")) is State.WAITING


def test_it_lapses_by_the_clock_and_the_line_is_served(crm: Company) -> None:
    """At its end, in the tick; the trail says that time did it."""
    kept = reserve(crm, "zoe@acme.example", days=14)
    _, ben = crm.people("ada", "ben")
    tick(crm, days=13)
    assert crm.state(ben) is State.WAITING
    tick(crm, days=1)
    assert (crm.state(ben), state(crm, kept)) == (State.INVITED, ReservationState.LAPSED)
    assert crm.events(Kind.RESERVATION_CHANGED)[-1]["cause"] == "time"


def test_it_begins_by_the_clock(crm: Company) -> None:
    """Planned it counts nowhere; from its start it is kept, if a seat is left over then or later."""
    kept = reserve(crm, "zoe@acme.example", starts=7)
    ada, ben = crm.people("ada", "ben")
    crm.accept(ada)
    crm.accept(ben)
    tick(crm, days=7)
    assert (state(crm, kept), crm.states(ada, ben)) == (ReservationState.PLANNED, [State.ACTIVE] * 2)
    crm.deactivate(ada)
    tick(crm)
    assert (state(crm, kept), crm.pool().reserved) == (ReservationState.KEPT, 1)


def test_a_placeholder_is_given_to_somebody_and_can_be_cancelled(crm: Company) -> None:
    """By the end of its id, as lists show it; whoever waits gets the seat of one that is cancelled."""
    first = reserve(crm, "the new analyst", directory=None)
    second = reserve(crm, "another", directory=None)
    crm.write(reserving.give_to, first.id[-12:], "okta", "zoe@acme.example", OPERATOR)
    ben, zoe = crm.people("ben", "zoe")
    assert crm.states(ben, zoe) == [State.WAITING, State.INVITED]
    crm.write(reserving.cancel, second.id[-12:], OPERATOR)
    assert (crm.state(ben), state(crm, second)) == (State.INVITED, ReservationState.CANCELLED)
    assert crm.read(reserving.reservations, "crm", 9, ended=False) == []
    with pytest.raises(NotFound, match="open reservation"):
        crm.write(reserving.cancel, second.id[-12:], OPERATOR)


def test_none_is_made_where_it_would_overtake_or_make_no_sense(crm: Company) -> None:
    """Nothing of it is kept."""
    crm.people("ada", "ben", "cy")
    for refusal, says, facts in (
        (NoSeatLeft, r"Every seat of crm in seats is taken \(2\)", {"name": "zoe@acme.example"}),
        (InvalidValue, "is due this seat of crm already, and waiting", {"name": "cy@acme.example"}),
        (InvalidValue, "ends after it begins", {"name": "zoe", "days": -1}),
        (InvalidValue, "say which seat", {"name": "zoe", "seat": []}),
        (NotFound, "Known: seat", {"name": "zoe", "seat": ["seats"]}),
        (NotFound, "Known: okta", {"name": "zoe", "directory": "octa"}),
    ):
        with pytest.raises(refusal, match=says):
            reserve(crm, **facts)
    assert crm.read(reserving.reservations, "crm", 9, ended=True) == []
    assert crm.pool().reserved == 0


def test_a_reserved_seat_is_not_given_back_and_counts_in_a_preview(crm: Company) -> None:
    """Two seats, one kept, one had: the preview of a purchase says three, of which two are in use."""
    reserve(crm, "zoe@acme.example")
    crm.person("ada")
    shown = crm.read(seating.preview_purchase, "crm", "seats", 1)
    assert (shown.pools["seats"].capacity, shown.pools["seats"].in_use) == (3, 2)
    assert crm.pool().unassigned == 0


def test_a_reservation_keeps_a_plan_from_becoming_too_small(company: Company) -> None:
    """It is named among those who are in the way."""
    company.account("crm", "brevo", "standard", marketing=2)
    reserve(company, "zoe@acme.example", seat=["marketing"])
    with pytest.raises(PlanTooSmall) as refusal:
        company.write(seating.change_plan, "crm", "standard", OPERATOR, seats={"marketing": 1})
    assert refusal.value.holders == {"marketing": ("zoe@acme.example",)}
