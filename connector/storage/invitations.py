"""Invitations, found by the hash of their token."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from connector.domain.invitations import Invitation, InvitationState, VendorState
from connector.storage.prepared import Prepared, Rows, among
from connector.storage.rows import chunks
from connector.storage.tables import invitation, vendor_invitation

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
_MAILED_AMONG = Prepared(
    select(invitation.c.id).where(invitation.c.id.in_(among()), invitation.c.mailed_at.is_not(None))
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
                "mails": one.mails,
                "language": one.language,
                "remind_at": one.remind_at,
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

    def mailed_among(self, invitation_ids: Iterable[str]) -> list[str]:
        """Return which of these have left as letters."""
        return [row.id for row in _MAILED_AMONG.over(self.connection, invitation_ids)]

    def note_mailed(self, invitation_id: str, now: datetime) -> bool:
        """Note that the letter has left; tell whether that was not known yet."""
        noted = update(invitation).where(invitation.c.id == invitation_id, invitation.c.mailed_at.is_(None))
        return self.connection.execute(noted.values(mailed_at=now)).rowcount > 0

    def write_manner(self, one: Invitation) -> None:
        """Write whether it is sent by letter, and when one is reminded of it."""
        written = update(invitation).where(invitation.c.id == one.id)
        self.connection.execute(written.values(mails=one.mails, remind_at=one.remind_at))

    def take_reminders(self, now: datetime, at_most: int) -> list[Invitation]:
        """Return the pending invitations of which to remind by now, each of them to one caller and once."""
        due = (
            select(invitation)
            .where(
                invitation.c.state == InvitationState.PENDING.value,
                invitation.c.remind_at.is_not(None),
                invitation.c.remind_at <= now,
            )
            .order_by(invitation.c.remind_at)
            .limit(at_most)
        )
        rows = list(self.connection.execute(due.with_for_update(skip_locked=True)))
        if rows:
            taken = update(invitation).where(invitation.c.id.in_([row.id for row in rows]))
            self.connection.execute(taken.values(remind_at=None))
        return [_invitation(row) for row in rows]

    def last_of(self, membership_id: str, state: InvitationState | None = None) -> Invitation | None:
        """Return the latest invitation of a membership, or the latest in this state."""
        query = select(invitation).where(invitation.c.membership_id == membership_id)
        if state is not None:
            query = query.where(invitation.c.state == state.value)
        row = self.connection.execute(query.order_by(invitation.c.id.desc()).limit(1)).first()
        return _invitation(row) if row else None

    def delete(self, membership_id: str, states: Iterable[InvitationState]) -> None:
        """Delete a membership's invitations in these states."""
        gone = delete(invitation).where(
            invitation.c.membership_id == membership_id, invitation.c.state.in_([one.value for one in states])
        )
        self.connection.execute(gone)

    def pending_in(self, account_id: str, now: datetime, *, past_their_time: bool) -> list[str]:
        """Return the people whose invitation to an account nobody has closed, those alone that are past their time."""
        past = invitation.c.expires_at <= now
        query = select(invitation.c.person_id).where(
            invitation.c.account_id == account_id,
            invitation.c.state == InvitationState.PENDING.value,
            past if past_their_time else ~past,
        )
        return list(self.connection.execute(query.order_by(invitation.c.id)).scalars())

    # What vendors say.

    def note_vendor_state(self, one: VendorState) -> None:
        """Keep what a vendor says of its own invitation, in the place of what it said before."""
        self.forget_vendor_state(one.membership_id)
        values = {"membership_id": one.membership_id, "tenant_id": one.tenant_id, "state": one.state}
        self.connection.execute(
            insert(vendor_invitation).values(**values, noted_by=one.noted_by, noted_at=one.noted_at)
        )

    def forget_vendor_state(self, membership_id: str) -> None:
        self.connection.execute(delete(vendor_invitation).where(vendor_invitation.c.membership_id == membership_id))

    def vendor_states(self, membership_ids: Iterable[str]) -> dict[str, VendorState]:
        """Return membership -> what the vendor says of its own invitation, where anything was noted."""
        found = {}
        for some in chunks(sorted(set(membership_ids))):
            query = select(vendor_invitation).where(vendor_invitation.c.membership_id.in_(some))
            for row in self.connection.execute(query):
                found[row.membership_id] = VendorState(*row)
        return found

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
        row.mails,
        row.language,
        row.mailed_at,
        row.remind_at,
    )
