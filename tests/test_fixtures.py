"""What the shared fixtures promise to every other test."""

from __future__ import annotations

import socket

import pytest
from sqlalchemy import create_engine, inspect, text


@pytest.mark.parametrize("time", ["first", "second"])
def test_every_test_has_a_database_of_its_own(database_url: str, time: str) -> None:
    """It has the schema, and nothing of the test before."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        assert "person" in inspect(connection).get_table_names()
        assert "left_behind" not in inspect(connection).get_table_names()
        connection.execute(text("CREATE TABLE left_behind (id INTEGER)"))
    engine.dispose()


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "example.com"])
def test_nothing_leaves_this_machine(address: str) -> None:
    """A test that tries to reach another machine fails at once, whatever the code under test catches."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(pytest.fail.Exception, match=address):
        socket.socket(family).connect((address, 443))
