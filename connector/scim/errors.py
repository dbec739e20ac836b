"""What a SCIM client is told when something is refused: status, scimType and a sentence (RFC 7644 section 3.12)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from connector.domain import errors

ERROR_URN = "urn:ietf:params:scim:api:messages:2.0:Error"

CONFLICT = (409, None)

ANSWERS: Mapping[type[errors.DomainError], tuple[int, str | None]] = MappingProxyType(
    {
        errors.NotFound: (404, None),
        errors.TokenRefused: (401, None),
        errors.AlreadyExists: (409, "uniqueness"),
        errors.InvalidValue: (400, "invalidValue"),
        errors.InvalidFilter: (400, "invalidFilter"),
        errors.InvalidPath: (400, "invalidPath"),
        errors.AccountFrozen: CONFLICT,
        errors.ApprovalNeeded: CONFLICT,
        errors.BillingUnknown: CONFLICT,
        errors.CapacityBelowUse: CONFLICT,
        errors.DepartureUnfinished: CONFLICT,
        errors.PersonActive: CONFLICT,
        errors.CapacityByContract: CONFLICT,
        errors.DirectoryOff: CONFLICT,
        errors.FileInvalid: CONFLICT,
        errors.GrantRefused: CONFLICT,
        errors.IdentitiesBound: CONFLICT,
        errors.IdentityMismatch: CONFLICT,
        errors.InUse: CONFLICT,
        errors.InvitationUnusable: CONFLICT,
        errors.OfferChanged: CONFLICT,
        errors.LedgerMoved: CONFLICT,
        errors.ListRefused: CONFLICT,
        errors.LoginUnknown: CONFLICT,
        errors.NoSeatLeft: (403, None),
        errors.KeyReused: CONFLICT,
        errors.NothingToAnswer: CONFLICT,
        errors.OperatorTokenRefused: CONFLICT,
        errors.PlanTooSmall: CONFLICT,
        errors.PullUnderWay: CONFLICT,
        errors.RuleRefused: CONFLICT,
        errors.ScopeMissing: CONFLICT,
        errors.SeatsAssigned: CONFLICT,
        errors.OwnerStays: CONFLICT,
        errors.SetRefused: CONFLICT,
        errors.SheetUnreadable: CONFLICT,
        errors.SignInNeeded: CONFLICT,
        errors.SuspendFirst: CONFLICT,
        errors.TooManyLeaving: CONFLICT,
    }
)
"""Every refusal of the rules, as SCIM says it; what no directory can meet would be a conflict with our own state."""


class ScimError(Exception):
    """A request that the protocol refuses; the sentence goes to the client as `detail`."""

    status = 400
    scim_type: str | None = None
    headers: Mapping[str, str] = MappingProxyType({})

    @property
    def detail(self) -> str:
        """The sentence for the client."""
        return str(self)


class InvalidSyntax(ScimError):
    """The body is not a message of the form that the endpoint takes."""

    scim_type = "invalidSyntax"


class NoTarget(ScimError):
    """A PATCH operation selects nothing to work on."""

    scim_type = "noTarget"

    def __init__(self, path: str | None) -> None:
        super().__init__(
            f"No value matches the path {path}." if path else "An operation of this kind needs a path to work on."
        )


class InvalidCursor(ScimError):
    """The cursor was not given out for this list (RFC 9865 section 2.1)."""

    scim_type = "invalidCursor"

    def __init__(self) -> None:
        super().__init__("The cursor is none of this list; begin again with an empty one.")


class ExpiredCursor(ScimError):
    """The cursor was given out too long ago (RFC 9865 section 2.1)."""

    scim_type = "expiredCursor"

    def __init__(self) -> None:
        super().__init__("The cursor has expired; begin again with an empty one.")


class InvalidCount(ScimError):
    """The count cannot be that of a page by cursor (RFC 9865 section 2.1)."""

    scim_type = "invalidCount"


class NotWritable(ScimError):
    """A PATCH operation writes what is read-only or immutable, or removes what is required."""

    scim_type = "mutability"

    def __init__(self, path: str, kind: str) -> None:
        super().__init__(f"{path} is {kind}.")


class FilterForbidden(ScimError):
    """Discovery cannot be filtered (RFC 7644 section 4)."""

    status = 403

    def __init__(self) -> None:
        super().__init__("Discovery endpoints take no filter.")


class NoSuchEndpoint(ScimError):
    """Nothing is served at this address."""

    status = 404

    def __init__(self) -> None:
        super().__init__("Nothing is served at this address.")


class MethodNotAllowed(ScimError):
    """The endpoint does not take this method."""

    status = 405

    def __init__(self, method: str, allowed: list[str]) -> None:
        self.headers = {"Allow": ", ".join(allowed)}
        super().__init__(f"{method} is not possible here; possible are {', '.join(allowed)}.")


class VersionMismatch(ScimError):
    """The resource has another version than those that the request is meant for (RFC 7644 section 3.14)."""

    status = 412

    def __init__(self, version: int) -> None:
        super().__init__(f'The resource has the version W/"{version}", for which the request is not meant.')


class TooLarge(ScimError):
    """The body is larger than the endpoint takes."""

    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body is larger than {limit} bytes.")


class TooManyOperations(ScimError):
    """A bulk request has more operations than are taken at once (RFC 7644 section 3.7.4)."""

    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"A bulk request has at most {limit} operations.")


class UnsupportedMediaType(ScimError):
    """The body is of a type that is not read."""

    status = 415

    def __init__(self, media_type: str) -> None:
        super().__init__(f"The body is {media_type[:100]!r}; use application/scim+json.")


class NotImplementedHere(ScimError):
    """An optional part of the protocol that is not offered (RFC 7644 section 3.11 for `/Me`)."""

    status = 501

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not offered.")


def answer_to(error: errors.DomainError) -> tuple[int, str | None] | None:
    """Return status and scimType for a refusal of the rules; None where the table above has a gap."""
    return next((ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS), None)


def error_body(status: int, detail: str, scim_type: str | None = None) -> dict[str, Any]:
    """Return the error message; `status` is a string in it, as the RFC and Okta's test want."""
    body: dict[str, Any] = {"schemas": [ERROR_URN], "status": str(status)}
    if scim_type:
        body["scimType"] = scim_type
    body["detail"] = detail
    return body
