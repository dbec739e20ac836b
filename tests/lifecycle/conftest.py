"""The use cases over a fresh database of each kind, with a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.lifecycle import Lifecycle
from connector.settings import Settings
from connector.storage.database import Database

from .company import SECRET_KEY, Clock, Company


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands at noon."""
    return Clock()


@pytest.fixture
def lifecycle(database_url: str, clock: Clock) -> Iterator[Lifecycle]:
    """Give the use cases over a fresh database, each test on both kinds of it."""
    database = Database(database_url)
    yield Lifecycle(database, Settings(secret_key=SECRET_KEY, public_url="https://seats.example"), clock)
    database.dispose()


@pytest.fixture
def empty(lifecycle: Lifecycle, clock: Clock) -> Company:
    """Give an installation in which nothing was done yet."""
    return Company(lifecycle, clock)


@pytest.fixture
def company(empty: Company) -> Company:
    """Give a company with the directory `okta`, whose people can sign in, and no account yet."""
    empty.directory("okta")
    return empty
