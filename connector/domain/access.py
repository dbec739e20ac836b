"""Who may enter: one decision, from what the ledger says at this very request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connector.domain.memberships import Answer, Obstacle, State
from connector.domain.step_up import UNSURE, Assurance, StepUp


class Reason(StrEnum):
    """Why somebody is refused; the code stands in the answer's header and names the page."""

    SIGNED_OUT = "signed-out"
    SESSION_ENDED = "session-ended"
    NOT_PROVISIONED = "not-provisioned"
    LEFT = "left"
    DIRECTORY_OFF = "directory-off"
    NO_SUCH_ACCOUNT = "no-such-account"
    ACCOUNT_CLOSED = "account-closed"
    ACCOUNT_FROZEN = "account-frozen"
    NOT_INVITED = "not-invited"
    NO_SIGN_IN = "no-sign-in"
    WAITING = "waiting"
    INVITATION_PENDING = "invitation-pending"
    INVITATION_EXPIRED = "invitation-expired"
    INVITATION_DECLINED = "invitation-declined"
    INVITATION_CANCELLED = "invitation-cancelled"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    STEP_UP = "step-up"

    @property
    def asks_for_sign_in(self) -> bool:
        """Whether signing in can help: 401 rather than 403."""
        return self in (Reason.SIGNED_OUT, Reason.SESSION_ENDED, Reason.STEP_UP)


@dataclass(frozen=True, slots=True)
class Admission:
    """Somebody may enter: active in the directory, accepted, holding a seat in this account."""

    person_id: str
    account_id: str
    user_name: str
    account: str
    seat_types: frozenset[str]
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody may not enter, for one reason; `directory` is where a better sign-in would help."""

    reason: Reason
    directory: str | None = None


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lasts: without a request, in seconds; its absolute end stands in its row."""

    idle_seconds: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the decision rests on, as one statement read it."""

    session_found: bool = False
    session_ended: bool = False
    session_expires_at: datetime | None = None
    last_seen_at: datetime | None = None
    tenant_active: bool = False
    directory_active: bool = False
    person_id: str | None = None
    user_name: str = ""
    person_active: bool = False
    account_id: str | None = None
    account: str = ""
    account_active: bool = False
    account_frozen: bool = False
    state: State | None = None
    answer: Answer | None = None
    obstacle: Obstacle | None = None
    invitation_expires_at: datetime | None = None
    seat_types: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    directory: str | None = None
    step_up: StepUp | None = None
    assurance: Assurance = UNSURE


ANSWERED = {
    Answer.DECLINED: Reason.INVITATION_DECLINED,
    Answer.CANCELLED: Reason.INVITATION_CANCELLED,
    Answer.EXPIRED: Reason.INVITATION_EXPIRED,
    Answer.REVOKED: Reason.REVOKED,
}


def decide(facts: Facts, now: datetime, limits: SessionLimits) -> Admission | Refusal:
    """Admit only who is signed in, active in the directory, has accepted and holds a seat in this account."""
    reason = _session_refused(facts, now, limits) or _person_refused(facts) or _membership_refused(facts, now)
    if reason is not None or facts.person_id is None or facts.account_id is None:
        return Refusal(reason or Reason.NOT_INVITED)
    if facts.step_up is not None and not facts.step_up.met_by(facts.assurance, now):
        return Refusal(Reason.STEP_UP, facts.directory)
    return Admission(
        facts.person_id, facts.account_id, facts.user_name, facts.account, facts.seat_types, facts.permissions
    )


def _session_refused(facts: Facts, now: datetime, limits: SessionLimits) -> Reason | None:
    if not facts.session_found or facts.session_expires_at is None or facts.last_seen_at is None:
        return Reason.SIGNED_OUT
    idle = (now - facts.last_seen_at).total_seconds()
    if facts.session_ended or now >= facts.session_expires_at or idle >= limits.idle_seconds:
        return Reason.SESSION_ENDED
    return None


def _person_refused(facts: Facts) -> Reason | None:
    if not (facts.tenant_active and facts.directory_active):
        return Reason.DIRECTORY_OFF
    if facts.person_id is None:
        return Reason.NOT_PROVISIONED
    if not facts.person_active:
        return Reason.LEFT
    return None


def _membership_refused(facts: Facts, now: datetime) -> Reason | None:
    if facts.account_id is None:
        return Reason.NO_SUCH_ACCOUNT
    if not facts.account_active:
        return Reason.ACCOUNT_CLOSED
    if facts.account_frozen:
        return Reason.ACCOUNT_FROZEN
    match facts.state:
        case State.ACTIVE:
            return None
        case State.SUSPENDED:
            return Reason.SUSPENDED
        case State.INVITED:
            expired = facts.invitation_expires_at is not None and now >= facts.invitation_expires_at
            return Reason.INVITATION_EXPIRED if expired else Reason.INVITATION_PENDING
        case State.WAITING:
            return Reason.NO_SIGN_IN if facts.obstacle is Obstacle.NO_SIGN_IN else Reason.WAITING
        case _:
            return ANSWERED.get(facts.answer, Reason.NOT_INVITED) if facts.answer else Reason.NOT_INVITED
