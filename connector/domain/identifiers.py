"""Identifiers of everything we keep: UUID version 7, so that ascending id is order of arrival."""

from __future__ import annotations

import secrets
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """Return a fresh UUIDv7 (RFC 9562 section 5.7) as 36 characters; ids of one process ascend strictly."""
    global _last
    with _lock:
        # 12 bits below the millisecond keep the order of ids made within it (RFC 9562 section 6.2, method 3).
        _last = max(time.time_ns() * 4096 // 1_000_000, _last + 1)
        ticks = _last
    milliseconds, fraction = divmod(ticks, 4096)
    number = milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=number))
