"""Directories that may not make more than so many requests a second: counted in memory, each process for itself."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import cast

from flask import current_app, request

from connector.domain.rates import Bucket, taken
from connector.domain.tenancy import Directory
from connector.scim.errors import ScimError
from connector.web.context import now

EXTENSION = "jumpseat.rates"

PART_OF_ANOTHER = "jumpseat.part_of_another"
"""Stands in the WSGI environment of an operation that came in a bulk request, which has been counted; no header can."""


class TooManyRequests(ScimError):
    """The directory has made more requests than its operator allows (RFC 6585 section 4).

    Okta reads `Retry-After` in whole seconds alone.
    """

    status = 429

    def __init__(self, per_second: int, wait: int) -> None:
        self.headers = {"Retry-After": str(wait)}
        super().__init__(f"This directory may make {per_second} requests a second; try again in {wait} s.")


class Rates:
    """One process's buckets. There is one for each directory that has a limit, so their number is bounded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[str, Bucket] = {}

    def take(self, directory: Directory, per_second: int, moment: datetime) -> None:
        """Count a request; raises TooManyRequests."""
        with self._lock:
            bucket, wait = taken(self._buckets.get(directory.id), per_second, moment)
            self._buckets[directory.id] = bucket
        if wait:
            raise TooManyRequests(per_second, wait)


def count(directory: Directory) -> None:
    """Count a request of a directory that has proved itself; raises TooManyRequests."""
    if directory.requests_per_second is not None and PART_OF_ANOTHER not in request.environ:
        rates = cast(Rates, current_app.extensions.setdefault(EXTENSION, Rates()))
        rates.take(directory, directory.requests_per_second, now())
