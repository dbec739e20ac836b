"""Handover: what a departure leaves behind at a vendor, to whom it goes, and how far it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connector.domain.catalogue import Asset, Departure
from connector.domain.people import Person
from connector.domain.text import Text


class Duty(StrEnum):
    """What somebody has to do about an asset of the leaver's."""

    REASSIGN = "reassign"
    """Give it to the heir: it is the leaver's own."""
    REPLACE = "replace"
    """Put something else in its place: it stops working with the leaver."""
    RENEW = "renew"
    """Renew it: it goes on working in the leaver's hands."""


class HandoverState(StrEnum):
    """Where a handover stands."""

    OPEN = "open"
    DONE = "done"
    CLOSED = "closed"
    """Over, though some assets were not handed over; the reason says why."""


OWNERSHIP = "ownership"
"""The asset that the account's owner leaves behind beside all others."""

BY_MANAGER, BY_OWNER, BY_NOBODY = "manager", "owner", "nobody"
"""How the heir was found, where no operator named one."""


@dataclass(frozen=True, slots=True)
class Heir:
    """To whom assets go: a person of a directory, or whoever reads an address; `named_by` says who chose.

    Neither a person nor an address: nobody is known, and an operator has to name one.
    """

    person_id: str | None
    address: str | None
    named_by: str

    @property
    def known(self) -> bool:
        """Whether there is one."""
        return self.person_id is not None or self.address is not None


@dataclass(frozen=True, slots=True)
class HandoverAsset:
    """One kind of asset, by its key in the vendor's catalogue, and whether it is handed over."""

    key: str
    duty: Duty
    done_at: datetime | None = None
    done_by: str | None = None

    @property
    def done(self) -> bool:
        """Whether somebody said that it is handed over."""
        return self.done_at is not None


@dataclass(frozen=True, slots=True)
class Handover:
    """What one leaver leaves behind in one account, in the order of the catalogue."""

    id: str
    tenant_id: str
    account_id: str
    person_id: str
    state: HandoverState
    heir: Heir
    assets: tuple[HandoverAsset, ...]
    created_at: datetime
    due_at: datetime
    closed_at: datetime | None = None
    closed_by: str | None = None
    reason: str | None = None

    @property
    def open_assets(self) -> tuple[HandoverAsset, ...]:
        """What is still to be handed over; nothing once the handover is over."""
        return tuple(one for one in self.assets if not one.done) if self.state is HandoverState.OPEN else ()


def left_behind(departure: Departure, permissions: frozenset[str]) -> tuple[HandoverAsset, ...]:
    """Return what somebody with these permissions leaves behind.

    An asset that only some permissions give is left out where none of them was held; where it is not known what was
    held, nothing is left out. What is to be reassigned anyway is not replaced besides.
    """
    found: dict[str, HandoverAsset] = {}
    duties = ((Duty.REASSIGN, departure.reassign), (Duty.REPLACE, departure.breaks), (Duty.RENEW, departure.outlives))
    for duty, assets in duties:
        for asset in assets:
            if not permissions or not asset.permissions or asset.permissions & permissions:
                found.setdefault(asset.key, HandoverAsset(asset.key, duty))
    return tuple(found.values())


def label_of(departure: Departure, key: str) -> Asset | None:
    """Return what the catalogue says of an asset; None where it does not name it any more."""
    if key == OWNERSHIP:
        return Asset(key, Text("Ownership of the account", "Propriété du compte"))
    assets = (*departure.reassign, *departure.breaks, *departure.outlives)
    return next((asset for asset in assets if asset.key == key), None)


def heir_of(leaver: Person, managers: Iterable[Person], owner_address: str | None) -> Heir:
    """Return the heir that nobody had to name: the leaver's manager if she is active, else the account's owner.

    Neither is ever the leaver herself.
    """
    for manager in managers:
        if manager.active and manager.id != leaver.id:
            return Heir(manager.id, None, BY_MANAGER)
    own = {address.casefold() for address in (leaver.work_email, leaver.stated.user_name) if address}
    if owner_address and owner_address.casefold() not in own:
        return Heir(None, owner_address, BY_OWNER)
    return Heir(None, None, BY_NOBODY)
