"""A company as the tests of the use cases have it, whose directory also speaks SCIM."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from connector.lifecycle import Lifecycle
from connector.scim import blueprint

from ..lifecycle.company import Company
from ..lifecycle.conftest import clock, empty, lifecycle  # noqa: F401 - fixtures
from ..scim.conftest import Directory


@pytest.fixture
def token(empty: Company) -> str:  # noqa: F811 - the fixture
    """Create the directory `okta`, whose people can sign in, and give its SCIM token."""
    return empty.directory("okta")


@pytest.fixture
def company(empty: Company, token: str) -> Company:  # noqa: F811 - the fixture
    """Give a company with the directory `okta`, and no account yet."""
    return empty


@pytest.fixture
def okta(lifecycle: Lifecycle, token: str) -> Directory:  # noqa: F811 - the fixture
    """Give the SCIM client of `okta`."""
    app = Flask("connector")
    app.extensions["jumpseat"] = lifecycle
    app.register_blueprint(blueprint)
    return Directory("okta", token, app.test_client())


@pytest.fixture
def joins(company: Company, okta: Directory) -> Callable[..., str]:
    """Give the way to state somebody new over SCIM: `ada` is ada@acme.example; the id is returned."""

    def join(name: str, **attributes: object) -> str:
        facts = {"externalId": f"ext-{name}", "active": True, **attributes}
        return str(okta.person(f"{name}@acme.example", **facts)["id"])

    return join
