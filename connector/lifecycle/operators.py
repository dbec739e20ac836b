"""Operators of the console: whoever can run a command on this installation makes herself a link that opens it once.

There is no password to lose. A link lives ten minutes and is good once; the session it starts lasts as long as anybody
else's at most, and is a row that can be ended.
"""

from __future__ import annotations

from datetime import timedelta

from connector.lifecycle.tokens import hashed, new_token
from connector.storage.work import Work

LINK_LIVES = timedelta(minutes=10)


def console_link(work: Work, name: str) -> str:
    """Return an address that starts a session of the operator of this name, once, within ten minutes."""
    key = new_token()
    work.sessions.add_operator(_as_link(key), name, work.now, work.now + LINK_LIVES)
    return f"{work.settings.public_url}/console/enter?key={key}"


def enter(work: Work, key: str) -> str | None:
    """Use a link up and return the reference to the session that it starts; None when it is unknown, used or late."""
    name = work.sessions.take_operator(_as_link(key), work.now)
    if name is None:
        return None
    token = new_token()
    work.sessions.add_operator(_as_session(token), name, work.now, work.now + work.settings.session_absolute)
    return token


def operator(work: Work, session_token: str | None) -> str | None:
    """Return the name of the operator whose session this is, while it lasts."""
    return work.sessions.operator(_as_session(session_token), work.now) if session_token else None


def leave(work: Work, session_token: str) -> None:
    """End an operator's session."""
    work.sessions.end_operator(_as_session(session_token))


# Links and sessions are rows of one table, and neither may pass for the other.


def _as_link(key: str) -> str:
    return hashed(f"console-link:{key}")


def _as_session(token: str) -> str:
    return hashed(f"console-session:{token}")
