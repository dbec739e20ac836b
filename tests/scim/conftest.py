"""A connector with nothing in it but SCIM, over a fresh database, and clients that hold a directory's token."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from connector.domain.events import Cause, CauseKind
from connector.domain.tenancy import Idp
from connector.lifecycle import Lifecycle, directories
from connector.scim import blueprint
from connector.settings import Settings
from connector.storage.database import Database

CAUSE = Cause(CauseKind.OPERATOR, "cli:test")
USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_URN = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass(frozen=True)
class Directory:
    """A SCIM client of one directory."""

    slug: str
    token: str
    http: FlaskClient

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        """Send a request below the base URL, with the token unless other headers are given."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        if body is not None:
            options["data"] = body if isinstance(body, (bytes, str)) else json.dumps(body)
            options.setdefault("content_type", "application/scim+json")
        return self.http.open(f"/scim/{self.slug}/v2{path}", method=method, headers=headers, **options)

    def person(self, user_name: str, **attributes: Any) -> dict[str, Any]:
        """Create a person and return her representation."""
        answer = self.call("POST", "/Users", {"schemas": [USER_URN], "userName": user_name, **attributes})
        assert answer.status_code == 201, answer.json
        return dict(answer.json or {})

    def group(self, display_name: str, *members: str, **attributes: Any) -> dict[str, Any]:
        """Create a group and return its representation."""
        body = {"schemas": [GROUP_URN], "displayName": display_name, "members": [{"value": id_} for id_ in members]}
        answer = self.call("POST", "/Groups", {**body, **attributes})
        assert answer.status_code == 201, answer.json
        return dict(answer.json or {})

    def patch(self, path: str, *operations: dict[str, Any], **options: Any) -> TestResponse:
        """Send operations."""
        return self.call("PATCH", path, {"schemas": [PATCH_URN], "Operations": list(operations)}, **options)


@pytest.fixture
def lifecycle(database_url: str) -> Iterator[Lifecycle]:
    """Give the use cases over a fresh database, each test on both kinds of it."""
    database = Database(database_url)
    yield Lifecycle(database, Settings(secret_key="s" * 40, public_url="https://seats.example"))
    database.dispose()


@pytest.fixture
def app(lifecycle: Lifecycle) -> Flask:
    """Give an application that serves SCIM alone."""
    app = Flask("connector")
    app.extensions["jumpseat"] = lifecycle
    app.register_blueprint(blueprint)
    return app


@pytest.fixture
def new_directory(app: Flask, lifecycle: Lifecycle) -> Callable[[], Directory]:
    """Give a maker of empty directories."""
    numbers = count(1)

    def make() -> Directory:
        slug = f"directory-{next(numbers)}"
        _, token = lifecycle.write(directories.create_directory, slug, Idp.GENERIC, CAUSE)
        return Directory(slug, token, app.test_client())

    return make


@pytest.fixture
def directory(new_directory: Callable[[], Directory]) -> Directory:
    """Give one empty directory."""
    return new_directory()
