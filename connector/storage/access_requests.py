"""Who asked for access from a page that refused it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from connector.domain.access_requests import AccessRequest
from connector.storage.tables import access_request

_COLUMNS = (
    access_request.c.id,
    access_request.c.tenant_id,
    access_request.c.account_id,
    access_request.c.person_id,
    access_request.c.created_at,
    access_request.c.closed_at,
)


class AccessRequests:
    """One open request at most of each person for each account."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def last(self, account_id: str, person_id: str) -> AccessRequest | None:
        """Return what somebody asked for last, open or closed."""
        theirs = (access_request.c.account_id == account_id, access_request.c.person_id == person_id)
        row = self.connection.execute(
            select(*_COLUMNS).where(*theirs).order_by(access_request.c.id.desc()).limit(1)
        ).first()
        return AccessRequest(*row) if row else None

    def open(self, at_most: int) -> list[AccessRequest]:
        """Return what nobody has answered, the oldest first."""
        query = select(*_COLUMNS).where(access_request.c.closed_at.is_(None)).order_by(access_request.c.id)
        return [AccessRequest(*row) for row in self.connection.execute(query.limit(at_most))]

    def add(self, one: AccessRequest) -> None:
        values = {
            "id": one.id,
            "tenant_id": one.tenant_id,
            "account_id": one.account_id,
            "person_id": one.person_id,
            "created_at": one.created_at,
        }
        self.connection.execute(insert(access_request), values)

    def close(self, request_ids: list[str], now: datetime) -> None:
        if request_ids:
            theirs = access_request.c.id.in_(request_ids)
            self.connection.execute(update(access_request).where(theirs).values(closed_at=now))
