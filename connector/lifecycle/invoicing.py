"""How an account is billed, what its items cost, and what its next invoice comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from zoneinfo import available_timezones

from connector.domain.accounts import Account
from connector.domain.billing import (
    BillingTerms,
    Line,
    Period,
    PlannedChange,
    addon_item,
    difference,
    invoice,
    learnt,
    plan_item,
    seat_item,
    standing,
)
from connector.domain.errors import BillingUnknown, InvalidValue, NotFound
from connector.domain.events import Cause, Event, Kind
from connector.domain.money import Total, checked_currency, read_price
from connector.lifecycle.accounts import account_named
from connector.lifecycle.books import items_at_renewal, items_of, note_purchases
from connector.mappers.rulebook import terms_of
from connector.storage.work import Work


@dataclass(frozen=True, slots=True)
class BillingReport:
    """How an account is billed, what it pays for, and what the end of the period will bring."""

    account: Account
    terms: BillingTerms
    period: Period
    lines: Mapping[str, Line]
    next_invoice: Total
    released: Mapping[str, int]
    planned: PlannedChange | None


def state_billing(
    work: Work,
    slug: str,
    cause: Cause,
    *,
    currency: str,
    time_zone: str,
    anchor: date,
    months: int = 1,
    budget: Decimal | None = None,
) -> BillingTerms:
    """Say how an account is billed; what it has now counts as bought when the present period began.

    Said again, the books begin anew. Prices that were stated stay, unless the currency is another one. Raises NotFound,
    InvalidValue.
    """
    account = account_named(work, slug)
    work.tenancy.lock_policy(account.tenant_id, exclusively=True)
    if time_zone not in available_timezones():
        raise NotFound("time zone", time_zone, available_timezones())
    if not 1 <= months <= 36:
        raise InvalidValue("months", f"a period has 1 to 36 months, not {months}.")
    old = work.billing.terms(account.id)
    prices = old.prices if old and old.currency == currency else {}
    terms = BillingTerms(checked_currency(currency), time_zone, anchor, months, prices, budget)
    work.billing.write_terms(account.id, terms)
    work.billing.forget(account.id)
    wanted = items_of(account, terms, work.accounts.pools([account.id])[account.id])
    start = terms.period_on(terms.day_of(work.now)).start
    work.billing.record(account.id, difference([], wanted, start))
    _tell(work, account, cause, {"billing": old and _facts(old)}, {"billing": _facts(terms)})
    return terms


def state_price(work: Work, slug: str, item: str, written: str, cause: Cause) -> BillingTerms:
    """Say what one of an item costs a month, as in `12.00 EUR`; before the catalogue's price, and where it has none.

    A price that was unknown is learnt for what was bought before, too; one that was known changes from today on. Raises
    BillingUnknown, NotFound with the known items, InvalidValue for no price or another currency.
    """
    account = account_named(work, slug)
    work.tenancy.lock_policy(account.tenant_id, exclusively=True)
    terms = terms_or_refuse(work, account)
    if item not in _sold(account):
        raise NotFound("item", item, _sold(account))
    price = read_price("price", written)
    if price.currency != terms.currency:
        raise InvalidValue("price", f"{slug} is billed in {terms.currency}, not in {price.currency}.")
    priced = replace(terms, prices={**terms.prices, item: price.amount})
    work.billing.write_terms(account.id, priced)
    work.billing.record(account.id, learnt(work.billing.history(account.id), item, price.amount))
    note_purchases(work, account)
    before = {"price": f"{terms.prices[item]:f}"} if item in terms.prices else None
    _tell(work, account, cause, before, {"item": item, "price": f"{price.amount:f}"})
    return priced


def terms_or_refuse(work: Work, account: Account) -> BillingTerms:
    """Return how an account is billed; raises BillingUnknown."""
    terms = work.billing.terms(account.id)
    if terms is None:
        raise BillingUnknown(account.slug)
    return terms


def billing(work: Work, slug: str) -> BillingReport:
    """Return how an account is billed, and what its next invoice comes to; raises NotFound, BillingUnknown."""
    account = account_named(work, slug)
    terms = terms_or_refuse(work, account)
    pools, planned = work.accounts.pools([account.id])[account.id], work.billing.planned(account.id)
    return BillingReport(
        account,
        terms,
        terms.period_on(terms.day_of(work.now)),
        standing(work.billing.history(account.id)),
        invoice(terms, items_at_renewal(account, terms, pools, planned)),
        {key: pool.released for key, pool in pools.items() if pool.released},
        planned,
    )


def _sold(account: Account) -> set[str]:
    catalogue = terms_of(account).catalogue
    addons = {key for plan in catalogue.plans.values() for key in plan.addons}
    return {*map(plan_item, catalogue.plans), *map(addon_item, addons), *map(seat_item, catalogue.pools)}


def _facts(terms: BillingTerms) -> dict[str, object]:
    return {
        "currency": terms.currency,
        "time_zone": terms.time_zone,
        "anchor": terms.anchor.isoformat(),
        "months": terms.months,
        "budget": None if terms.budget is None else f"{terms.budget:f}",
    }


def _tell(
    work: Work, account: Account, cause: Cause, before: Mapping[str, object] | None, after: Mapping[str, object]
) -> None:
    event = Event(work.now, account.tenant_id, Kind.ACCOUNT_CHANGED, account.id, cause, None, account.id, before, after)
    work.trail.tell([event])
