"""Who asks: the operator token, what it may do, and whose things it may name."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

import orjson
from flask import g, request
from werkzeug.exceptions import ClientDisconnected

from connector.api.problems import Refused
from connector.domain.events import Cause
from connector.domain.identifiers import new_id
from connector.domain.operator_tokens import Scope
from connector.lifecycle import operator_tokens, reach
from connector.lifecycle.operator_tokens import OperatorAccess
from connector.storage.outages import DatabaseUnavailable
from connector.storage.work import Work
from connector.web.context import lifecycle

JSON = "application/json"
JSON_LIMIT = 1024 * 1024
"""Bytes of a JSON body."""


def admit(scope: Scope) -> None:
    """Keep who asks, before anything of the body is looked at; raises what `operator_tokens.admit` does."""
    g.request_id = new_id()
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    shown = token.strip() if scheme.lower() == "bearer" else ""
    g.access, stale = lifecycle().read(_admitted, shown, scope, g.request_id)
    if stale:
        # A database that only reads at the moment can still be asked.
        with contextlib.suppress(DatabaseUnavailable):
            lifecycle().write(operator_tokens.note_use, g.access.token.id)


def access() -> OperatorAccess:
    """Return who asks."""
    return g.access  # type: ignore[no-any-return]


def cause() -> Cause:
    """Return what the trail names as the cause of what this request does."""
    return access().cause


def own_tenant(named: str | None) -> str | None:
    """Return the tenant that is meant: the token's own where it is bound to one."""
    return access().tenant_slug or named


def read_body(media_types: frozenset[str], limit: int) -> bytes:
    """Return the body; raises Refused with 413 or 415, or 400 for one that ends early."""
    if request.mimetype not in media_types:
        raise Refused(415, "unsupported-media-type", f"Send {' or '.join(sorted(media_types))}.")
    request.max_content_length = limit
    try:
        raw = request.get_data(cache=True)
    except ClientDisconnected:
        raise Refused(400, "body-incomplete", "The body ended before its announced length.") from None
    if len(raw) < (request.content_length or 0):  # servers that end the stream themselves do not tell
        raise Refused(400, "body-incomplete", "The body ended before its announced length.")
    return raw


def read_json() -> Any:
    """Return the body as JSON; raises Refused for what is none, or holds what no text can be stored with."""
    raw = read_body(frozenset({JSON}), JSON_LIMIT)
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Refused(400, "invalid-json", "The body is not JSON in UTF-8.") from None
    if not isinstance(body, dict):
        raise Refused(422, "invalid-request", "The body must be a JSON object.")
    if b"\\u0000" in raw and _holds_nul(body):
        raise Refused(422, "invalid-request", "No value can hold a NUL character.")
    return body


def check_reach(body: Mapping[str, Any]) -> None:
    """Raise NotFound when the request names what belongs to another tenant than the token's, as if it were not there.

    Whatever names a tenant, a directory, an account, a work order, a handover or a reservation has the same name in
    every address, query and body; that is what this rests on.
    """
    if any("\0" in value for values in request.args.listvalues() for value in values):
        raise Refused(422, "invalid-request", "No value can hold a NUL character.")
    if access().tenant is None:
        return
    named = {**body, **request.args.to_dict(), **(request.view_args or {})}
    wanted = {key: value for key, value in named.items() if key in reach.KINDS and isinstance(value, str)}
    lifecycle().read(reach.check, access(), wanted)


def _admitted(work: Work, token: str, scope: Scope, request_id: str) -> tuple[OperatorAccess, bool]:
    found = operator_tokens.admit(work, token, scope, request_id)
    return found, operator_tokens.needs_noting(work, found)


def _holds_nul(value: Any) -> bool:
    match value:
        case str():
            return "\0" in value
        case dict():
            return any(_holds_nul(each) for pair in value.items() for each in pair)
        case list():
            return any(map(_holds_nul, value))
        case _:
            return False
