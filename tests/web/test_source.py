"""Where a request is said to come from, with and without proxies that the settings name."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest
from flask import Flask

from connector.lifecycle import Lifecycle
from connector.settings import Settings
from connector.storage.database import Database
from connector.web.source import source

TRUSTED = (ip_network("10.0.0.0/24"), ip_network("2001:db8::/64"))


@pytest.fixture
def app(sqlite_url: str) -> Flask:
    app = Flask(__name__)
    settings = replace(Settings(secret_key="k" * 40), trusted_proxies=TRUSTED)
    app.extensions["jumpseat"] = Lifecycle(Database(sqlite_url), settings)
    return app


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("198.51.100.7", None, "198.51.100.7"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
        ("10.0.0.5", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.5", "192.0.2.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.5", "203.0.113.9, 10.0.0.6", "203.0.113.9"),
        ("10.0.0.5", "10.0.0.7, 10.0.0.6", "10.0.0.7"),
        ("2001:db8::1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.5", "nonsense, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.5", "", "10.0.0.5"),
        ("10.0.0.5", "a" * 3000, "a" * 64),
        ("10.0.1.5", "203.0.113.9", "10.0.1.5"),
    ],
)
def test_forwarded_addresses_are_believed_from_named_proxies_only(
    app: Flask, peer: str, forwarded: str | None, expected: str
) -> None:
    """The field is read from its end, as far as who wrote it is trusted; a client's own entry counts for nothing."""
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    with app.test_request_context("/", environ_overrides={"REMOTE_ADDR": peer}, headers=headers):
        assert source() == expected
