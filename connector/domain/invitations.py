"""Invitations: ours, and the only ones that the gate reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
    """An offer to one person in one account, good once and until `expires_at`, which is judged when it is used."""

    id: str
    tenant_id: str
    account_id: str
    person_id: str
    membership_id: str
    state: InvitationState
    created_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None

    def state_at(self, now: datetime) -> InvitationState:
        """Return the state at this moment, whether or not anybody has noted the expiry yet."""
        if self.state is InvitationState.PENDING and now >= self.expires_at:
            return InvitationState.EXPIRED
        return self.state
