"""What operators give by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from connector.domain.grants import Given, ManualGrant
from connector.storage.rows import chunks
from connector.storage.tables import manual_grant


class Grants:
    """Manual grants: one at most for a person in an account. They change under the exclusive lock of the policy."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def any(self, tenant_id: str) -> bool:
        """Tell whether anything is given by hand in this tenant."""
        query = select(manual_grant.c.id).where(manual_grant.c.tenant_id == tenant_id).limit(1)
        return self.connection.execute(query).first() is not None

    def of_people(self, person_ids: Iterable[str]) -> dict[str, list[ManualGrant]]:
        """Return person -> what she is given by hand, account by account."""
        found: dict[str, list[ManualGrant]] = {}
        for some in chunks(sorted(set(person_ids))):
            query = select(manual_grant).where(manual_grant.c.person_id.in_(some)).order_by(manual_grant.c.account_id)
            for row in self.connection.execute(query):
                found.setdefault(row.person_id, []).append(_grant(row))
        return found

    def in_account(self, account_id: str) -> list[ManualGrant]:
        """Return everything given by hand in one account."""
        query = select(manual_grant).where(manual_grant.c.account_id == account_id).order_by(manual_grant.c.person_id)
        return [_grant(row) for row in self.connection.execute(query)]

    def find(self, account_id: str, person_id: str) -> ManualGrant | None:
        query = select(manual_grant).where(
            manual_grant.c.account_id == account_id, manual_grant.c.person_id == person_id
        )
        row = self.connection.execute(query).first()
        return _grant(row) if row else None

    def write(self, one: ManualGrant) -> None:
        """Keep a grant in the place of the one that there was."""
        self.remove(one.account_id, one.person_id)
        self.add([one])

    def add(self, grants: Iterable[ManualGrant]) -> None:
        """Keep grants of people who have none in the account."""
        rows = [
            {
                "id": one.id,
                "tenant_id": one.tenant_id,
                "account_id": one.account_id,
                "person_id": one.person_id,
                **_given_row(one.given),
                "given_by": one.given_by,
                "given_at": one.given_at,
                "next": None if one.next is None else _given_row(one.next),
                "next_at": one.next_at,
                "mails": one.mails,
                "language": one.language,
            }
            for one in grants
        ]
        if rows:
            self.connection.execute(insert(manual_grant), rows)

    def remove(self, account_id: str, person_id: str) -> None:
        self.connection.execute(
            delete(manual_grant).where(manual_grant.c.account_id == account_id, manual_grant.c.person_id == person_id)
        )

    def due(self, now: datetime) -> list[ManualGrant]:
        """Return those of which another is to take the place by now."""
        query = select(manual_grant).where(manual_grant.c.next_at <= now)
        return [_grant(row) for row in self.connection.execute(query.order_by(manual_grant.c.next_at))]


def _given_row(given: Given) -> dict[str, Any]:
    return {"seat_type": given.seat_type, "role": given.role, "permissions": sorted(given.permissions)}


def _given(row: dict[str, Any]) -> Given:
    return Given(row["seat_type"], row["role"], frozenset(row["permissions"]))


def _grant(row: Row[Any]) -> ManualGrant:
    return ManualGrant(
        row.id,
        row.tenant_id,
        row.account_id,
        row.person_id,
        Given(row.seat_type, row.role, frozenset(row.permissions)),
        row.given_by,
        row.given_at,
        None if row.next is None else _given(row.next),
        row.next_at,
        row.mails,
        row.language,
    )
