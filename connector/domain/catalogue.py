"""What a vendor sells and how it behaves, as data: seats, pools, plans, permissions, roles, invitations, departures.

A new vendor is a new file in `connector/catalogues`, never a new branch in code. The three ways in which a seat comes
to be given are data too (`Nature`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from connector.domain.errors import NotFound
from connector.domain.plans import Plan
from connector.domain.text import Text

T = TypeVar("T")
NONE: frozenset[str] = frozenset()


class Nature(StrEnum):
    """How the seat of a member comes about."""

    DERIVED = "derived"
    """From the permissions wanted; several caps are drawn on at once, all or none (Brevo)."""
    CHOSEN = "chosen"
    """By whoever writes the rule; exactly one per member (HubSpot)."""
    FLAT = "flat"
    """By being a member: all hold the first seat type; a rule may name the others, which are held on top of it."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A cap that is counted."""

    key: str
    label: Text


@dataclass(frozen=True, slots=True)
class SeatType:
    """A kind of seat.

    `draws` are the pools from which a holder draws one seat each. Of several seat types that rules name, the highest
    `rank` wins where one is chosen. `includes` are the seat types whose holders can do nothing that a holder of this
    one cannot. `taken_by` are the permissions that take this seat where seats are derived.
    """

    key: str
    label: Text
    draws: frozenset[str]
    rank: int = 0
    includes: frozenset[str] = NONE
    taken_by: frozenset[str] = NONE
    plan_features: frozenset[str] = NONE


@dataclass(frozen=True, slots=True)
class Permission:
    """One box of the vendor's, or one thing that a role allows.

    `requires` must be wanted too, `implies` come with it. `seat_types` are the least seats that may hold it (none
    named: any), `plan_features` what the plan must include. One that is not `grantable` is the owner's alone. One that
    `restricts` takes something away from its holder, and so is part of no role that means "everything". `note` is what
    its label does not tell: what cannot be done without it, or can all the same.
    """

    key: str
    area: str
    label: Text
    requires: frozenset[str] = NONE
    implies: frozenset[str] = NONE
    seat_types: frozenset[str] = NONE
    plan_features: frozenset[str] = NONE
    grantable: bool = True
    restricts: bool = False
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """A set of permissions that the vendor names.

    `permissions` None: the vendor does not say what it holds. `whole` marks "everything" and "everything of an area":
    it means what plan and seat allow of them.
    """

    key: str
    label: Text
    permissions: frozenset[str] | None
    whole: bool = False
    assignable: bool = True
    seat_types: frozenset[str] = NONE
    plan_features: frozenset[str] = NONE

    def expand(self, catalogue: Catalogue, plan: Plan | None = None, seat_type: str | None = None) -> frozenset[str]:
        """Return the permissions that the role stands for; none where the vendor does not say.

        A role that is whole leaves out what the plan does not include and what the seat type may not hold.
        """
        held = self.permissions or NONE
        if self.whole and plan is not None:
            held = frozenset(key for key in held if catalogue.features_for(key) <= plan.features)
        if self.whole and seat_type is not None:
            held = frozenset(key for key in held if catalogue.may_hold(seat_type, key))
        return held


@dataclass(frozen=True, slots=True)
class Invitation:
    """How the vendor invites.

    `ttl_hours` None: the vendor states no end, ours applies. `counts_in_quota`: a pending invitation takes a seat.
    `languages` (BCP 47) of the vendor's mail; none named: not its concern. `states` are the vendor's own words, kept
    beside our state. `batch` is the most people in one file, `same_for_batch` that all of them are given the same.
    `changes_while_pending` None: not known.
    """

    counts_in_quota: bool
    ttl_hours: int | None = None
    reminder_hours: int | None = None
    languages: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    batch: int | None = None
    changes_while_pending: bool | None = None
    copy_link: bool = False
    suppress_mail: bool = False
    same_for_batch: bool = False

    @property
    def lifetime(self) -> timedelta | None:
        """How long an invitation can be accepted; None where the vendor does not say."""
        return None if self.ttl_hours is None else timedelta(hours=self.ttl_hours)

    @property
    def reminder(self) -> timedelta | None:
        """How long before its end somebody who has not answered is reminded; None: our default."""
        return None if self.reminder_hours is None else timedelta(hours=self.reminder_hours)


@dataclass(frozen=True, slots=True)
class Giving:
    """What a member must hold to give something to others; the account's owner needs nothing.

    `needs` are the permissions for giving anything, `needs_for_paid` those for a seat that is paid. `only_own`: nobody
    gives a permission that she does not hold. Where nothing is needed, the vendor does not say who may.
    """

    needs: frozenset[str] = NONE
    needs_for_paid: frozenset[str] = NONE
    only_own: bool = False


@dataclass(frozen=True, slots=True)
class Asset:
    """Something that a departure touches; only of whoever held one of `permissions`, where any are named."""

    key: str
    label: Text
    permissions: frozenset[str] = NONE


