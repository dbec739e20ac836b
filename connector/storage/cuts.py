"""Whom a provider's order is about, and that it was given: what no session may outlive."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from connector.domain.security_events import Subject
from connector.storage.tables import cut_identity, identity, person, session


class Cuts:
    """Orders of providers to let somebody in no longer, as sessions and sign-ins under way feel them."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def people_meant(self, directory_id: str, subject: Subject, external_ids: Iterable[str]) -> list[str]:
        """Return the ids of everybody of a directory whom one of the subject's names names, ascending; none is locked.

        Somebody is also meant whose externalId is one of those given, and whom the provider calls by our own id of her.
        """
        found: set[str] = set()
        if subject.identities or subject.ids:
            bound = select(identity.c.person_id).where(
                identity.c.directory_id == directory_id,
                or_(
                    tuple_(identity.c.issuer, identity.c.subject).in_(sorted(subject.identities)),
                    identity.c.subject.in_(sorted(subject.ids)),
                ),
            )
            found |= set(self.connection.execute(bound).scalars())
        for names, columns in (
            (set(external_ids), (person.c.external_id_key,)),
            (subject.ids | {one for _, one in subject.identities}, (person.c.id,)),
            (subject.names, (person.c.work_email_folded, person.c.user_name_folded)),
        ):
            for column in columns if names else ():
                called = select(person.c.id).where(
                    person.c.directory_id == directory_id, column.in_(sorted(names)), person.c.deleted_at.is_(None)
                )
                found |= set(self.connection.execute(called).scalars())
        return sorted(found)

    def end_unbound(self, directory_id: str, subject: Subject, now: datetime) -> int:
        """End the sessions that the subject names and that are nobody's yet; return how many there were."""
        claimed = session.c.claims["email"].as_string()
        which: list[ColumnElement[bool]] = []
        if subject.identities:
            which.append(tuple_(session.c.issuer, session.c.subject).in_(sorted(subject.identities)))
        if subject.ids:
            which.append(session.c.subject.in_(sorted(subject.ids)))
        if subject.sids:
            which.append(session.c.sid.in_(sorted(subject.sids)))
        if subject.names:
            which.append(and_(session.c.person_id.is_(None), func.lower(claimed).in_(sorted(subject.names))))
        if not which:
            return 0
        theirs = (session.c.directory_id == directory_id, session.c.ended_at.is_(None), or_(*which))
        return self.connection.execute(update(session).where(*theirs).values(ended_at=now, id_token=None)).rowcount

    def note(self, keys: Iterable[str], now: datetime) -> None:
        """Remember that whoever has one of these keys was cut just now."""
        for key in sorted(keys):
            known = update(cut_identity).where(cut_identity.c.identity_key == key).values(cut_at=now)
            if self.connection.execute(known).rowcount:
                continue
            try:
                with self.connection.begin_nested():
                    self.connection.execute(insert(cut_identity), {"identity_key": key, "cut_at": now})
            except IntegrityError:
                self.connection.execute(known)

    def any_since(self, keys: Iterable[str], moment: datetime) -> bool:
        """Tell whether whoever has one of these keys was cut after that moment."""
        query = select(cut_identity.c.identity_key).where(
            cut_identity.c.identity_key.in_(sorted(keys)), cut_identity.c.cut_at > moment
        )
        return self.connection.execute(query.limit(1)).first() is not None

    def forget(self, before: datetime) -> None:
        """Forget cuts that no sign-in under way can be older than."""
        self.connection.execute(delete(cut_identity).where(cut_identity.c.cut_at < before))
