"""Whose security events each directory believes, and when they are fetched next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from connector.domain.security_events import SignalStream
from connector.storage.tables import signal_stream


class Signals:
    """Streams of security events, one a directory at most."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def stream(self, directory_id: str) -> SignalStream | None:
        query = select(signal_stream).where(signal_stream.c.directory_id == directory_id)
        row = self.connection.execute(query).first()
        return _stream(row) if row else None

    def all(self) -> list[SignalStream]:
        return [_stream(row) for row in self.connection.execute(select(signal_stream).order_by("directory_id"))]

    def set(self, one: SignalStream, now: datetime) -> None:
        """Let this be a directory's stream; what is fetched is fetched from now on."""
        self.remove(one.directory_id)
        self.connection.execute(
            insert(signal_stream),
            {
                "directory_id": one.directory_id,
                "transmitter": one.transmitter,
                "audience": one.audience,
                "poll_url": one.poll_url,
                "poll_token_sealed": one.poll_token_sealed,
                "poll_due_at": now if one.poll_url else None,
                "version": one.version,
            },
        )

    def remove(self, directory_id: str) -> int:
        return self.connection.execute(
            delete(signal_stream).where(signal_stream.c.directory_id == directory_id)
        ).rowcount

    def note_heard(self, directory_id: str, now: datetime, unless_since: datetime) -> None:
        """Note when an event came last, unless one is noted that came later than `unless_since`."""
        last = signal_stream.c.heard_at
        stale = update(signal_stream).where(
            signal_stream.c.directory_id == directory_id, or_(last.is_(None), last <= unless_since)
        )
        self.connection.execute(stale.values(heard_at=now))

    def any_due(self, now: datetime) -> bool:
        due = select(signal_stream.c.directory_id).where(signal_stream.c.poll_due_at <= now).limit(1)
        return self.connection.execute(due).first() is not None

    def claim(self, now: datetime, until: datetime) -> SignalStream | None:
        """Return a stream that is to be fetched, for this worker alone until then."""
        due = (
            select(signal_stream)
            .where(signal_stream.c.poll_due_at <= now)
            .order_by(signal_stream.c.poll_due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = self.connection.execute(due).first()
        if row is None:
            return None
        claimed = update(signal_stream).where(signal_stream.c.directory_id == row.directory_id)
        self.connection.execute(claimed.values(poll_due_at=until))
        return _stream(row)

    def note_poll(self, one: SignalStream, due_at: datetime, failures: int, error: str | None) -> None:
        """Note how fetching went and when it is tried next, unless the stream was set anew meanwhile."""
        same = (signal_stream.c.directory_id == one.directory_id, signal_stream.c.version == one.version)
        values = {"poll_due_at": due_at, "poll_failures": failures, "poll_error": error}
        self.connection.execute(update(signal_stream).where(*same).values(**values))


def _stream(row: Row[Any]) -> SignalStream:
    return SignalStream(
        row.directory_id,
        row.transmitter,
        row.audience,
        row.poll_url,
        row.poll_token_sealed,
        row.version,
        row.poll_failures,
        row.poll_error,
        row.heard_at,
    )
