"""Fetching security events from a transmitter that does not push (RFC 8936).

An event is acknowledged by the request after the commit that acted on it. Whatever ends the worker in between, the
event comes again, and is known by its `jti`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from connector.domain.security_events import SignalStream
from connector.domain.tenancy import Directory
from connector.lifecycle import Lifecycle, signalling
from connector.lifecycle.tokens import unseal
from connector.observability import note
from connector.sso.signals import DESCRIPTIONS, ERRORS
from connector.sso.transmitters import Transmitters
from connector.web.issuers.failures import Fault, ProviderFailure
from connector.web.issuers.strict_json import strict_object
from connector.web.issuers.transport import BoundedSession

log = logging.getLogger(__name__)

AT_ONCE = 50
ROUNDS = 20
"""Requests in a row: a transmitter that has always more to say does not keep the worker from its letters."""


class Poller:
    """Fetches the events of every directory whose time has come."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self._lifecycle = lifecycle
        self._transmitters = Transmitters(allow_http_loopback=lifecycle.settings.allow_http_loopback)

    def turn(self) -> bool:
        """Fetch the events of one directory, if one is due; tell whether there was any event."""
        due = self._lifecycle.read(signalling.poll_due)
        claimed = self._lifecycle.write(signalling.claim_poll) if due else None
        if claimed is None:
            return False
        directory, stream = claimed
        try:
            heard = self._fetch(directory, stream)
        except ProviderFailure as failure:
            self._lifecycle.write(signalling.polled, stream, str(failure))
            note(log, "signals:not-fetched", directory=directory.slug, fault=str(failure))
            return False
        self._lifecycle.write(signalling.polled, stream)
        return heard > 0

    def _fetch(self, directory: Directory, stream: SignalStream) -> int:
        """Fetch until there is no more, act on each, and acknowledge; return how many there were."""
        acknowledged: list[str] = []
        refused: dict[str, dict[str, str]] = {}
        heard = 0
        with _session(self._lifecycle, stream) as session:
            for _ in range(ROUNDS):
                sets = _ask(session, stream, acknowledged, refused)
                acknowledged, refused = [], {}
                if not sets:
                    break
                for token_id, token in sets.items():
                    error = self._hear(directory, stream, token_id, token)
                    if error is None:
                        acknowledged.append(token_id)
                    else:
                        refused[token_id] = {"err": error, "description": DESCRIPTIONS[error]}
                heard += len(sets)
            else:
                _ask(session, stream, acknowledged, refused, most=0)
        return heard

    def _hear(self, directory: Directory, stream: SignalStream, token_id: str, token: object) -> str | None:
        """Act on an event; return what is wrong with it, or None."""
        now = self._lifecycle.clock()
        try:
            signal = self._transmitters.read(token if isinstance(token, str) else "", stream, now)
        except ProviderFailure as failure:
            if failure.fault.passes:
                raise
            note(log, "signal:refused", directory=directory.slug, fault=str(failure))
            return ERRORS.get(failure.fault, "invalid_request")
        if signal.token_id != token_id:
            return "invalid_request"
        heard = self._lifecycle.write(signalling.hear, directory.slug, signal)
        note(log, "signal:heard", directory=directory.slug, act=heard.act, people=heard.people, sessions=heard.sessions)
        return None


def _session(lifecycle: Lifecycle, stream: SignalStream) -> BoundedSession:
    session = BoundedSession()
    session.allow_http_loopback = lifecycle.settings.allow_http_loopback
    if stream.poll_token_sealed is not None:
        token = unseal(lifecycle.settings.secret_key, stream.poll_token_sealed)
        if token is None:
            raise ProviderFailure(Fault.SECRET_UNREADABLE)
        session.headers["Authorization"] = f"Bearer {token}"
    return session


def _ask(
    session: BoundedSession,
    stream: SignalStream,
    acknowledged: list[str],
    refused: Mapping[str, Mapping[str, str]],
    most: int = AT_ONCE,
) -> Mapping[str, Any]:
    """Acknowledge, and return what there is by its `jti` (RFC 8936 section 2.2 to 2.4)."""
    wanted: dict[str, Any] = {"maxEvents": most, "returnImmediately": True, "ack": acknowledged}
    if refused:
        wanted["setErrs"] = refused
    response = session.request(
        "POST",
        stream.poll_url,
        data=json.dumps(wanted),
        withhold_token=True,
        headers={"Content-Type": "application/json", "Accept": "application/json"},
    )
    if response.status_code != 200:
        raise ProviderFailure(Fault.ANSWERED_WITH_ERROR, str(response.status_code))
    sets = strict_object(response.content, Fault.NOT_JSON).get("sets", {})
    if not isinstance(sets, dict) or len(sets) > 10 * AT_ONCE:
        raise ProviderFailure(Fault.NOT_JSON, "sets")
    return sets
