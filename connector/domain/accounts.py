"""Accounts at vendors, and the rules that make their seats due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connector.domain.seats import LineOrder


@dataclass(frozen=True, slots=True)
class Account:
    """One shared account at a vendor, or of one's own product; `vendor`, `plan` and `addons` are catalogue keys.

    `line_order` is the order in which those are served who wait for a seat. Since `frozen_at` nobody gets in, though
    all keep what they hold. `owner_id` is the person who owns it at the vendor, where a directory states her. `sets`
    are named sets of permissions of the account's own, `sub_accounts` the names of accounts below it.
    `mails` says whether we send its invitations by letter, and `reminder_hours` how long before its end one is reminded
    of: 0 for never, None where vendor and installation say.
    """

    id: str
    tenant_id: str
    slug: str
    name: str
    vendor: str
    plan: str
    addons: tuple[str, ...]
    owner_email: str | None
    active: bool
    created_at: datetime
    line_order: LineOrder = LineOrder.TIME
    frozen_at: datetime | None = None
    owner_id: str | None = None
    sets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sub_accounts: tuple[str, ...] = ()
    mails: bool = True
    reminder_hours: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Who is due what: members of a group, or people whom a SCIM filter matches, a seat type and permissions.

    A group may be named before it was seen: by `group_external_id`, else by `group_name_folded`, in `directory_id`. It
    is bound on arrival, `group_id`, and follows renames from then on; `group_name` keeps the name as it was written.
    With neither group nor filter, nobody is due.
    """

    id: str
    tenant_id: str
    account_id: str
    name: str
    priority: int
    permissions: frozenset[str]
    seat_type: str | None = None
    role: str | None = None
    directory_id: str | None = None
    group_id: str | None = None
    group_external_id: str | None = None
    group_name_folded: str | None = None
    filter: str | None = None
    created_at: datetime | None = None
    group_name: str | None = None

    @property
    def set_names(self) -> frozenset[str]:
        """What the rule's permissions are called: the role, or each box that is ticked."""
        return (frozenset({self.role}) if self.role else frozenset()) | self.permissions
