"""The keys with which the gate signs what back ends verify: which signs, which are published, when the next is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

SIGNS_FOR = timedelta(days=30)
"""A key is replaced after so long."""

PUBLISHED_AHEAD = timedelta(days=1)
"""A key is published so long before it signs, and after it has signed last: back ends keep key sets for hours."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key pair; the private half is kept sealed with the installation's secret key."""

    kid: str
    public: Mapping[str, Any] = field(hash=False)
    private_sealed: str = field(repr=False)
    created_at: datetime
    signs_from: datetime


def signer(keys: Sequence[SigningKey], now: datetime) -> SigningKey | None:
    """Return the key that signs now: the one that began last."""
    return max((key for key in keys if key.signs_from <= now), key=_order, default=None)


def due(keys: Sequence[SigningKey], now: datetime) -> datetime | None:
    """Return from when a new key is to sign, if one has to be made now; the first of all signs at once."""
    if signer(keys, now) is None:
        return now
    successor_at = max(key.signs_from for key in keys) + SIGNS_FOR
    return successor_at if now >= successor_at - PUBLISHED_AHEAD else None


def outlived(keys: Sequence[SigningKey], current: SigningKey, now: datetime) -> list[SigningKey]:
    """Return the keys that nothing still valid was signed with, and that nobody needs to know any more."""
    if now < current.signs_from + PUBLISHED_AHEAD:
        return []
    return [key for key in keys if _order(key) < _order(current)]


def _order(key: SigningKey) -> tuple[datetime, str]:
    return key.signs_from, key.kid
