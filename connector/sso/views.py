"""Signing in, in a browser: `/login`, `/login/<directory>`, `/callback/<directory>`."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from connector.lifecycle import own_sessions, visits
from connector.sso import break_glass, client_keys, gate, logout, revocation, sessions, signals
from connector.sso.failures import SignInRefused
from connector.web import cookies
from connector.web.browsers import this_browser
from connector.web.context import lifecycle
from connector.web.csrf import check_form
from connector.web.errors import new_reference, refused
from connector.web.issuers.failures import ProviderFailure
from connector.web.pages import leave_for, page, refusal
from connector.web.refusals import PageRefusal
from connector.web.return_to import safe_return
from connector.web.throttle import TooManySignIns, count_sign_in

log = logging.getLogger(__name__)

blueprint = Blueprint("sso", __name__, template_folder="templates")
gate.add_to(blueprint)
logout.add_to(blueprint)
break_glass.add_to(blueprint)
revocation.add_to(blueprint)
signals.add_to(blueprint)
client_keys.add_to(blueprint)


@blueprint.get("/login")
def login() -> Response:
    """Ask for the directory, by its name or by an e-mail address."""
    return page("login.html", next=safe_return(request.args.get("next")))


@blueprint.post("/login")
def choose() -> Response:
    """Begin the sign-in of whoever typed where she works."""
    check_form()
    typed = request.form.get("where", "")[:320]
    directory = lifecycle().read(visits.directory_meant, typed)
    if directory is None and "@" in typed:
        return page("login.html", next=safe_return(request.form.get("next")), by_name=True)
    if directory is None:
        raise PageRefusal("sign-in-unknown")
    count_sign_in()
    hint = typed.strip() if "@" in typed else None
    return leave_for(sessions.begin(directory, safe_return(request.form.get("next")), hint), "leave.sign-in")


@blueprint.get("/login/<directory>")
def begin(directory: str) -> AnyResponse:
    """Send the browser to the directory's provider."""
    count_sign_in()
    return_to, account = safe_return(request.args.get("next")), request.args.get("account")
    url = sessions.begin(sessions.open_directory(directory), return_to, account=account)
    response = redirect(url)
    cookies.keep_browser(response)
    return response


@blueprint.get("/callback/<directory>")
def callback(directory: str) -> AnyResponse:
    """Take the provider's answer, and the browser back to where it was going."""
    returned = sessions.complete(sessions.open_directory(directory), request.args)
    response = refusal("step-up-unmet") if returned.fell_short else redirect(returned.return_to, 303)
    lifecycle().write(own_sessions.note_browser, returned.signed_in.session_token, this_browser())
    cookies.begin_session(response, returned.signed_in.session_token)
    return response


@blueprint.errorhandler(SignInRefused)
def _refused(error: SignInRefused) -> Response:
    return refused(error.code)


@blueprint.errorhandler(TooManySignIns)
def _too_many(error: TooManySignIns) -> Response:
    response = refused("too-many-sign-ins")
    response.headers["Retry-After"] = str(error.wait)
    return response


@blueprint.errorhandler(ProviderFailure)
def _failed(error: ProviderFailure) -> Response:
    """Tell the person whether waiting helps, and the operator, by the reference, what the provider did."""
    reference = new_reference()
    directory = (request.view_args or {}).get("directory", "")
    facts = {"fault": error.fault, "detail": error.detail, "directory": directory, "reference": reference}
    log.warning("sign-in:failed", extra={"facts": facts})
    return refusal("provider-unavailable" if error.fault.passes else "provider-refused", reference)
