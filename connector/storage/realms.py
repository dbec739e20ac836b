"""Keycloak realms that directories are connected with, as rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, or_, select, update

from connector.domain.realms import Realm
from connector.storage.prepared import Prepared, among
from connector.storage.tables import directory, person, realm, tenant

_MIRRORED = Prepared(
    select(person.c.id)
    .join(realm, realm.c.directory_id == person.c.directory_id)
    .where(person.c.id.in_(among()), realm.c.mirrors)
)


class Realms:
    """One realm a directory at most."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def of(self, directory_id: str) -> Realm | None:
        row = self.connection.execute(select(realm).where(realm.c.directory_id == directory_id)).first()
        return _realm(row) if row else None

    def all(self) -> list[Realm]:
        return [_realm(row) for row in self.connection.execute(select(realm).order_by(realm.c.directory_id))]

    def write(self, one: Realm, pull_due_at: datetime | None) -> None:
        """Keep how a realm is reached and what is done with it, in place of what was kept; it is read anew when due."""
        self.remove(one.directory_id)
        values = {name: getattr(one, name) for name in _PLAIN}
        every = int(one.pull_every.total_seconds()) if one.pull_every else None
        self.connection.execute(insert(realm), {**values, "pull_every": every, "pull_due_at": pull_due_at})

    def remove(self, directory_id: str) -> None:
        self.connection.execute(delete(realm).where(realm.c.directory_id == directory_id))

    # Telling realms of people.

    def any_mirrored(self, tenant_id: str) -> bool:
        """Tell whether any realm is told of this tenant's people."""
        query = select(realm.c.directory_id).where(realm.c.tenant_id == tenant_id, realm.c.mirrors).limit(1)
        return self.connection.execute(query).first() is not None

    def mirrored(self, person_ids: Iterable[str]) -> list[str]:
        """Return of which of these people a realm is told."""
        return [row.id for row in _MIRRORED.over(self.connection, person_ids)]

    # Reading them.

    def claim_pulls(self, now: datetime, until: datetime) -> list[Realm]:
        """Take the realms that are to be read now, for this worker alone, until `until`; those switched off are not."""
        due = (
            select(realm)
            .join(directory, directory.c.id == realm.c.directory_id)
            .join(tenant, tenant.c.id == realm.c.tenant_id)
            .where(realm.c.pull_every.is_not(None), directory.c.active, tenant.c.active)
            .where(or_(realm.c.pull_due_at.is_(None), realm.c.pull_due_at <= now), _nobody_reads(now))
            .with_for_update(skip_locked=True, of=realm)
        )
        claimed = [_realm(row) for row in self.connection.execute(due)]
        for one in claimed:
            self._change(one.directory_id, pulling_until=until)
        return claimed

    def claim_pull(self, directory_id: str, now: datetime, until: datetime) -> bool:
        """Take one realm for whoever asks, due or not; tell whether nobody else is reading it."""
        free = update(realm).where(realm.c.directory_id == directory_id, _nobody_reads(now))
        return self.connection.execute(free.values(pulling_until=until)).rowcount == 1

    def pulled(self, directory_id: str, now: datetime, due_at: datetime | None, failed: str | None) -> None:
        """Note that a realm was read, or why it was not, and when it is to be read again."""
        outcome: dict[str, Any] = {"pull_failed": failed} if failed else {"pull_failed": None, "pulled_at": now}
        self._change(directory_id, pull_due_at=due_at, pulling_until=None, **outcome)

    def _change(self, directory_id: str, **values: Any) -> None:
        self.connection.execute(update(realm).where(realm.c.directory_id == directory_id).values(**values))


def _nobody_reads(now: datetime) -> ColumnElement[bool]:
    return or_(realm.c.pulling_until.is_(None), realm.c.pulling_until <= now)


_PLAIN = (
    "directory_id",
    "tenant_id",
    "server",
    "name",
    "client_id",
    "secret_sealed",
    "mirrors",
    "creates",
    "broker",
    "pulled_at",
    "pull_failed",
)


def _realm(row: Row[Any]) -> Realm:
    every = timedelta(seconds=row.pull_every) if row.pull_every is not None else None
    return Realm(**{name: getattr(row, name) for name in _PLAIN}, pull_every=every)
