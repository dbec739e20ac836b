"""When an invitation can be answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.domain.invitations import Invitation, InvitationState

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def invitation(state: InvitationState) -> Invitation:
    return Invitation("id", "tenant", "account", "ada", "membership", state, NOON, NOON + timedelta(hours=72))


def test_a_pending_invitation_expires_by_itself() -> None:
    """Its end is judged at the moment of use, whether or not anybody has noted it: at 72 hours it is over."""
    pending = invitation(InvitationState.PENDING)
    assert pending.state_at(NOON + timedelta(hours=72, microseconds=-1)) is InvitationState.PENDING
    assert pending.state_at(NOON + timedelta(hours=72)) is InvitationState.EXPIRED


@pytest.mark.parametrize("state", [state for state in InvitationState if state is not InvitationState.PENDING])
def test_what_is_answered_stays_answered(state: InvitationState) -> None:
    """Time does not turn a yes, a no or a cancellation into an expiry."""
    assert invitation(state).state_at(NOON + timedelta(days=365)) is state
