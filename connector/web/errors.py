"""What happens when a view raises: a page that says what to do next, and never what went on inside."""

from __future__ import annotations

import logging
import secrets

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from connector.domain.errors import DomainError
from connector.observability import note
from connector.storage.outages import DatabaseUnavailable
from connector.web.pages import refusal
from connector.web.refusals import PageRefusal, code_of
from connector.web.source import source

log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Let every exception of the application end in a page; an edge with other manners has handlers of its own."""
    app.register_error_handler(PageRefusal, _refused)
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(DatabaseUnavailable, _try_later)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def new_reference() -> str:
    """Return a number that somebody can read out on the telephone, and that is found in the log."""
    digits = secrets.token_hex(4).upper()
    return f"{digits[:4]}-{digits[4:]}"


def refused(code: str) -> Response:
    """Show why somebody cannot go on, with a reference under which the log has it: an attack, or a mistake of ours."""
    reference = new_reference()
    note(log, "page:refused", code=code, endpoint=request.endpoint, source=source(), reference=reference)
    return refusal(code, reference)


def _refused(error: PageRefusal) -> Response:
    return refused(error.code)


def _domain_error(error: DomainError) -> Response:
    return refused(code_of(error))


def _try_later(error: DatabaseUnavailable) -> Response:
    response = refusal("try-later")
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def _http_error(error: HTTPException) -> Response:
    code = error.code or 500
    response = refusal("not-found" if code == 404 else "not-possible")
    response.status_code = code
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    reference = new_reference()
    log.error("unexpected error reference=%s endpoint=%s", reference, request.endpoint, exc_info=error)
    return refusal("unexpected", reference)
