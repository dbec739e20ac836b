"""What follows a decision: the audit trail, the outbox for the worker, work orders for people at the vendor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from connector.domain.events import Event
from connector.domain.identifiers import new_id
from connector.domain.work_orders import Task, WorkOrder
from connector.storage.prepared import Prepared, Rows
from connector.storage.rows import chunks
from connector.storage.tables import event, event_value, outbox, person, work_order

_EVENTS, _VALUES, _OUTBOX = Rows(event), Rows(event_value), Rows(outbox)
_NUMBERED_EVENT = Prepared(
    insert(event)
    .values({column.name: bindparam(column.name, type_=column.type) for column in event.c if column.name != "seq"})
    .returning(event.c.seq)
)


class Trail:
    """Events, outbox, work orders."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._posted: set[tuple[str, str]] = set()

    # Events.

    def tell(self, events: Iterable[Event]) -> None:
        """Append events; their personal values go to a table of their own."""
        plain: list[dict[str, Any]] = []
        for one in events:
            if one.values_before is None and one.values_after is None:
                plain.append(_event_row(one))
            else:
                seq = _NUMBERED_EVENT.scalar(self.connection, **_event_row(one))
                _VALUES.add(
                    self.connection, [{"event_seq": seq, "before": one.values_before, "after": one.values_after}]
                )
        _EVENTS.add(self.connection, plain)

    def events(
        self, tenant_id: str | None = None, person_id: str | None = None, after: int = 0
    ) -> Iterator[dict[str, Any]]:
        """Yield events in the order they were written, with their values, a thousand at a time."""
        query = select(event, event_value.c.before.label("values_before"), event_value.c.after.label("values_after"))
        query = query.outerjoin(event_value, event_value.c.event_seq == event.c.seq).order_by(event.c.seq).limit(1000)
        if tenant_id is not None:
            query = query.where(event.c.tenant_id == tenant_id)
        if person_id is not None:
            query = query.where(event.c.person_id == person_id)
        while rows := self.connection.execute(query.where(event.c.seq > after)).mappings().all():
            yield from map(dict, rows)
            after = rows[-1]["seq"]

    # Outbox.

    def post(self, tenant_id: str, kind: str, payloads: Iterable[Mapping[str, Any]], now: datetime) -> None:
        """Leave work for the worker, delivered only if this unit of work commits."""
        rows = [
            {
                "id": new_id(),
                "tenant_id": tenant_id,
                "kind": kind,
                "payload": dict(payload),
                "state": "open",
                "attempts": 0,
                "due_at": now,
                "created_at": now,
            }
            for payload in payloads
        ]
        _OUTBOX.add(self.connection, rows)

    def post_once(self, tenant_id: str, kind: str, subject: str, names: Iterable[str], now: datetime) -> None:
        """Leave work about each of these, once in this unit of work however often it is asked for."""
        new = [name for name in sorted(set(names)) if (kind, name) not in self._posted]
        self._posted.update((kind, name) for name in new)
        self.post(tenant_id, kind, ({subject: name} for name in new), now)

    def claim(
        self, now: datetime, until: datetime, at_most: int, *, only: str | None = None, but: str | None = None
    ) -> list[Row[Any]]:
        """Take deliveries that are due, for this worker alone, until `until`; after that another may take them.

        Those of one kind alone, or of all but one.
        """
        due = select(outbox).where(outbox.c.state == "open", outbox.c.due_at <= now).order_by(outbox.c.due_at)
        if only is not None:
            due = due.where(outbox.c.kind == only)
        if but is not None:
            due = due.where(outbox.c.kind != but)
        rows = list(self.connection.execute(due.limit(at_most).with_for_update(skip_locked=True)))
        if rows:
            claimed = update(outbox).where(outbox.c.id.in_([row.id for row in rows]))
            self.connection.execute(claimed.values(due_at=until, attempts=outbox.c.attempts + 1))
        return rows

    def delivered(self, outbox_id: str, now: datetime) -> None:
        self.connection.execute(
            update(outbox).where(outbox.c.id == outbox_id).values(state="done", done_at=now, error=None)
        )

    def go_on(self, outbox_id: str, payload: Mapping[str, Any], due_at: datetime) -> None:
        """Leave the rest of a delivery for later; what was done of it stands in its payload."""
        values = {"payload": dict(payload), "due_at": due_at, "error": None}
        self.connection.execute(update(outbox).where(outbox.c.id == outbox_id).values(values))

    def put_off(self, outbox_id: str, error: str, due_at: datetime | None) -> None:
        """Note a failure: try again at `due_at`, or never when it is None."""
        values: dict[str, Any] = {"error": error} | ({"due_at": due_at} if due_at else {"state": "failed"})
        self.connection.execute(update(outbox).where(outbox.c.id == outbox_id).values(values))

    def outbox_counts(self, *, but: str = "") -> dict[str, int]:
        """Return state -> how many deliveries are in it, those of one kind left out."""
        query = select(outbox.c.state, func.count().label("number")).group_by(outbox.c.state)
        query = query.where(outbox.c.kind != but)
        return {row.state: row.number for row in self.connection.execute(query)}

    # Work orders.

    def order(self, orders: Iterable[WorkOrder]) -> None:
        rows = [
            {
                "id": one.id,
                "tenant_id": one.tenant_id,
                "account_id": one.account_id,
                "person_id": one.person_id,
                "kind": one.task.value,
                "details": dict(one.details),
                "state": one.state,
                "created_at": one.created_at,
                "due_at": one.due_at,
                "assignee": one.assignee,
            }
            for one in orders
        ]
        if rows:
            self.connection.execute(insert(work_order), rows)

    def open_orders(self, tenant_id: str | None = None, person_id: str | None = None) -> list[WorkOrder]:
        """Return what is still to be done, the oldest first."""
        query = select(work_order).where(work_order.c.state == "open").order_by(work_order.c.id)
        if tenant_id is not None:
            query = query.where(work_order.c.tenant_id == tenant_id)
        if person_id is not None:
            query = query.where(work_order.c.person_id == person_id)
        return [_work_order(row) for row in self.connection.execute(query)]

    def supersede(self, account_id: str, person_ids: Iterable[str], now: datetime) -> dict[str, WorkOrder]:
        """Close what was still to be done for these people in this account; return it by person.

        Something newer takes its place, so that no two open orders ever contradict each other.
        """
        found: dict[str, WorkOrder] = {}
        for some in chunks(sorted(set(person_ids))):
            theirs = (
                work_order.c.account_id == account_id,
                work_order.c.person_id.in_(some),
                work_order.c.state == "open",
            )
            rows = self.connection.execute(select(work_order).where(*theirs)).all()
            found.update((row.person_id, _work_order(row)) for row in rows)
            if rows:
                self.connection.execute(update(work_order).where(*theirs).values(state="superseded", done_at=now))
        return found

    def all_orders(self, person_id: str | None, at_most: int) -> list[WorkOrder]:
        """Return work orders in whatever state, the latest first."""
        query = select(work_order).order_by(work_order.c.id.desc()).limit(at_most)
        if person_id is not None:
            query = query.where(work_order.c.person_id == person_id)
        return [_work_order(row) for row in self.connection.execute(query)]

    def assign_order(self, order_id: str, assignee: str | None) -> None:
        self.connection.execute(update(work_order).where(work_order.c.id == order_id).values(assignee=assignee))

    def find_order(self, order_id: str) -> WorkOrder | None:
        row = self.connection.execute(select(work_order).where(work_order.c.id == order_id).with_for_update()).first()
        return _work_order(row) if row else None

    def close_order(self, order_id: str, state: str, by: str, now: datetime) -> None:
        closed = update(work_order).where(work_order.c.id == order_id)
        self.connection.execute(closed.values(state=state, done_at=now, done_by=by))

    # For reports.

    def latest(self, person_id: str, at_most: int) -> list[dict[str, Any]]:
        """Return a person's last events, the latest first, without personal values."""
        query = select(event).where(event.c.person_id == person_id).order_by(event.c.seq.desc()).limit(at_most)
        return [dict(row) for row in self.connection.execute(query).mappings()]

    def failures(self, tenant_ids: Iterable[str], at_most: int) -> list[dict[str, Any]]:
        """Return the deliveries that were given up, or have failed and will be tried again, the latest first."""
        query = select(outbox).where(
            outbox.c.tenant_id.in_(sorted(tenant_ids)), outbox.c.state != "done", outbox.c.error.is_not(None)
        )
        rows = self.connection.execute(query.order_by(outbox.c.id.desc()).limit(at_most)).mappings()
        return [dict(row) for row in rows]

    def failing_people(self, kind: str) -> dict[str, int]:
        """Return directory -> how many deliveries about its people were given up, or failed and are tried again."""
        query = (
            select(person.c.directory_id, func.count().label("number"))
            .join(outbox, outbox.c.payload["person_id"].as_string() == person.c.id)
            .where(outbox.c.kind == kind, outbox.c.state.in_(("open", "failed")), outbox.c.error.is_not(None))
            .group_by(person.c.directory_id)
        )
        return {row.directory_id: row.number for row in self.connection.execute(query)}

    def forget_given_up(self, kind: str, directory_id: str) -> None:
        """Forget why deliveries about a directory's people were given up, since all is told anew."""
        theirs = select(person.c.id).where(person.c.directory_id == directory_id)
        given_up = update(outbox).where(
            outbox.c.kind == kind, outbox.c.state == "failed", outbox.c.payload["person_id"].as_string().in_(theirs)
        )
        self.connection.execute(given_up.values(error=None))

    def undelivered_since(self, due_before: datetime) -> int:
        """Return how many deliveries that nobody has tried yet were due before a time."""
        query = select(func.count()).where(
            outbox.c.state == "open", outbox.c.attempts == 0, outbox.c.due_at < due_before
        )
        return self.connection.execute(query).scalar_one()


def _event_row(one: Event) -> dict[str, Any]:
    return {
        "at": one.at,
        "tenant_id": one.tenant_id,
        "kind": one.kind.value,
        "subject_id": one.subject_id,
        "person_id": one.person_id,
        "account_id": one.account_id,
        "cause": one.cause.kind.value,
        "actor": one.cause.actor,
        "reference": one.cause.reference,
        "before": one.before,
        "after": one.after,
    }


def _work_order(row: Row[Any]) -> WorkOrder:
    return WorkOrder(
        row.id,
        row.tenant_id,
        row.account_id,
        row.person_id,
        Task(row.kind),
        row.details,
        row.state,
        row.created_at,
        row.due_at,
        row.done_at,
        row.done_by,
        row.assignee,
    )
