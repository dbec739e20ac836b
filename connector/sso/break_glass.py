"""`/break-glass`: the link with which an operator lets somebody in past a provider that is down."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from connector.lifecycle import admission, breaking_glass, own_sessions
from connector.web import cookies
from connector.web.browsers import this_browser
from connector.web.context import lifecycle
from connector.web.csrf import check_form
from connector.web.pages import page
from connector.web.refusals import PageRefusal

log = logging.getLogger(__name__)


def add_to(blueprint: Blueprint) -> None:
    """Serve the link, and the button behind it."""
    blueprint.add_url_rule("/break-glass", "break_glass", door, methods=["GET"])
    blueprint.add_url_rule("/break-glass", "enter_by_glass", enter, methods=["POST"])


def door() -> Response:
    """Show the button that uses the link up; looking does not, for chat programs and mail scanners look at links."""
    return page("break-glass.html", key=request.args.get("key", ""))


def enter() -> AnyResponse:
    """Start the session, in the place of the one that this browser had."""
    check_form()
    entered = lifecycle().write(breaking_glass.enter, request.form.get("key", ""))
    if entered is None:
        raise PageRefusal("break-glass-over")
    token, glass = entered
    facts = {"glass": glass.id, "person": glass.person_id, "account": glass.account_id, "by": glass.opened_by}
    log.warning("break-glass:used", extra={"facts": facts})
    lifecycle().write(own_sessions.note_browser, token, this_browser())
    former = cookies.session_token()
    if former is not None:
        lifecycle().write(admission.end_session, former)
    response = redirect("/me", 303)
    cookies.begin_session(response, token)
    return response
