"""When a database cannot serve for the moment, though nothing is wrong with what was asked of it."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

log = logging.getLogger(__name__)

RETRY_AFTER = 5
"""Seconds after which it is worth asking again: a database restarts in about as long."""

_STATES = (
    "08",  # the connection is lost
    "25006",  # it only reads: a standby, or told so
    "40001",  # still a serialization failure or a deadlock, after all tries
    "40P01",
    "53",  # out of disk, memory or connections
    "55P03",  # somebody holds a lock for too long
    "57014",  # a statement took too long
    "57P",  # shut down, or starting
    "58",  # its disk fails
)
"""How PostgreSQL's codes begin that say so (PostgreSQL, appendix A)."""

_SQLITE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}


class DatabaseUnavailable(Exception):
    """Nothing was written, or nobody knows whether it was; the same request can be sent again.

    `why` is for the log: a code of the database's, and no word of what was asked.
    """

    retry_after = RETRY_AFTER

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"The database cannot serve at the moment. Send the same request again in {RETRY_AFTER} s.")


@contextmanager
def outages_told() -> Iterator[None]:
    """Turn whatever a driver says of an outage into the one error that says so; all else passes as it is."""
    try:
        try:
            yield
        except SQLAlchemyError as error:
            why = _outage(error)
            if why is None:
                raise
            raise DatabaseUnavailable(why) from error
    except DatabaseUnavailable as refused:
        log.warning("database:unavailable", extra={"facts": {"why": refused.why}})
        raise


def _outage(error: Exception) -> str | None:
    """Return why a database cannot serve, of an error that says so; None of any other, which is a mistake of ours."""
    if isinstance(error, PoolTimeout):
        return "no-connection-free"
    cause: Any = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        # The lower byte is the kind of error, the others tell it more exactly.
        known = getattr(cause, "sqlite_errorcode", None)
        return cause.sqlite_errorname if known is not None and known & 0xFF in _SQLITE else None
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        return str(state) if str(state).startswith(_STATES) else None
    # Without a code there was nobody to give one: the connection was refused or is lost.
    return "unreachable" if isinstance(error, OperationalError) else None
