"""A way in past a provider that is down: for one person, into one account, for some minutes, by an operator's word."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

LONGEST = timedelta(hours=4)
"""How long glass stays broken at most."""

ISSUER = "urn:jumpseat:break-glass"
"""Names us where a session names its provider: no provider has vouched for it, and none can end it by its own names."""


@dataclass(frozen=True, slots=True)
class BrokenGlass:
    """A link that starts one session, and that session's end: both are over at `ends_at`."""

    id: str
    tenant_id: str
    account_id: str
    person_id: str
    opened_by: str
    reason: str = field(repr=False)
    created_at: datetime
    ends_at: datetime
    used_at: datetime | None = None
