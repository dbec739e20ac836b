"""The two cookies: a random reference to a session's row, and one that ties a browser to the sign-ins it began.

Neither says anything by itself. The first is new at every sign-in; the second outlives it, so that a sign-in begun in
another tab still comes back to the browser that began it.
"""

from __future__ import annotations

import re
import secrets

from flask import g, request
from werkzeug.wrappers import Response

from connector.web.context import settings

SESSION = "jumpseat"
BROWSER = "jumpseat-browser"
# 256 random bits in base64url; anything else was never handed out.
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{43}")


def session_token() -> str | None:
    """Return the reference to the session that the request brings, which may be over."""
    return _brought(SESSION)


def browser() -> str:
    """Return the reference that ties this browser to what it began; one that has none gets a new one."""
    if "browser" not in g:
        g.browser = _brought(BROWSER) or secrets.token_urlsafe(32)
    return str(g.browser)


def keep_browser(response: Response) -> None:
    """Give the browser its reference, where the answer relies on it and the browser does not have it."""
    if "browser" in g and _brought(BROWSER) != g.browser:
        _set(response, BROWSER, g.browser)


def begin_session(response: Response, token: str) -> None:
    """Let the browser bring this session from now on, and no other."""
    _set(response, SESSION, token)


def forget_session(response: Response) -> None:
    """Let the browser bring no session any more."""
    secure = settings().secure_cookies
    response.delete_cookie(_name(SESSION), path="/", secure=secure, httponly=True, samesite="Lax")


def _name(name: str) -> str:
    """Return the name in the browser; `__Host-` binds it to this host, this path and https (RFC 6265bis 4.1.3)."""
    return f"__Host-{name}" if settings().secure_cookies else name


def _brought(name: str) -> str | None:
    value = request.cookies.get(_name(name), "")
    return value if _REFERENCE.fullmatch(value) else None


def _set(response: Response, name: str, value: str) -> None:
    secure = settings().secure_cookies
    response.set_cookie(_name(name), value, path="/", secure=secure, httponly=True, samesite="Lax")
