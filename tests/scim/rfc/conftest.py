"""The requirements are of the protocol: one database is enough, the others are proved elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from ..conftest import Directory


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Give one database."""
    return sqlite_url


@pytest.fixture
def ada(directory: Directory) -> dict[str, Any]:
    """Give somebody with values of every kind."""
    return directory.person(
        "ada@x.example",
        externalId="E1",
        displayName="Ada",
        name={"givenName": "Ada", "familyName": "King"},
        emails=[
            {"value": "ada@x.example", "type": "work", "primary": True},
            {"value": "a@home.example", "type": "home"},
        ],
        active=True,
    )
