"""Ways in past a provider that is down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from connector.domain.break_glass import BrokenGlass
from connector.storage.tables import break_glass, person


class BrokenGlasses:
    """Each row is one link, used or not."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def add(self, one: BrokenGlass, link_hash: str) -> None:
        values = {
            "id": one.id,
            "tenant_id": one.tenant_id,
            "account_id": one.account_id,
            "person_id": one.person_id,
            "link_hash": link_hash,
            "opened_by": one.opened_by,
            "reason": one.reason,
            "created_at": one.created_at,
            "ends_at": one.ends_at,
        }
        self.connection.execute(insert(break_glass), values)

    def by_id(self, glass_id: str) -> BrokenGlass | None:
        row = self.connection.execute(select(break_glass).where(break_glass.c.id == glass_id)).first()
        return _broken(row) if row else None

    def unused(self, link_hash: str, now: datetime) -> BrokenGlass | None:
        """Return what a link opens that was not used and whose time is not over."""
        good = (break_glass.c.link_hash == link_hash, break_glass.c.used_at.is_(None), break_glass.c.ends_at > now)
        row = self.connection.execute(select(break_glass).where(*good)).first()
        return _broken(row) if row else None

    def use(self, glass_id: str, now: datetime) -> bool:
        """Use a link up; False when it was, or is at this moment by another unit of work."""
        mine = update(break_glass).where(break_glass.c.id == glass_id, break_glass.c.used_at.is_(None))
        return self.connection.execute(mine.values(used_at=now)).rowcount == 1

    def lasting(self, now: datetime) -> list[BrokenGlass]:
        """Return those whose time is not over, the oldest first."""
        query = select(break_glass).where(break_glass.c.ends_at > now).order_by(break_glass.c.id)
        return [_broken(row) for row in self.connection.execute(query)]

    def end_of_person(self, person_id: str, now: datetime) -> None:
        """Let the links of somebody open nothing from now on."""
        theirs = (break_glass.c.person_id == person_id, break_glass.c.ends_at > now)
        self.connection.execute(update(break_glass).where(*theirs).values(ends_at=now))

    def end_at(self, directory_id: str, now: datetime) -> None:
        """Let the links of a directory's people open nothing from now on."""
        people = select(person.c.id).where(person.c.directory_id == directory_id)
        theirs = (break_glass.c.person_id.in_(people), break_glass.c.ends_at > now)
        self.connection.execute(update(break_glass).where(*theirs).values(ends_at=now))


def _broken(row: Row[Any]) -> BrokenGlass:
    return BrokenGlass(
        row.id,
        row.tenant_id,
        row.account_id,
        row.person_id,
        row.opened_by,
        row.reason,
        row.created_at,
        row.ends_at,
        row.used_at,
    )
