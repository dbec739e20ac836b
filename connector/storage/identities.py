"""Identities that are bound to people, as a directory has them when its provider changes."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, func, select

from connector.storage.rows import chunks
from connector.storage.tables import identity


class Identities:
    """Which identity of a provider is whose."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def of_others(self, directory_id: str, issuer: str) -> list[str]:
        """Return whoever is bound to an identity of another issuer than this one, ascending."""
        query = select(identity.c.person_id).where(identity.c.directory_id == directory_id, identity.c.issuer != issuer)
        return list(self.connection.execute(query.order_by(identity.c.person_id)).scalars())

    def count_of_others(self, directory_id: str, issuer: str) -> int:
        query = select(func.count()).where(identity.c.directory_id == directory_id, identity.c.issuer != issuer)
        return self.connection.execute(query).scalar_one()

    def unbind(self, person_ids: Iterable[str]) -> None:
        for some in chunks(sorted(set(person_ids))):
            self.connection.execute(delete(identity).where(identity.c.person_id.in_(some)))
