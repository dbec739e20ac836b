"""The trail, read back: every change of what people hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from connector.domain.events import Kind
from connector.storage.tables import event, membership

_CHANGES = select(event).where(event.c.kind == Kind.MEMBERSHIP_CHANGED.value).order_by(event.c.seq).limit(1000)


class History:
    """What was held when, from the events of memberships, in the order in which they were written."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def of_person(self, person_id: str) -> Iterator[dict[str, Any]]:
        """Yield the changes of one person's memberships."""
        return self._read(event.c.person_id == person_id)

    def of_account(self, account_id: str) -> Iterator[dict[str, Any]]:
        """Yield the changes of an account's memberships; found by its people, for the trail is ordered by them."""
        people = select(membership.c.person_id).where(membership.c.account_id == account_id)
        return self._read(event.c.account_id == account_id, event.c.person_id.in_(people))

    def names_of_rules(self, tenant_id: str) -> dict[str, str]:
        """Return rule -> the name that it had when it was added, the removed ones too."""
        query = select(event.c.subject_id, event.c.after).where(
            event.c.tenant_id == tenant_id, event.c.kind == Kind.RULE_ADDED.value
        )
        return {row.subject_id: row.after["name"] for row in self.connection.execute(query)}

    def _read(self, *where: Any) -> Iterator[dict[str, Any]]:
        after = 0
        while rows := self.connection.execute(_CHANGES.where(event.c.seq > after, *where)).mappings().all():
            yield from map(dict, rows)
            after = rows[-1]["seq"]
