"""Transmitters of security events: their keys, kept until a stream is set anew, and what a token of theirs says."""

from __future__ import annotations

import threading
from datetime import datetime

from connector.domain.security_events import Signal, SignalStream
from connector.sso.orders import SIGNAL_TYPES, signal_of
from connector.web.issuers.published import PublishedTransmitter
from connector.web.issuers.tokens import verified


class Transmitters:
    """Transmitters by directory. Safe to share between threads."""

    def __init__(self, *, allow_http_loopback: bool) -> None:
        self._allow_http_loopback = allow_http_loopback
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[str, PublishedTransmitter]] = {}

    def read(self, token: str, stream: SignalStream, now: datetime) -> Signal:
        """Return what a security event token says, its signature and claims checked; raises ProviderFailure."""
        signed = verified(token, self._of(stream).key_finder(now), SIGNAL_TYPES)
        return signal_of(signed, stream.transmitter, stream.audience, now)

    def _of(self, stream: SignalStream) -> PublishedTransmitter:
        with self._lock:
            issuer, published = self._kept.get(stream.directory_id, ("", None))
            if published is None or issuer != stream.transmitter:
                published = PublishedTransmitter(stream.transmitter, allow_http_loopback=self._allow_http_loopback)
                self._kept[stream.directory_id] = stream.transmitter, published
            return published
