"""What the gate tells a back end that verifies: a signed JWT of who was admitted, good for a minute (RFC 7519, 8725).

It repeats what the ledger said at this very request, so one is made again only when the ledger says something else or
the last one ages. Keys are read again once a minute; they are published a day before they sign.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from flask import current_app
from joserfc import jwt
from joserfc.jwk import ECKey

from connector.domain.access import Admission
from connector.domain.signing_keys import SigningKey
from connector.lifecycle import Lifecycle, gate_keys
from connector.web.context import lifecycle

HEADER = "X-Jumpseat-Assertion"
LIFETIME = timedelta(seconds=60)
REUSED_WHILE = timedelta(seconds=20)
"""An assertion is handed out again while it lasts so long at least, for the time that a request takes to a back end."""

REMEMBERED = 10_000
"""Sessions whose last assertion is kept, a process; the one that was used longest ago is made anew when it comes."""

KEYS_READ_EVERY = timedelta(minutes=1)

_EXTENSION = "jumpseat.assertions"


@dataclass(frozen=True, slots=True)
class _Made:
    admission: Admission
    assertion: str
    expires_at: datetime


class Assertions:
    """The assertions of one process."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self._lifecycle = lifecycle
        self._made: OrderedDict[str, _Made] = OrderedDict()
        self._key: tuple[str, ECKey] | None = None
        self._key_read_at: datetime | None = None
        self._lock = threading.Lock()

    def of(self, session: str, admission: Admission) -> str:
        """Return a signed assertion of this admission, as the session's last one if it still says the same."""
        now = self._lifecycle.clock()
        with self._lock:
            made = self._made.get(session)
            if made is None or made.admission != admission or made.expires_at - now < REUSED_WHILE:
                expires_at = now + LIFETIME
                made = self._made[session] = _Made(admission, self._sign(admission, now, expires_at), expires_at)
                if len(self._made) > REMEMBERED:
                    self._made.popitem(last=False)
            self._made.move_to_end(session)
            return made.assertion

    def published(self) -> list[SigningKey]:
        """Return every key that a back end may need now, one at least."""
        keys = self._lifecycle.read(gate_keys.keys)
        if not keys:
            self._lifecycle.write(gate_keys.look_after)
            keys = self._lifecycle.read(gate_keys.keys)
        return keys

    def _sign(self, admission: Admission, now: datetime, expires_at: datetime) -> str:
        public_url = self._lifecycle.settings.public_url
        claims = {
            "iss": public_url,
            "aud": f"{public_url}/gate/{admission.account}",
            "sub": admission.person_id,
            "iat": int(now.timestamp()),
            "exp": int(expires_at.timestamp()),
            "account": admission.account,
            "user_name": admission.user_name,
            "seats": sorted(admission.seat_types),
            "permissions": sorted(admission.permissions),
        }
        kid, key = self._signing_key(now)
        return jwt.encode({"alg": "ES256", "kid": kid, "typ": "JWT"}, claims, key)

    def _signing_key(self, now: datetime) -> tuple[str, ECKey]:
        if self._key is None or self._key_read_at is None or now - self._key_read_at >= KEYS_READ_EVERY:
            found = self._lifecycle.read(gate_keys.signing_key)
            if found is None:
                self._lifecycle.write(gate_keys.look_after)
                found = self._lifecycle.read(gate_keys.signing_key)
            if found is None:
                raise RuntimeError("A signing key that was just made cannot be read.")
            kid, private = found
            if self._key is None or self._key[0] != kid:
                self._key = kid, ECKey.import_key(json.loads(private))
            self._key_read_at = now
        return self._key


def assertions() -> Assertions:
    """Return the assertions of the application; it keeps one object for all."""
    return cast(Assertions, current_app.extensions.setdefault(_EXTENSION, Assertions(lifecycle())))
