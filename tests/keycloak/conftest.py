"""A company whose directories are connected with realms in memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from keycloak import KeycloakAdmin

from connector.domain.tenancy import Idp
from connector.lifecycle import Lifecycle, realms
from connector.lifecycle.realms import RealmAccess
from connector.settings import Settings
from connector.storage.database import Database

from ..lifecycle.company import OPERATOR, SECRET_KEY, Clock, Company
from .fake_realm import URL, FakeRealm


class Shop(Company):
    """A company with realms; `acme` states its own people, `okta` states those for whom another realm is told."""

    def __init__(self, lifecycle: Lifecycle, clock: Clock) -> None:
        super().__init__(lifecycle, clock)
        self.realms: dict[str, FakeRealm] = {}

    def connect(self, slug: str, *, mirrors: bool = False, pull_every: timedelta | None = None) -> FakeRealm:
        """Connect a directory with a realm of its name."""
        self.write(
            realms.connect_realm,
            slug,
            OPERATOR,
            server=URL,
            name=slug,
            client_id="jumpseat-worker",
            secret="s3cret",
            mirrors=mirrors,
            broker="okta",
            pull_every=pull_every,
        )
        return self.realms.setdefault(slug, FakeRealm())

    def administrate(self, access: RealmAccess) -> KeycloakAdmin:
        assert access.secret == "s3cret"
        return self.realms[access.realm.name]  # type: ignore[return-value]

    def left_to_tell(self) -> int:
        """Count what no realm has been told yet."""
        return int(self.sql("SELECT count(*) FROM outbox WHERE kind = 'realm.person' AND state = 'open'")[0][0])


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """Give a company with an account in which everybody is due one of three seats, on both kinds of database."""
    database, clock = Database(database_url), Clock()
    settings = Settings(secret_key=SECRET_KEY, public_url="https://seats.example")
    company = Shop(Lifecycle(database, settings, clock), clock)
    company.directory("okta")
    company.directory("acme", Idp.KEYCLOAK)
    company.account(seats=50)
    company.everybody()
    yield company
    database.dispose()
