"""How an account is billed, what its items cost, and what its next invoice comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import available_timezones

from connector.domain.accounts import Account
from connector.domain.billing import (
    BillingTerms,
    Line,
    Period,
    PlannedChange,
    addon_item,
    credit_from,
    difference,
    invoice,
    learnt,
    plan_item,
    price_from,
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
class Restatement:
    """How an account is billed from now on, and what the change comes to.

    `credit` is what was paid under the old terms for days from today on, a negative amount; `charge` is what these days
    cost under the new ones, to the end of their period. Both are None where the periods stay as they were, and at the
    first time, when nobody has said anything before.
    """

    terms: BillingTerms
    credit: Total | None = None
    charge: Total | None = None


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
) -> Restatement:
    """Say how an account is billed; what it has then counts as bought when the present period began.

    Said again with the same currency and periods, the books go on: nothing that was charged is charged again. With
    others, what was paid for days to come is credited and these days are charged anew, so that each day is paid once;
    what was planned for the end of the period is for the end of the new one. Prices that were stated stay, unless the
    currency is another one. Raises NotFound, InvalidValue.
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
    restated = _restated(work, account, old, terms)
    money = {"credit": str(restated.credit), "charge": str(restated.charge)} if restated.charge else {}
    _tell(work, account, cause, {"billing": old and _facts(old)}, {"billing": {**_facts(terms), **money}})
    return restated


def _restated(work: Work, account: Account, old: BillingTerms | None, terms: BillingTerms) -> Restatement:
    today = terms.day_of(work.now)
    if old is not None and old.bills_as(terms, work.now):
        work.billing.write_terms(account.id, terms)
        return Restatement(terms)
    history, planned = work.billing.history(account.id), work.billing.planned(account.id)
    work.billing.write_terms(account.id, terms)
    work.billing.forget(account.id)
    wanted = items_of(account, terms, work.accounts.pools([account.id])[account.id])
    period = terms.period_on(today)
    entries = difference([], wanted, period.start if old is None else today)
    work.billing.record(account.id, entries)
    if old is None:
        return Restatement(terms)
    _move_to(work, account, terms.moment(period.end), planned)
    return Restatement(terms, credit_from(old, history, today), price_from(terms, entries, today))


def _move_to(work: Work, account: Account, renewal: datetime, planned: PlannedChange | None) -> None:
    """Let what was to happen at the old renewal happen at the new one."""
    if planned is not None:
        work.billing.plan(account.id, replace(planned, at=renewal))
    pools = work.accounts.pools([account.id], lock=True)[account.id].values()
    work.accounts.write_pools(replace(pool, release_at=renewal) for pool in pools if pool.released)
    for one in work.grants.in_account(account.id):
        if one.next_at is not None:
            work.grants.write(replace(one, next_at=renewal))


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


def renewal_of(work: Work, account: Account) -> datetime:
    """Return when the present billing period ends; raises BillingUnknown."""
    terms = terms_or_refuse(work, account)
    return terms.moment(terms.period_on(terms.day_of(work.now)).end)


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
