"""Letting go of identities: of one person, or of everybody whose directory has another provider now.

What she holds she keeps. Her sessions end, and she is known again when she signs in with an identity that is hers.
"""

from __future__ import annotations

from collections.abc import Mapping

from connector.domain.events import Cause, Event, Kind
from connector.domain.tenancy import Directory
from connector.lifecycle.consequences import end_sessions
from connector.storage.work import Work


def unbind_others(work: Work, directory: Directory, issuer: str, cause: Cause) -> int:
    """Unbind every identity of a directory that is of another issuer; return of how many people.

    The caller holds the tenant's policy exclusively.
    """
    people = work.identities.of_others(directory.id, issuer)
    work.people.lock(people)
    bound = work.people.identities(people)
    _unbind(work, directory.tenant_id, {one: bound[one] for one in people if one in bound}, cause)
    return len(people)


def unbind_one(work: Work, tenant_id: str, person_id: str, cause: Cause) -> bool:
    """Unbind the identity of a person, who is locked; tell whether there was any."""
    bound = work.people.identities([person_id])
    _unbind(work, tenant_id, bound, cause)
    return bool(bound)


def _unbind(work: Work, tenant_id: str, bound: Mapping[str, tuple[str, str]], cause: Cause) -> None:
    work.identities.unbind(bound)
    events = [
        Event(work.now, tenant_id, Kind.IDENTITY_UNBOUND, one, cause, one, before={"issuer": issuer})
        for one, (issuer, _) in bound.items()
    ]
    work.trail.tell(events + end_sessions(work, tenant_id, bound, cause))
