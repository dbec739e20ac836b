"""Whose an account is at its vendor: stated by an operator, and never given away by a departure."""

from __future__ import annotations

from dataclasses import replace

from connector.domain.accounts import Account
from connector.domain.errors import InvalidValue, NotFound, OwnerStays
from connector.domain.events import Cause, Event, Kind
from connector.domain.handovers import OWNERSHIP, HandoverState
from connector.domain.people import Person
from connector.lifecycle.accounts import account_named
from connector.lifecycle.directories import directory_named
from connector.lifecycle.proposals import Effect, effects_of
from connector.lifecycle.settling import fresh_rulebook, settle
from connector.storage.work import Work


def transfer_ownership(
    work: Work, account_slug: str, directory_slug: str, user_name: str, cause: Cause
) -> tuple[Effect, ...]:
    """State who owns an account at its vendor from now on; return what it did to seats.

    The seats of an owner are no part of the pools: the new one frees hers, the old one needs one if she is due any. If
    the old one has left, her access at the vendor can end now, and the ownership is handed over. Raises NotFound,
    InvalidValue for whoever has left.
    """
    account, directory = account_named(work, account_slug), directory_named(work, directory_slug)
    work.tenancy.lock_policy(account.tenant_id, exclusively=True)
    account = account_named(work, account_slug)
    owner = work.people.named(directory.id, user_name)
    if owner is None or owner.tenant_id != account.tenant_id:
        raise NotFound("person", user_name)
    if not owner.active:
        raise InvalidValue("owner", f"{user_name} has left; name somebody who is active.")
    changed = replace(account, owner_id=owner.id, owner_email=owner.work_email or owner.stated.user_name)
    if changed == account:
        return ()
    work.accounts.write(changed)
    _tell(work, account, changed, cause)
    concerned = [one for one in (owner.id, account.owner_id) if one is not None]
    if account.owner_id is not None:
        _hand_over(work, account, account.owner_id, cause)
    work.people.lock(concerned)
    people = work.people.by_id(concerned).values()
    book = fresh_rulebook(work, account.tenant_id)
    return effects_of(work, settle(work, account.tenant_id, book, people, cause, seats_changed_in=[account.id]))


def refuse_owner(account: Account, person: Person) -> None:
    """Raise OwnerStays for whoever owns the account."""
    if account.owner_id == person.id:
        raise OwnerStays(person.stated.user_name, account.slug)


def _hand_over(work: Work, account: Account, before: str, cause: Cause) -> None:
    """Note in the handover of an owner who has left that this much of it is done."""
    for one in work.handovers.open_of(account.id, [before]):
        if not any(asset.key == OWNERSHIP for asset in one.open_assets):
            continue
        work.handovers.done(one.id, [OWNERSHIP], cause.actor, work.now)
        left = [asset.key for asset in one.open_assets if asset.key != OWNERSHIP]
        if not left:
            work.handovers.close([one.id], HandoverState.DONE, cause.actor, work.now)
        kind = Kind.HANDOVER_PROGRESSED if left else Kind.HANDOVER_DONE
        facts = ({"open": [asset.key for asset in one.open_assets]}, {"done": [OWNERSHIP], "open": left})
        work.trail.tell([Event(work.now, one.tenant_id, kind, one.id, cause, before, account.id, *facts)])


def _tell(work: Work, before: Account, after: Account, cause: Cause) -> None:
    facts = ({"owner": before.owner_id}, {"owner": after.owner_id})
    values = ({"owner_email": before.owner_email}, {"owner_email": after.owner_email})
    what = (Kind.ACCOUNT_CHANGED, after.id, cause, after.owner_id, after.id, *facts, *values)
    work.trail.tell([Event(work.now, after.tenant_id, *what)])
