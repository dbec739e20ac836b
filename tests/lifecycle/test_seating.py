"""Buying seats, giving them back, changing the plan; each previewed by the computation that confirming applies."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from connector.domain.errors import (
    ApprovalNeeded,
    BillingUnknown,
    CapacityByContract,
    DomainError,
    InvalidValue,
    LedgerMoved,
    NotFound,
    PlanTooSmall,
    SeatsAssigned,
)
from connector.domain.events import Kind
from connector.domain.memberships import State
from connector.domain.money import rounded
from connector.lifecycle import accounts, invoicing, seating
from connector.lifecycle.proposals import Outcome, Preview

from .company import OPERATOR, Company

DECEMBER = datetime(2026, 11, 30, 23, tzinfo=UTC)
"""When 1 December begins in Paris."""

# It is noon on 23 November 2026: of the period's 30 days 8 are left, today's included.


def billed(company: Company, account: str = "crm", budget: str | None = None, price: str | None = "30.00 EUR") -> None:
    """Let the account be billed in euros on the first of each month, a seat at 30.00 a month."""
    facts: dict[str, Any] = {"currency": "EUR", "time_zone": "Europe/Paris", "anchor": date(2026, 1, 1)}
    company.write(
        invoicing.state_billing, account, OPERATOR, budget=None if budget is None else Decimal(budget), **facts
    )
    if price:
        company.write(invoicing.state_price, account, "seats/seats", price, OPERATOR)


def plan_costs(company: Company, price: str = "0.00 EUR") -> None:
    company.write(invoicing.state_price, "crm", "plan/standard", price, OPERATOR)


def buy(company: Company, number: int, **facts: Any) -> Preview:
    done: Preview = company.write(seating.buy_seats, "crm", "seats", number, OPERATOR, **facts)
    return done


def would_buy(company: Company, number: int) -> Preview:
    return company.read(seating.preview_purchase, "crm", "seats", number)


def release(company: Company, number: int, **facts: Any) -> Preview:
    done: Preview = company.write(seating.release_seats, "crm", "seats", number, OPERATOR, **facts)
    return done


def renew(company: Company, **amount: float) -> None:
    """Let the worker's clock pass the end of the period."""
    company.clock.forward(**(amount or {"days": 9}))
    for tenant_id, account_id in company.read(seating.accounts_due):
        company.write(seating.carry_out, tenant_id, account_id)


def outcomes(preview: Preview) -> dict[str, Outcome]:
    return {effect.user_name.partition("@")[0]: effect.outcome for effect in preview.effects}


def money(preview: Preview) -> tuple[str, str]:
    assert preview.bill is not None
    return str(preview.bill.charge), str(preview.bill.next_invoice)


def everything(company: Company) -> list[Any]:
    """Return every row that an operation could touch."""
    tables = ("account", "seat_pool", "membership", "purchase", "billing", "event", "outbox", "invitation")
    return [company.sql(f"SELECT * FROM {table}") for table in tables]  # noqa: S608


# Buying seats.


def test_a_purchase_is_previewed_with_people_seats_and_money(company: Company) -> None:
    """Two of three who wait would get a seat, which are two of the ten of the plan; and nothing is written."""
    company.account(seats=0)
    company.everybody()
    company.people("ada", "ben", "cy")
    billed(company)
    plan_costs(company)
    untouched = everything(company)
    shown = would_buy(company, 2)
    assert outcomes(shown) == {"ada": Outcome.GAINS, "ben": Outcome.GAINS, "cy": Outcome.WAITS}
    assert (shown.pools_before["seats"].capacity, shown.pools["seats"].capacity) == (0, 2)
    assert money(shown) == ("0.00 EUR", "0.00 EUR")
    assert everything(company) == untouched


