"""The application over a fresh database of each kind, asked over HTTP by programs with operator tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from connector.app import create_app
from connector.domain.operator_tokens import Scope
from connector.lifecycle import Lifecycle, operator_tokens
from connector.settings import Settings
from connector.storage.database import Database

from ..lifecycle.company import OPERATOR, SECRET_KEY, Clock, Company


@dataclass
class Program:
    """A program that shows an operator token."""

    http: FlaskClient
    token: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Send a request; a body that is bytes goes as it is."""
        named = {"Authorization": f"Bearer {self.token}"} | {key.replace("_", "-"): one for key, one in headers.items()}
        how: dict[str, Any] = {"data": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        return self.http.open(f"/api/v1{path}", method=method, headers=named, **how)

    def told(self, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        """Send a request that is to be answered with a status, and return what is answered."""
        answer = self.ask(method, path, body, **headers)
        assert answer.status_code == status, (method, path, answer.status_code, answer.get_data(as_text=True))
        return answer.json


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands at noon."""
    return Clock()


@pytest.fixture
def lifecycle(database_url: str, clock: Clock) -> Iterator[Lifecycle]:
    """Give the use cases over a fresh database, each test on both kinds of it."""
    database = Database(database_url)
    yield Lifecycle(database, Settings(secret_key=SECRET_KEY), clock)
    database.dispose()


@pytest.fixture
def company(lifecycle: Lifecycle, clock: Clock) -> Company:
    """Give a company with the directory `okta` of the tenant `main`, and the account `crm` with three seats."""
    company = Company(lifecycle, clock)
    company.directory("okta")
    company.account("crm", seats=3)
    return company


@pytest.fixture
def app(company: Company) -> Flask:
    """Give the whole application."""
    app = create_app(company.lifecycle)
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def program(app: Flask, company: Company) -> Callable[..., Program]:
    """Give programs with tokens: of every scope unless told which, and of a tenant where one is named."""
    made: list[str] = []

    def make(*scopes: Scope, tenant: str | None = None) -> Program:
        made.append("one")
        name, wanted = f"program-{len(made)}", scopes or tuple(Scope)
        _, token = company.write(operator_tokens.create_token, name, wanted, OPERATOR, tenant_slug=tenant)
        return Program(app.test_client(), token)

    return make


@pytest.fixture
def everything(program: Callable[..., Program]) -> Program:
    """Give a program that may do everything."""
    return program()
