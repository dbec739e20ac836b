"""What an issuer publishes of itself, fetched when it is needed and kept: its metadata, and the keys it signs with."""

from __future__ import annotations

from datetime import datetime, timedelta

from connector.web.issuers.failures import Fault, ProviderFailure
from connector.web.issuers.keys import PublicKey, matching_key, usable_keys
from connector.web.issuers.metadata import Metadata, believed, discovery_url
from connector.web.issuers.remembered import Remembered
from connector.web.issuers.tokens import KeyFinder
from connector.web.issuers.transport import BoundedSession

METADATA_FRESH = timedelta(hours=24)
KEYS_FRESH = timedelta(minutes=10)
STALE = timedelta(days=2)


class Published:
    """An issuer's metadata and keys. Safe to share between threads; every method may raise ProviderFailure.

    `authority` is where the metadata is found, for an issuer that is named otherwise than its address.
    """

    def __init__(self, issuer: str, *, allow_http_loopback: bool, authority: str | None = None) -> None:
        self._issuer, self._authority, self._allow_http_loopback = issuer, authority or issuer, allow_http_loopback
        self._metadata = Remembered(self._fetch_metadata, fresh=METADATA_FRESH, stale=METADATA_FRESH + STALE)
        self._keys = Remembered(self._fetch_keys, fresh=KEYS_FRESH, stale=KEYS_FRESH + STALE)

    def metadata(self, now: datetime) -> Metadata:
        """Return the issuer's metadata, at most a day old unless the issuer is down."""
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

    def _fetch_metadata(self, now: datetime) -> Metadata:
        with self._session() as session:
            document = session.fetch_object(discovery_url(self._authority))
        return believed(document, self._issuer, allow_http_loopback=self._allow_http_loopback)

    def _fetch_keys(self, now: datetime) -> list[PublicKey]:
        with self._session() as session:
            return usable_keys(session.fetch_object(self._metadata.get(now).jwks_uri))

    def _session(self) -> BoundedSession:
        session = BoundedSession()
        session.allow_http_loopback = self._allow_http_loopback
        return session
