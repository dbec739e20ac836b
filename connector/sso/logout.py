"""Signing out: here first, then at the provider; and the provider's word that a session is over."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, jsonify, make_response, request

from connector.domain.sessions import Session
from connector.lifecycle import admission, cutting, visits
from connector.observability import note
from connector.sso import sessions
from connector.web import cookies
from connector.web.context import lifecycle, now, public_link
from connector.web.csrf import check_form
from connector.web.issuers.failures import ProviderFailure
from connector.web.pages import leave_for, page
from connector.web.refusals import PageRefusal

log = logging.getLogger(__name__)


def add_to(blueprint: Blueprint) -> None:
    """Serve `/logout` and `/backchannel-logout/<directory>`."""
    blueprint.add_url_rule("/logout", "logout", ask, methods=["GET"])
    blueprint.add_url_rule("/logout", "sign_out", sign_out, methods=["POST"])
    blueprint.add_url_rule("/backchannel-logout/<directory>", "backchannel_logout", provider_says, methods=["POST"])


def ask() -> Response:
    """Show a button: a GET, from an image on another site perhaps, signs nobody out."""
    return page("logout.html", done=False)


def sign_out() -> Response:
    """End the session here, whatever the provider does, then offer to end it there too."""
    check_form()
    token = cookies.session_token()
    session = lifecycle().read(admission.live_session, token)
    if token is not None:
        lifecycle().write(admission.end_session, token)
    onward = _end_at_provider(session) if session is not None else None
    response = leave_for(onward, "leave.sign-out") if onward else page("logout.html", done=True)
    cookies.forget_session(response)
    return response


def provider_says(directory: str) -> Response:
    """End the sessions that a logout token names: 200 also when none was open, 400 for a token that is not good.

    OpenID Connect Back-Channel Logout 1.0 sections 2.6 to 2.8.
    """
    try:
        found, provider = sessions.heard_provider(directory)
        notice = provider.read_logout_token(request.form.get("logout_token", ""), now())
    except (ProviderFailure, PageRefusal) as error:
        log.warning("backchannel-logout:refused", extra={"facts": {"directory": directory, "fault": str(error)}})
        return make_response(jsonify(error="invalid_request"), 400)
    ended = lifecycle().write(cutting.end_sessions_of, found.slug, notice)
    note(log, "backchannel-logout:taken", directory=found.slug, sessions=ended)
    return make_response("", 200)


def _end_at_provider(session: Session) -> str | None:
    directory = lifecycle().read(visits.directory_of, session)
    try:
        provider = sessions.provider_of(directory)
        return provider.end_session_url(now(), session.identity.id_token, public_link("/login"))
    except ProviderFailure:
        return None
