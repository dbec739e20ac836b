"""What is just small enough is taken; what is beyond is refused, here and in `test_routes.py` and `test_bulk.py`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select

from connector.lifecycle import Lifecycle
from connector.scim.bodies import GROUP_LIMIT, PERSON_LIMIT
from connector.scim.bulk_operations import MAX_OPERATIONS
from connector.storage import tables
from connector.storage.work import Work

from .conftest import GROUP_URN, USER_URN, Directory

MANY = 10_000


@pytest.mark.parametrize(
    ("path", "body", "limit"),
    [
        ("/Users", {"schemas": [USER_URN], "userName": "bo"}, PERSON_LIMIT),
        ("/Groups", {"schemas": [GROUP_URN], "displayName": "G"}, GROUP_LIMIT),
    ],
)
def test_a_body_of_just_the_limit_is_taken(directory: Directory, path: str, body: dict[str, Any], limit: int) -> None:
    """1 MB for a person, 16 MB for a group; one byte more is 413."""
    padded = {**body, "x": ""}
    padded["x"] = "x" * (limit - len(json.dumps(padded)))
    text = json.dumps(padded)
    assert len(text) == limit
    assert directory.call("POST", path, text + " ").status_code == 413
    assert directory.call("POST", path, text).status_code == 201


def test_a_thousand_operations_are_taken_at_once(directory: Directory) -> None:
    """Each is answered; none of these goes as far as the database."""
    operations = [{"method": "POST", "path": "/Users", "data": {}}] * MAX_OPERATIONS
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations}
    answer = directory.call("POST", "/Bulk", body)
    assert [one["status"] for one in answer.json["Operations"]] == ["400"] * 1000


def test_ten_thousand_members_are_stated_in_one_put(directory: Directory, lifecycle: Lifecycle) -> None:
    """About 2.2 MB as Entra ID and Okta write them, and as many as a group has at most in their documents."""
    group = directory.group("Everybody")
    ids = [f"00000000-0000-7000-8000-{number:012}" for number in range(MANY)]
    lifecycle.write(_add_people, directory.slug, ids)
    members = [{"value": one, "display": f"Person {one}", "$ref": f"https://s.example/Users/{one}"} for one in ids]
    body = {"schemas": [GROUP_URN], "displayName": "Everybody", "members": members}
    answer = directory.call("PUT", f"/Groups/{group['id']}?attributes=displayName", body)
    assert answer.status_code == 200
    shown = directory.call("GET", f"/Groups/{group['id']}").json
    assert {one["value"] for one in shown["members"]} == set(ids)


def _add_people(work: Work, slug: str, ids: list[str]) -> None:
    own = tables.directory.c
    directory_id, tenant_id = work.connection.execute(select(own.id, own.tenant_id).where(own.slug == slug)).one()
    now = datetime(2026, 11, 22, tzinfo=UTC)
    facts = {"tenant_id": tenant_id, "directory_id": directory_id, "active": True, "version": 1}
    facts |= {"created_at": now, "modified_at": now}
    rows = [{**facts, "id": one, "user_name": one, "user_name_folded": one, "document": {}} for one in ids]
    work.connection.execute(insert(tables.person), rows)
