"""The gate: a reverse proxy asks, for each request, whether its bearer may enter one account.

Only the session's reference counts. No header that a client can set takes part in the decision, and nothing is cached.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

from flask import Blueprint, Response, jsonify, request

from connector.domain.access import Admission, Reason, Refusal
from connector.lifecycle import admission
from connector.lifecycle.tokens import hashed
from connector.sso.assertions import HEADER, assertions
from connector.web import cookies
from connector.web.context import lifecycle, public_link
from connector.web.pages import refusal
from connector.web.return_to import safe_return

ORIGINAL = "X-Forwarded-Uri"
"""Where a proxy says what was asked of it; Traefik and Caddy do by themselves, nginx is told to."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""Envoy knocks with the method of what it asks for. The gate reads nothing of a request but its cookie."""


def add_to(blueprint: Blueprint) -> None:
    """Serve `/gate/<account>`, and the keys of what it signs.

    Envoy puts the path that was asked of it behind the address at which it knocks.
    """
    for rule in ("/gate/<account>", "/gate/<account>/", "/gate/<account>/<path:original>"):
        blueprint.add_url_rule(rule, "gate", gate, methods=METHODS, merge_slashes=False)
    blueprint.add_url_rule("/gate/jwks.json", "gate_keys", key_set)


def key_set() -> Response:
    """Publish the keys that the gate signs with now, did until a day ago, or will within a day (RFC 7517 section 5)."""
    published = assertions().published()
    response = jsonify({"keys": [dict(key.public) for key in published]})
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def gate(account: str, original: str = "") -> Response:
    """Answer 200 with `X-Jumpseat-*` headers, 401 when signing in can help, or 403 with a reason code."""
    token = cookies.session_token()
    decision = lifecycle().read(admission.decide, token, account)
    if isinstance(decision.outcome, Refusal):
        return _refused(decision.outcome, account)
    if decision.stale and token is not None:
        lifecycle().write(admission.touch, token)
    return _admitted(decision.outcome, token or "")


def _admitted(outcome: Admission, session_token: str) -> Response:
    headers = [
        ("X-Jumpseat-Person", outcome.person_id),
        ("X-Jumpseat-User-Name", _field(outcome.user_name)),
        ("X-Jumpseat-Account", outcome.account),
        ("X-Jumpseat-Seat", ",".join(_field(name) for name in sorted(outcome.seat_types))),
        ("X-Jumpseat-Permissions", ",".join(_field(name) for name in sorted(outcome.permissions))),
        (HEADER, assertions().of(hashed(session_token), outcome)),
    ]
    return Response("", 200, headers)


def _refused(outcome: Refusal, account: str) -> Response:
    """Show the reason's page; a proxy can redirect on 401 to the address in `X-Jumpseat-Sign-In`.

    Where the proxy says what was asked of it, signing in leads back there, if that is a path and nothing else.
    """
    asked = {"next": return_to} if (return_to := safe_return(_asked_for(account), otherwise="")) else {}
    sign_in = "/login"
    if outcome.reason is Reason.STEP_UP:
        sign_in, asked = f"/login/{outcome.directory}", {"account": account, **asked}
    sign_in += f"?{urlencode(asked, safe='/')}" if asked else ""
    response = refusal(outcome.reason.value, sign_in=sign_in, account=account)
    if outcome.reason.asks_for_sign_in:
        response.headers["WWW-Authenticate"] = 'Cookie realm="jumpseat"'
        response.headers["X-Jumpseat-Sign-In"] = public_link(sign_in)
    return response


def _asked_for(account: str) -> str:
    behind = request.full_path.removeprefix(f"/gate/{account}").removesuffix("?")
    return request.headers.get(ORIGINAL) or behind


def _field(value: str) -> str:
    """Percent-encode what cannot stand in a header as it is (RFC 9110 section 5.5): other scripts, commas, controls."""
    return quote(value, safe="@:/ !#$&'()*+;=?[]^_`{|}~-.")
