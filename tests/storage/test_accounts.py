"""The table's own checks: a pool that is oversold cannot be written, whoever writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from connector.domain.accounts import Account
from connector.domain.seats import SeatPool
from connector.domain.tenancy import Tenant
from connector.settings import Settings
from connector.storage.database import Database
from connector.storage.work import Work

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give a fresh database of each kind."""
    database = Database(database_url)
    yield database
    database.dispose()


def make(database: Database) -> Callable[[Connection], Work]:
    settings = Settings(secret_key="k" * 40)
    return lambda connection: Work(connection, NOON, settings, database.cache)


def with_pool(work: Work, pool: SeatPool) -> None:
    work.tenancy.add_tenant(Tenant("tenant", "acme", True, NOON))
    work.accounts.add(Account("account", "tenant", "crm", "CRM", "plain", "standard", (), None, True, NOON), [pool])


def pool(capacity: int | None, held: int = 0, promised: int = 0, owner: int = 0, *, counts: bool = True) -> SeatPool:
    return SeatPool("pool", "account", "seats", capacity, held, promised, owner, counts)


@pytest.mark.parametrize(
    "kept",
    [
        pool(3, 2, 1),
        pool(3, 1, 1, 1),
        pool(3, 3, 9, counts=False),
        pool(None, 100, 100),
        pool(0),
    ],
)
def test_a_pool_within_its_capacity_is_kept_as_it_is(database: Database, kept: SeatPool) -> None:
    """Up to the last seat; without limit; promises beside where they do not count."""
    database.write(make(database), with_pool, kept)
    assert database.read(make(database), lambda work: work.accounts.pools(["account"])) == {"account": {"seats": kept}}


@pytest.mark.parametrize(
    "oversold",
    [
        pool(3, 2, 2),
        pool(3, 4),
        pool(3, 3, owner=1),
        pool(3, 4, counts=False),
        pool(0, 0, 1),
        pool(3, -1),
        pool(3, 0, -1),
        pool(None, -1),
    ],
)
def test_an_oversold_or_negative_pool_is_refused_by_the_database(database: Database, oversold: SeatPool) -> None:
    """Held, promised where it counts, and the owner's seats never exceed the capacity, nor is a count below none."""
    with pytest.raises(IntegrityError):
        database.write(make(database), with_pool, oversold)
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM tenant")).scalar() == 0


def test_counting_one_seat_too_many_is_refused_and_undone(database: Database) -> None:
    """The check holds for changes as for new rows; the unit of work leaves nothing."""
    database.write(make(database), with_pool, pool(1, 1))
    with pytest.raises(IntegrityError):
        database.write(make(database), lambda work: work.accounts.write_counts([pool(1, 1, 1)]))
    with pytest.raises(IntegrityError):
        database.write(make(database), lambda work: work.accounts.write_capacity(pool(0, 1)))
    assert database.read(make(database), lambda work: work.accounts.pools(["account"])["account"]["seats"].held) == 1
