"""Tokens with which programs do what operators do: what each may, and for how long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connector.domain.errors import InvalidValue, nearest_first


class Scope(StrEnum):
    """What an operator token may do, as `subject:read` or `subject:write`; writing does not include reading."""

    TENANTS_READ = "tenants:read"
    TENANTS_WRITE = "tenants:write"
    DIRECTORIES_READ = "directories:read"
    DIRECTORIES_WRITE = "directories:write"
    TOKENS_READ = "tokens:read"
    TOKENS_WRITE = "tokens:write"
    ACCOUNTS_READ = "accounts:read"
    ACCOUNTS_WRITE = "accounts:write"
    SEATS_READ = "seats:read"
    SEATS_WRITE = "seats:write"
    RULES_READ = "rules:read"
    RULES_WRITE = "rules:write"
    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    INVITATIONS_READ = "invitations:read"
    INVITATIONS_WRITE = "invitations:write"
    WORK_ORDERS_READ = "work-orders:read"
    WORK_ORDERS_WRITE = "work-orders:write"
    HANDOVERS_READ = "handovers:read"
    HANDOVERS_WRITE = "handovers:write"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    PEOPLE_ERASE = "people:erase"
    CONFIGURATION_READ = "configuration:read"
    CONFIGURATION_WRITE = "configuration:write"
    AUDIT_READ = "audit:read"
    DELIVERIES_READ = "deliveries:read"


def checked_scopes(names: Iterable[str]) -> frozenset[Scope]:
    """Return the scopes of these names; raises InvalidValue for none, and for an unknown one, nearest first."""
    wanted = list(names)
    for name in wanted:
        if name not in list(Scope):
            raise InvalidValue("scope", f"{name!r} is none; there are {', '.join(nearest_first(name, Scope))}.")
    if not wanted:
        raise InvalidValue("scope", "name one scope or more, for example 'accounts:read'.")
    return frozenset(map(Scope, wanted))


@dataclass(frozen=True, slots=True)
class OperatorToken:
    """A token for the operator API; its secret is shown once and kept as a hash.

    Bound to a tenant it sees nothing else, as if there were nothing else; `tenant_id` None is the whole installation.
    """

    id: str
    name: str
    tenant_id: str | None
    hint: str
    scopes: frozenset[Scope]
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def valid(self, now: datetime) -> bool:
        """Tell whether it opens the API at this moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