@dataclass(frozen=True, slots=True)
class Departure:
    """What leaving means at the vendor.

    `action` is the vendor's word for ending access; `reversible` None is not known. `reassign` is to be given to
    somebody else first, `breaks` stops working, `outlives` goes on working in the leaver's hands until it is renewed.
    `suspends_first`: nobody is removed who was not kept out before. `suspended_keep_seats`: who is kept out is counted.
    """

    action: str
    reversible: bool | None
    suspends_first: bool = False
    suspended_keep_seats: bool = True
    reassign: tuple[Asset, ...] = ()
    breaks: tuple[Asset, ...] = ()
    outlives: tuple[Asset, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One vendor's model. Mappings are in the order of the file.

    `owner_seats` are the seats that the account's owner holds out of each pool. `needs_one_of` are the areas of which a
    set of permissions must have at least one (Brevo refuses general permissions alone); none named: no such rule.
    `sub_accounts` is what the plan must include for accounts below this one; None: the vendor has none.
    """

    key: str
    name: str
    vendor: str
    nature: Nature
    pools: Mapping[str, Pool]
    seat_types: Mapping[str, SeatType]
    plans: Mapping[str, Plan]
    areas: Mapping[str, Text]
    permissions: Mapping[str, Permission]
    roles: Mapping[str, Role]
    invitation: Invitation
    departure: Departure
    owner_seats: Mapping[str, int] = field(default_factory=dict)
    owner_leaves: Text | None = None
    needs_one_of: frozenset[str] = NONE
    work_orders: Mapping[str, tuple[Text, ...]] = field(default_factory=dict)
    giving: Giving = Giving()
    sub_accounts: frozenset[str] | None = None

    def seat_type(self, key: str) -> SeatType:
        """Return a seat type; raises NotFound with the known ones."""
        return _known("seat type", key, self.seat_types)

    def plan(self, key: str) -> Plan:
        """Return a plan; raises NotFound with the known ones."""
        return _known("plan", key, self.plans)

    def permission(self, key: str) -> Permission:
        """Return a permission; raises NotFound with the known ones."""
        return _known("permission", key, self.permissions)

    def role(self, key: str) -> Role:
        """Return a role; raises NotFound with the known ones."""
        return _known("role", key, self.roles)

    @property
    def first_seat_type(self) -> SeatType:
        """The seat that every member holds where seats are flat."""
        return next(iter(self.seat_types.values()))

    def pools_for(self, seat_types: frozenset[str]) -> frozenset[str]:
        """Return the pools from which a holder of these seat types draws one seat each."""
        return NONE.union(*(self.seat_type(key).draws for key in seat_types))

    def covered_by(self, seat_types: frozenset[str]) -> frozenset[str]:
        """Return these seat types and all that they include: who holds one of them keeps it while waiting for these."""
        return seat_types.union(*(self.seat_type(key).includes for key in seat_types))

    def seats_taken_by(self, permissions: frozenset[str]) -> frozenset[str]:
        """Return the seat types that permissions take where seats are derived."""
        return frozenset(seat.key for seat in self.seat_types.values() if seat.taken_by & permissions)

    def areas_of(self, permissions: Iterable[str]) -> frozenset[str]:
        """Return the areas that permissions belong to."""
        return frozenset(self.permission(key).area for key in permissions)

    def with_implied(self, permissions: Iterable[str]) -> frozenset[str]:
        """Return permissions with all that they bring, to the end of the chain."""
        return self._closure(permissions, lambda permission: permission.implies)

    def requirements(self, permission: str) -> frozenset[str]:
        """Return all that a permission requires, to the end of the chain."""
        return self._closure([permission], lambda each: each.requires) - {permission}

    def may_hold(self, seat_type: str, permission: str) -> bool:
        """Tell whether a seat of this type may hold a permission; derived seats follow the permission."""
        least = self.permission(permission).seat_types
        return self.nature is Nature.DERIVED or not least or bool(least & self.covered_by(frozenset({seat_type})))

    def features_for(self, permission: str) -> frozenset[str]:
        """Return what a plan must include for a permission, and for the seats that it takes."""
        taken = self.seats_taken_by(frozenset({permission}))
        own = self.permission(permission).plan_features
        return own.union(*(self.seat_types[key].plan_features for key in taken))

    def _closure(self, start: Iterable[str], follow: Callable[[Permission], frozenset[str]]) -> frozenset[str]:
        seen: set[str] = set()
        ahead = list(start)
        while ahead:
            key = ahead.pop()
            if key not in seen:
                seen.add(key)
                ahead.extend(follow(self.permission(key)))
        return frozenset(seen)


def _known(kind: str, key: str, entries: Mapping[str, T]) -> T:
    try:
        return entries[key]
    except KeyError:
        raise NotFound(kind, key, entries) from None
