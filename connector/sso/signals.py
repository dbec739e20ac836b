"""`/signals/<directory>`: security events that a provider pushes (RFC 8935)."""

from __future__ import annotations

import logging
from typing import cast

from flask import Blueprint, Response, current_app, jsonify, make_response, request

from connector.lifecycle import signalling
from connector.observability import note
from connector.sso.transmitters import Transmitters
from connector.web.context import lifecycle, now, settings
from connector.web.issuers.failures import Fault, ProviderFailure

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/secevent+jwt"
MOST_BYTES = 200_000
RETRY_AFTER_SECONDS = 30

_EXTENSION = "jumpseat.transmitters"

ERRORS = {
    Fault.WRONG_ISSUER: "invalid_issuer",
    Fault.WRONG_AUDIENCE: "invalid_audience",
    Fault.UNKNOWN_KEY: "invalid_key",
    Fault.ALGORITHM_REFUSED: "invalid_key",
    Fault.BAD_SIGNATURE: "authentication_failed",
}
"""RFC 8935 section 2.4; every other fault is an `invalid_request`."""

DESCRIPTIONS = {
    "access_denied": "No events are taken here from this transmitter.",
    "authentication_failed": "The signature is not that of the key that the token names.",
    "invalid_audience": "The token is meant for somebody else.",
    "invalid_issuer": "The token is not issued by the transmitter that is configured.",
    "invalid_key": "The token is signed with no key or algorithm that can be used.",
    "invalid_request": "The body is not a security event token as RFC 8417 and Shared Signals 1.0 describe it.",
}


def add_to(blueprint: Blueprint) -> None:
    """Serve `/signals/<directory>`."""
    blueprint.add_url_rule("/signals/<directory>", "signals", take, methods=["POST"])


def take(directory: str) -> Response:
    """Act on an event and acknowledge it, with 202 and no body; one that was heard before too.

    400 with a code for a token that is not good, and 503 while the transmitter's keys cannot be read, so that it is
    sent again.
    """
    request.max_content_length = MOST_BYTES
    found = lifecycle().read(signalling.stream_of, directory)
    if found is None:
        return _refused(directory, "access_denied", "no stream")
    if request.mimetype != MEDIA_TYPE:
        return _refused(directory, "invalid_request", "media type")
    try:
        token = request.get_data().decode("ascii", "replace").strip()
        signal = _transmitters().read(token, found[1], now())
    except ProviderFailure as failure:
        if failure.fault.passes:
            return make_response("", 503, {"Retry-After": str(RETRY_AFTER_SECONDS)})
        return _refused(directory, ERRORS.get(failure.fault, "invalid_request"), str(failure))
    heard = lifecycle().write(signalling.hear, directory, signal)
    note(log, "signal:heard", directory=directory, act=heard.act, people=heard.people, sessions=heard.sessions)
    return make_response("", 202)


def _refused(directory: str, error: str, fault: str) -> Response:
    log.warning("signal:refused", extra={"facts": {"directory": directory, "error": error, "fault": fault}})
    response = make_response(jsonify(err=error, description=DESCRIPTIONS[error]), 400)
    response.headers["Content-Language"] = "en"
    return response


def _transmitters() -> Transmitters:
    made = Transmitters(allow_http_loopback=settings().allow_http_loopback)
    return cast(Transmitters, current_app.extensions.setdefault(_EXTENSION, made))
