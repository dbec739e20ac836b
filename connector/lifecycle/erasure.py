"""Personal data: what is blanked when its time is over, and when somebody who has left is erased.

Ids stay, and so does the whole trail; what named her is gone. Backups, letters that were delivered, and what vendors
and identity providers keep, are not ours to blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.domain.erasure import Names, names_of
from connector.domain.errors import DepartureUnfinished, NotFound, PersonActive
from connector.domain.events import Cause, Event, Kind
from connector.domain.people import Person
from connector.lifecycle import Lifecycle
from connector.lifecycle.departures import unfinished
from connector.lifecycle.directories import directory_named
from connector.storage.erasure import scrub
from connector.storage.journal import JournalStore
from connector.storage.work import Work

_WHY_KEPT = {
    ("account", "owner_email"): "it is the address of an account's owner; change the owner",
    ("rule", "filter"): "a rule names her; change or remove the rule",
    ("reservation", "kept_for"): "a seat is kept for her; cancel the reservation",
    ("reservation", "name_folded"): "a seat is kept for her; cancel the reservation",
    ("person", "document"): "a directory states it of somebody else",
    ("identity", "subject"): "it is somebody else's",
}
_TRAIL = "the trail is append-only, and says who acted"
_OTHERWISE = "it is not hers alone"


@dataclass(frozen=True, slots=True)
class Kept:
    """What still names her, in how many rows, and why it is not blanked."""

    where: str
    rows: int
    why: str


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What erasing somebody comes to: what is blanked, how often, and what is kept and why."""

    person_id: str
    blanked: Mapping[str, int]
    kept: tuple[Kept, ...]
    names: Names


def preview_erasure(lifecycle: Lifecycle, directory: str, user_name: str, cause: Cause) -> ErasureReport:
    """Return what an erasure would come to, and do nothing; raises as `erase` does."""
    report = lifecycle.rehearse(erase, directory, user_name, cause)
    store = JournalStore(lifecycle.database)
    try:
        return _with_exchanges(report, store.blank(_with_id(report), undone=True))
    finally:
        store.dispose()


def erase_everywhere(lifecycle: Lifecycle, directory: str, user_name: str, cause: Cause) -> ErasureReport:
    """Erase somebody in the database and in the journal, and overwrite what deleted rows leave in files.

    The journal comes first, for only while she has her names can her exchanges be found; a failure between the two is
    mended by erasing again. Raises as `erase` does, before anything is blanked.
    """
    rehearsed = lifecycle.rehearse(erase, directory, user_name, cause)
    store = JournalStore(lifecycle.database)
    try:
        exchanges = store.blank(_with_id(rehearsed))
        report = lifecycle.write(erase, directory, rehearsed.person_id, cause)
        store.scrub()
    finally:
        store.dispose()
    scrub(lifecycle.database)
    return _with_exchanges(report, exchanges)


def erase(work: Work, directory: str, user_name: str, cause: Cause) -> ErasureReport:
    """Blank everything that names somebody who has left; her id and the trail stay.

    `user_name` may be an id, which a person keeps whose name was released. Raises NotFound, PersonActive, and
    DepartureUnfinished while her name is needed for steps at vendors.
    """
    place = directory_named(work, directory)
    work.tenancy.lock_policy(place.tenant_id)
    person = _found(work.erasure.find(place.id, user_name), user_name)
    names = names_of([person.stated.attributes, *work.erasure.told_of(person.id)])
    managed = work.erasure.managed(person, names)
    work.groups.lock_of(person.id)
    person = work.people.by_id([person.id, *managed], lock=True)[person.id]
    if person.active:
        raise PersonActive(person.stated.user_name)
    waiting = unfinished(work, person.id)
    if waiting:
        raise DepartureUnfinished(
            person.stated.user_name, sum(one.open_steps for one in waiting), sum(one.open_assets for one in waiting)
        )
    blanked = _blank(work, person, names, managed)
    kept = tuple(
        Kept(f"{table}.{column}", rows, _TRAIL if table == "event" else _WHY_KEPT.get((table, column), _OTHERWISE))
        for (table, column), rows in sorted(work.erasure.mentions(names).items())
        if table != "exchange"
    )
    after = {"blanked": {name: number for name, number in blanked.items() if number}}
    told = (person.tenant_id, Kind.PERSON_ERASED, person.id, cause, person.id, None, None, after)
    work.trail.tell([Event(work.now, *told)])
    return ErasureReport(person.id, blanked, kept, names)


def forget_old(work: Work) -> tuple[int, int]:
    """Blank the values of the trail and the letters whose time is over; return how many of each."""
    before = work.now - work.settings.personal_retention
    return work.erasure.forget_values(before), work.erasure.forget_letters(before)


def _found(found: list[Person], named: str) -> Person:
    if len(found) > 1:
        # Several who bore the name one after the other: only an id tells them apart.
        raise NotFound("person", named, (one.id for one in found))
    if not found:
        raise NotFound("person", named)
    return found[0]


def _blank(work: Work, person: Person, names: Names, managed: list[str]) -> dict[str, int]:
    work.people.release_names(person.id)
    work.groups.remove_from_all(person.id, work.now)
    blanked = {
        "values of the trail": work.erasure.blank_values(person.id, names),
        "letters": work.erasure.blank_letters(names),
        "reservations": work.erasure.blank_reservations(person.id, names),
        "handovers": work.erasure.blank_handovers(person.id, names),
        "sessions": work.erasure.forget_sessions(person.id, names),
        "people who name her as manager": work.erasure.blank_manager(person, managed, work.now),
    }
    work.erasure.blank_person(person.id, work.now)
    return {"person": 1, **blanked}


def _with_id(report: ErasureReport) -> Names:
    return Names(report.names.texts | {report.person_id})


def _with_exchanges(report: ErasureReport, exchanges: int) -> ErasureReport:
    return ErasureReport(report.person_id, {**report.blanked, "exchanges": exchanges}, report.kept, report.names)
