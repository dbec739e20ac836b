"""What is written down of every decision: who, what, why, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class CauseKind(StrEnum):
    """What set a change off."""

    SCIM = "scim"
    OPERATOR = "operator"
    RULE = "rule"
    PERSON = "person"
    PROVIDER = "provider"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Cause:
    """Who or what set a change off: a SCIM token and its request, an operator, a person, the clock."""

    kind: CauseKind
    actor: str
    reference: str | None = None


THE_CLOCK = Cause(CauseKind.TIME, "clock")


class Kind(StrEnum):
    """What happened, as `subject:action`."""

    TENANT_CREATED = "tenant:created"
    TENANT_NAMED = "tenant:named"
    TENANT_SWITCHED = "tenant:switched"
    DIRECTORY_CREATED = "directory:created"
    DIRECTORY_CHANGED = "directory:changed"
    TOKEN_CREATED = "token:created"  # noqa: S105
    TOKEN_REVOKED = "token:revoked"  # noqa: S105
    CLIENT_SECRET_CREATED = "client-secret:created"  # noqa: S105
    CLIENT_SECRET_REVOKED = "client-secret:revoked"  # noqa: S105
    OPERATOR_TOKEN_CREATED = "operator-token:created"  # noqa: S105
    OPERATOR_TOKEN_REVOKED = "operator-token:revoked"  # noqa: S105
    ACCOUNT_OPENED = "account:opened"
    ACCOUNT_CHANGED = "account:changed"
    RULE_ADDED = "rule:added"
    RULE_CHANGED = "rule:changed"
    RULE_REMOVED = "rule:removed"
    RULE_BOUND = "rule:bound"
    RULE_UNBOUND = "rule:unbound"
    PERSON_STATED = "person:stated"
    PERSON_CHANGED = "person:changed"
    PERSON_LEFT = "person:left"
    PERSON_RETURNED = "person:returned"
    PERSON_DELETED = "person:deleted"
    GROUP_STATED = "group:stated"
    GROUP_CHANGED = "group:changed"
    GROUP_DELETED = "group:deleted"
    MEMBER_ADDED = "member:added"
    MEMBER_REMOVED = "member:removed"
    MEMBERSHIP_CHANGED = "membership:changed"
    GRANT_GIVEN = "grant:given"
    GRANT_PLANNED = "grant:planned"
    GRANT_WITHDRAWN = "grant:withdrawn"
    RESERVATION_MADE = "reservation:made"
    RESERVATION_CHANGED = "reservation:changed"
    INVITATION_CREATED = "invitation:created"
    INVITATION_RESENT = "invitation:resent"
    INVITATION_CLOSED = "invitation:closed"
    INVITATION_DELETED = "invitation:deleted"
    VENDOR_STATE_NOTED = "invitation:vendor-state"
    ACCEPTANCE_REFUSED = "acceptance:refused"
    ACCESS_REQUESTED = "access:requested"
    ACCESS_REFUSED = "access:refused"
    GLASS_BROKEN = "glass:broken"
    IDENTITY_BOUND = "identity:bound"
    IDENTITY_UNBOUND = "identity:unbound"
    DOMAIN_CLAIMED = "domain:claimed"
    DOMAIN_PROVED = "domain:proved"
    DOMAIN_LOST = "domain:lost"
    DOMAIN_REMOVED = "domain:removed"
    SESSION_STARTED = "session:started"
    SESSIONS_ENDED = "sessions:ended"
    SIGNAL_HEARD = "signal:heard"
    WORK_ORDER_OPENED = "work-order:opened"
    WORK_ORDER_ASSIGNED = "work-order:assigned"
    WORK_ORDER_REPLACED = "work-order:replaced"
    WORK_ORDER_DONE = "work-order:done"
    HANDOVER_OPENED = "handover:opened"
    HANDOVER_ASSIGNED = "handover:assigned"
    HANDOVER_PROGRESSED = "handover:progressed"
    HANDOVER_DONE = "handover:done"
    HANDOVER_CLOSED = "handover:closed"
    PERSON_ERASED = "person:erased"
    MAIL_SENT = "mail:sent"
    MAIL_FAILED = "mail:failed"
    REALM_TOLD = "realm:told"
    REALM_FAILED = "realm:failed"
    REALM_READ = "realm:read"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the audit trail.

    `before` and `after` hold states and names of attributes. Personal values belong in `values_before` and
    `values_after`, which retention and erasure blank while the trail stays whole.
    """

    at: datetime
    tenant_id: str
    kind: Kind
    subject_id: str
    cause: Cause
    person_id: str | None = None
    account_id: str | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    values_before: Mapping[str, Any] | None = field(default=None, repr=False)
    values_after: Mapping[str, Any] | None = field(default=None, repr=False)
