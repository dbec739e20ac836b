"""Invitations: ours, and the only ones that the gate reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class InvitationState(StrEnum):
    """Where an invitation stands. Only a pending one can be answered."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Invitation:
    """An offer to one person in one account, good once and until `expires_at`, which is judged when it is used.

    `mails` says whether it is sent by letter, or its link handed over; `language` is that of letters to somebody whose
    directory states none. `mailed_at` is when the letter left; at `remind_at`, unless answered by then, another does.
    """

    id: str
    tenant_id: str
    account_id: str
    person_id: str
    membership_id: str
    state: InvitationState
    created_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None
    mails: bool = True
    language: str | None = None
    mailed_at: datetime | None = None
    remind_at: datetime | None = None

    def state_at(self, now: datetime) -> InvitationState:
        """Return the state at this moment, whether or not anybody has noted the expiry yet."""
        if self.state is InvitationState.PENDING and now >= self.expires_at:
            return InvitationState.EXPIRED
        return self.state


@dataclass(frozen=True, slots=True)
class VendorState:
    """What a vendor says of its own invitation, in its own word; it is shown, and nothing is decided by it."""

    membership_id: str
    tenant_id: str
    state: str
    noted_by: str
    noted_at: datetime


LONGEST_REMINDER = 90 * 24
"""Hours before its end: longer than any invitation is good for."""


def reminder_at(
    created_at: datetime, expires_at: datetime, exactly: timedelta | None, usually: timedelta
) -> datetime | None:
    """Return when somebody who has not answered is reminded, once; None for never.

    `exactly` so long before the end, where account or vendor say so. Otherwise `usually`, and not before three quarters
    of the time are over: what is good for long is remembered days before its end, what is good for short near it. An
    invitation that is not good for that long is treated likewise; no time at all means never.
    """
    before = usually if exactly is None else exactly
    if not before:
        return None
    late = created_at + (expires_at - created_at) * 3 / 4
    wanted = expires_at - before
    return wanted if exactly is not None and wanted > created_at else max(wanted, late)