def test_a_seat_is_charged_by_days_and_stands_on_the_next_invoice(company: Company) -> None:
    """Ten seats come with the plan; the eleventh costs 8 of 30 days of 30.00 now, and 30.00 from December."""
    company.account()
    billed(company)
    plan_costs(company)
    assert money(would_buy(company, 1)) == ("8.00 EUR", "30.00 EUR")
    assert money(buy(company, 2)) == ("16.00 EUR", "60.00 EUR")
    assert money(would_buy(company, 1)) == ("8.00 EUR", "90.00 EUR")


def test_what_is_bought_is_what_was_previewed(company: Company) -> None:
    """The same people, seats and money; the longest waiting is invited, and the trail keeps the charge."""
    company.account(seats=0)
    company.everybody()
    ada, ben = company.people("ada", "ben")
    billed(company)
    shown = would_buy(company, 1)
    done = buy(company, 1, version=shown.version)
    assert done.version == shown.version
    assert outcomes(done) == outcomes(shown) == {"ada": Outcome.GAINS, "ben": Outcome.WAITS}
    assert company.states(ada, ben) == [State.INVITED, State.WAITING]
    assert company.mails() == [ada.id]
    assert company.pool().capacity == 1
    assert company.events(Kind.ACCOUNT_CHANGED)[-1]["after"]["charge"] == "0.00 EUR"


@pytest.mark.parametrize("what", ["a joiner", "a price", "a purchase", "a day", "a rule"])
def test_a_ledger_that_has_moved_refuses_what_was_previewed(company: Company, what: str) -> None:
    """With the new figures and their version, which can be confirmed; nothing is bought before."""
    company.account()
    company.everybody()
    billed(company)
    shown = would_buy(company, 1)
    match what:
        case "a joiner":
            company.person("ada")
        case "a price":
            company.write(invoicing.state_price, "crm", "seats/seats", "60.00 EUR", OPERATOR)
        case "a purchase":
            buy(company, 1)
        case "a day":
            company.clock.forward(days=1)
        case _:
            company.person("ada", active=True)
            company.remove_rule("everybody-crm")
            company.rule(where='userName eq "ada@acme.example"')
    capacity = company.pool().capacity
    with pytest.raises(LedgerMoved, match="look at the new figures") as refusal:
        buy(company, 1, version=shown.version)
    assert company.pool().capacity == capacity
    now = refusal.value.preview
    assert isinstance(now, Preview)
    assert buy(company, 1, version=now.version).version == now.version


def test_an_unknown_price_is_unknown_until_it_is_stated(company: Company) -> None:
    """It is then that of what was bought before, too, and nothing is charged for learning it."""
    company.account()
    billed(company, price=None)
    assert money(buy(company, 1)) == (
        "unknown (0.00 EUR and seats/seats)",
        "unknown (0.00 EUR and plan/standard, seats/seats)",
    )
    company.write(invoicing.state_price, "crm", "seats/seats", "30.00 EUR", OPERATOR)
    assert money(would_buy(company, 1)) == ("8.00 EUR", "unknown (60.00 EUR and plan/standard)")
    plan_costs(company, "49.00 EUR")
    assert money(would_buy(company, 1)) == ("8.00 EUR", "109.00 EUR")


def test_without_billing_there_are_seats_and_no_figures(company: Company) -> None:
    """Nobody said the currency, so not even an unknown amount of it is shown."""
    company.account()
    assert would_buy(company, 1).bill is None
    assert buy(company, 1).pools["seats"].capacity == 11


def test_above_the_budget_a_purchase_needs_approval(company: Company) -> None:
    """At the budget it does not; unknown is above every budget; with approval it is done."""
    company.account()
    billed(company, budget="30.00")
    assert would_buy(company, 1).needs_approval
    with pytest.raises(ApprovalNeeded, match="unknown"):
        buy(company, 1)
    plan_costs(company)
    assert not buy(company, 1).needs_approval
    with pytest.raises(ApprovalNeeded, match=r"60\.00 EUR, with a budget of 30\.00 EUR"):
        buy(company, 1)
    assert company.pool().capacity == 11
    assert buy(company, 1, approved=True).pools["seats"].capacity == 12
    assert company.events(Kind.ACCOUNT_CHANGED)[-1]["after"]["above_budget"] is True


