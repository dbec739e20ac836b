"""What holds of random months of an account: previews come true, and money adds up."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.domain.errors import DomainError
from connector.domain.money import Money, rounded
from connector.lifecycle import Lifecycle, accounts, invoicing, seating
from connector.lifecycle.proposals import Outcome, Preview
from connector.settings import Settings
from connector.storage.database import Database

from .company import OPERATOR, SECRET_KEY, Clock, Company

PLANS = ["standard", "pro", "standard_sales_essentials"]
PRICES = {"plan/standard": "29.99", "plan/pro": "99.00", "plan/standard_sales_essentials": "61.37"}
SEAT = Decimal("12.01")

steps = st.lists(
    st.one_of(
        st.tuples(st.just("join"), st.integers(0, 5)),
        st.tuples(st.just("leave"), st.integers(0, 5)),
        st.tuples(st.just("buy"), st.integers(1, 2)),
        st.tuples(st.just("release"), st.integers(1, 2)),
        st.tuples(st.just("plan"), st.integers(0, 2)),
        st.tuples(st.just("days"), st.integers(1, 9)),
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

    No pool is ever oversold, which the table itself refuses, and nothing is charged for what was refused.
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
        self.people: dict[int, Any] = {}
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
            case "buy":
                self.confirm(seating.preview_purchase, seating.buy_seats, "marketing", number)
            case "release":
                self.confirm(seating.preview_release, seating.release_seats, "marketing", number)
            case "plan":
                self.confirm(seating.preview_plan, seating.change_plan, PLANS[number])

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
        history = self.company.read(lambda work: work.billing.history(work.accounts.all()[-1].id))
        assert all(entry.day.month == 11 for entry in history)


def _places(work: Any, person_id: str) -> list[Any]:
    return list(work.ledger.of_people([person_id]).get(person_id, []))
