"""What is charged when: periods, what an account has bought in them, and what a change of it costs.

An item is bought from a day on, in the account's time zone, and paid in advance to the end of the period. A charge is
the rounded cost of the period, with the change, less the rounded cost of it without; so the charges of a period add up
to the rounded price of what was used in it, to the smallest coin, however often it was changed.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from connector.domain.money import Money, Total, rounded, total
from connector.domain.plans import Plan


@dataclass(frozen=True, slots=True)
class Period:
    """The days for which one invoice is written: from `start` to the day before `end`, on which the next one begins."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days


@dataclass(frozen=True, slots=True)
class BillingTerms:
    """How an account is billed: every `months` months, counted from `anchor`, in one currency.

    `prices` are those that the operator has stated, a month, by item; they go before the catalogue's. Above `budget`,
    for a whole period, a purchase needs approval.
    """

    currency: str
    time_zone: str
    anchor: date
    months: int = 1
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    budget: Decimal | None = None

    def bills_as(self, other: BillingTerms, now: datetime) -> bool:
        """Tell whether the present period and those to come are the same under other terms, in the same currency."""
        same = (self.currency, self.time_zone, self.months) == (other.currency, other.time_zone, other.months)
        return same and self.period_on(self.day_of(now)) == other.period_on(other.day_of(now))

    def day_of(self, now: datetime) -> date:
        """Return the day that it is in the account's time zone."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()

    def moment(self, day: date) -> datetime:
        """Return when a day begins in the account's time zone, in UTC."""
        return datetime.combine(day, time(), ZoneInfo(self.time_zone)).astimezone(UTC)

    def period_on(self, day: date) -> Period:
        """Return the period that a day is in."""
        elapsed = (day.year - self.anchor.year) * 12 + day.month - self.anchor.month
        number = elapsed // self.months
        if self._start(number) > day:
            number -= 1
        return Period(self._start(number), self._start(number + 1))

    def _start(self, number: int) -> date:
        """Return the first day of a period: the anchor's day of the month, or the month's last where it is shorter."""
        year, month = divmod(self.anchor.year * 12 + self.anchor.month - 1 + number * self.months, 12)
        return date(year, month + 1, min(self.anchor.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Line:
    """How many of an item are paid for, and what one costs a month; None is unknown."""

    quantity: int
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Entry:
    """From this day on an item is bought so."""

    item: str
    day: date
    line: Line


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """What an account is to have from a moment on, the end of a period: plan, add-ons, and seats where they differ."""

    plan: str
    addons: tuple[str, ...]
    seats: Mapping[str, int]
    at: datetime


@dataclass(frozen=True, slots=True)
class Bill:
    """What a change costs: `charge` at once, to the end of the period, and `next_invoice` on its last day's morrow.

    A negative charge is a credit. `raises` says that more is paid for than before, now or then, at whatever price.
    """

    period: Period
    charge: Total
    next_invoice: Total
    raises: bool


def plan_item(key: str) -> str:
    """Return how the plan itself is named among items."""
    return f"plan/{key}"


def addon_item(key: str) -> str:
    """Return how an add-on is named among items."""
    return f"addon/{key}"


def seat_item(pool: str) -> str:
    """Return how one more seat of a pool is named among items."""
    return f"seats/{pool}"


def bought(
    terms: BillingTerms, plan: Plan, addons: Iterable[str], capacities: Mapping[str, int | None]
) -> dict[str, Line]:
    """Return what an account pays for: its plan, its add-ons, and the seats beyond those that come with the plan.

    Of seats that are agreed by contract each one is paid for; of a pool without limit, none.
    """
    lines = {plan_item(plan.key): Line(1, terms.prices.get(plan_item(plan.key)))}
    lines |= {addon_item(key): Line(1, terms.prices.get(addon_item(key))) for key in addons}
    for pool, capacity in capacities.items():
        offer, item = plan.offer(pool), seat_item(pool)
        included = 0 if offer.by_contract else offer.included
        paid = 0 if capacity is None or included is None else max(0, capacity - included)
        listed = offer.price_in(terms.currency)
        if paid:
            lines[item] = Line(paid, terms.prices.get(item, listed.amount if listed else None))
    return lines


def standing(history: Iterable[Entry]) -> dict[str, Line]:
    """Return what is bought after everything in `history`."""
    lines = {entry.item: entry.line for entry in sorted(history, key=_day)}
    return {item: line for item, line in lines.items() if line.quantity}


def difference(history: Iterable[Entry], wanted: Mapping[str, Line], day: date) -> list[Entry]:
    """Return the entries that lead from what is bought to what is wanted, from a day on."""
    now = standing(history)
    gone = {item: Line(0, now[item].price) for item in now.keys() - wanted.keys()}
    target = {**wanted, **gone}
    return [Entry(item, day, target[item]) for item in sorted(target) if now.get(item) != target[item]]


def with_entries(history: Iterable[Entry], entries: Iterable[Entry]) -> list[Entry]:
    """Return the history after further entries; of one item on one day the last word holds."""
    kept = {(entry.item, entry.day): entry for entry in (*history, *entries)}
    return sorted(kept.values(), key=_day)


def learnt(history: Iterable[Entry], item: str, price: Decimal) -> list[Entry]:
    """Return the entries in which a price that was not known is known: it was the price before we heard of it."""
    lacking = (entry for entry in history if entry.item == item and entry.line.price is None)
    return [Entry(item, entry.day, Line(entry.line.quantity, price)) for entry in lacking]


def cost(history: Iterable[Entry], item: str, period: Period, terms: BillingTerms) -> Money | None:
    """Return what one item costs for a period if nothing changes any more, by days; None when a price is unknown."""
    exact = Fraction(0)
    entries = sorted((entry for entry in history if entry.item == item and entry.day < period.end), key=_day)
    ends = [*(entry.day for entry in entries), period.end][1:]
    for entry, until in zip(entries, ends, strict=True):
        days = (until - max(entry.day, period.start)).days
        if days <= 0 or not entry.line.quantity:
            continue
        if entry.line.price is None:
            return None
        exact += Fraction(entry.line.price) * entry.line.quantity * terms.months * Fraction(days, period.days)
    return rounded(exact, terms.currency)


def bill(
    terms: BillingTerms,
    history: Iterable[Entry],
    wanted: Mapping[str, Line],
    today: date,
    *,
    at_renewal: Mapping[str, Line] | None = None,
) -> Bill:
    """Return what it costs to have `wanted` from today on, and `at_renewal` when the period ends, if that differs."""
    past, period = list(history), terms.period_on(today)
    entries = difference(past, wanted, today)
    after = with_entries(past, entries)
    charges = [
        (one.item, _less(cost(after, one.item, period, terms), cost(past, one.item, period, terms))) for one in entries
    ]
    before = standing(past)
    later = wanted if at_renewal is None else at_renewal
    grows = [
        item
        for item, line in (*wanted.items(), *later.items())
        if line.quantity > (before[item].quantity if item in before else 0)
    ]
    return Bill(period, total(terms.currency, charges), invoice(terms, later), bool(grows))


def price_from(terms: BillingTerms, history: Iterable[Entry], day: date) -> Total:
    """Return what the period of this day costs by a history, if nothing changes any more."""
    past, period = list(history), terms.period_on(day)
    items = sorted({entry.item for entry in past})
    return total(terms.currency, [(item, cost(past, item, period, terms)) for item in items])


def credit_from(terms: BillingTerms, history: Iterable[Entry], day: date) -> Total:
    """Return what stopping everything on a day gives back of what was paid for its period: a negative amount."""
    past, period = list(history), terms.period_on(day)
    stopped = with_entries(past, difference(past, {}, day))
    items = sorted({entry.item for entry in past})
    return total(
        terms.currency,
        [(item, _less(cost(stopped, item, period, terms), cost(past, item, period, terms))) for item in items],
    )


def invoice(terms: BillingTerms, lines: Mapping[str, Line]) -> Total:
    """Return what a whole period of this costs; each line is rounded, as on paper."""
    return total(
        terms.currency,
        (
            (item, None if line.price is None else _whole(terms, line.price, line.quantity))
            for item, line in sorted(lines.items())
            if line.quantity
        ),
    )


def _whole(terms: BillingTerms, price: Decimal, quantity: int) -> Money:
    return rounded(Fraction(price) * quantity * terms.months, terms.currency)


def _less(new: Money | None, old: Money | None) -> Money | None:
    return None if new is None or old is None else new - old


def _day(entry: Entry) -> date:
    return entry.day
