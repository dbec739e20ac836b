"""What an issuer publishes of itself, fetched when it is needed and kept: its metadata, and the keys it signs with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from connector.web.issuers.failures import Fault, ProviderFailure
from connector.web.issuers.keys import PublicKey, matching_key, usable_keys
from connector.web.issuers.metadata import (
    Metadata,
    TransmitterMetadata,
    believed,
    believed_of_transmitter,
    discovery_url,
    transmitter_url,
)
from connector.web.issuers.remembered import Remembered
from connector.web.issuers.tokens import KeyFinder
from connector.web.issuers.transport import BoundedSession

METADATA_FRESH = timedelta(hours=24)
KEYS_FRESH = timedelta(minutes=10)
STALE = timedelta(days=2)


class Signs(Protocol):
    """What metadata says of signatures: where the keys are, and the algorithms that come into question."""

    @property
    def jwks_uri(self) -> str: ...
    @property
    def algorithms(self) -> frozenset[str]: ...


M = TypeVar("M", bound=Signs)


class PublishedAt(Generic[M]):
    """Metadata at an address, and the keys that it names. Safe to share between threads.

    Every method may raise ProviderFailure.
    """

    def __init__(self, url: str, believe: Callable[[Mapping[str, Any]], M], *, allow_http_loopback: bool) -> None:
        self._url, self._believe, self._allow_http_loopback = url, believe, allow_http_loopback
        self._metadata = Remembered(self._fetch_metadata, fresh=METADATA_FRESH, stale=METADATA_FRESH + STALE)
        self._keys = Remembered(self._fetch_keys, fresh=KEYS_FRESH, stale=KEYS_FRESH + STALE)

    def metadata(self, now: datetime) -> M:
        """Return the metadata, at most a day old unless the issuer is down."""
        return self._metadata.get(now)

    def key_finder(self, now: datetime) -> KeyFinder:
        """Return what finds the key of a header; for an unknown one all are fetched anew, once a minute at most."""
        algorithms = self._metadata.get(now).algorithms

        def find(key_id: str | None, algorithm: str) -> PublicKey | None:
            if algorithm not in algorithms:
                raise ProviderFailure(Fault.ALGORITHM_REFUSED)
            found = matching_key(self._keys.get(now), key_id, algorithm)
            return found or matching_key(self._keys.get_anew(now), key_id, algorithm)

        return find

    def _fetch_metadata(self, now: datetime) -> M:
        with self._session() as session:
            return self._believe(session.fetch_object(self._url))

    def _fetch_keys(self, now: datetime) -> list[PublicKey]:
        with self._session() as session:
            return usable_keys(session.fetch_object(self._metadata.get(now).jwks_uri))

    def _session(self) -> BoundedSession:
        session = BoundedSession()
        session.allow_http_loopback = self._allow_http_loopback
        return session


class Published(PublishedAt[Metadata]):
    """What an OpenID provider publishes.

    `authority` is where the metadata is found, for an issuer that is named otherwise than its address.
    """

    def __init__(self, issuer: str, *, allow_http_loopback: bool, authority: str | None = None) -> None:
        def believe(document: Mapping[str, Any]) -> Metadata:
            return believed(document, issuer, allow_http_loopback=allow_http_loopback)

        super().__init__(discovery_url(authority or issuer), believe, allow_http_loopback=allow_http_loopback)


class PublishedTransmitter(PublishedAt[TransmitterMetadata]):
    """What a transmitter of security events publishes."""

    def __init__(self, issuer: str, *, allow_http_loopback: bool) -> None:
        def believe(document: Mapping[str, Any]) -> TransmitterMetadata:
            return believed_of_transmitter(document, issuer, allow_http_loopback=allow_http_loopback)

        super().__init__(transmitter_url(issuer), believe, allow_http_loopback=allow_http_loopback)
