"""`/reservations`: seats kept for people who are expected."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema

from connector.api import fields
from connector.api.access import access, cause
from connector.api.changing import change, changed
from connector.api.operations import Operations, read
from connector.api.paging import Paged, page, page_of
from connector.domain.operator_tokens import Scope
from connector.domain.reservations import ReservationState
from connector.lifecycle import reserving
from connector.lifecycle.reach import within
from connector.lifecycle.reserving import ReservationReport
from connector.storage.work import Work

noun = Operations("reservations", "Seats kept for people who are expected.")

MOST = 10_000
"""Reservations that are read at most."""


class ReservationSchema(Schema):
    """A seat kept for a joiner."""

    id = fields.text("Its id.", attribute="reservation.id")
    account = fields.text("The account.")
    kept_for = fields.text("For whom, as the operator wrote it.", attribute="reservation.kept_for")
    directory = fields.text("Where that is, or will be, a userName or e-mail address.", allow_none=True)
    seat_types = fields.sorted_names("The seats.", attribute="reservation.seat_types")
    starts_at = fields.moment("When it begins.", attribute="reservation.starts_at")
    ends_at = fields.moment("When it lapses.", attribute="reservation.ends_at")
    state = fields.choice("Kept ones count as taken.", ReservationState, attribute="reservation.state")


class NewReservation(Schema):
    """A seat to keep."""

    account = fields.text("The account.", required=True, example="crm")
    kept_for = fields.text("A userName or e-mail address with `directory`; without, a name as yet.", required=True)
    directory = fields.text("Where she is, or will be, stated.", load_default=None, allow_none=True)
    seat_types = fields.names("The seats.", required=True)
    starts_at = fields.moment("When it begins; at once unless told.", load_default=None, allow_none=True)
    ends_at = fields.moment("When it lapses.", required=True)


class Given(Schema):
    """Whom a seat is kept for."""

    directory = fields.text("Her directory.", required=True)
    kept_for = fields.text("Her userName or e-mail address.", required=True)


class Listed(Paged):
    account = fields.text("Those of this account alone.")
    ended = fields.yes_no("The latest used, lapsed and cancelled ones too.", load_default=False)


@noun.reads("/reservations", Scope.SEATS_READ, page_of(ReservationSchema), query=Listed)
def index(asked: dict[str, Any]) -> dict[str, Any]:
    """List reservations in the order in which they were made."""
    found = read(_of_tenant, asked.get("account"), ended=asked["ended"])
    return page(found, lambda one: str(one.reservation.id), asked)


@noun.changes("POST", "/reservations", Scope.SEATS_WRITE, changed(ReservationSchema), takes=NewReservation, status=201)
def create(_: dict[str, Any], body: dict[str, Any]) -> Response:
    """Keep a seat for a joiner until it is due to her, or until it lapses."""
    account, directory = body["account"], body["directory"]
    return change(
        reserving.reserve,
        account,
        body["seat_types"],
        body["kept_for"],
        cause(),
        ends_at=body["ends_at"],
        starts_at=body["starts_at"],
        directory_slug=directory,
        shown=lambda _, made: ReservationReport(made, account, directory),
    )


@noun.changes(
    "PUT", "/reservations/<reservation_id>/person", Scope.SEATS_WRITE, changed(ReservationSchema), takes=Given
)
def give(_: dict[str, Any], body: dict[str, Any], reservation_id: str) -> Response:
    """Say who it is that a seat is kept for."""
    return change(reserving.give_to, reservation_id, body["directory"], body["kept_for"], cause(), shown=_report)


@noun.changes("DELETE", "/reservations/<reservation_id>", Scope.SEATS_WRITE, changed(None))
def cancel(_: dict[str, Any], reservation_id: str) -> Response:
    """Keep a seat no longer; whoever waits gets it."""
    return change(reserving.cancel, reservation_id, cause())


def _of_tenant(work: Work, account: str | None, *, ended: bool) -> list[ReservationReport]:
    found = reserving.reservations(work, account, MOST, ended=ended)
    return within(work, access().tenant, found, lambda one: one.account)


def _report(work: Work, made: Any) -> ReservationReport:
    account = next(one.slug for one in work.accounts.all(made.tenant_id) if one.id == made.account_id)
    directory = next(
        (one.slug for one in work.tenancy.directories(made.tenant_id) if one.id == made.directory_id), None
    )
    return ReservationReport(made, account, directory)
