"""`/console/`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from connector.console import cookie
from connector.console.words import say
from connector.domain.events import Cause, CauseKind
from connector.lifecycle import operators, ordering_work, outstanding, reporting
from connector.storage.work import Work
from connector.web.context import lifecycle, now
from connector.web.csrf import check_form
from connector.web.pages import page

P = ParamSpec("P")

SHOWN = 50
"""Lines of a list on the page; the command line lists all."""

blueprint = Blueprint("console", __name__, url_prefix="/console", template_folder="templates", static_folder="static")


@dataclass(frozen=True, slots=True)
class Report:
    """Everything on the page, read at one moment."""

    accounts: list[reporting.AccountReport]
    directories: list[reporting.DirectoryReport]
    orders: list[outstanding.OrderReport]
    waiting: list[outstanding.Waiter]
    departures: list[outstanding.Departure]
    failures: list[outstanding.FailedDelivery]


def operators_only(
    view: Callable[Concatenate[str, P], AnyResponse],
) -> Callable[P, AnyResponse]:
    """Give the view the operator's name; to anybody else say how an operator gets in, and nothing more."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> AnyResponse:
        name = lifecycle().read(operators.operator, cookie.operator_token())
        return view(name, *args, **kwargs) if name is not None else _closed("closed")

    return guarded


@blueprint.get("/")
@operators_only
def status(operator: str) -> AnyResponse:
    """Show how everything stands."""
    return page(
        "console.html", say=say, operator=operator, now=now(), report=lifecycle().read(read_report), shown=SHOWN
    )


@blueprint.post("/work-orders/<order_id>/done")
@operators_only
def done(operator: str, order_id: str) -> AnyResponse:
    """Note that somebody has done at the vendor what a work order asks for."""
    check_form()
    lifecycle().write(ordering_work.finish_order, order_id, Cause(CauseKind.OPERATOR, f"console:{operator}"))
    return redirect(url_for("console.status", _anchor="orders"), 303)


@blueprint.get("/enter")
def door() -> Response:
    """Show the button that uses the link up; looking does not, for chat programs and mail scanners look at links."""
    return page("console-enter.html", say=say, key=request.args.get("key", ""))


@blueprint.post("/enter")
def enter() -> AnyResponse:
    """Start an operator's session with a link that was not used yet."""
    check_form()
    token = lifecycle().write(operators.enter, request.form.get("key", ""))
    if token is None:
        return _closed("link-over")
    response = redirect(url_for("console.status"), 303)
    cookie.begin(response, token)
    return response


@blueprint.post("/leave")
def leave() -> AnyResponse:
    """End the operator's session."""
    check_form()
    token = cookie.operator_token()
    if token is not None:
        lifecycle().write(operators.leave, token)
    response = _closed("left")
    cookie.forget(response)
    return response


def read_report(work: Work) -> Report:
    """Read everything on the page."""
    return Report(
        reporting.accounts(work),
        reporting.directories(work),
        outstanding.open_orders(work),
        outstanding.waiting(work, SHOWN),
        outstanding.departures(work, SHOWN),
        outstanding.failed_deliveries(work, SHOWN),
    )


def _closed(why: str) -> Response:
    return page("console-closed.html", 401, say=say, why=why)
