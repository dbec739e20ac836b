"""What a cut leaves behind: a handover in the same unit of work, never in the way of the cut.

The heir is found, not asked: the leaver's manager if her directory names one who is active, else the account's owner.
She hears of it by letter, from the outbox, after the commit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from connector.domain.accounts import Account
from connector.domain.events import Cause, Event, Kind
from connector.domain.handovers import (
    OWNERSHIP,
    Duty,
    Handover,
    HandoverAsset,
    HandoverState,
    Heir,
    heir_of,
    left_behind,
)
from connector.domain.identifiers import new_id
from connector.domain.memberships import NOTHING
from connector.domain.people import Person
from connector.domain.settlement import Changes
from connector.mappers.rulebook import Rulebook
from connector.storage.work import Work

HANDOVER_MAIL = "mail.handover"
HAND_OVER_WITHIN = timedelta(days=14)
RETURNED = "returned"


def hand_over(work: Work, book: Rulebook, changes: Changes, cause: Cause) -> list[Event]:
    """Open a handover for each access that ends, and close those of whoever has access again; return the events.

    Nothing is handed back: what is done stays done, and the event says what it was. A vendor at whom nothing is owned
    makes no handover, nor does an account that is closed.
    """
    terms = book.terms.get(changes.account_id)
    if terms is None or not left_behind(terms.catalogue.departure, NOTHING):
        return []
    events = _close_returned(work, changes, cause)
    cut = {change.after.person_id: change.before for change in changes.changes if change.cuts and change.before}
    if not cut:
        return events
    leavers = work.people.by_id(cut)
    heirs = _heirs(work, leavers.values(), terms.account)
    made = []
    for person_id, held in sorted(cut.items()):
        assets = left_behind(terms.catalogue.departure, held.permissions)
        if person_id == terms.account.owner_id and terms.catalogue.owner_leaves is not None:
            assets = (HandoverAsset(OWNERSHIP, Duty.REASSIGN), *assets)
        if assets:
            facts = (new_id(), held.tenant_id, held.account_id, person_id, HandoverState.OPEN, heirs[person_id])
            made.append(Handover(*facts, assets, work.now, work.now + HAND_OVER_WITHIN))
    work.handovers.add(made)
    _tell_heirs(work, made)
    return events + [
        event_of(work, one, Kind.HANDOVER_OPENED, cause, None, {**heir_facts(one.heir), "assets": _keys(one)})
        for one in made
    ]


def pass_on(work: Work, person: Person, cause: Cause) -> list[Event]:
    """Find another heir for what was to go to somebody who has left herself; return the events."""
    events = []
    passing = work.handovers.open_for(person.id)
    accounts = {one.id: one for one in work.accounts.all(person.tenant_id)} if passing else {}
    for one in passing:
        leavers = work.people.by_id([one.person_id])
        heir = _heirs(work, leavers.values(), accounts[one.account_id], gone=person.id)[one.person_id]
        events.append(give(work, one, heir, cause))
    return events


def give(work: Work, one: Handover, heir: Heir, cause: Cause) -> Event:
    """Name an heir and write to her; return the event."""
    work.handovers.give_to(one.id, heir)
    _tell_heirs(work, [replace(one, heir=heir)])
    return event_of(work, one, Kind.HANDOVER_ASSIGNED, cause, heir_facts(one.heir), heir_facts(heir))


def event_of(
    work: Work, one: Handover, kind: Kind, cause: Cause, before: dict[str, Any] | None, after: dict[str, Any]
) -> Event:
    """Return what the trail keeps: ids and keys, never an address."""
    return Event(work.now, one.tenant_id, kind, one.id, cause, one.person_id, one.account_id, before, after)


def heir_facts(heir: Heir) -> dict[str, Any]:
    """Return what the trail says of an heir; an address stands in the handover alone."""
    return {"heir": heir.person_id or ("an address" if heir.address else None), "named_by": heir.named_by}


def _tell_heirs(work: Work, made: Iterable[Handover]) -> None:
    """Leave the letters to the heirs in the outbox; all are of one tenant."""
    known = [one for one in made if one.heir.known]
    if known:
        work.trail.post(known[0].tenant_id, HANDOVER_MAIL, ({"handover_id": one.id} for one in known), work.now)


def _close_returned(work: Work, changes: Changes, cause: Cause) -> list[Event]:
    back = [change.after.person_id for change in changes.changes if change.grants]
    closing = work.handovers.open_of(changes.account_id, back) if back else []
    work.handovers.close((one.id for one in closing), HandoverState.CLOSED, cause.actor, work.now, RETURNED)
    return [
        event_of(
            work,
            one,
            Kind.HANDOVER_CLOSED,
            cause,
            {"open": [asset.key for asset in one.open_assets]},
            {"reason": RETURNED, "done": [asset.key for asset in one.assets if asset.done]},
        )
        for one in closing
    ]


def _heirs(work: Work, leavers: Iterable[Person], account: Account, gone: str | None = None) -> dict[str, Heir]:
    people = list(leavers)
    named = {person.manager for person in people if person.manager}
    known = work.handovers.stated_as({person.directory_id for person in people}, named) if named else {}
    found = {}
    for person in people:
        manager = known.get((person.directory_id, person.manager or ""))
        managers = [manager] if manager is not None and manager.id != gone else []
        found[person.id] = heir_of(person, managers, account.owner_email)
    return found


def _keys(one: Handover) -> list[str]:
    return [asset.key for asset in one.assets]
