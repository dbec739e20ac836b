"""What is charged when: periods, prorated charges, invoices."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.billing import (
    Bill,
    BillingTerms,
    Entry,
    Line,
    Period,
    bill,
    bought,
    cost,
    difference,
    standing,
    with_entries,
)
from connector.domain.money import Money, rounded
from connector.domain.plans import Addon, Plan, PoolOffer, Price
from connector.domain.text import Text

EUR = BillingTerms("EUR", "Europe/Paris", date(2026, 11, 1))
TWELVE = Decimal("12.00")
SEATS = "seats/users"


def euros(written: str) -> Money:
    return Money(Decimal(written), "EUR")


def seats(quantity: int, price: Decimal | None = TWELVE) -> dict[str, Line]:
    return {SEATS: Line(quantity, price)}


def since(day: date, quantity: int, price: Decimal | None = TWELVE) -> list[Entry]:
    return [Entry(SEATS, day, Line(quantity, price))]


def buying(quantity: int, today: date, history: list[Entry], terms: BillingTerms = EUR, **facts: Any) -> Bill:
    return bill(terms, history, seats(quantity), today, **facts)


# Periods.


@pytest.mark.parametrize(
    ("anchor", "months", "day", "start", "end"),
    [
        (date(2026, 11, 1), 1, date(2026, 11, 1), date(2026, 11, 1), date(2026, 12, 1)),
        (date(2026, 11, 1), 1, date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 1)),
        (date(2026, 1, 31), 1, date(2026, 2, 27), date(2026, 1, 31), date(2026, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28), date(2026, 2, 28), date(2026, 3, 31)),
        (date(2024, 2, 29), 12, date(2025, 2, 28), date(2025, 2, 28), date(2026, 2, 28)),
        (date(2026, 11, 15), 12, date(2026, 11, 14), date(2025, 11, 15), date(2026, 11, 15)),
        (date(2026, 11, 15), 3, date(2027, 2, 14), date(2026, 11, 15), date(2027, 2, 15)),
    ],
)
def test_a_period_begins_on_the_day_of_its_anchor(anchor: date, months: int, day: date, start: date, end: date) -> None:
    """Or on the month's last, where it is shorter; also before the anchor."""
    assert BillingTerms("EUR", "UTC", anchor, months).period_on(day) == Period(start, end)


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.sampled_from([1, 3, 12]), st.dates(date(2019, 1, 1), date(2035, 1, 1)))  # fmt: skip  # noqa: E501
def test_periods_cover_each_day_once(anchor: date, months: int, day: date) -> None:
    """Every day is in its period, and the next one begins where it ends."""
    terms = BillingTerms("EUR", "UTC", anchor, months)
    period = terms.period_on(day)
    assert period.start <= day < period.end
    assert terms.period_on(period.end).start == period.end
    assert terms.period_on(period.end - timedelta(days=1)) == period


def test_the_day_is_that_of_the_accounts_time_zone() -> None:
    """Half past eleven in the evening in London is tomorrow in Paris, and begins at 23:00 UTC."""
    evening = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert EUR.day_of(evening) == date(2026, 11, 24)
    assert EUR.moment(date(2026, 11, 24)) == datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert EUR.moment(date(2026, 7, 1)) == datetime(2026, 6, 30, 22, tzinfo=UTC)


# What is paid for.


def plan(**pools: PoolOffer) -> Plan:
    return Plan("standard", Text("Standard", "Standard"), pools, addons={"sso": Addon("sso")})


OFFER = PoolOffer(1, 3, (Price(TWELVE, "EUR"),))


@pytest.mark.parametrize(
    ("offer", "capacity", "paid"),
    [
        (OFFER, 1, None),
        (OFFER, 3, Line(2, TWELVE)),
        (PoolOffer(1, 3, (Price(TWELVE, "USD"),)), 3, Line(2, None)),
        (PoolOffer(1, 3), 2, Line(1, None)),
        (PoolOffer(None, None, (), by_contract=True), 4, Line(4, None)),
        (PoolOffer(None, None), None, None),
    ],
)
def test_seats_beyond_those_of_the_plan_are_paid_for(offer: PoolOffer, capacity: int | None, paid: Line | None) -> None:
    """In the account's currency; where the catalogue has no such price it is unknown, not zero."""
    assert bought(EUR, plan(users=offer), (), {"users": capacity}).get(SEATS) == paid


