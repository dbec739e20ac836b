"""An answer of a provider that is kept: fetched by one thread at a time, used on when the provider fails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from connector.web.issuers.failures import ProviderFailure

T = TypeVar("T")

PAUSE_AFTER_FAILURE = timedelta(seconds=10)
PAUSE_BETWEEN_FORCED = timedelta(minutes=1)


class Remembered(Generic[T]):
    """What `fetch` returned, good for `fresh`; when it cannot be had anew, the old one serves until `stale`.

    `fetch` may raise ProviderFailure. After a failure it rests for ten seconds, so that a provider that hangs does not
    take every thread with it.
    """

    def __init__(self, fetch: Callable[[datetime], T], *, fresh: timedelta, stale: timedelta) -> None:
        self._fetch, self._fresh, self._stale = fetch, fresh, stale
        self._lock = threading.Lock()
        self._kept: tuple[T, datetime] | None = None
        self._failed: tuple[ProviderFailure, datetime] | None = None
        self._forced_at: datetime | None = None

    def get(self, now: datetime) -> T:
        """Return the answer, fetching it when it is older than `fresh`. Raises ProviderFailure when there is none.

        While one thread fetches anew, the others go on with what is known; without anything known they wait.
        """
        kept = self._kept
        if kept and now - kept[1] < self._fresh:
            return kept[0]
        if not self._lock.acquire(blocking=kept is None or now - kept[1] >= self._stale):
            return self._usable(now)
        try:
            if self._kept is kept:
                self._renew(now)
            return self._usable(now)
        finally:
            self._lock.release()

    def get_anew(self, now: datetime) -> T:
        """Return the answer, fetched again now, unless that was asked for less than a minute ago."""
        with self._lock:
            if self._forced_at is None or now - self._forced_at >= PAUSE_BETWEEN_FORCED:
                self._forced_at = now
                self._renew(now)
            return self._usable(now)

    def _renew(self, now: datetime) -> None:
        if self._failed and now - self._failed[1] < PAUSE_AFTER_FAILURE:
            return
        try:
            self._kept, self._failed = (self._fetch(now), now), None
        except ProviderFailure as failure:
            self._failed = (failure, now)

    def _usable(self, now: datetime) -> T:
        if self._kept and now - self._kept[1] < self._stale:
            return self._kept[0]
        assert self._failed is not None  # noqa: S101 -- without a failure the answer has just been fetched
        failure, _ = self._failed
        raise ProviderFailure(failure.fault, failure.detail)
