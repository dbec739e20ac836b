"""What holds of random months of an account: previews come true, and money adds up."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.domain.errors import DomainError, InvitationUnusable
from connector.domain.grants import Given
from connector.domain.memberships import State
from connector.domain.money import Money, rounded
from connector.domain.reservations import ReservationState
from connector.domain.seats import LineOrder
from connector.lifecycle import (
    Lifecycle,
    accounts,
    granting,
    invoicing,
    members,
    pool_policies,
    reserving,
    seating,
)
from connector.lifecycle.proposals import Outcome, Preview
from connector.lifecycle.settling import fresh_rulebook, settle, settle_time
from connector.settings import Settings
from connector.storage.database import Database

from .company import OPERATOR, SECRET_KEY, Clock, Company

PLANS = ["standard", "pro", "standard_sales_essentials"]
PRICES = {"plan/standard": "29.99", "plan/pro": "99.00", "plan/standard_sales_essentials": "61.37"}
SEAT = Decimal("12.01")

steps = st.lists(
    st.one_of(
        st.tuples(st.just("join"), st.integers(0, 3)),
        st.tuples(st.just("leave"), st.integers(0, 3)),
        st.tuples(st.just("buy"), st.integers(1, 2)),
        st.tuples(st.just("release"), st.integers(1, 2)),
        st.tuples(st.just("plan"), st.integers(0, 2)),
        st.tuples(st.just("days"), st.integers(1, 9)),
        st.tuples(st.just("accept"), st.integers(0, 3)),
        st.tuples(st.just("suspend"), st.integers(0, 3)),
        st.tuples(st.just("reserve"), st.integers(0, 5)),
        st.tuples(st.just("grant"), st.integers(0, 3)),
        st.tuples(st.just("order"), st.integers(0, 1)),
    ),
    min_size=6,
    max_size=16,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_previews_come_true_and_charges_add_up(
    sqlite_template: Path, tmp_path: Path, story: list[tuple[str, int]]
) -> None:
    """Whoever a preview says gains, loses or waits does; a month's charges are the price of each day's seats and plan.

    No pool is ever oversold, which the table itself refuses, and nothing is charged for what was refused. At the end
    the pools count what the rows say, and settling everybody again changes nothing.
    """
    database = Database(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'jumpseat.db')}")
    clock = Clock()
    clock.now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    month = Month(
        Company(Lifecycle(database, Settings(secret_key=SECRET_KEY, public_url="https://a.example"), clock), clock)
    )
    for step, number in story:
        month.play(step, number)
    month.check()
    database.dispose()


class Month:
    """November of an account at Brevo, which is billed on the first."""

    def __init__(self, company: Company) -> None:
        self.company = company
        company.directory("okta")
        company.account("crm", "brevo", "standard", marketing=3)
        company.rule(where="active eq true", permissions=["email_campaigns.send"])
        self.people: dict[int, Any] = {0: company.person("p0"), 1: company.person("p1")}
        company.accept(self.people[0])
        billing: dict[str, Any] = {"currency": "EUR", "time_zone": "UTC", "anchor": date(2026, 11, 1)}
        company.write(invoicing.state_billing, "crm", OPERATOR, **billing)
        for item, price in {**PRICES, "seats/marketing": str(SEAT)}.items():
            company.write(invoicing.state_price, "crm", item, f"{price} EUR", OPERATOR)
        self.paid: Money = company.read(invoicing.billing, "crm").next_invoice.known
        self.used = dict.fromkeys(range(1, 31), self.a_month())

    def play(self, step: str, number: int) -> None:
        company = self.company
        match step:
            case "join" if number not in self.people:
                self.people[number] = company.person(f"p{number}")
            case "leave" if number in self.people:
                company.delete(self.people.pop(number))
            case "days" if company.clock.now.day + number <= 30:
                company.clock.forward(days=number)
                for one in company.read(reserving.accounts_due):
                    company.write(settle_time, *one)
            case "accept" if number in self.people and company.state(self.people[number]) is State.INVITED:
                with suppress(InvitationUnusable):
                    company.accept(self.people[number])
            case "suspend" if number in self.people:
                self.either_way(members.suspend, members.reactivate, number)
            case "grant" if number in self.people:
                given = Given(permissions=frozenset({"email_campaigns.send", "sms_campaigns.send"}))
                self.either_way(partial(granting.grant, given=given), granting.withdraw, number)
            case "reserve":
                self.reserve(f"p{number}@acme.example")
            case "order":
                company.write(pool_policies.set_line_order, "crm", list(LineOrder)[number], OPERATOR)
            case "buy":
                self.confirm(seating.preview_purchase, seating.buy_seats, "marketing", number)
            case "release":
                self.confirm(seating.preview_release, seating.release_seats, "marketing", number)
            case "plan":
                self.confirm(seating.preview_plan, seating.change_plan, PLANS[number])

    def either_way(self, one: Callable[..., Any], other: Callable[..., Any], number: int) -> None:
        """Do one thing, or the other where that cannot be done; a rehearsal says beforehand what it comes to."""
        whom = {"account_slug": "crm", "directory_slug": "okta", "user_name": f"p{number}@acme.example"}
        for use_case in (one, other):
            with suppress(DomainError):
                shown = self.company.lifecycle.rehearse(use_case, **whom, cause=OPERATOR)
                assert self.company.write(use_case, **whom, cause=OPERATOR) == shown
                return

    def reserve(self, name: str) -> None:
        now = self.company.clock.now
        facts = {"directory_slug": "okta", "starts_at": now + timedelta(days=1), "ends_at": now + timedelta(days=9)}
        with suppress(DomainError):
            self.company.write(reserving.reserve, "crm", ["marketing"], name, OPERATOR, **facts)

    def confirm(self, preview: Callable[..., Preview], do: Callable[..., Preview], *facts: Any) -> None:
        """Preview and confirm; what is refused changes nothing."""
        before = self.a_month()
        try:
            shown: Preview = self.company.read(preview, "crm", *facts)
            done: Preview = self.company.write(do, "crm", *facts, OPERATOR, version=shown.version)
        except DomainError:
            assert self.a_month() == before
            return
        assert done.version == shown.version
        assert done.bill is not None
        self.paid += done.bill.charge.known
        self.used |= dict.fromkeys(range(self.company.clock.now.day, 31), self.a_month())
        self.came_true(shown)

    def came_true(self, shown: Preview) -> None:
        pools = self.company.read(lambda work: work.accounts.pools([shown.account.id]))[shown.account.id]
        assert pools == shown.pools
        for effect in shown.effects:
            held = self.company.read(_places, effect.person_id)
            assert [(effect.state, effect.seat_types)] == [(one.state, one.seat_types) for one in held]
            assert (effect.outcome is Outcome.GAINS) <= bool(held[0].seat_types)

    def a_month(self) -> Fraction:
        """Return what a whole month costs at present: the plan, and each marketing seat beyond those it includes."""
        account = self.company.read(accounts.account_named, "crm")
        included = 10 if account.plan == "pro" else 1
        extra = (self.company.pool("marketing").capacity or 0) - included
        return Fraction(PRICES[f"plan/{account.plan}"]) + Fraction(SEAT) * extra

    def check(self) -> None:
        exact = sum((month / 30 for month in self.used.values()), Fraction(0))
        # Each item is rounded for itself, as on an invoice: half a cent for each of the four, at most.
        assert abs(self.paid.amount - rounded(exact, "EUR").amount) <= Decimal("0.02")
        self.company.read(_counted)
        assert self.company.lifecycle.rehearse(_settled_again) == [], "settling twice changes something"
        crm = self.company.read(accounts.account_named, "crm")
        history = self.company.read(lambda work: work.billing.history(crm.id))
        assert all(entry.day.month == 11 for entry in history)


def _places(work: Any, person_id: str) -> list[Any]:
    return list(work.ledger.of_people([person_id]).get(person_id, []))


def _counted(work: Any) -> None:
    """Hold that the pools count what the rows say."""
    crm = accounts.account_named(work, "crm")
    held = work.ledger.in_account(crm.id, 99)
    kept = [one for one in work.reservations.open_in([crm.id]) if one.state is ReservationState.KEPT]
    counts = {
        "held": Counter(key for one in held if one.holds for key in one.pools),
        "promised": Counter(key for one in held if one.state is State.INVITED for key in one.pools),
        "reserved": Counter(key for one in kept for key in one.pools),
    }
    for key, pool in work.accounts.pools([crm.id])[crm.id].items():
        counted = {"held": pool.held, "promised": pool.promised, "reserved": pool.reserved}
        assert counted == {name: count[key] for name, count in counts.items()}, key
        assert not pool.short


def _settled_again(work: Any) -> list[Any]:
    """Settle everybody, and once more; return what the second time changed."""
    crm = accounts.account_named(work, "crm")
    work.tenancy.lock_policy(crm.tenant_id, exclusively=True)
    book, everybody = fresh_rulebook(work, crm.tenant_id), work.ledger.due_in(crm.id)
    again: list[Any] = []
    for _ in range(2):
        people = work.people.by_id(everybody).values()
        again = settle(work, crm.tenant_id, book, people, OPERATOR, seats_changed_in=[crm.id])
    return again