def test_setting_a_number_of_seats_is_in_the_books_too(company: Company) -> None:
    """A capacity that was corrected is what the next charge starts from."""
    company.account()
    billed(company)
    plan_costs(company)
    company.capacity(12)
    assert money(would_buy(company, 1)) == ("8.00 EUR", "90.00 EUR")


NO_PURCHASE: list[tuple[str, str, int, type[DomainError], str]] = [
    ("crm", "seats", 0, InvalidValue, "one seat or more"),
    ("crm", "seats", -1, InvalidValue, "one seat or more"),
    ("crm", "saets", 1, NotFound, "Known: seats"),
    ("crn", "seats", 1, NotFound, "Known: crm"),
    ("brevo", "marketing", 3, InvalidValue, "at most 3, not 4"),
    ("big", "users", 1, InvalidValue, "without limit already"),
]


@pytest.mark.parametrize(("account", "pool", "number", "refusal", "says"), NO_PURCHASE)
def test_a_purchase_that_makes_no_sense_is_refused(
    company: Company, account: str, pool: str, number: int, refusal: type[DomainError], says: str
) -> None:
    """In the preview and in the confirmation."""
    company.account()
    company.account("brevo", "brevo", "standard")
    company.account("big", "brevo", "enterprise")
    with pytest.raises(refusal, match=says):
        company.read(seating.preview_purchase, account, pool, number)
    with pytest.raises(refusal, match=says):
        company.write(seating.buy_seats, account, pool, number, OPERATOR)


# Changing the plan.


def brevo(company: Company, plan: str, **seats: int) -> None:
    company.account("crm", "brevo", plan, **seats)


def change(company: Company, plan: str, **facts: Any) -> Preview:
    done: Preview = company.write(seating.change_plan, "crm", plan, OPERATOR, **facts)
    return done


def would_change(company: Company, plan: str, **facts: Any) -> Preview:
    shown: Preview = company.read(seating.preview_plan, "crm", plan, **facts)
    return shown


def capacities(preview: Preview) -> dict[str, int | None]:
    return {key: pool.capacity for key, pool in preview.pools.items()}


def test_a_larger_plan_gives_seats_to_whoever_waits(company: Company) -> None:
    """Standard has one marketing seat and it is the owner's; Professional has ten."""
    brevo(company, "standard")
    company.rule(where="active eq true", permissions=["email_campaigns.send"])
    ada, ben = company.people("ada", "ben")
    shown = would_change(company, "pro")
    assert outcomes(shown) == {"ada": Outcome.GAINS, "ben": Outcome.GAINS}
    done = change(company, "pro", version=shown.version)
    assert capacities(done) == {"users": 10, "marketing": 10, "sales": 1}
    assert company.states(ada, ben) == [State.INVITED, State.INVITED]
    assert company.read(accounts.account_named, "crm").plan == "pro"


def test_a_plan_that_allows_more_makes_due_what_was_withheld(company: Company) -> None:
    """Sales features are withheld without a Sales package; a change of plan is settled for whom a rule is about."""
    brevo(company, "standard_sales_essentials", sales=3)
    company.rule(where="active eq true", permissions=["deals.create_edit"])
    [ada] = company.people("ada")
    assert outcomes(would_change(company, "standard")) == {"ada": Outcome.LOSES}
    change(company, "standard")
    assert company.state(ada) is State.ENDED
    shown = would_change(company, "standard_sales_essentials", seats={"sales": 3})
    assert outcomes(shown) == {"ada": Outcome.GAINS}
    change(company, "standard_sales_essentials", seats={"sales": 3}, version=shown.version)
    assert company.state(ada) is State.INVITED


