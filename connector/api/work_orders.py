"""`/work-orders` and `/handovers`: what humans still have to do after a change or a departure."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema
from marshmallow import fields as plain

from connector.api import fields
from connector.api.access import access, cause
from connector.api.changing import change, changed
from connector.api.operations import Operations, read
from connector.api.paging import Paged, page, page_of
from connector.domain.handovers import Duty, HandoverState
from connector.domain.operator_tokens import Scope
from connector.domain.work_orders import Task
from connector.lifecycle import handovers, ordering_work, outstanding
from connector.lifecycle.handovers import HandoverReport
from connector.lifecycle.outstanding import Departure, OrderReport
from connector.lifecycle.reach import within
from connector.storage.work import Work

noun = Operations("work-orders", "What humans still have to do at vendors, and what leavers leave behind.")

MOST = 10_000
"""Closed work orders and departures that are looked at, the latest ones."""


class TextSchema(Schema):
    """Words in both languages."""

    en = fields.text("In English.")
    fr = fields.text("In French.")


class OrderSchema(Schema):
    """What a human has to do at a vendor."""

    id = fields.text("Its id.", attribute="order.id")
    task = fields.choice("Give, change or end access.", Task, attribute="order.task")
    state = fields.text("open, done or replaced.", attribute="order.state")
    gate_cut = fields.yes_no("Whether our gate refuses already.")
    account = fields.text("The account.")
    vendor = fields.text("The vendor's name.", attribute="vendor_name")
    directory = fields.text("Whose person it is about.")
    user_name = fields.text("Her userName.", attribute="person.stated.user_name")
    name = fields.text("Her name.", attribute="person.display_name")
    assignee = fields.text("Who does it.", attribute="order.assignee", allow_none=True)
    seats = fields.many("What she is to have afterwards.", TextSchema)
    permissions = fields.many("What she may do afterwards.", TextSchema)
    steps = fields.many("Step by step, with the facts of this order in them.", TextSchema)
    note = fields.one("What nobody knows of the order whose place it took.", TextSchema, allow_none=True)
    created_at = fields.moment("Since when.", attribute="order.created_at")
    due_at = fields.moment("Until when.", attribute="order.due_at")
    late = fields.yes_no("Whether its time is over.")
    done_at = fields.moment("When it was closed.", attribute="order.done_at", allow_none=True)
    done_by = fields.text("Who confirmed it.", attribute="order.done_by", allow_none=True)


class Assignee(Schema):
    """Who does it."""

    assignee = fields.text("A name; null for nobody any more.", required=True, allow_none=True, longest=200)


class AssetSchema(Schema):
    """Something that a leaver left behind."""

    asset = fields.text("Its key in the vendor's catalogue.")
    label = fields.one("What it is.", TextSchema)
    duty = fields.choice("Given to the heir, replaced, or renewed.", Duty)
    done = fields.yes_no("Whether it is handed over.")
    done_at = fields.moment("When.", allow_none=True)
    done_by = fields.text("By whom.", allow_none=True)


class HandoverSchema(Schema):
    """What a leaver leaves behind, and who takes it over."""

    id = fields.text("Its id.", attribute="handover.id")
    state = fields.choice("How it stands.", HandoverState, attribute="handover.state")
    reason = fields.text("Why it was closed.", attribute="handover.reason", allow_none=True)
    account = fields.text("The account.", attribute="account.slug")
    vendor = fields.text("The vendor's name.", attribute="vendor_name")
    directory = fields.text("The leaver's directory.")
    user_name = fields.text("The leaver's userName.", attribute="leaver.stated.user_name")
    heir = plain.Function(
        lambda one: one.heir_name.en if one.handover.heir.known else None,
        metadata={"description": "Who takes it over; null while nobody is known.", "type": ["string", "null"]},
    )
    heir_user_name = fields.text("The heir's userName.", attribute="heir.stated.user_name", allow_none=True)
    heir_address = fields.text("Where the heir reads letters.", attribute="address", allow_none=True)
    heir_left = fields.yes_no("Whether the heir has left as well.")
    assets = plain.Function(
        lambda one: [AssetSchema().dump(_asset(asset, label)) for asset, label in one.assets],
        metadata={"description": "What is handed over: asset, label, duty, done, done_at, done_by."},
    )
    steps = fields.many("Step by step.", TextSchema)
    created_at = fields.moment("Since when.", attribute="handover.created_at")
    due_at = fields.moment("Until when.", attribute="handover.due_at")
    closed_at = fields.moment("When it was closed.", attribute="handover.closed_at", allow_none=True)
    closed_by = fields.text("By whom.", attribute="handover.closed_by", allow_none=True)
    late = fields.yes_no("Whether its time is over.")


class NewHeir(Schema):
    """Who takes over: a person of a directory, or whoever reads an address."""

    directory = fields.text("Her directory.", **fields.OPTIONAL)
    user_name = fields.text("Her userName.", **fields.OPTIONAL)
    address = fields.text("Instead of a person: an e-mail address.", **fields.OPTIONAL)


class Done(Schema):
    """What is handed over."""

    assets = fields.names("Keys of assets; all of them unless named.", load_default=list)


class DepartureSchema(Schema):
    """An access that was cut."""

    at = fields.moment("Since when the gate refuses.")
    account = fields.text("The account.")
    directory = fields.text("The leaver's directory.")
    user_name = fields.text("The leaver's userName.", attribute="person.stated.user_name")
    open_steps = fields.number("Steps that are still to be done at the vendor.")


class Listed(Paged):
    account = fields.text("Those of this account alone.")
    closed = fields.yes_no("Closed ones too.", load_default=False)


@noun.reads("/work-orders", Scope.WORK_ORDERS_READ, page_of(OrderSchema), query=Listed)
def orders(asked: dict[str, Any]) -> dict[str, Any]:
    """List what is to be done at vendors by hand, the oldest first."""
    return page(read(_orders, asked.get("account"), closed=asked["closed"]), lambda one: str(one.order.id), asked)


@noun.reads("/work-orders/<order_id>", Scope.WORK_ORDERS_READ, OrderSchema)
def order(_: dict[str, Any], order_id: str) -> OrderReport:
    """Show a work order, open or closed, step by step."""
    report: OrderReport = read(outstanding.order_named, order_id)
    return report


@noun.changes("PUT", "/work-orders/<order_id>/assignee", Scope.WORK_ORDERS_WRITE, changed(OrderSchema), takes=Assignee)
def assign_order(_: dict[str, Any], body: dict[str, Any], order_id: str) -> Response:
    """Say who does it."""
    return change(ordering_work.assign_order, order_id, body["assignee"], cause(), shown=_shown_order)


@noun.changes("POST", "/work-orders/<order_id>/done", Scope.WORK_ORDERS_WRITE, changed(OrderSchema))
def finish_order(_: dict[str, Any], order_id: str) -> Response:
    """Say that the steps of a work order are done at the vendor."""
    return change(ordering_work.finish_order, order_id, cause(), shown=_shown_order)


@noun.reads("/departures", Scope.HANDOVERS_READ, page_of(DepartureSchema), query=Paged)
def departures(asked: dict[str, Any]) -> dict[str, Any]:
    """List the accesses that were cut last, and what is still to be done for each at the vendor."""
    found = read(_departures)
    place = lambda one: f"{one.at.isoformat()} {one.account} {one.person.id}"  # noqa: E731
    return page(found, place, asked, latest_first=True)


@noun.reads("/handovers", Scope.HANDOVERS_READ, page_of(HandoverSchema), query=Listed)
def index(asked: dict[str, Any]) -> dict[str, Any]:
    """List what is still to be handed over, the oldest first."""
    return page(read(_handovers, asked.get("account"), closed=asked["closed"]), lambda one: str(one.handover.id), asked)


@noun.reads("/handovers/<handover_id>", Scope.HANDOVERS_READ, HandoverSchema)
def show(_: dict[str, Any], handover_id: str) -> HandoverReport:
    """Show what goes to whom, asset by asset, and the steps at the vendor."""
    report: HandoverReport = read(handovers.handover_named, handover_id)
    return report


@noun.changes("PUT", "/handovers/<handover_id>/heir", Scope.HANDOVERS_WRITE, changed(HandoverSchema), takes=NewHeir)
def assign(_: dict[str, Any], body: dict[str, Any], handover_id: str) -> Response:
    """Name another heir, who gets a letter."""
    return change(handovers.assign, handover_id, cause(), **body)


@noun.changes("POST", "/handovers/<handover_id>/done", Scope.HANDOVERS_WRITE, changed(HandoverSchema), takes=Done)
def finish(_: dict[str, Any], body: dict[str, Any], handover_id: str) -> Response:
    """Say that assets, all of them unless named, are handed over."""
    return change(handovers.finish, handover_id, body["assets"], cause())


def _orders(work: Work, account: str | None, *, closed: bool) -> list[OrderReport]:
    if not closed:
        found = outstanding.open_orders(work, account)
    else:
        found = [one for one in outstanding.latest_orders(work, MOST) if account in (None, one.account)]
    return within(work, access().tenant, found, lambda one: one.account)


def _departures(work: Work) -> list[Departure]:
    return within(work, access().tenant, outstanding.departures(work, MOST), lambda one: one.account)


def _handovers(work: Work, account: str | None, *, closed: bool) -> list[HandoverReport]:
    found = handovers.handovers(work, account, also_closed=closed)
    return within(work, access().tenant, found, lambda one: one.account.slug)


def _shown_order(work: Work, order: Any) -> OrderReport:
    return outstanding.order_named(work, order.id)


def _asset(asset: Any, label: Any) -> dict[str, Any]:
    return {
        "asset": asset.key,
        "label": label,
        "duty": asset.duty,
        "done": asset.done,
        "done_at": asset.done_at,
        "done_by": asset.done_by,
    }
