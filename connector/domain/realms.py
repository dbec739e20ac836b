"""A Keycloak realm that a directory is connected with: told of its people, read, or both."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from connector.domain.errors import InvalidValue

SHORTEST_PULL = timedelta(seconds=10)
FEW = 10
"""So many may always leave at once."""
SHARE = 5
"""And so may one in this many of those who are in."""


class Standing(StrEnum):
    """How somebody stands in the realm, all her accounts together."""

    PENDING = "pending"
    """The directory wants her in, and she holds no seat yet: not invited, invited, or waiting in line."""
    ACCEPTED = "accepted"
    """She has accepted, and holds a seat in one account at least."""
    REVOKED = "revoked"
    """Her directory does not want her in any more."""


@dataclass(frozen=True, slots=True)
class Realm:
    """How a directory's realm is reached, and what is done with it.

    `client_id` is a client of the realm whose service account may no more than is done. Where `creates`, the realm is
    not what states the people, and gets its users from us; `broker` then names the identity provider at which they sign
    in. `pull_every` is None where the directory states its people by itself; `pull_failed` says why the last
    pull was not carried out.
    """

    directory_id: str
    tenant_id: str
    server: str
    name: str
    client_id: str
    secret_sealed: str = field(repr=False)
    mirrors: bool = False
    creates: bool = False
    broker: str | None = None
    pull_every: timedelta | None = None
    pulled_at: datetime | None = None
    pull_failed: str | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """What the realm is to show of one person."""

    person_id: str
    standing: Standing
    external_id: str | None
    user_name: str
    email: str | None
    given_name: str | None
    family_name: str | None


def checked_interval(every: timedelta) -> timedelta:
    """Return how often a realm is to be read; raises InvalidValue for what would burden it, or cut nobody for a day."""
    if not SHORTEST_PULL <= every <= timedelta(days=1):
        raise InvalidValue("pull", "say how often in seconds, from 10 to 86400; for example 300.")
    return every


def too_many(leaving: int, active: int) -> bool:
    """Tell whether more would lose access at once than an ordinary day explains: the breaker."""
    return leaving > max(FEW, active // SHARE)
