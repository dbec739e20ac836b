"""Operator tokens: made and revoked by whoever can run a command here, and what a program that shows one may do.

No token makes or revokes another: a leaked one cannot outlive its own revocation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connector.domain.errors import AlreadyExists, NotFound, OperatorTokenRefused, ScopeMissing
from connector.domain.events import Cause, CauseKind, Event, Kind
from connector.domain.identifiers import new_id
from connector.domain.operator_tokens import OperatorToken, Scope, checked_scopes
from connector.domain.tenancy import Tenant, checked_slug
from connector.lifecycle.tokens import hashed, new_scim_token
from connector.storage.work import Work

PREFIX = "jso_"
"""Begins every operator token, so that secret scanners find a leaked one."""

USE_NOTED_EVERY = timedelta(minutes=1)
ANSWERS_KEPT = timedelta(hours=24)
"""How long a request can be sent again with its key and is answered as the first time."""


@dataclass(frozen=True, slots=True)
class OperatorAccess:
    """A program that has shown a valid operator token; `tenant` is the only one that it sees, or None for all."""

    token: OperatorToken
    tenant: Tenant | None
    request_id: str

    @property
    def cause(self) -> Cause:
        """What the trail names as the cause of what is done with the token."""
        return Cause(CauseKind.OPERATOR, f"api:{self.token.name}", self.request_id)

    @property
    def tenant_slug(self) -> str | None:
        return self.tenant.slug if self.tenant else None


@dataclass(frozen=True, slots=True)
class TokenReport:
    """A token with the name of the tenant that it is bound to."""

    token: OperatorToken
    tenant: str | None


def create_token(
    work: Work,
    name: str,
    scopes: Iterable[str],
    cause: Cause,
    *,
    lifetime: timedelta | None = None,
    tenant_slug: str | None = None,
) -> tuple[OperatorToken, str]:
    """Make an operator token, returned in clear this once.

    Raises InvalidValue for a name or a scope that cannot be, AlreadyExists while a valid token has the name, NotFound.
    """
    checked_slug("operator token", name)
    allowed, tenants = checked_scopes(scopes), {one.slug: one for one in work.tenancy.tenants()}
    if tenant_slug is not None and tenant_slug not in tenants:
        raise NotFound("tenant", tenant_slug, tenants)
    if any(one.name == name and one.valid(work.now) for one in work.operator_tokens.all()):
        raise AlreadyExists("operator token", "name", name)
    bound_to = tenants[tenant_slug].id if tenant_slug is not None else None
    secret = new_scim_token(PREFIX)
    expires_at = work.now + lifetime if lifetime else None
    token = OperatorToken(
        new_id(), name, bound_to, f"{secret[:12]}…", allowed, work.now, cause.actor, expires_at, None, None
    )
    work.operator_tokens.add(token, hashed(secret))
    _tell(work, token, Kind.OPERATOR_TOKEN_CREATED, cause, {"name": name, "scopes": sorted(allowed)})
    return token, secret


def revoke_token(work: Work, named: str, cause: Cause) -> OperatorToken:
    """Let a token, named by its name, its id or its hint, open nothing from now on; raises NotFound."""
    valid = [one for one in work.operator_tokens.all() if one.valid(work.now)]
    wanted = named.rstrip("….")
    found = [one for one in valid if named in (one.name, one.id) or (len(wanted) > 4 and one.hint.startswith(wanted))]
    if len(found) != 1:
        raise NotFound("operator token", named, (one.name for one in valid))
    work.operator_tokens.revoke(found[0].id, work.now)
    _tell(work, found[0], Kind.OPERATOR_TOKEN_REVOKED, cause, {"name": found[0].name})
    return found[0]


def tokens(work: Work) -> list[TokenReport]:
    """Return every operator token in the order in which they were made, those that are over too."""
    slugs = {one.id: one.slug for one in work.tenancy.tenants()}
    return [TokenReport(one, slugs.get(one.tenant_id or "")) for one in work.operator_tokens.all()]


def admit(work: Work, secret: str, scope: Scope, request_id: str) -> OperatorAccess:
    """Return what the token opens. Raises OperatorTokenRefused, alike for every reason, and ScopeMissing.

    It is found by its hash, so that comparing it takes the same time however much of a guess is right.
    """
    token = work.operator_tokens.opening(hashed(secret))
    if token is None or not token.valid(work.now):
        raise OperatorTokenRefused
    tenant = None
    if token.tenant_id is not None:
        tenant = next(one for one in work.tenancy.tenants() if one.id == token.tenant_id)
        if not tenant.active:
            raise OperatorTokenRefused
    if scope not in token.scopes:
        raise ScopeMissing(scope)
    return OperatorAccess(token, tenant, request_id)


def needs_noting(work: Work, access: OperatorAccess) -> bool:
    """Tell whether the use of a token is to be noted: once a minute at most."""
    last = access.token.last_used_at
    return last is None or last < work.now - USE_NOTED_EVERY


def note_use(work: Work, token_id: str) -> None:
    """Note that a token was used just now, and forget answers that nobody asks for again."""
    work.operator_tokens.note_use(token_id, work.now, work.now - USE_NOTED_EVERY)
    work.operator_tokens.forget_answers(work.now - ANSWERS_KEPT)


def _tell(work: Work, token: OperatorToken, kind: Kind, cause: Cause, after: Mapping[str, Any]) -> None:
    """Write it into the trail of every tenant that the token can act on."""
    tenants = [one.id for one in work.tenancy.tenants() if token.tenant_id in (None, one.id)]
    work.trail.tell(Event(work.now, tenant_id, kind, token.id, cause, after=after) for tenant_id in tenants)
