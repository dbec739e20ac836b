"""What somebody who is refused can do herself: `/accounts/<account>`, and an invitation whose time is over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from connector.domain.access_requests import Remedy
from connector.domain.errors import DomainError
from connector.lifecycle import asking
from connector.web import cookies
from connector.web.context import lifecycle
from connector.web.csrf import check_form
from connector.web.pages import page, refusal


def add_to(blueprint: Blueprint) -> None:
    """Serve the pages on which one helps oneself."""
    blueprint.add_url_rule("/accounts/<account>", "account", show)
    blueprint.add_url_rule("/accounts/<account>/invitation", "own_invitation", resend, methods=["POST"])
    blueprint.add_url_rule("/accounts/<account>/request", "request_access", ask, methods=["POST"])
    blueprint.add_url_rule("/invitations/<token>/again", "invitation_again", resend_by_link, methods=["POST"])


def show(account: str) -> AnyResponse:
    """Say why the gate of an account refuses whoever is signed in, with what she can do about it."""
    footing = lifecycle().read(asking.footing, cookies.session_token(), account)
    if footing.reason is None:
        return redirect("/me")
    where = f"/login/{footing.directory}" if footing.directory else "/login"
    facts = {"account": account} if footing.directory else {"next": f"/accounts/{account}"}
    ways = {Remedy.RESEND: "invitation", Remedy.ASK: "request"}
    action = f"/accounts/{account}/{ways[footing.remedy]}" if footing.remedy in ways else None
    sign_in = f"{where}?{urlencode(facts, safe='/')}"
    return refusal(footing.reason.value, sign_in=sign_in, footing=footing, action=action)


def resend(account: str) -> Response:
    """Send one's own invitation again."""
    return _done("remedy.sent", lambda: lifecycle().write(asking.resend_own, cookies.session_token(), account))


def ask(account: str) -> Response:
    """Ask for access, which an operator decides about."""
    return _done("remedy.requested", lambda: lifecycle().write(asking.ask, cookies.session_token(), account))


def resend_by_link(token: str) -> Response:
    """Send an invitation again to whom it was for, whoever asks; its link is all that is needed."""
    return _done("remedy.sent", lambda: lifecycle().write(asking.resend_by_link, token))


def _done(told: str, do: Callable[[], None]) -> Response:
    """Answer alike whatever came of it: a page that told would tell strangers too."""
    check_form()
    with suppress(DomainError):
        do()
    return page("remedy.html", told=told)
