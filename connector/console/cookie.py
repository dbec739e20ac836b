"""The operator's cookie: a random reference to a row, apart from the members' cookies."""

from __future__ import annotations

import re

from flask import request
from werkzeug.wrappers import Response

from connector.web.context import settings

_REFERENCE = re.compile(r"[A-Za-z0-9_-]{43}")


def operator_token() -> str | None:
    """Return the reference that the request brings, which may be over."""
    value = request.cookies.get(_name(), "")
    return value if _REFERENCE.fullmatch(value) else None


def begin(response: Response, token: str) -> None:
    """Let the browser bring this session; Strict, for no other site has a reason to link into the console."""
    secure = settings().secure_cookies
    response.set_cookie(_name(), token, path="/", secure=secure, httponly=True, samesite="Strict")


def forget(response: Response) -> None:
    """Let the browser bring no operator's session any more."""
    secure = settings().secure_cookies
    response.delete_cookie(_name(), path="/", secure=secure, httponly=True, samesite="Strict")


def _name() -> str:
    return "__Host-jumpseat-operator" if settings().secure_cookies else "jumpseat-operator"