def test_a_plan_below_what_is_held_is_refused_with_the_people(company: Company) -> None:
    """The preview names them, and confirming is refused; nothing changes."""
    brevo(company, "pro")
    company.rule(where="active eq true", permissions=["email_campaigns.send"])
    ada, ben, cy = company.people("ada", "ben", "cy")
    company.accept(ada)
    shown = would_change(company, "standard")
    everyone = ("ada@acme.example", "ben@acme.example", "cy@acme.example")
    assert shown.holders == {"marketing": everyone, "users": everyone}
    before = everything(company)
    with pytest.raises(PlanTooSmall, match=r"marketing would have 1, in use by ada@acme\.example, ben@acme"):
        change(company, "standard", version=shown.version)
    assert everything(company) == before
    assert company.states(ada, ben, cy) == [State.ACTIVE, State.INVITED, State.INVITED]


def test_seats_can_be_stated_with_the_plan(company: Company) -> None:
    """Three marketing seats in Standard suffice for the owner and two people; four are not sold."""
    brevo(company, "pro")
    company.rule(where="active eq true", permissions=["email_campaigns.send"])
    company.people("ada", "ben")
    assert capacities(change(company, "standard", seats={"marketing": 3}))["marketing"] == 3
    with pytest.raises(InvalidValue, match="at most 3"):
        change(company, "standard", seats={"marketing": 4})


def test_bought_seats_stay_bought_as_far_as_they_are_sold(company: Company) -> None:
    """Two extra marketing seats of Standard stay so in Standard with Sales; included ones are never paid for."""
    brevo(company, "standard", marketing=3)
    assert capacities(change(company, "standard_sales_essentials"))["marketing"] == 3
    assert capacities(change(company, "pro"))["marketing"] == 10
    assert capacities(change(company, "standard"))["marketing"] == 1


def test_a_change_of_plan_is_charged_and_credited_by_days(company: Company) -> None:
    """From 30.00 to 60.00 with 8 of 30 days left: 16.00 less 8.00; and back again for nothing on the same day."""
    brevo(company, "standard")
    billed(company, price=None)
    for item, price in (("plan/standard", "30.00 EUR"), ("plan/pro", "60.00 EUR")):
        company.write(invoicing.state_price, "crm", item, price, OPERATOR)
    assert money(change(company, "pro")) == ("8.00 EUR", "60.00 EUR")
    assert money(change(company, "standard")) == ("-8.00 EUR", "30.00 EUR")


def test_a_change_of_plan_can_wait_for_the_renewal(company: Company) -> None:
    """Nothing changes until the period ends; then it does, and the next one costs what the new plan does."""
    brevo(company, "pro")
    company.rule(where="active eq true", permissions=["email_campaigns.send"])
    [ada] = company.people("ada")
    billed(company, price=None)
    for item, price in (("plan/standard", "30.00 EUR"), ("plan/pro", "60.00 EUR")):
        company.write(invoicing.state_price, "crm", item, price, OPERATOR)
    shown = would_change(company, "standard", seats={"marketing": 2}, at_renewal=True)
    assert shown.takes_effect == DECEMBER
    assert money(shown) == ("0.00 EUR", "42.00 EUR")
    change(company, "standard", seats={"marketing": 2}, at_renewal=True, version=shown.version)
    assert company.read(accounts.account_named, "crm").plan == "pro"
    renew(company)
    assert company.read(accounts.account_named, "crm").plan == "standard"
    assert company.state(ada) is State.ENDED  # the invitation ran out meanwhile
    report = company.read(invoicing.billing, "crm")
    assert (str(report.next_invoice), report.planned) == ("42.00 EUR", None)
    assert {entry.day for entry in company.read(lambda work: work.billing.history(report.account.id))} == {
        date(2026, 11, 1),
        date(2026, 12, 1),
    }


