"""What the directory's own provider may be told of its people: who has accepted, and who has not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from connector.domain.memberships import Membership, State
from connector.lifecycle.directories import directory_named
from connector.storage.work import Work


class Standing(StrEnum):
    """How somebody stands, all her accounts together."""

    PENDING = "pending"
    """The directory wants her in, and she holds no seat yet: not invited, invited, or waiting in line."""
    ACCEPTED = "accepted"
    """She has accepted, and holds a seat in one account at least."""


def standings(work: Work, slug: str) -> Mapping[str, Standing]:
    """Return externalId -> standing, for everybody whom a directory wants in; raises NotFound.

    Whoever is missing has left, or was deleted, or has no externalId by which she could be found there.
    """
    directory = directory_named(work, slug)
    people = work.people.by_id(work.people.of_directories([directory.id])).values()
    held = work.ledger.of_people(person.id for person in people)
    return {
        person.stated.external_id: _standing(held.get(person.id, ())) for person in people if person.stated.external_id
    }


def _standing(memberships: Iterable[Membership]) -> Standing:
    admitted = any(one.state is State.ACTIVE for one in memberships)
    return Standing.ACCEPTED if admitted else Standing.PENDING
