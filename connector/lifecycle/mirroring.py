"""What a directory's Keycloak realm is told of its people, and what becomes of telling it.

A delivery names a person and no more: what is told is how she stands when it is delivered, so that two in a row, late
ones and repeated ones all come to the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from connector.domain.events import THE_CLOCK, Event, Kind
from connector.domain.memberships import Membership, State
from connector.domain.people import Person
from connector.domain.realms import Likeness, Standing
from connector.lifecycle.delivery import LEASE, Delivery, retry_after
from connector.lifecycle.realm_posts import REALM_PERSON
from connector.lifecycle.realms import RealmAccess, opened
from connector.storage.work import Work

AT_ONCE = 20
SENT_OUT = "sent_out"


@dataclass(frozen=True, slots=True)
class Telling:
    """What a realm is to be told of one person; `sent_out` when this delivery has ended her access there before."""

    to: RealmAccess
    likeness: Likeness
    sent_out: bool = False


def claim(work: Work) -> list[Delivery]:
    """Take what realms are to be told, for this worker alone."""
    rows = work.trail.claim(work.now, work.now + LEASE, AT_ONCE, only=REALM_PERSON)
    return [Delivery(row.id, row.tenant_id, row.kind, row.payload, row.attempts + 1) for row in rows]


def telling(work: Work, delivery: Delivery) -> Telling | None:
    """Return what is to be told now; None where no realm wants to hear it any more."""
    person = work.people.by_id([delivery.payload["person_id"]]).get(delivery.payload["person_id"])
    realm = work.realms.of(person.directory_id) if person else None
    if person is None or realm is None or not realm.mirrors:
        return None
    likeness = _likeness(person, work.ledger.of_people([person.id]).get(person.id, ()))
    return Telling(opened(work, realm), likeness, delivery.payload.get(SENT_OUT) is True)


def told(work: Work, delivery: Delivery, done: Collection[str], again_after: timedelta | None = None) -> None:
    """Note that the realm shows a person as she stands; `done` is what had to be done for it, perhaps nothing."""
    work.trail.delivered(delivery.id, work.now)
    if done:
        work.trail.tell([_event(work, delivery, Kind.REALM_TOLD, {"done": list(done)})])


def sent_out(work: Work, delivery: Delivery, done: Collection[str], again_after: timedelta) -> None:
    """Note that a person was sent out of the realm, which is to be done once more before it is finished."""
    work.trail.go_on(delivery.id, {**delivery.payload, SENT_OUT: True}, work.now + again_after)
    work.trail.tell([_event(work, delivery, Kind.REALM_TOLD, {"done": list(done)})])


def not_told(work: Work, delivery: Delivery, reason: str, *, permanent: bool) -> None:
    """Note a failure, to try again later as with a letter; a permanent one is left for an operator."""
    pause = None if permanent else retry_after(delivery.attempts)
    work.trail.put_off(delivery.id, reason, work.now + pause if pause else None)
    if pause is None:
        # The reason names people; it stands in the outbox, which forgets.
        work.trail.tell([_event(work, delivery, Kind.REALM_FAILED, {"attempts": delivery.attempts})])


def _likeness(person: Person, held: Iterable[Membership]) -> Likeness:
    name = person.stated.attributes.get("name") or {}
    return Likeness(
        person.id,
        _standing(person, held),
        person.stated.external_id,
        person.stated.user_name,
        person.work_email,
        name.get("givenName"),
        name.get("familyName"),
    )


def _standing(person: Person, held: Iterable[Membership]) -> Standing:
    if not person.active:
        return Standing.REVOKED
    admitted = any(one.state is State.ACTIVE for one in held)
    return Standing.ACCEPTED if admitted else Standing.PENDING


def _event(work: Work, delivery: Delivery, kind: Kind, after: Mapping[str, object]) -> Event:
    person_id = delivery.payload["person_id"]
    return Event(work.now, delivery.tenant_id, kind, person_id, THE_CLOCK, person_id, after=after)