def test_a_planned_change_waits_while_the_plan_is_too_small(company: Company) -> None:
    """Nobody is evicted when the day has come; it is made when enough have left."""
    brevo(company, "pro")
    company.rule(where="active eq true", permissions=["email_campaigns.send"])
    ada, ben = company.people("ada", "ben")
    company.accept(ada)
    company.accept(ben)
    billed(company, price=None)
    shown = change(company, "standard", at_renewal=True)
    assert shown.holders["marketing"] == ("ada@acme.example", "ben@acme.example")
    renew(company)
    assert company.read(accounts.account_named, "crm").plan == "pro"
    company.deactivate(ada)
    company.deactivate(ben)
    renew(company, minutes=1)
    assert company.read(accounts.account_named, "crm").plan == "standard"


def test_a_planned_change_can_be_taken_back(company: Company) -> None:
    """Once."""
    brevo(company, "pro")
    billed(company, price=None)
    change(company, "standard", at_renewal=True)
    assert company.write(seating.cancel_plan, "crm", OPERATOR).plan == "standard"
    renew(company)
    assert company.read(accounts.account_named, "crm").plan == "pro"
    with pytest.raises(NotFound):
        company.write(seating.cancel_plan, "crm", OPERATOR)


def test_add_ons_are_bought_with_the_plan(company: Company) -> None:
    """They stay as far as the next plan sells them."""
    brevo(company, "pro_sales")
    assert change(company, "pro_sales", addons=["sales_advanced", "saml_sso"]).account.addons == (
        "sales_advanced",
        "saml_sso",
    )
    assert change(company, "pro").account.addons == ("saml_sso",)
    with pytest.raises(NotFound, match="Known: saml_sso"):
        change(company, "pro", addons=["sales_advanced"])


def test_a_change_of_plan_that_makes_no_sense_is_refused(company: Company) -> None:
    """An unknown plan, one at a renewal of which nobody knows the day, seats that only a contract knows."""
    brevo(company, "standard")
    with pytest.raises(NotFound, match="Known: standard"):
        change(company, "standart")
    with pytest.raises(BillingUnknown):
        change(company, "pro", at_renewal=True)
    company.account("hub", "hubspot", "free")
    with pytest.raises(CapacityByContract):
        company.write(seating.change_plan, "hub", "sales_or_service_pro", OPERATOR)


# Giving seats back.


def test_seats_are_given_back_at_the_renewal(company: Company) -> None:
    """They cost nothing more and earn nothing now; the invoice is smaller, and from the day on there are fewer."""
    company.account(seats=13)
    billed(company)
    plan_costs(company)
    shown = company.read(seating.preview_release, "crm", "seats", 2)
    assert (shown.takes_effect, money(shown)) == (DECEMBER, ("0.00 EUR", "30.00 EUR"))
    release(company, 2, version=shown.version)
    pool = company.pool()
    assert (pool.capacity, pool.released, pool.release_at) == (13, 2, DECEMBER)
    assert str(company.read(invoicing.billing, "crm").next_invoice) == "30.00 EUR"
    renew(company, days=7)
    assert company.pool().capacity == 13
    renew(company, days=2)
    pool = company.pool()
    assert (pool.capacity, pool.released, pool.release_at) == (11, 0, None)
    assert str(company.read(invoicing.billing, "crm").next_invoice) == "30.00 EUR"
    renew(company, days=60)
    assert company.pool().capacity == 11


def test_somebody_who_gets_a_released_seat_keeps_it(company: Company) -> None:
    """Whom it is assigned to cancels that seat's release, and leaving again does not bring it back."""
    company.account(seats=12)
    company.everybody()
    people = company.people(*(f"p{number}" for number in range(10)))
    billed(company)
    release(company, 2)
    late = company.person("late")
    assert company.state(late) is State.INVITED
    assert company.pool().released == 1
    company.deactivate(late)
    assert company.pool().released == 1
    later = company.people("late2", "late3")
    assert (company.pool().released, company.pool().release_at) == (0, None)
    renew(company, days=6)
    assert company.pool().capacity == 12
    assert all(state is State.INVITED for state in company.states(*people, *later))


