"""What one source may begin in a second: counted in memory, each process for itself, for so many sources at most."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network
from typing import cast

from flask import current_app

from connector.domain.rates import Bucket, taken
from connector.web.context import now
from connector.web.source import source

PER_SECOND = 10
"""Sign-ins that one source may begin, and twice as many at once: a whole office behind one address stays below it."""

SOURCES = 10_000
"""Sources that are remembered; whoever was heard of longest ago is forgotten, and has a full bucket again."""

_EXTENSION = "jumpseat.throttle"


class TooManySignIns(Exception):
    """A source has begun more sign-ins than it may; `wait` is in whole seconds."""

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__(f"Too many sign-ins were begun; wait {wait} s.")


class Throttle:
    """The buckets of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, asker: str, moment: datetime) -> None:
        """Count a sign-in; raises TooManySignIns."""
        key = _network(asker)
        with self._lock:
            self._buckets[key], wait = taken(self._buckets.get(key), PER_SECOND, moment)
            self._buckets.move_to_end(key)
            if len(self._buckets) > SOURCES:
                self._buckets.popitem(last=False)
        if wait:
            raise TooManySignIns(wait)


def count_sign_in() -> None:
    """Count a sign-in that the request's source begins; raises TooManySignIns."""
    cast(Throttle, current_app.extensions.setdefault(_EXTENSION, Throttle())).take(source(), now())


def _network(asker: str) -> str:
    """Return the source itself, of IPv6 the network that one subscriber has."""
    try:
        address = ip_address(asker)
    except ValueError:
        return asker
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else asker
