"""What DNS says of a domain; the one place that asks it."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from ipaddress import ip_address

import dns.exception
import dns.nameserver
import dns.resolver

from connector.domain.errors import AlreadyExists
from connector.lifecycle import Lifecycle, domains
from connector.observability import note

log = logging.getLogger(__name__)

SECONDS = 2.0
"""How long one name server is waited for."""

WHOLE_SECONDS = 5.0
MOST_TEXTS = 100

WATCH_EVERY = timedelta(minutes=1)


def texts(record: str, server: str | None) -> list[str] | None:
    """Return the texts of a TXT record, none where there is no such record; None where DNS could not say.

    `server` is asked instead of the machine's own resolvers, as `address` or `address:port`.
    """
    try:
        resolver = dns.resolver.Resolver(configure=server is None)
        if server is not None:
            resolver.nameservers = [_nameserver(server)]
        resolver.timeout, resolver.lifetime = SECONDS, WHOLE_SECONDS
        answer = resolver.resolve(record, "TXT", search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError):
        return None
    return [b"".join(one.strings).decode("ascii", "replace") for one in list(answer)[:MOST_TEXTS]]


class DomainWatch:
    """Looks proved domains up again, a few at a time."""

    def __init__(self, lifecycle: Lifecycle, stop: threading.Event | None = None) -> None:
        self._lifecycle, self._stop = lifecycle, stop
        self._due_at: datetime | None = None

    def turn(self) -> bool:
        """Look up what is due; never tells that there is more, for it can wait."""
        now = self._lifecycle.clock()
        if self._due_at is not None and now < self._due_at:
            return False
        self._due_at = now + WATCH_EVERY
        for claim in self._lifecycle.read(domains.due):
            if self._stop is not None and self._stop.is_set():
                break
            found = texts(claim.record, self._lifecycle.settings.dns_server)
            try:
                stands = self._lifecycle.write(domains.looked_up, claim, found)
            except AlreadyExists:
                continue
            if stands.lost_at is not None:
                note(log, "domain:lost", domain=claim.name)
        return False


def _nameserver(server: str) -> dns.nameserver.Do53Nameserver:
    try:
        return dns.nameserver.Do53Nameserver(str(ip_address(server)))
    except ValueError:
        address, _, port = server.rpartition(":")
        return dns.nameserver.Do53Nameserver(address.strip("[]"), int(port))
