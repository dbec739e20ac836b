"""Handovers, as rows: what leavers left behind, to whom it goes, what is done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from connector.domain.folding import fold
from connector.domain.handovers import Duty, Handover, HandoverAsset, HandoverState, Heir
from connector.domain.people import Person
from connector.storage.rows import chunks, person_of
from connector.storage.tables import handover, handover_asset, person


class Handovers:
    """What departures leave to somebody else."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def add(self, made: Iterable[Handover]) -> None:
        """Keep new handovers with their assets."""
        rows, assets = [], []
        for one in made:
            rows.append(
                {
                    "id": one.id,
                    "tenant_id": one.tenant_id,
                    "account_id": one.account_id,
                    "person_id": one.person_id,
                    "state": one.state.value,
                    **_heir_row(one.heir),
                    "created_at": one.created_at,
                    "due_at": one.due_at,
                }
            )
            assets += [
                {"handover_id": one.id, "key": asset.key, "place": place, "duty": asset.duty.value}
                for place, asset in enumerate(one.assets)
            ]
        if rows:
            self.connection.execute(insert(handover), rows)
            self.connection.execute(insert(handover_asset), assets)

    def open_of(self, account_id: str, person_ids: Iterable[str]) -> list[Handover]:
        """Return what these leavers have still to hand over in an account."""
        found: list[Handover] = []
        for some in chunks(sorted(set(person_ids))):
            found += self._read(
                handover.c.account_id == account_id,
                handover.c.person_id.in_(some),
                handover.c.state == HandoverState.OPEN.value,
            )
        return found

    def open_for(self, heir_id: str) -> list[Handover]:
        """Return what is still to be handed over to a person."""
        return self._read(handover.c.heir_id == heir_id, handover.c.state == HandoverState.OPEN.value)

    def of_person(self, person_id: str) -> list[Handover]:
        """Return every handover of a leaver, the oldest first."""
        return self._read(handover.c.person_id == person_id)

    def all(self, *, also_closed: bool = False) -> list[Handover]:
        """Return the open handovers, the closed ones too when asked, the oldest first."""
        return self._read(*(() if also_closed else (handover.c.state == HandoverState.OPEN.value,)))

    def find(self, handover_id: str, *, lock: bool = False) -> Handover | None:
        """Return a handover, locked for change when `lock`."""
        if lock:
            self.connection.execute(select(handover.c.id).where(handover.c.id == handover_id).with_for_update()).all()
        found = self._read(handover.c.id == handover_id)
        return found[0] if found else None

    def give_to(self, handover_id: str, heir: Heir) -> None:
        """Name the heir."""
        self.connection.execute(update(handover).where(handover.c.id == handover_id).values(_heir_row(heir)))

    def done(self, handover_id: str, keys: Iterable[str], by: str, now: datetime) -> None:
        """Note that these assets are handed over."""
        these = (handover_asset.c.handover_id == handover_id, handover_asset.c.key.in_(sorted(keys)))
        self.connection.execute(update(handover_asset).where(*these).values(done_at=now, done_by=by))

    def close(
        self, ids: Iterable[str], state: HandoverState, by: str, now: datetime, reason: str | None = None
    ) -> None:
        """End handovers: done, or closed for a reason."""
        values = {"state": state.value, "closed_at": now, "closed_by": by, "reason": reason}
        for some in chunks(ids):
            self.connection.execute(update(handover).where(handover.c.id.in_(some)).values(values))

    def stated_as(self, directory_ids: Iterable[str], values: Iterable[str]) -> dict[tuple[str, str], Person]:
        """Return (directory, value) -> whom a directory means by a value: an id of ours, an externalId or a userName.

        Providers differ in what they send of a manager; the id goes before the externalId, and that before the name.
        """
        wanted, directories = sorted(set(values)), sorted(set(directory_ids))
        found: dict[tuple[str, str], Person] = {}
        for some in chunks(wanted, 300):
            folded = {fold(value): value for value in some}
            query = select(person).where(
                person.c.directory_id.in_(directories),
                person.c.deleted_at.is_(None),
                or_(
                    person.c.id.in_(some),
                    person.c.external_id_key.in_(some),
                    person.c.user_name_folded.in_(sorted(folded)),
                ),
            )
            rows = self.connection.execute(query).all()
            for row in rows:
                found.setdefault((row.directory_id, folded.get(row.user_name_folded, "")), person_of(row))
            found |= {(row.directory_id, row.external_id_key): person_of(row) for row in rows if row.external_id_key}
            found |= {(row.directory_id, row.id): person_of(row) for row in rows}
        return found

    def _read(self, *where: Any) -> list[Handover]:
        rows = self.connection.execute(select(handover).where(*where).order_by(handover.c.id)).all()
        assets: dict[str, list[HandoverAsset]] = {}
        for some in chunks(row.id for row in rows):
            query = select(handover_asset).where(handover_asset.c.handover_id.in_(some))
            for each in self.connection.execute(query.order_by(handover_asset.c.place)):
                asset = HandoverAsset(each.key, Duty(each.duty), each.done_at, each.done_by)
                assets.setdefault(each.handover_id, []).append(asset)
        return [_handover(row, tuple(assets.get(row.id, ()))) for row in rows]


def _heir_row(heir: Heir) -> dict[str, str | None]:
    return {"heir_id": heir.person_id, "heir_address": heir.address, "named_by": heir.named_by}


def _handover(row: Row[Any], assets: tuple[HandoverAsset, ...]) -> Handover:
    return Handover(
        row.id,
        row.tenant_id,
        row.account_id,
        row.person_id,
        HandoverState(row.state),
        Heir(row.heir_id, row.heir_address, row.named_by),
        assets,
        row.created_at,
        row.due_at,
        row.closed_at,
        row.closed_by,
        row.reason,
    )
