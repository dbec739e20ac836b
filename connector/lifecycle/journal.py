"""The journal: what directories asked and were answered, kept off the request's path.

A request puts its exchange into a bounded buffer; one thread redacts and writes what is there a few times a second,
and notes which tokens were used. A crash may lose the last second. What finds the buffer full is counted and dropped.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from connector.domain.exchanges import Exchange, redacted_body, redacted_query, redacted_text
from connector.domain.identifiers import new_id
from connector.lifecycle import Lifecycle, directories
from connector.observability import note
from connector.storage.journal import JournalStore
from connector.storage.outages import DatabaseUnavailable

log = logging.getLogger(__name__)

MOST_WAITING = 16 * 1024 * 1024
"""Bytes of exchanges that wait to be written, at most, in one process."""

WRITE_EVERY = 0.25
"""Seconds between two batches."""

STRANGERS_A_MINUTE = 10
"""Exchanges without a right token that are kept of one source, in a minute: the processes of a machine share them."""

MOST_SOURCES = 1000
"""Sources of wrong tokens that are told apart at a time; of more, nothing is kept until the minute is over."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An exchange as it went over the wire.

    `token_id` is that of a directory's token, if it was one that was shown. Of a `stranger` nothing was accepted, be it
    for a wrong token or for an address at which none is looked for.
    """

    directory: str
    at: datetime
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    answer: bytes
    source: str | None
    token_id: str | None
    stranger: bool

    @property
    def size(self) -> int:
        """Return about how many bytes it takes in memory."""
        return len(self.body) + len(self.answer) + len(self.path) + len(self.query) + 1000


class Journal:
    """One process's journal; its thread begins with the first exchange, after any fork."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle
        self.store = JournalStore(lifecycle.database)
        self.dropped = 0
        self._waiting: list[Heard] = []
        self._size = 0
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._minute, self._strangers = 0, dict[str, int]()
        self._strangers_a_minute = max(1, STRANGERS_A_MINUTE // lifecycle.settings.processes)
        self._noted: dict[str, datetime] = {}

    def put(self, heard: Heard) -> None:
        """Take an exchange, in a few microseconds; it never waits for the store, and never fails."""
        with self._lock:
            if heard.stranger and not self._is_worth_keeping(heard):
                return
            if self._size + heard.size > MOST_WAITING:
                self.dropped += 1
                return
            self._waiting.append(heard)
            self._size += heard.size
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
                self._thread.start()
        self._wake.set()

    def flush(self) -> None:
        """Write what waits, now."""
        with self._writing:
            with self._lock:
                batch, self._waiting, self._size = self._waiting, [], 0
                dropped, self.dropped = self.dropped, 0
            if dropped:
                note(log, "journal:overflow", exchanges=dropped)
            self.store.add(_kept(heard) for heard in batch)
            self._note_use(batch)

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self._wake.wait()
            pause.wait(WRITE_EVERY)
            self._wake.clear()
            try:
                self.flush()
            except DatabaseUnavailable:
                pass  # said already; what was to be written is lost, as in a crash
            except Exception:
                log.exception("journal:failed")

    def _is_worth_keeping(self, heard: Heard) -> bool:
        minute, source = int(heard.at.timestamp() // 60), heard.source or ""
        if minute != self._minute:
            self._minute, self._strangers = minute, {}
        if source not in self._strangers and len(self._strangers) >= MOST_SOURCES:
            return False
        self._strangers[source] = self._strangers.get(source, 0) + 1
        return self._strangers[source] <= self._strangers_a_minute

    def _note_use(self, batch: list[Heard]) -> None:
        used = {heard.token_id: heard.at for heard in batch if heard.token_id is not None}
        for token_id, at in used.items():
            if token_id not in self._noted or at - self._noted[token_id] >= directories.USE_NOTED_EVERY:
                self._noted[token_id] = at
                self.lifecycle.write(directories.note_use, token_id)


def _kept(heard: Heard) -> Exchange:
    """Return what is kept of an exchange: of a stranger's nothing that was said in it."""
    stranger = heard.stranger
    body = None if stranger else redacted_body(heard.body)
    return Exchange(
        new_id(),
        redacted_text(heard.directory)[:63],
        heard.at,
        heard.method[:20],
        redacted_text(heard.path),
        "" if stranger else redacted_query(heard.query),
        {} if stranger else {name: redacted_text(value) for name, value in heard.headers.items()},
        body,
        heard.status,
        None if stranger else redacted_body(heard.answer),
        heard.source,
        left_out=not stranger and body is None and bool(heard.body),
    )
