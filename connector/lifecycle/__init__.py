"""The use cases, in the trade's words: joiner, mover, leaver, invitation, admission. The only place that commits.

Each use case is a function of a unit of work and facts. Edges hand it to `Lifecycle.write` or `.read`, which opens the
unit, commits it, and runs it again where the database asks for that; so a use case must be harmless when run twice
before a commit. Nothing here knows a framework, HTTP or SQL.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from connector.settings import Settings
from connector.storage.database import Database
from connector.storage.work import Work

if TYPE_CHECKING:
    from sqlalchemy import Connection

P = ParamSpec("P")
T = TypeVar("T")


def utc_now() -> datetime:
    """Return the time; the one place where the product looks at the clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What every edge is given: the way to run a use case, and the settings."""

    database: Database
    settings: Settings
    clock: Callable[[], datetime] = utc_now

    def _work(self, connection: Connection) -> Work:
        return Work(connection, self.clock(), self.settings, self.database.cache)

    def _rehearsed(self, connection: Connection) -> Work:
        # What is remembered by a version that never comes to be must not be found under it later.
        return Work(connection, self.clock(), self.settings, dict(self.database.cache))

    def write(self, use_case: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case in one unit of work and commit it; nothing of it remains when it raises."""
        return self.database.write(self._work, use_case, *args, **kwargs)

    def rehearse(self, use_case: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case as `write` does, return what it came to, and undo it: a preview that cannot differ.

        It waits for the locks of the change, and keeps others waiting for as long.
        """
        return self.database.rehearse(self._rehearsed, use_case, *args, **kwargs)

    def read(self, use_case: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case that writes nothing."""
        return self.database.read(self._work, use_case, *args, **kwargs)
