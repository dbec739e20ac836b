"""How many requests a directory may make: a bucket that fills steadily and holds a burst."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from connector.domain.errors import InvalidValue

LEAST_RATE = 25
"""Requests a second that Entra ID demands of a SCIM server for each tenant; a lower limit would end in quarantine."""

MOST_RATE = 100_000

BURST_SECONDS = 2
"""How many seconds' worth may come at once, after a pause as long."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Requests that may still be made, counted at a moment."""

    left: float
    at: datetime


def checked_rate(per_second: int) -> int:
    """Return a limit that can be set, in requests a second; raises InvalidValue below what Entra ID needs."""
    if not LEAST_RATE <= per_second <= MOST_RATE:
        raise InvalidValue(
            "rate",
            f"{per_second} requests a second cannot be the limit: Entra ID makes up to {LEAST_RATE}, "
            f"so write {LEAST_RATE} to {MOST_RATE}, or set none.",
        )
    return per_second


def taken(bucket: Bucket | None, per_second: int, now: datetime) -> tuple[Bucket, int]:
    """Take one request out of a bucket; return what it is then, and the whole seconds to wait: 0 when it was there.

    A clock that steps back fills nothing and empties nothing; what was refused costs nothing.
    """
    full = float(per_second * BURST_SECONDS)
    if bucket is None:
        return Bucket(full - 1, now), 0
    passed = max(0.0, (now - bucket.at).total_seconds())
    left = min(full, bucket.left + passed * per_second)
    if left >= 1:
        return Bucket(left - 1, now), 0
    return Bucket(left, now), max(1, math.ceil((1 - left) / per_second))
