"""What a settlement leaves in the outbox for realms: of whom they are to be told. The worker looks up what."""

from __future__ import annotations

from collections.abc import Iterable

from connector.mappers.rulebook import Rulebook
from connector.storage.work import Work

REALM_PERSON = "realm.person"


def tell_realms(work: Work, book: Rulebook, tenant_id: str, person_ids: Iterable[str]) -> None:
    """Leave word of those of these people of whom a realm is told, once for each."""
    if book.mirrored:
        post(work, tenant_id, work.realms.mirrored(person_ids))


def post(work: Work, tenant_id: str, person_ids: Iterable[str]) -> None:
    """Leave word of these people."""
    work.trail.post_once(tenant_id, REALM_PERSON, "person_id", person_ids, work.now)
