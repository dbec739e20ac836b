"""When an invitation can be answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.domain.invitations import Invitation, InvitationState, reminder_at

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


REMINDERS: list[tuple[int, int | None, int, float | None]] = [
    (168, None, 48, 126),
    (336, None, 48, 288),
    (72, None, 48, 54),
    (1, None, 48, 0.75),
    (168, None, 12, 156),
    (168, None, 0, None),
    (168, 24, 48, 144),
    (168, 24, 0, 144),
    (72, 48, 0, 24),
    (72, 0, 48, None),
    (72, 72, 48, 54),
    (72, 500, 48, 54),
]


@pytest.mark.parametrize(("lifetime", "exactly", "usually", "expected"), REMINDERS)
def test_when_one_is_reminded(lifetime: int, exactly: int | None, usually: int, expected: float | None) -> None:
    """In hours: usually near the end and never before three quarters; exactly as said, where it is good for so long."""
    said = None if exactly is None else timedelta(hours=exactly)
    at = reminder_at(NOON, NOON + timedelta(hours=lifetime), said, timedelta(hours=usually))
    assert at == (None if expected is None else NOON + timedelta(hours=expected))
