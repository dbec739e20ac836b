"""Signing in, and who may enter. Every answer is read from the ledger at the moment of the question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from connector.domain.access import Admission, Refusal, SessionLimits
from connector.domain.access import decide as judge
from connector.domain.errors import DirectoryOff, LoginUnknown
from connector.domain.events import Cause, CauseKind, Event, Kind
from connector.domain.people import Person
from connector.domain.sessions import Identity, LoginAttempt, Session
from connector.domain.tenancy import Directory
from connector.lifecycle.cutting import was_cut
from connector.lifecycle.directories import directory_named
from connector.lifecycle.tokens import hashed, new_token
from connector.storage.work import Work

LOGIN_TAKES = timedelta(minutes=10)
LOGINS_PER_BROWSER = 5
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session just begun: its reference, for the cookie, and the person, when the identity is bound to one."""

    session_token: str = field(repr=False)
    person: Person | None


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether somebody may enter; `stale` asks the edge to note that the session is in use (`touch`)."""

    outcome: Admission | Refusal
    stale: bool = False


def begin_login(work: Work, directory_slug: str, browser: str, attempt: LoginAttempt) -> None:
    """Keep a sign-in under way, for ten minutes and for this browser alone."""
    directory = directory_named(work, directory_slug)
    state = hashed(attempt.secrets.state)
    expires_at = work.now + LOGIN_TAKES
    begun = replace(attempt, begun_at=work.now)
    work.sessions.begin_login(directory.id, hashed(browser), state, begun, expires_at, LOGINS_PER_BROWSER)


def take_login(work: Work, directory_slug: str, browser: str, state: str) -> LoginAttempt:
    """Return the sign-in under way that this state names, once; raises LoginUnknown."""
    directory = directory_named(work, directory_slug)
    attempt = work.sessions.take_login(directory.id, hashed(browser), state, hashed(state), work.now)
    if attempt is None:
        raise LoginUnknown
    return attempt


def sign_in(work: Work, directory_slug: str, identity: Identity, begun_at: datetime | None = None) -> SignedIn:
    """Begin a session for a proved identity. It re-enables nobody: what she may enter is decided at each request.

    Raises DirectoryOff, and LoginUnknown where her provider has signed her out since the sign-in began: she begins
    again, and proves herself anew.
    """
    directory = directory_named(work, directory_slug)
    work.tenancy.lock_policy(directory.tenant_id)
    refuse_when_off(work, directory)
    person_id = work.people.bound_to(directory.id, identity.issuer, identity.subject)
    if person_id:
        work.people.lock([person_id])
    if begun_at is not None and was_cut(work, directory, identity, person_id, begun_at):
        raise LoginUnknown
    token = new_token()
    expires_at = work.now + work.settings.session_absolute
    if identity.session_expiry is not None:
        expires_at = min(expires_at, identity.session_expiry)
    session = Session(
        hashed(token), directory.tenant_id, directory.id, person_id, identity, work.now, work.now, expires_at
    )
    work.sessions.add(session)
    person = work.people.by_id([person_id]).get(person_id) if person_id else None
    cause = Cause(CauseKind.PERSON, f"person:{person_id}" if person_id else "unknown")
    subject_id = person_id or directory.id
    event = Event(work.now, directory.tenant_id, Kind.SESSION_STARTED, subject_id, cause, person_id)
    work.trail.tell([event])
    return SignedIn(token, person)


def refuse_when_off(work: Work, directory: Directory) -> None:
    """Raise DirectoryOff where nobody of a directory is admitted, the whole tenant's being switched off too."""
    active = any(one.active for one in work.tenancy.tenants() if one.id == directory.tenant_id)
    if not (active and work.tenancy.directory(directory.id).active):
        raise DirectoryOff(directory.slug)


def live_session(work: Work, session_token: str | None) -> Session | None:
    """Return the session behind a reference while it lives, else None."""
    session = work.sessions.find(hashed(session_token)) if session_token else None
    if session is None or session.ended_at is not None or work.now >= session.expires_at:
        return None
    return session if work.now - session.last_seen_at < work.settings.session_idle else None


def decide(work: Work, session_token: str | None, account_slug: str) -> Decision:
    """Decide whether the bearer of a session may enter an account, from one statement's facts."""
    facts = work.sessions.facts(hashed(session_token or ""), account_slug)
    limits = SessionLimits(int(work.settings.session_idle.total_seconds()))
    outcome = judge(facts, work.now, limits)
    seen = facts.last_seen_at
    return Decision(outcome, isinstance(outcome, Admission) and seen is not None and work.now - seen >= TOUCH_EVERY)


def touch(work: Work, session_token: str) -> None:
    """Note that a session was used just now."""
    work.sessions.touch(hashed(session_token), work.now)


def accounts_of(work: Work, person_id: str) -> list[Mapping[str, Any]]:
    """Return the person's memberships, each with the account's slug, name and vendor."""
    return list(work.ledger.with_accounts([person_id]))


def end_session(work: Work, session_token: str) -> None:
    """Sign out. A session that is over already stays so."""
    session = work.sessions.find(hashed(session_token))
    if session is None or not work.sessions.end(session.token_hash, work.now):
        return
    cause = Cause(CauseKind.PERSON, f"person:{session.person_id}" if session.person_id else "unknown")
    _tell_ended(work, session.tenant_id, session.person_id or session.directory_id, session.person_id, cause, 1)


def _tell_ended(work: Work, tenant_id: str, subject_id: str, person_id: str | None, cause: Cause, number: int) -> None:
    event = Event(work.now, tenant_id, Kind.SESSIONS_ENDED, subject_id, cause, person_id, after={"sessions": number})
    work.trail.tell([event])
