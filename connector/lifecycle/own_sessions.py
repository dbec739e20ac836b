"""Who is signed in where: one's own sessions, and those of whomever an operator names; seen, and ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from connector.domain.errors import NotFound
from connector.domain.events import Cause, CauseKind, Event, Kind
from connector.domain.people import Person
from connector.domain.sessions import Session
from connector.domain.tenancy import Directory
from connector.lifecycle.admission import live_session
from connector.lifecycle.consequences import end_sessions
from connector.lifecycle.directories import directory_named
from connector.lifecycle.tokens import hashed
from connector.storage.work import Work

KEY = 16
"""Characters of a session's hash by which it is named: enough to tell sessions apart, and they open nothing."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that lives. `key` names it; `browser` is what its browser calls itself; it lasts to `ends_at` at most.

    `current` says that it is the one that asks.
    """

    key: str
    browser: str | None
    created_at: datetime
    last_seen_at: datetime
    ends_at: datetime
    current: bool = False


def note_browser(work: Work, session_token: str, browser: str | None) -> None:
    """Keep what the browser of a session calls itself, for its person to know it again."""
    work.sessions.note_browser(hashed(session_token), browser)


def own_sessions(work: Work, session_token: str | None) -> list[OpenSession]:
    """Return the open sessions of whoever bears this one, the one used last first; nothing for a stranger."""
    session = live_session(work, session_token)
    if session is None or session.person_id is None:
        return []
    return [_shown(work, one, session.token_hash) for one in _mine(work, session.person_id)]


def end_own(work: Work, session_token: str | None, key: str | None) -> int:
    """End the session of this key, or, without one, all but the one that asks; return how many ended.

    Only sessions of the person who asks are looked at, so that the key of somebody else's ends nothing.
    """
    session = live_session(work, session_token)
    if session is None or session.person_id is None:
        return 0
    others = [one for one in _mine(work, session.person_id) if one.token_hash != session.token_hash]
    meant = others if key is None else [one for one in [session, *others] if one.token_hash[:KEY] == key]
    ended = sum(work.sessions.end(one.token_hash, work.now) for one in meant)
    if ended:
        cause = Cause(CauseKind.PERSON, f"person:{session.person_id}")
        _tell(work, session.tenant_id, session.person_id, cause, session.person_id, ended)
    return ended


def sessions_of(
    work: Work, directory_slug: str, user_name: str | None, at_most: int
) -> list[tuple[Person, OpenSession]]:
    """Return the open sessions of one person, or of everybody, of a directory, the one used last first.

    Raises NotFound.
    """
    directory = directory_named(work, directory_slug)
    if user_name is None:
        found = _live(work, work.sessions.open_at(directory.id, work.now, at_most))
    else:
        person = _named(work, directory, user_name)
        found = _live(work, work.sessions.open_of(person.id, work.now))[:at_most]
    people = work.people.by_id({one.person_id for one in found if one.person_id is not None})
    return [(people[one.person_id], _shown(work, one)) for one in found if one.person_id is not None]


def end_sessions_of(work: Work, directory_slug: str, user_name: str | None, cause: Cause) -> int:
    """End every session of one person, or of everybody, of a directory; return how many. Raises NotFound.

    What they hold stays theirs: whoever may enter can sign in again at once. Broken glass is over.
    """
    directory = directory_named(work, directory_slug)
    if user_name is not None:
        person = _named(work, directory, user_name)
        work.break_glass.end_of_person(person.id, work.now)
        events = end_sessions(work, directory.tenant_id, [person.id], cause)
        work.trail.tell(events)
        return sum(int((event.after or {})["sessions"]) for event in events)
    work.break_glass.end_at(directory.id, work.now)
    ended = work.sessions.end_at(directory.id, work.now)
    if ended:
        _tell(work, directory.tenant_id, directory.id, cause, None, ended)
    return ended


def _named(work: Work, directory: Directory, user_name: str) -> Person:
    person = work.people.named(directory.id, user_name)
    if person is None:
        raise NotFound("person", user_name)
    return person


def _mine(work: Work, person_id: str) -> list[Session]:
    return _live(work, work.sessions.open_of(person_id, work.now))


def _live(work: Work, found: Iterable[Session]) -> list[Session]:
    return [one for one in found if work.now - one.last_seen_at < work.settings.session_idle]


def _shown(work: Work, one: Session, current: str | None = None) -> OpenSession:
    ends_at = min(one.expires_at, one.last_seen_at + work.settings.session_idle)
    key, mine = one.token_hash[:KEY], one.token_hash == current
    return OpenSession(key, one.browser, one.created_at, one.last_seen_at, ends_at, mine)


def _tell(work: Work, tenant_id: str, subject_id: str, cause: Cause, person_id: str | None, ended: int) -> None:
    facts = (subject_id, cause, person_id)
    work.trail.tell([Event(work.now, tenant_id, Kind.SESSIONS_ENDED, *facts, after={"sessions": ended})])
