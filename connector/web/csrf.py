"""Forms that only our own pages can send: each carries a word made for this browser and this session."""

from __future__ import annotations

import hashlib
import hmac

from flask import request

from connector.web import cookies
from connector.web.context import settings
from connector.web.refusals import PageRefusal

FIELD = "csrf"


def csrf_token() -> str:
    """Return the word for the forms of a page; another browser's, or one from before a sign-in, is another."""
    bound = f"csrf:{cookies.browser()}:{cookies.session_token() or ''}"
    return hmac.new(settings().secret_key.encode(), bound.encode(), hashlib.sha256).hexdigest()


def check_form() -> None:
    """Raise PageRefusal unless the form was sent by a page of ours, in this browser and session."""
    foreign = request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}
    if foreign or not hmac.compare_digest(request.form.get(FIELD, "").encode(), csrf_token().encode()):
        raise PageRefusal("form-too-old")
