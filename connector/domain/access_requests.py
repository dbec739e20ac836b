"""What somebody who is refused can do herself, and her asking for access."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from connector.domain.access import Reason

RESEND_AFTER = timedelta(hours=1)
"""An invitation can be had again from a page when the last one is as old as this."""

ASK_AGAIN_AFTER = timedelta(days=7)
"""Somebody whom an operator told no can ask again when that is so long ago."""


class Remedy(StrEnum):
    """What the page of a refusal lets its reader do."""

    RESEND = "resend"
    ASK = "ask"
    WAIT = "wait"


REMEDIES = {
    Reason.INVITATION_PENDING: Remedy.RESEND,
    Reason.INVITATION_EXPIRED: Remedy.RESEND,
    Reason.NOT_INVITED: Remedy.ASK,
    Reason.INVITATION_DECLINED: Remedy.ASK,
    Reason.INVITATION_CANCELLED: Remedy.ASK,
    Reason.REVOKED: Remedy.ASK,
    Reason.WAITING: Remedy.WAIT,
}
"""A no, of an operator or of the person herself, is not undone by a button: she asks, and an operator decides."""


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """Somebody asked for access to an account; open until an operator says no, or she is invited or in line."""

    id: str
    tenant_id: str
    account_id: str
    person_id: str
    created_at: datetime
    closed_at: datetime | None = None