def test_a_price_that_the_operator_stated_goes_before_the_catalogues() -> None:
    """Of plans and add-ons too, for which no vendor's catalogue has one."""
    stated = {SEATS: Decimal("9.50"), "plan/standard": Decimal(49)}
    terms = BillingTerms("EUR", "UTC", date(2026, 11, 1), prices=stated)
    assert bought(terms, plan(users=OFFER), ["sso"], {"users": 2}) == {
        "plan/standard": Line(1, Decimal(49)),
        "addon/sso": Line(1, None),
        SEATS: Line(1, Decimal("9.50")),
    }


# Charges.


def test_a_seat_is_charged_to_the_end_of_the_period() -> None:
    """On 16 November, with 15 of 30 days left, a seat at 12.00 costs 6.00, and 24.00 for two from December."""
    done = buying(2, date(2026, 11, 16), since(date(2026, 11, 1), 1))
    assert done.charge.amount == euros("6.00")
    assert done.next_invoice.amount == euros("24.00")
    assert done.period.end == date(2026, 12, 1)
    assert done.raises


def test_what_follows_at_the_renewal_is_on_the_next_invoice_only() -> None:
    """A release costs and credits nothing now."""
    done = buying(2, date(2026, 11, 16), since(date(2026, 11, 1), 2), at_renewal=seats(1))
    assert (done.charge.amount, done.next_invoice.amount, done.raises) == (euros("0.00"), euros("12.00"), False)


def test_a_year_is_charged_at_twelve_months() -> None:
    """365 days at 12 times 12.00: with 73 of them left, a fifth."""
    terms = BillingTerms("EUR", "UTC", date(2026, 1, 1), 12)
    assert buying(1, date(2026, 10, 20), [], terms).charge.amount == euros("28.80")


def test_buying_and_giving_back_on_one_day_costs_nothing() -> None:
    """A day is charged as it ends."""
    today, history = date(2026, 11, 16), since(date(2026, 11, 1), 1)
    first = buying(4, today, history)
    history = with_entries(history, difference(history, seats(4), today))
    assert first.charge.amount == -buying(1, today, history).charge.known
    history = with_entries(history, difference(history, seats(1), today))
    assert cost(history, SEATS, first.period, EUR) == euros("12.00")


def test_an_unknown_price_is_unknown_in_charge_and_invoice() -> None:
    """And what has not changed does not make the charge unknown."""
    done = buying(2, date(2026, 11, 16), [Entry("plan/pro", date(2026, 11, 1), Line(1, None))])
    assert done.charge.unknown == ("plan/pro",)
    wanted = {**seats(1), "plan/pro": Line(1, None)}
    kept = bill(EUR, [Entry("plan/pro", date(2026, 11, 1), Line(1, None))], wanted, date(2026, 11, 16))
    assert kept.charge.amount == euros("6.00")
    assert (kept.next_invoice.amount, kept.next_invoice.known) == (None, euros("12.00"))


changes = st.lists(st.tuples(st.integers(0, 29), st.integers(0, 40)), max_size=12).map(sorted)
prices = st.decimals("0.0001", "999.99", places=4)


@given(st.integers(0, 40), changes, prices, st.sampled_from(["EUR", "JPY", "KWD"]))
def test_the_charges_of_a_period_add_up_to_the_price_of_what_was_used(
    first: int, steps: list[tuple[int, int]], price: Decimal, currency: str
) -> None:
    """To the smallest coin, whatever was bought and given back on which day; counted here day by day."""
    terms, start = BillingTerms(currency, "UTC", date(2026, 11, 1)), date(2026, 11, 1)
    history = since(start - timedelta(days=40), first, price)
    paid = bill(terms, history, standing(history), start).next_invoice.known
    used = dict.fromkeys(range(30), first)
    for day, quantity in steps:
        today = start + timedelta(days=day)
        paid += bill(terms, history, seats(quantity, price), today).charge.known
        history = with_entries(history, difference(history, seats(quantity, price), today))
        used.update(dict.fromkeys(range(day, 30), quantity))
    exact = sum((Fraction(price) * quantity / 30 for quantity in used.values()), Fraction(0))
    assert paid == rounded(exact, currency)


@given(changes, st.lists(prices, min_size=12, max_size=12))
def test_a_price_that_changes_in_between_adds_up_too(steps: list[tuple[int, int]], later: list[Decimal]) -> None:
    """Each day at the price of that day."""
    start, history, paid = date(2026, 11, 1), list[Entry](), euros("0.00")
    used = dict.fromkeys(range(30), Fraction(0))
    for (day, quantity), price in zip(steps, later, strict=False):
        today = start + timedelta(days=day)
        paid += bill(EUR, history, seats(quantity, price), today).charge.known
        history = with_entries(history, difference(history, seats(quantity, price), today))
        used.update(dict.fromkeys(range(day, 30), Fraction(price) * quantity / 30))
    assert paid == rounded(sum(used.values(), Fraction(0)), "EUR")
