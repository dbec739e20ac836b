"""E-mail domains that directories claim, and which of them are proved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from connector.domain.mail_domains import MailDomain
from connector.storage.tables import mail_domain, person


class MailDomains:
    """Claims to domains. Several directories may claim one; it is proved for one at most."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def add(self, one: MailDomain) -> None:
        values = {"id": one.id, "directory_id": one.directory_id, "name": one.name, "challenge": one.challenge}
        self.connection.execute(insert(mail_domain), values | {"claimed_at": one.claimed_at})

    def of(self, directory_ids: Iterable[str]) -> list[MailDomain]:
        query = select(mail_domain).where(mail_domain.c.directory_id.in_(sorted(directory_ids)))
        return [_domain(row) for row in self.connection.execute(query.order_by(mail_domain.c.name, mail_domain.c.id))]

    def claim(self, directory_id: str, name: str) -> MailDomain | None:
        query = select(mail_domain).where(mail_domain.c.directory_id == directory_id, mail_domain.c.name == name)
        row = self.connection.execute(query).first()
        return _domain(row) if row else None

    def directory_of(self, name: str) -> str | None:
        """Return the id of the directory for which a domain is proved."""
        query = select(mail_domain.c.directory_id).where(
            mail_domain.c.name == name, mail_domain.c.proved_at.is_not(None)
        )
        return self.connection.execute(query).scalar()

    def due(self, checked_before: datetime, at_most: int) -> list[MailDomain]:
        """Return proved domains that nobody has looked up since, the longest ago first."""
        query = select(mail_domain).where(
            mail_domain.c.proved_at.is_not(None),
            or_(mail_domain.c.checked_at.is_(None), mail_domain.c.checked_at <= checked_before),
        )
        rows = self.connection.execute(query.order_by(mail_domain.c.checked_at).limit(at_most))
        return [_domain(row) for row in rows]

    def write(self, one: MailDomain) -> bool:
        """Write when a claim was proved, looked up and lost; False when it is proved for another directory already."""
        times = {"proved_at": one.proved_at, "checked_at": one.checked_at, "lost_at": one.lost_at}
        try:
            with self.connection.begin_nested():
                self.connection.execute(update(mail_domain).where(mail_domain.c.id == one.id).values(**times))
        except IntegrityError:
            return False
        return True

    def remove(self, domain_id: str) -> None:
        self.connection.execute(delete(mail_domain).where(mail_domain.c.id == domain_id))

    def people_addressed(self, directory_id: str, address: str) -> list[str]:
        """Return whose work address this is, folded, in a directory."""
        query = select(person.c.id).where(
            person.c.directory_id == directory_id,
            person.c.work_email_folded == address,
            person.c.deleted_at.is_(None),
        )
        return list(self.connection.execute(query.order_by(person.c.id)).scalars())


def _domain(row: Row[Any]) -> MailDomain:
    return MailDomain(
        row.id,
        row.directory_id,
        row.name,
        row.challenge,
        row.claimed_at,
        row.proved_at,
        row.checked_at,
        row.lost_at,
    )
