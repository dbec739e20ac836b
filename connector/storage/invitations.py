"""Invitations, found by the hash of their token."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from connector.domain.invitations import Invitation, InvitationState
from connector.storage.prepared import Prepared, Rows, among
from connector.storage.tables import invitation

_INVITATIONS = Rows(invitation)
_PENDING_OF = Prepared(
    select(invitation).where(
        invitation.c.membership_id.in_(among()), invitation.c.state == InvitationState.PENDING.value
    )
)
_CLOSE = Prepared(
    update(invitation)
    .where(invitation.c.id.in_(among()))
    .values(
        state=bindparam("state", type_=invitation.c.state.type),
        answered_at=bindparam("answered_at", type_=invitation.c.answered_at.type),
    )
)


class Invitations:
    """Offers made, pending and closed."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def add(self, invitations: Iterable[tuple[Invitation, str]]) -> None:
        """Add invitations, each with the hash of its token."""
        rows = [
            {
                "id": one.id,
                "tenant_id": one.tenant_id,
                "account_id": one.account_id,
                "person_id": one.person_id,
                "membership_id": one.membership_id,
                "token_hash": token_hash,
                "state": one.state.value,
                "created_at": one.created_at,
                "expires_at": one.expires_at,
            }
            for one, token_hash in invitations
        ]
        _INVITATIONS.add(self.connection, rows)

    def tokened(self, token_hash: str) -> Invitation | None:
        row = self.connection.execute(select(invitation).where(invitation.c.token_hash == token_hash)).first()
        return _invitation(row) if row else None

    def by_id(self, invitation_id: str) -> Invitation | None:
        row = self.connection.execute(select(invitation).where(invitation.c.id == invitation_id)).first()
        return _invitation(row) if row else None

    def pending_of(self, membership_ids: Iterable[str]) -> dict[str, Invitation]:
        """Return membership -> its pending invitation."""
        return {row.membership_id: _invitation(row) for row in _PENDING_OF.over(self.connection, membership_ids)}

    def close(self, invitation_ids: Iterable[str], state: InvitationState, now: datetime) -> None:
        _CLOSE.run_over(self.connection, invitation_ids, state=state.value, answered_at=now)

    def accounts_with_expired(self, now: datetime) -> list[tuple[str, str]]:
        """Return (tenant, account) wherever a pending invitation is past its time."""
        query = (
            select(invitation.c.tenant_id, invitation.c.account_id)
            .where(invitation.c.state == InvitationState.PENDING.value, invitation.c.expires_at <= now)
            .distinct()
            .order_by(invitation.c.tenant_id, invitation.c.account_id)
        )
        return [(row.tenant_id, row.account_id) for row in self.connection.execute(query)]

    # For reports.

    def latest(
        self,
        tenant_ids: Iterable[str],
        at_most: int,
        *,
        account_id: str | None = None,
        states: Iterable[InvitationState] = InvitationState,
    ) -> list[Invitation]:
        """Return invitations in these states, the latest first."""
        query = select(invitation).where(
            invitation.c.tenant_id.in_(sorted(tenant_ids)), invitation.c.state.in_([state.value for state in states])
        )
        if account_id is not None:
            query = query.where(invitation.c.account_id == account_id)
        rows = self.connection.execute(query.order_by(invitation.c.id.desc()).limit(at_most))
        return [_invitation(row) for row in rows]


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        row.id,
        row.tenant_id,
        row.account_id,
        row.person_id,
        row.membership_id,
        InvitationState(row.state),
        row.created_at,
        row.expires_at,
        row.answered_at,
    )
