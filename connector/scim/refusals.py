"""What is answered when a request is refused, or when we fail: SCIM's error message, and nothing of what went on."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from connector.domain.errors import DomainError
from connector.scim.bodies import answer
from connector.scim.errors import ScimError, answer_to, error_body
from connector.storage.outages import DatabaseUnavailable
from connector.web.errors import new_reference

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="scim"'}

log = logging.getLogger(__name__)


def install(blueprint: Blueprint) -> None:
    """Let every exception of the blueprint's views end in a SCIM error."""
    blueprint.register_error_handler(ScimError, _refused_by_protocol)
    blueprint.register_error_handler(DomainError, _refused_by_rules)
    blueprint.register_error_handler(DatabaseUnavailable, _try_later)
    blueprint.register_error_handler(HTTPException, _refused_by_http)
    blueprint.register_error_handler(Exception, _failed)


def _refused_by_protocol(error: ScimError) -> Response:
    return _error(error.status, error.detail, error.scim_type, dict(error.headers))


def _refused_by_rules(error: DomainError) -> Response:
    known = answer_to(error)
    if known is None:
        return _failed(error)
    status, scim_type = known
    return _error(status, str(error), scim_type)


def _try_later(error: DatabaseUnavailable) -> Response:
    return _error(503, str(error), headers={"Retry-After": str(error.retry_after)})


def _refused_by_http(error: HTTPException) -> Response:
    return _error(error.code or 500, error.description or error.name)


def _failed(error: Exception) -> Response:
    """Tell a number under which the log has the rest, and nothing else."""
    reference = new_reference()
    log.error("SCIM request failed reference=%s endpoint=%s", reference, request.endpoint, exc_info=error)
    return _error(500, f"Something went wrong here; the reference is {reference}.")


def _error(
    status: int, detail: str, scim_type: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    more = CHALLENGE if status == 401 else {}
    return answer(error_body(status, detail, scim_type), status, {**(headers or {}), **more})
