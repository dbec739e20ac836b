"""Short questions to the server, and what an error must look like."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from ..conftest import USER_URN, Directory

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


def seen(directory: Directory, path: str, **query: Any) -> dict[str, Any]:
    """Return what a GET shows."""
    answer = directory.call("GET", path, query_string=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


def found(directory: Directory, filter_: str, path: str = "/Users") -> list[str]:
    """Return the names of those that a filter finds."""
    listed = seen(directory, path, filter=filter_)["Resources"]
    return [each.get("userName") or each["displayName"] for each in listed]


def put(directory: Directory, person_id: str, **attributes: Any) -> TestResponse:
    """Replace somebody."""
    return directory.call("PUT", f"/Users/{person_id}", {"schemas": [USER_URN], **attributes})


def refused(answer: TestResponse, status: int, scim_type: str | None = None) -> dict[str, Any]:
    """Assert that an answer is the error message of RFC 7644 section 3.12, and return it."""
    error = dict(answer.json or {})
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/scim+json"
    assert (error["schemas"], error["status"], error.get("scimType")) == ([ERROR], str(status), scim_type)
    assert error["detail"]
    assert "Traceback" not in answer.text
    return error
