"""What is answered when a request is refused, or when we fail: a problem document (RFC 9457), nothing of the inside.

`code` is stable and what programs decide on; `detail` is a sentence for people; `facts` are what the sentence is about.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson
from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException

from connector.domain import errors
from connector.storage.outages import DatabaseUnavailable
from connector.web.errors import new_reference

MEDIA_TYPE = "application/problem+json"
CHALLENGE = 'Bearer realm="api"'

log = logging.getLogger(__name__)

STATUSES: Mapping[type[errors.DomainError], int] = MappingProxyType(
    {
        errors.OperatorTokenRefused: 401,
        errors.TokenRefused: 401,
        errors.SignInNeeded: 401,
        errors.ScopeMissing: 403,
        errors.NotFound: 404,
        errors.AccountFrozen: 409,
        errors.AlreadyExists: 409,
        errors.ApprovalNeeded: 409,
        errors.BillingUnknown: 409,
        errors.CapacityBelowUse: 409,
        errors.DepartureUnfinished: 409,
        errors.DirectoryOff: 409,
        errors.IdentitiesBound: 409,
        errors.IdentityMismatch: 409,
        errors.InUse: 409,
        errors.InvitationUnusable: 409,
        errors.OfferChanged: 409,
        errors.LedgerMoved: 409,
        errors.LoginUnknown: 409,
        errors.NoSeatLeft: 409,
        errors.NothingToAnswer: 409,
        errors.OwnerStays: 409,
        errors.PersonActive: 409,
        errors.PlanTooSmall: 409,
        errors.PullUnderWay: 409,
        errors.SeatsAssigned: 409,
        errors.SuspendFirst: 409,
        errors.TooManyLeaving: 409,
        errors.CapacityByContract: 422,
        errors.FileInvalid: 422,
        errors.GrantRefused: 422,
        errors.InvalidFilter: 422,
        errors.InvalidPath: 422,
        errors.InvalidValue: 422,
        errors.KeyReused: 422,
        errors.ListRefused: 422,
        errors.RuleRefused: 422,
        errors.SetRefused: 422,
        errors.SheetUnreadable: 422,
    }
)
"""Every refusal of the rules, as HTTP says it: 409 for what a later or other state would allow, 422 for what is wrong
in the request itself."""

NAMED_BY_TENANT = {"tenant", "directory", "account", "rule"}
"""What belongs to tenants, so that a token of one is not told which others there are."""


class Refused(Exception):
    """A request that the API refuses before any rule looks at it."""

    def __init__(self, status: int, code: str, detail: str, **facts: Any) -> None:
        self.status, self.code, self.facts = status, code, facts
        super().__init__(detail)


def install(blueprint: Blueprint) -> None:
    """Let every exception of the blueprint's views end in a problem document."""
    blueprint.register_error_handler(Refused, _refused)
    blueprint.register_error_handler(errors.DomainError, _refused_by_rules)
    blueprint.register_error_handler(DatabaseUnavailable, _try_later)
    blueprint.register_error_handler(HTTPException, refused_by_http)
    blueprint.register_error_handler(Exception, _failed)


def status_of(error: errors.DomainError) -> int | None:
    """Return the status of a refusal of the rules; None where the table above has a gap."""
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), None)


def problem(
    status: int,
    code: str,
    detail: str,
    facts: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem document."""
    body = {
        "type": f"urn:jumpseat:problem:{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
        "instance": f"urn:uuid:{g.request_id}" if "request_id" in g else None,
        "facts": dict(facts) if facts else None,
    }
    written = orjson.dumps(
        {key: value for key, value in body.items() if value is not None}, default=_plain, option=orjson.OPT_NON_STR_KEYS
    )
    more = {"WWW-Authenticate": CHALLENGE} if status == 401 else {}
    return Response(written, status, {**(headers or {}), **more}, content_type=MEDIA_TYPE)


def refused_by_http(error: HTTPException) -> Response:
    """Return what HTTP itself refuses: an unknown address or method, a body that is too large or never ends."""
    status = error.code or 500
    kept = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
    code = (error.name or "problem").lower().replace(" ", "-")
    return problem(status, code, error.description or error.name, headers=kept)


def _refused(error: Refused) -> Response:
    return problem(error.status, error.code, str(error), error.facts)


def _refused_by_rules(error: errors.DomainError) -> Response:
    status = status_of(error)
    if status is None:
        return _failed(error)
    bound = "access" in g and g.access.tenant is not None
    if bound and isinstance(error, errors.NotFound) and error.kind in NAMED_BY_TENANT:
        error = errors.NotFound(error.kind, error.name)
    return problem(status, error.code, str(error), _facts(error))


def _facts(error: errors.DomainError) -> dict[str, Any]:
    facts = {key: value for key, value in vars(error).items() if not key.startswith("_")}
    if isinstance(error, errors.LedgerMoved):
        from connector.api.figures import figures  # it knows schemas, which know problems

        facts["preview"] = figures(error.preview)
    return {key: value for key, value in facts.items() if value not in (None, [], ())}


def _try_later(error: DatabaseUnavailable) -> Response:
    return problem(503, "database-unavailable", str(error), headers={"Retry-After": str(error.retry_after)})


def _failed(error: Exception) -> Response:
    """Tell a number under which the log has the rest, and nothing else."""
    reference = new_reference()
    log.error("API request failed reference=%s endpoint=%s", reference, request.endpoint, exc_info=error)
    return problem(
        500, "unexpected", f"Something went wrong here; the reference is {reference}.", {"reference": reference}
    )


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, tuple):
        return list(value)
    return str(value)
