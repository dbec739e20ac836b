"""Handovers, as operators see them: what is open, who takes it over, what is done; and what the heir is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from connector.domain.accounts import Account
from connector.domain.catalogue import Catalogue
from connector.domain.errors import InvalidValue, NotFound
from connector.domain.events import Cause, Kind
from connector.domain.handovers import OWNERSHIP, Handover, HandoverAsset, HandoverState, Heir, label_of
from connector.domain.people import Person
from connector.domain.text import Text
from connector.domain.work_orders import filled
from connector.lifecycle.accounts import account_named
from connector.lifecycle.handing_over import event_of, give
from connector.lifecycle.outstanding import facts_of, heir_name
from connector.lifecycle.ownership import refuse_owner
from connector.lifecycle.reporting import directory_slugs, person_named
from connector.mappers.catalogues import load_catalogue
from connector.storage.work import Work


@dataclass(frozen=True, slots=True)
class HandoverReport:
    """A handover with names, each asset in the words of the vendor's catalogue, and the steps to take.

    `heir` is a person of a directory; of another heir there is only the address. `heir_left` says that she cannot take
    anything over any more.
    """

    handover: Handover
    account: Account
    vendor_name: str
    directory: str
    leaver: Person
    heir: Person | None
    heir_name: Text
    assets: tuple[tuple[HandoverAsset, Text], ...]
    steps: tuple[Text, ...]
    late: bool

    @property
    def heir_left(self) -> bool:
        """Whether the heir has left herself."""
        return self.heir is not None and not self.heir.active

    @property
    def address(self) -> str | None:
        """Where the heir is written to; None where no address is known."""
        return self.heir.work_email if self.heir else self.handover.heir.address


@dataclass(frozen=True, slots=True)
class HandoverLetter:
    """What a letter to an heir needs; `organisation` is the tenant's name, if it has one."""

    report: HandoverReport
    organisation: str | None


def handovers(work: Work, account_slug: str | None = None, *, also_closed: bool = False) -> list[HandoverReport]:
    """Return the open handovers, the oldest first, and the closed ones too when asked; raises NotFound."""
    account_id = account_named(work, account_slug).id if account_slug else None
    found = work.handovers.all(also_closed=also_closed)
    return _reports(work, [one for one in found if account_id in (None, one.account_id)])


def handovers_of(work: Work, person_id: str) -> list[HandoverReport]:
    """Return the open handovers of one leaver."""
    return _reports(work, [one for one in work.handovers.of_person(person_id) if one.open_assets])


def handover_named(work: Work, handover_id: str) -> HandoverReport:
    """Return a handover by its id, or by the end of it when it names one open handover alone; raises NotFound."""
    return _reports(work, [_found(work, handover_id)])[0]


def assign(
    work: Work,
    handover_id: str,
    cause: Cause,
    *,
    directory: str | None = None,
    user_name: str | None = None,
    address: str | None = None,
) -> HandoverReport:
    """Name another heir, a person of a directory or an address, and write to her.

    Raises NotFound for a handover that is not open and for somebody unknown, InvalidValue for the leaver herself and
    for whoever has left.
    """
    one = _found(work, handover_id, open_only=True)
    if directory is not None and user_name is not None:
        person = person_named(work, directory, user_name)
        if person.id == one.person_id or person.tenant_id != one.tenant_id:
            raise InvalidValue("heir", "must be somebody else of the same tenant than the one who leaves it behind")
        if not person.active:
            raise InvalidValue("heir", f"{person.stated.user_name} has left; name somebody who is active")
        heir = Heir(person.id, None, cause.actor)
    elif address and "@" in address:
        heir = Heir(None, address, cause.actor)
    else:
        raise InvalidValue("heir", "must be a person of a directory, or an e-mail address")
    work.trail.tell([give(work, one, heir, cause)])
    return _reports(work, [replace(one, heir=heir)])[0]


def finish(work: Work, handover_id: str, keys: Iterable[str], cause: Cause) -> HandoverReport:
    """Note that assets are handed over, all that are open when none is named; the last one ends the handover.

    Raises NotFound for a handover that is not open, and for an asset that it does not have, with those that it has;
    OwnerStays for the ownership of the account while nobody was said to have it now.
    """
    one = _found(work, handover_id, open_only=True)
    known = [asset.key for asset in one.assets]
    for key in (wanted := list(keys)):
        if key not in known:
            raise NotFound("asset", key, known)
    done = [asset.key for asset in one.open_assets if not wanted or asset.key in wanted]
    if OWNERSHIP in done:
        _refuse_owner(work, one)
    work.handovers.done(one.id, done, cause.actor, work.now)
    left = [asset.key for asset in one.open_assets if asset.key not in done]
    if not left:
        work.handovers.close([one.id], HandoverState.DONE, cause.actor, work.now)
    kind = Kind.HANDOVER_PROGRESSED if left else Kind.HANDOVER_DONE
    before = {"open": [asset.key for asset in one.open_assets]}
    work.trail.tell([event_of(work, one, kind, cause, before, {"done": done, "open": left})])
    return handover_named(work, one.id)


def letter_to_heir(work: Work, handover_id: str, tenant_id: str) -> HandoverLetter | None:
    """Return the letter to write to an heir; None when it is over, or nobody is known who could read it."""
    one = work.handovers.find(handover_id)
    if one is None or one.state is not HandoverState.OPEN:
        return None
    report = _reports(work, [one])[0]
    if report.address is None or report.heir_left:
        return None
    tenant = next(each for each in work.tenancy.tenants() if each.id == tenant_id)
    return HandoverLetter(report, tenant.display_name)


def _refuse_owner(work: Work, one: Handover) -> None:
    account = next(each for each in work.accounts.all(one.tenant_id) if each.id == one.account_id)
    refuse_owner(account, work.people.by_id([one.person_id])[one.person_id])


def _found(work: Work, handover_id: str, *, open_only: bool = False) -> Handover:
    matching = [one.id for one in work.handovers.all() if one.id.endswith(handover_id)] if handover_id else []
    one = work.handovers.find(matching[0] if len(matching) == 1 else handover_id, lock=open_only)
    if one is None or (open_only and one.state is not HandoverState.OPEN):
        raise NotFound("open handover" if open_only else "handover", handover_id)
    return one


def _reports(work: Work, found: list[Handover]) -> list[HandoverReport]:
    accounts = {one.id: one for one in work.accounts.all()} if found else {}
    ids = {one.person_id for one in found} | {one.heir.person_id for one in found if one.heir.person_id}
    people = work.people.by_id(ids)
    directories = directory_slugs(work) if found else {}
    return [
        _report(work, one, accounts[one.account_id], directories[people[one.person_id].directory_id], people)
        for one in found
    ]


def _report(
    work: Work, one: Handover, account: Account, directory: str, people: Mapping[str, Person]
) -> HandoverReport:
    catalogue = load_catalogue(account.vendor)
    leaver, heir = people[one.person_id], people.get(one.heir.person_id or "")
    name = heir_name(one.heir, people)
    facts = facts_of(leaver, account) | {"heir": name}
    steps = tuple(filled(step, facts) for step in catalogue.work_orders.get("reassign", ()))
    late = one.state is HandoverState.OPEN and one.due_at < work.now
    labelled = tuple((asset, _label(catalogue, asset.key)) for asset in one.assets)
    return HandoverReport(one, account, catalogue.name, directory, leaver, heir, name, labelled, steps, late)


def _label(catalogue: Catalogue, key: str) -> Text:
    asset = label_of(catalogue.departure, key)
    return asset.label if asset else Text(key, key)
