"""Cursors: places in a list, signed, that a client hands back to read on (RFC 9865).

A cursor opens nothing: whoever shows one is asked for the token like everybody. The signature covers the directory, the
filter and the order, so that a cursor of another list is as good as none.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from connector.scim.errors import ExpiredCursor, InvalidCursor

TIMEOUT = 3600
"""Seconds for which a cursor can be used after it was given out."""

_TAG = 16
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Place:
    """The page that a cursor leads to: of `count` resources, right after or before an id, or from a position.

    `total` is what the first page counted, so that no page after it counts again.
    """

    count: int
    total: int
    after: str | None = None
    before: str | None = None
    start_index: int = 1


@dataclass(frozen=True, slots=True)
class Cursors:
    """Writes and reads the cursors of one list; `bound` is all that tells this list from others."""

    secret_key: str
    bound: Sequence[str]
    now: datetime

    def write(self, place: Place) -> str:
        """Return a cursor, of characters that a URL takes as they are (RFC 9865 section 2)."""
        issued = int(self.now.timestamp())
        facts = orjson.dumps([issued, place.count, place.total, place.after, place.before, place.start_index])
        return base64.urlsafe_b64encode(self._tag(facts) + facts).rstrip(b"=").decode()

    def read(self, text: str) -> Place:
        """Return the place. Raises InvalidCursor for whatever was not written for this list, ExpiredCursor."""
        raw = _decoded(text)
        tag, facts = raw[:_TAG], raw[_TAG:]
        if not hmac.compare_digest(tag, self._tag(facts)):
            raise InvalidCursor
        issued, *place = orjson.loads(facts)
        if int(self.now.timestamp()) - issued > TIMEOUT:
            raise ExpiredCursor
        return Place(*place)

    def _tag(self, facts: bytes) -> bytes:
        signed = b"cursor:" + orjson.dumps([*self.bound, facts.hex()])
        return hmac.new(self.secret_key.encode(), signed, hashlib.sha256).digest()[:_TAG]


def _decoded(text: str) -> bytes:
    """Return the bytes of the one text that stands for them; base64 alone has several."""
    try:
        raw = base64.b64decode(text[:_LONGEST] + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise InvalidCursor from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise InvalidCursor
    return raw
