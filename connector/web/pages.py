"""Rendering: every page from one base template, in the reader's language, with its own status."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, make_response, render_template
from markupsafe import Markup, escape

from connector.web import cookies
from connector.web.csrf import FIELD, csrf_token
from connector.web.language import language, moment
from connector.web.refusals import REFUSALS, Next
from connector.web.texts import TEXTS

blueprint = Blueprint(
    "web",
    __name__,
    template_folder=str(Path(__file__).parent / "templates"),
    static_folder=str(Path(__file__).parent / "static"),
    static_url_path="/static",
)


def page(template: str, status: int = 200, **facts: Any) -> Response:
    """Render a template; its forms work in this browser, which gets its reference with the page."""
    spoken = language()

    def words(key: str, **values: object) -> str:
        text = TEXTS[key].in_language(spoken)
        return Markup(text).format(**values) if values else text  # noqa: S704 -- our own words; `format` escapes values

    helpers = {"t": words, "language": spoken, "moment": moment, "csrf_field": _csrf_field}
    response = make_response(render_template(template, **helpers, **facts), status)
    cookies.keep_browser(response)
    return response


def refusal(code: str, reference: str | None = None, sign_in: str = "/login", **more: Any) -> Response:
    """Render the page of a reason code; the code stands in the `X-Jumpseat-Reason` header too.

    `sign_in` is where the page's button leads, when signing in can help. More facts: the `account` at whose page the
    reader can help herself, or, on that page, her `footing` and the `action` of its form.
    """
    entry = REFUSALS[code]
    title, advice = (text.in_language(language()) for text in (entry.title, entry.advice))
    facts = {"title": title, "advice": advice, "next": entry.next, "Next": Next, "code": code, "reference": reference}
    facts["sign_in"] = sign_in
    response = page("refusal.html", entry.status, **facts, **more)
    response.headers["X-Jumpseat-Reason"] = code
    return response


def leave_for(url: str, why: str) -> Response:
    """Send the browser to another site from the answer to a form.

    Not by a redirect: the page's policy lets forms lead to us alone, and browsers hold redirects to it.
    """
    return page("leave.html", url=url, why=why)


def _csrf_field() -> Markup:
    return Markup(f'<input type="hidden" name="{FIELD}" value="{escape(csrf_token())}">')  # noqa: S704 -- a hash of ours
