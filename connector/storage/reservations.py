"""Seats kept for people who are expected."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, or_, select, update

from connector.domain.reservations import Reservation, ReservationState
from connector.storage.tables import account, reservation

_OPEN = reservation.c.state.in_([one.value for one in ReservationState if one.is_open])


class Reservations:
    """Reservations. Those of an account change only under the locks of its pools."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def add(self, one: Reservation) -> None:
        self.connection.execute(insert(reservation), _values(one))

    def write(self, changed: Iterable[Reservation]) -> None:
        """Write whom these are kept for, and where they stand."""
        for one in changed:
            values = {key: value for key, value in _values(one).items() if key != "id"}
            self.connection.execute(update(reservation).where(reservation.c.id == one.id).values(values))

    def open_in(self, account_ids: Iterable[str]) -> list[Reservation]:
        """Return those that somebody may still use, in the order in which they were made."""
        query = select(reservation).where(reservation.c.account_id.in_(sorted(account_ids)), _OPEN)
        return [_reservation(row) for row in self.connection.execute(query.order_by(reservation.c.id))]

    def latest(self, account_ids: Iterable[str], at_most: int) -> list[Reservation]:
        """Return reservations in any state, the latest first."""
        query = select(reservation).where(reservation.c.account_id.in_(sorted(account_ids)))
        return [
            _reservation(row) for row in self.connection.execute(query.order_by(reservation.c.id.desc()).limit(at_most))
        ]

    def accounts_due(self, now: datetime) -> list[tuple[str, str]]:
        """Return (tenant, account) wherever one has ended by now, or has begun and has no seat yet."""
        begun = and_(reservation.c.state == ReservationState.PLANNED.value, reservation.c.starts_at <= now)
        ids = select(reservation.c.account_id).where(_OPEN, or_(reservation.c.ends_at <= now, begun))
        query = select(account.c.tenant_id, account.c.id).where(account.c.id.in_(ids)).order_by(account.c.id)
        return [(row.tenant_id, row.id) for row in self.connection.execute(query)]


def _values(one: Reservation) -> dict[str, Any]:
    return {
        "id": one.id,
        "tenant_id": one.tenant_id,
        "account_id": one.account_id,
        "kept_for": one.kept_for,
        "directory_id": one.directory_id,
        "name_folded": one.name_folded,
        "person_id": one.person_id,
        "seat_types": sorted(one.seat_types),
        "pools": sorted(one.pools),
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "state": one.state.value,
        "made_by": one.made_by,
        "made_at": one.made_at,
    }


def _reservation(row: Row[Any]) -> Reservation:
    return Reservation(
        row.id,
        row.tenant_id,
        row.account_id,
        row.kept_for,
        frozenset(row.seat_types),
        frozenset(row.pools),
        row.starts_at,
        row.ends_at,
        row.made_by,
        row.made_at,
        ReservationState(row.state),
        row.directory_id,
        row.name_folded,
        row.person_id,
    )
