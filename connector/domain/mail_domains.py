"""E-mail domains: whose people write from them is proved by a DNS record, and by nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from connector.domain.errors import InvalidValue

RECORD_PREFIX = "_jumpseat-challenge"
VALUE_PREFIX = "jumpseat-domain-verification="
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


@dataclass(frozen=True, slots=True)
class MailDomain:
    """A directory's claim to a domain, and how it stands; it counts from `proved_at` on, though `lost_at` is set."""

    id: str
    directory_id: str
    name: str
    challenge: str
    claimed_at: datetime
    proved_at: datetime | None = None
    checked_at: datetime | None = None
    lost_at: datetime | None = None

    @property
    def record(self) -> str:
        """The name of the TXT record that proves it."""
        return f"{RECORD_PREFIX}.{self.name}"

    @property
    def value(self) -> str:
        """What the record says."""
        return VALUE_PREFIX + self.challenge

    def shown_by(self, texts: Iterable[str]) -> bool:
        """Tell whether one of the record's texts is ours."""
        return any(text.strip() == self.value for text in texts)


def checked_domain(name: str) -> str:
    """Return a domain as it is compared: lower case, ASCII; raises InvalidValue for what is none."""
    try:
        found = name.strip().rstrip(".").lower().encode("idna").decode() if not name.isascii() else name
    except UnicodeError:
        found = ""
    found = found.strip().rstrip(".").lower()
    labels = found.split(".")
    if len(found) > 253 - len(RECORD_PREFIX) - 1 or len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)):
        raise InvalidValue("domain", f"{name!r} must be an e-mail domain; for example 'acme.example'.")
    if labels[-1].isdigit():
        raise InvalidValue("domain", f"{name!r} is an address, not a domain.")
    return found


def domain_of(address: str) -> str | None:
    """Return the domain of an e-mail address as it is compared, or None for what is no address of one person.

    Two `@` are refused: others took `a@evil.example@acme.example` for one of Acme's (oauth2-proxy, CVE-2026-40574).
    """
    name, at, domain = address.strip().partition("@")
    try:
        return checked_domain(domain) if name and at else None
    except InvalidValue:
        return None