def test_assigned_seats_cannot_be_given_back(company: Company) -> None:
    """Nor the same seat twice, nor those that come with the plan."""
    company.account(seats=12)
    company.everybody()
    company.people(*(f"p{number}" for number in range(11)))
    billed(company)
    with pytest.raises(SeatsAssigned, match="2 seats seats of crm cannot be given back: 1 are unassigned"):
        release(company, 2)
    release(company, 1)
    with pytest.raises(SeatsAssigned):
        release(company, 1)
    company.account("roomy")
    company.write(invoicing.state_billing, "roomy", OPERATOR, currency="EUR", time_zone="UTC", anchor=date(2026, 1, 1))
    with pytest.raises(InvalidValue, match="10 come with the plan"):
        company.write(seating.release_seats, "roomy", "seats", 1, OPERATOR)


def test_a_release_can_be_taken_back(company: Company) -> None:
    """Until the day; once."""
    company.account(seats=12)
    billed(company)
    release(company, 2)
    assert company.write(seating.cancel_release, "crm", "seats", OPERATOR) == 2
    renew(company)
    assert company.pool().capacity == 12
    with pytest.raises(NotFound):
        company.write(seating.cancel_release, "crm", "seats", OPERATOR)


def test_a_release_needs_a_renewal_and_a_number(company: Company) -> None:
    """And a pool that has a limit."""
    company.account(seats=12)
    with pytest.raises(BillingUnknown):
        release(company, 1)
    billed(company)
    with pytest.raises(InvalidValue, match="one seat or more"):
        release(company, 0)
    company.capacity(None)
    with pytest.raises(InvalidValue, match="without limit"):
        release(company, 1)


def test_a_release_refuses_a_ledger_that_has_moved(company: Company) -> None:
    """As a purchase does."""
    company.account(seats=12)
    company.everybody()
    billed(company)
    shown = company.read(seating.preview_release, "crm", "seats", 1)
    company.person("ada")
    with pytest.raises(LedgerMoved):
        release(company, 1, version=shown.version)
    assert company.pool().released == 0


# Billing terms.


def test_billing_stated_again_charges_nothing_twice(company: Company) -> None:
    """A seat bought on the 16th was charged for half of November; with another budget the books go on from there."""
    company.account(seats=10)
    company.clock.now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    billed(company)
    plan_costs(company)
    company.clock.now = datetime(2026, 11, 16, 12, tzinfo=UTC)
    bought = company.write(seating.buy_seats, "crm", "seats", 1, OPERATOR).bill
    company.write(seating.change_plan, "crm", "standard", OPERATOR, seats={"seats": 12}, at_renewal=True)
    facts: dict[str, Any] = {"currency": "EUR", "time_zone": "Europe/Paris", "anchor": date(2026, 3, 1)}
    again = company.write(invoicing.state_billing, "crm", OPERATOR, budget=Decimal(500), **facts)
    assert (again.credit, again.charge) == (None, None)
    back = company.read(seating.preview_plan, "crm", "standard", seats={"seats": 10}).bill
    assert bought is not None
    assert back is not None
    assert str(-bought.charge.known) == str(back.charge.known)
    assert company.read(invoicing.billing, "crm").planned is not None


@pytest.mark.parametrize("anchor", [date(2026, 1, 16), date(2026, 1, 20), date(2026, 1, 5), date(2026, 1, 31)])
@pytest.mark.parametrize("months", [1, 3])
def test_other_periods_pay_each_day_once(company: Company, anchor: date, months: int) -> None:
    """What was paid for the days from the 16th on comes back, and they are charged to the end of the new period."""
    company.account(seats=13)
    company.clock.now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    billed(company, price="12.01 EUR")
    plan_costs(company, "30.00 EUR")
    included = company.read(invoicing.billing, "crm").next_invoice.known
    company.clock.now = datetime(2026, 11, 16, 12, tzinfo=UTC)
    facts: dict[str, Any] = {"currency": "EUR", "time_zone": "UTC", "anchor": anchor, "months": months}
    done = company.write(invoicing.state_billing, "crm", OPERATOR, **facts)
    assert done.credit is not None
    assert done.charge is not None
    # Fifteen of November's thirty days stay paid, item by item, each rounded.
    used = sum(rounded(Fraction(price) / 2, "EUR").amount for price in ("36.03", "30.00"))
    assert included.amount + done.credit.known.amount == used
    period = done.terms.period_on(date(2026, 11, 16))
    share = Fraction((period.end - date(2026, 11, 16)).days, period.days) * months
    rest = sum(rounded(Fraction(price) * share, "EUR").amount for price in ("36.03", "30.00"))
    assert done.charge.known.amount == rest
    told = company.events(Kind.ACCOUNT_CHANGED)[-1]["after"]["billing"]
    assert (told["credit"], told["charge"]) == (str(done.credit), str(done.charge))


