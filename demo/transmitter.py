"""The provider as a transmitter of security events: it signs them, and hands them out to whoever polls (RFC 8936)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from demo.speaking import Claims

CAEP = "https://schemas.openid.net/secevent/caep/event-type/"
RISC = "https://schemas.openid.net/secevent/risc/event-type/"
SSF = "https://schemas.openid.net/secevent/ssf/event-type/"


class Transmitter:
    """Events of one provider; `waiting` holds those that were queued and not acknowledged, by `jti`."""

    def __init__(self, issuer: str, clock: Callable[[], float], sign: Callable[[Claims, str], str]) -> None:
        self.issuer, self._clock, self._sign = issuer, clock, sign
        self.token: str | None = None
        """The bearer token that polls must show, if any."""
        self.waiting: dict[str, str] = {}
        self.refused: dict[str, Any] = {}
        self.polls = 0

    def event(self, kind: str, subject: Claims | None, audience: str, **changes: object) -> str:
        """Return a signed event about somebody; `changes` overrides claims, and None leaves one out.

        `typ` changes the header's.
        """
        claims: Claims = {"iss": self.issuer, "aud": audience, "iat": int(self._clock()), "jti": secrets.token_hex(16)}
        claims |= {"sub_id": subject, "events": {kind: {"event_timestamp": int(self._clock())}}}
        typ = str(changes.pop("typ", "secevent+jwt"))
        claims |= changes
        return self._sign({name: value for name, value in claims.items() if value is not None}, typ)

    def queue(self, kind: str, subject: Claims | None, audience: str, **changes: object) -> str:
        """Keep an event for whoever polls; return its `jti`."""
        token_id = str(changes.pop("jti", secrets.token_hex(16)))
        self.waiting[token_id] = self.event(kind, subject, audience, jti=token_id, **changes)
        return token_id

    def add_to(self, app: Flask, keys: str) -> None:
        """Serve the configuration and the address that is polled."""
        app.add_url_rule("/.well-known/ssf-configuration", "transmitter", lambda: jsonify(self._configuration(keys)))
        app.add_url_rule("/signals/poll", "poll", self._poll, methods=["POST"])

    def _configuration(self, keys: str) -> Claims:
        return {"spec_version": "1_0", "issuer": self.issuer, "jwks_uri": self.issuer + keys}

    def _poll(self) -> ResponseReturnValue:
        self.polls += 1
        if self.token is not None and request.headers.get("Authorization") != f"Bearer {self.token}":
            return jsonify(err="authentication_failed"), 401
        asked = request.get_json()
        self.refused |= asked.get("setErrs", {})
        for token_id in [*asked.get("ack", ()), *asked.get("setErrs", {})]:
            self.waiting.pop(token_id, None)
        most = asked.get("maxEvents", len(self.waiting))
        given = dict(list(self.waiting.items())[:most])
        return jsonify(sets=given, moreAvailable=len(self.waiting) > len(given))
