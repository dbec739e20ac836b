"""Keeping seats for people who are expected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from connector.domain.accounts import Account
from connector.domain.errors import InvalidValue, NoSeatLeft, NotFound
from connector.domain.events import Cause, Event, Kind
from connector.domain.folding import fold
from connector.domain.identifiers import new_id
from connector.domain.people import Person
from connector.domain.reservations import Reservation, ReservationState
from connector.domain.tenancy import Directory
from connector.lifecycle.accounts import account_named
from connector.lifecycle.directories import directory_named
from connector.lifecycle.proposals import Effect, effects_of
from connector.lifecycle.reporting import directory_slugs
from connector.lifecycle.settling import rulebook, settle
from connector.mappers.rulebook import terms_of
from connector.storage.work import Work


@dataclass(frozen=True, slots=True)
class ReservationReport:
    """A reservation with names."""

    reservation: Reservation
    account: str
    directory: str | None


def reserve(
    work: Work,
    account_slug: str,
    seat_types: Iterable[str],
    kept_for: str,
    cause: Cause,
    *,
    ends_at: datetime,
    starts_at: datetime | None = None,
    directory_slug: str | None = None,
) -> Reservation:
    """Keep a seat for somebody who is expected: of a directory, by userName or e-mail address, or a name as yet.

    It is kept from now, or `starts_at`, until `ends_at`, and is hers when it becomes due to her; nobody on the waiting
    line is overtaken by it. Raises NoSeatLeft when it should begin now and no seat is left over, NotFound, InvalidValue
    for times that make no sense, or somebody to whom the seat is due already.
    """
    account = account_named(work, account_slug)
    version = work.tenancy.lock_policy(account.tenant_id)
    catalogue = terms_of(account).catalogue
    types = frozenset(catalogue.seat_type(key).key for key in seat_types)
    begins = starts_at or work.now
    if not types:
        raise InvalidValue("seat", f"say which seat is kept: {', '.join(catalogue.seat_types)}.")
    if ends_at <= max(begins, work.now):
        raise InvalidValue("until", "a reservation ends after it begins, and not in the past.")
    unnamed = Reservation(
        new_id(),
        account.tenant_id,
        account.id,
        kept_for,
        types,
        catalogue.pools_for(types),
        begins,
        ends_at,
        cause.actor,
        work.now,
    )
    one = _named(work, account, unnamed, directory_slug, kept_for)
    work.reservations.add(one)
    _tell(work, one, Kind.RESERVATION_MADE, cause)
    book = rulebook(work, account.tenant_id, version)
    settle(work, account.tenant_id, book, (), cause, seats_changed_in=[account.id])
    kept = next(each for each in work.reservations.open_in([account.id]) if each.id == one.id)
    if kept.state is ReservationState.PLANNED and begins <= work.now:
        raise _none_left(work, account, one)
    return kept


def give_to(work: Work, reservation_id: str, directory_slug: str, kept_for: str, cause: Cause) -> Reservation:
    """Say who it is that a seat is kept for, so that she gets it when it becomes due to her.

    `reservation_id` may be the end of an id. Raises NotFound, InvalidValue for somebody to whom it is due already.
    """
    found, account = _locked(work, reservation_id)
    named = _named(work, account, found, directory_slug, kept_for)
    work.reservations.write([named])
    _tell(work, named, Kind.RESERVATION_CHANGED, cause)
    return named


def cancel(work: Work, reservation_id: str, cause: Cause) -> tuple[Effect, ...]:
    """Keep a seat no longer; return who gets it. `reservation_id` may be the end of an id. Raises NotFound."""
    found, account = _locked(work, reservation_id)
    book = rulebook(work, account.tenant_id, work.tenancy.lock_policy(account.tenant_id))
    ending = frozenset({found.id})
    changed = [account.id]
    return effects_of(
        work, settle(work, account.tenant_id, book, (), cause, seats_changed_in=changed, cancelled=ending)
    )


def reservations(work: Work, account_slug: str | None, at_most: int, *, ended: bool) -> list[ReservationReport]:
    """Return the open reservations, or the latest that ended too where asked; raises NotFound."""
    accounts = [account_named(work, account_slug)] if account_slug else work.accounts.all()
    slugs, directories = {one.id: one.slug for one in accounts}, directory_slugs(work)
    found = work.reservations.latest(slugs, at_most) if ended else work.reservations.open_in(slugs)
    return [ReservationReport(one, slugs[one.account_id], directories.get(one.directory_id or "")) for one in found]


def accounts_due(work: Work) -> list[tuple[str, str]]:
    """Return (tenant, account) wherever a reservation has ended by now, or has begun and has no seat yet."""
    return work.reservations.accounts_due(work.now)


def _locked(work: Work, reservation_id: str) -> tuple[Reservation, Account]:
    accounts = {one.id: one for one in work.accounts.all()}
    matching = [
        one for one in work.reservations.open_in(accounts) if reservation_id and one.id.endswith(reservation_id)
    ]
    if len(matching) != 1:
        raise NotFound("open reservation", reservation_id)
    account = accounts[matching[0].account_id]
    work.tenancy.lock_policy(account.tenant_id)
    work.accounts.pools([account.id], lock=True)
    found = [one for one in work.reservations.open_in([account.id]) if one.id == matching[0].id]
    if not found:
        raise NotFound("open reservation", reservation_id)
    return found[0], account


def _named(work: Work, account: Account, one: Reservation, directory_slug: str | None, kept_for: str) -> Reservation:
    """Return a reservation for whom it is said to be, who may not be stated yet."""
    if directory_slug is None:
        return one
    directory = directory_named(work, directory_slug)
    if directory.tenant_id != account.tenant_id:
        raise NotFound("directory", directory_slug)
    person = _expected(work, directory, kept_for)
    person_id = person.id if person else None
    named = replace(one, kept_for=kept_for, directory_id=directory.id, name_folded=fold(kept_for), person_id=person_id)
    if person is not None:
        _refuse_whom_it_is_due(work, account, person, named)
    return named


def _expected(work: Work, directory: Directory, name: str) -> Person | None:
    """Return who bears this name in the directory already; one who comes later is recognised when she does."""
    found = work.people.addressed([directory.id], [fold(name)])[fold(name)]
    return found[0] if len(found) == 1 else None


def _refuse_whom_it_is_due(work: Work, account: Account, person: Person, one: Reservation) -> None:
    """Keep a reservation from letting somebody overtake who waits already."""
    held = work.ledger.of_people([person.id]).get(person.id, [])
    member = next((member for member in held if member.account_id == account.id), None)
    if member is not None and member.due is not None and one.seat_types <= member.due.seat_types:
        state = member.state.value
        raise InvalidValue("person", f"{one.kept_for} is due this seat of {account.slug} already, and {state}.")


def _none_left(work: Work, account: Account, one: Reservation) -> NoSeatLeft:
    pools = work.accounts.pools([account.id])[account.id]
    full = next((key for key in sorted(one.pools) if pools[key].unassigned == 0), min(one.pools))
    return NoSeatLeft(account.slug, full, pools[full].capacity or 0)


def _tell(work: Work, one: Reservation, kind: Kind, cause: Cause) -> None:
    after = {
        "seat_types": sorted(one.seat_types),
        "from": one.starts_at.isoformat(),
        "until": one.ends_at.isoformat(),
        "state": one.state.value,
    }
    what = (kind, one.id, cause, one.person_id, one.account_id, None, after, None, {"kept_for": one.kept_for})
    work.trail.tell([Event(work.now, one.tenant_id, *what)])