def test_another_currency_begins_today_and_moves_what_was_planned(company: Company) -> None:
    """What is left of the old period is credited in the old currency; seats go back at the new renewal."""
    company.account(seats=12)
    billed(company)
    plan_costs(company)
    company.write(seating.release_seats, "crm", "seats", 1, OPERATOR)
    facts: dict[str, Any] = {"currency": "USD", "time_zone": "UTC", "anchor": date(2026, 1, 10)}
    done = company.write(invoicing.state_billing, "crm", OPERATOR, **facts)
    assert done.credit is not None
    assert done.charge is not None
    assert (done.credit.known.currency, done.charge.unknown) == ("EUR", ("plan/standard", "seats/seats"))
    assert company.pool().release_at == datetime(2026, 12, 10, tzinfo=UTC)


def test_billing_stated_anew_keeps_prices_of_the_same_currency(company: Company) -> None:
    """Stated prices stay unless the currency is another one."""
    company.account(seats=12)
    billed(company)
    plan_costs(company)
    billed(company, price=None, budget="100.00")
    assert str(company.read(invoicing.billing, "crm").next_invoice) == "60.00 EUR"
    facts: dict[str, Any] = {"currency": "USD", "time_zone": "UTC", "anchor": date(2026, 1, 1)}
    company.write(invoicing.state_billing, "crm", OPERATOR, **facts)
    assert company.read(invoicing.billing, "crm").next_invoice.unknown == ("plan/standard", "seats/seats")


@pytest.mark.parametrize(
    ("facts", "refusal", "says"),
    [
        ({"currency": "euro"}, InvalidValue, "ISO 4217"),
        ({"time_zone": "Europe/Pari"}, NotFound, "Known: Europe/Paris"),
        ({"months": 0}, InvalidValue, "1 to 36 months"),
    ],
)
def test_billing_that_makes_no_sense_is_refused(
    company: Company, facts: dict[str, Any], refusal: type[DomainError], says: str
) -> None:
    """Nothing is kept of it."""
    company.account()
    given = {"currency": "EUR", "time_zone": "Europe/Paris", "anchor": date(2026, 1, 1), **facts}
    with pytest.raises(refusal, match=says):
        company.write(invoicing.state_billing, "crm", OPERATOR, **given)
    with pytest.raises(BillingUnknown):
        company.read(invoicing.billing, "crm")


@pytest.mark.parametrize(
    ("item", "price", "refusal", "says"),
    [
        ("seats/seat", "1.00 EUR", NotFound, "Known: seats/seats"),
        ("seats/seats", "1.00", InvalidValue, "lacks its currency"),
        ("seats/seats", "1.00 USD", InvalidValue, "billed in EUR, not in USD"),
        ("seats/seats", "-1.00 EUR", InvalidValue, "not below zero"),
    ],
)
def test_a_price_that_makes_no_sense_is_refused(
    company: Company, item: str, price: str, refusal: type[DomainError], says: str
) -> None:
    """With the known items, nearest first."""
    company.account()
    billed(company, price=None)
    with pytest.raises(refusal, match=says):
        company.write(invoicing.state_price, "crm", item, price, OPERATOR)
