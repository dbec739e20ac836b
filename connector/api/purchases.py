"""`/accounts/<account>/...`: what is bought and given back, plan and add-ons, how the account is billed."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema
from marshmallow import fields as plain

from connector.api import fields
from connector.api.access import cause
from connector.api.changing import change, changed, previewed
from connector.api.figures import Amount, PreviewSchema, TotalSchema
from connector.api.operations import Operations, read
from connector.domain.money import checked_currency, read_amount
from connector.domain.operator_tokens import Scope
from connector.lifecycle import invoicing, seating
from connector.lifecycle.invoicing import BillingReport
from connector.storage.work import Work

noun = Operations("seats", "Buying seats, giving them back, changing the plan; prices and invoices.")


class Confirmed(Schema):
    """Of what is confirmed after a preview."""

    version = fields.text("Only if it is still what the preview of this version showed.", load_default=None, longest=64)
    approve = fields.yes_no("Though the next invoice is above the budget.", load_default=False)


class Purchase(Confirmed):
    """Seats to buy."""

    number = fields.number("How many.", least=1, required=True, example=5)


class Release(Schema):
    """Seats to give back."""

    number = fields.number("How many.", least=1, required=True, example=5)
    version = fields.text("Only if it is still what the preview of this version showed.", load_default=None, longest=64)


class Plan(Confirmed):
    """A plan to change to."""

    plan = fields.text("The key of a plan of the account's vendor.", required=True, example="standard")
    addons = fields.names(
        "Those to have with it; those that there are, unless told.", load_default=None, allow_none=True
    )
    seats = fields.keyed("Seats that a pool is to have, by pool.", fields.number("Seats."), load_default=dict)
    at_renewal = fields.yes_no("When the billing period ends.", load_default=False)


class PlannedSchema(Schema):
    """A change of plan that is to come."""

    plan = fields.text("The plan.")
    addons = fields.names("Its add-ons.")
    at = fields.moment("From when on.")


class KeptSchema(Schema):
    """Seats that were to be given back."""

    kept = fields.number("How many stay.")


class ItemSchema(Schema):
    """What is paid for."""

    item = fields.text("The plan, an add-on, or the seats of a pool.", example="seats/users")
    quantity = fields.number("How many.")
    price = Amount("Of one, a month; null is unknown.", allow_none=True)


class BillingSchema(Schema):
    """How an account is billed, and what it pays."""

    account = fields.text("The account.", attribute="account.slug")
    currency = fields.text("An ISO 4217 code.", attribute="terms.currency", example="EUR")
    time_zone = fields.text("Where a day begins.", attribute="terms.time_zone", example="Europe/Paris")
    months = fields.number("Length of a period.", attribute="terms.months")
    budget = Amount("For a period; what is above it needs approval.", attribute="terms.budget", allow_none=True)
    period_start = fields.day("When the period began.", attribute="period.start")
    period_end = fields.day("When the next one begins.", attribute="period.end")
    items = plain.Function(
        lambda one: [
            {"item": key, "quantity": line.quantity, "price": None if line.price is None else f"{line.price:f}"}
            for key, line in one.lines.items()
        ],
        metadata={"description": "What is paid for: item, quantity, and the price of one a month."},
    )
    next_invoice = fields.one("What the next invoice will be.", TotalSchema)
    released = fields.keyed("By pool: seats that are given back then.", fields.number("Seats."))
    planned = fields.one("The plan from then on, where it changes.", PlannedSchema, allow_none=True)


class BillingTerms(Schema):
    """How an account is billed."""

    currency = fields.text("An ISO 4217 code.", required=True, example="EUR")
    anchor = fields.day("A day on which a billing period begins.", required=True)
    time_zone = fields.text("Where a day begins.", load_default="UTC", example="Europe/Paris")
    months = fields.number("Length of a period.", least=1, most=120, load_default=1)
    budget = fields.text("For a period, as a decimal string.", load_default=None, allow_none=True, example="500.00")


class Price(Schema):
    """What one of an item costs a month."""

    item = fields.text("The plan, an add-on, or the seats of a pool.", required=True, example="seats/users")
    price = fields.text("With its currency.", required=True, example="12.00 EUR")


@noun.changes(
    "POST", "/accounts/<account>/pools/<pool>/purchases", Scope.SEATS_WRITE, changed(PreviewSchema), takes=Purchase
)
def buy(asked: dict[str, Any], body: dict[str, Any], account: str, pool: str) -> Response:
    """Buy seats, charged by days to the end of the period; whoever waits longest gets them.

    Confirm with the `version` of a dry run: when the ledger has moved since, the answer is 409 with the new figures.
    """
    if asked["dry_run"]:
        return previewed(seating.preview_purchase, account, pool, body["number"])
    confirmed = {"version": body["version"], "approved": body["approve"]}
    return change(seating.buy_seats, account, pool, body["number"], cause(), **confirmed)


@noun.changes(
    "POST", "/accounts/<account>/pools/<pool>/releases", Scope.SEATS_WRITE, changed(PreviewSchema), takes=Release
)
def release(asked: dict[str, Any], body: dict[str, Any], account: str, pool: str) -> Response:
    """Give unassigned seats back when the billing period ends; whoever gets one before keeps it."""
    if asked["dry_run"]:
        return previewed(seating.preview_release, account, pool, body["number"])
    return change(seating.release_seats, account, pool, body["number"], cause(), version=body["version"])


@noun.changes("DELETE", "/accounts/<account>/pools/<pool>/releases", Scope.SEATS_WRITE, changed(KeptSchema))
def keep_seats(_: dict[str, Any], account: str, pool: str) -> Response:
    """Keep the seats that were to be given back."""
    return change(seating.cancel_release, account, pool, cause(), shown=lambda _, kept: {"kept": kept})


@noun.changes("PUT", "/accounts/<account>/plan", Scope.SEATS_WRITE, changed(PreviewSchema), takes=Plan)
def change_plan(asked: dict[str, Any], body: dict[str, Any], account: str) -> Response:
    """Change plan and add-ons, now or at the renewal; nobody is evicted.

    Confirm with the `version` of a dry run: when the ledger has moved since, the answer is 409 with the new figures.
    """
    wanted = {key: body[key] for key in ("addons", "seats", "at_renewal")}
    if asked["dry_run"]:
        return previewed(seating.preview_plan, account, body["plan"], **wanted)
    confirmed = {"version": body["version"], "approved": body["approve"]}
    return change(seating.change_plan, account, body["plan"], cause(), **confirmed, **wanted)


@noun.changes("DELETE", "/accounts/<account>/planned-plan", Scope.SEATS_WRITE, changed(PlannedSchema))
def keep_plan(_: dict[str, Any], account: str) -> Response:
    """Take a planned change of plan back."""
    return change(seating.cancel_plan, account, cause())


@noun.reads("/accounts/<account>/billing", Scope.SEATS_READ, BillingSchema)
def billing(_: dict[str, Any], account: str) -> BillingReport:
    """Show how an account is billed, what it pays, and what the next invoice will be."""
    report: BillingReport = read(invoicing.billing, account)
    return report


@noun.changes("PUT", "/accounts/<account>/billing", Scope.SEATS_WRITE, changed(BillingSchema), takes=BillingTerms)
def set_billing(_: dict[str, Any], body: dict[str, Any], account: str) -> Response:
    """Say how an account is billed."""
    return change(
        invoicing.state_billing,
        account,
        cause(),
        currency=checked_currency(body["currency"]),
        time_zone=body["time_zone"],
        anchor=body["anchor"],
        months=body["months"],
        budget=None if body["budget"] is None else read_amount("budget", body["budget"]),
        shown=_billing(account),
    )


@noun.changes("PUT", "/accounts/<account>/prices", Scope.SEATS_WRITE, changed(BillingSchema), takes=Price)
def set_price(_: dict[str, Any], body: dict[str, Any], account: str) -> Response:
    """Say what one of an item costs a month."""
    return change(invoicing.state_price, account, body["item"], body["price"], cause(), shown=_billing(account))


def _billing(slug: str) -> Any:
    def shown(work: Work, _: Any) -> BillingReport:
        return invoicing.billing(work, slug)

    return shown
