"""How the two directories speak SCIM: the requests of Okta's client and of Entra ID's, one after the other.

Shapes are those of the recorded conversations in tests/conversations: what differs between the two is the point.
"""

from __future__ import annotations

import json
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import requests

from demo.cast import Colleague
from demo.claims import hold
from demo.offers import DEPARTMENT

CORE = "urn:ietf:params:scim:schemas:core:2.0"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
TIMEOUT = 30

Json = dict[str, Any]


class ScimClient(ABC):
    """A directory's client; it remembers the ids that the connector gave."""

    headers: dict[str, str] = {}  # noqa: RUF012 -- replaced whole by each client

    def __init__(self, base_url: str, token: str) -> None:
        self.base_url = base_url
        self.session = requests.Session()
        self.session.headers.update({"Authorization": f"Bearer {token}", **self.headers})
        self.ids: dict[str, str] = {}
        self.requests = 0

    def call(self, method: str, path: str, body: Json | None = None, **query: str) -> requests.Response:
        """Send one request as the client writes it."""
        self.requests += 1
        headers = {"Content-Type": "application/scim+json; charset=utf-8"} if body is not None else {}
        data = json.dumps(body) if body is not None else None
        return self.session.request(
            method, self.base_url + path, params=query, data=data, headers=headers, timeout=TIMEOUT
        )

    def expect(self, status: int, method: str, path: str, body: Json | None = None, **query: str) -> Json:
        """Send one request, and return the answer's body; raises NotSo for another status."""
        answer = self.call(method, path, body, **query)
        said = f"{method} {path} was answered {answer.status_code} where {status} was due: {answer.text[:300]}"
        hold(answer.status_code == status, said)
        return dict(answer.json()) if answer.content else {}

    def patch(self, path: str, *operations: Json) -> None:
        """Send a PATCH; a client takes 200 and 204 alike."""
        answer = self.call("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})
        hold(answer.status_code in (200, 204), f"PATCH {path} was answered {answer.status_code}: {answer.text[:300]}")

    def user(self, one: Colleague) -> str:
        return f"/Users/{self.ids[one.user_name]}"

    def group(self, name: str) -> str:
        return f"/Groups/{self.ids[name]}"

    @abstractmethod
    def test_connection(self) -> int:
        """Ask what the client asks when an administrator presses its test button; return the status."""

    @abstractmethod
    def state(self, one: Colleague) -> None:
        """Look somebody up, and create her."""

    @abstractmethod
    def push_group(self, name: str, members: Sequence[Colleague], stated: Callable[[], None]) -> None:
        """Create a group with members; `stated` is called after each member."""

    @abstractmethod
    def add_member(self, name: str, one: Colleague) -> None:
        """Add one member."""

    @abstractmethod
    def remove_member(self, name: str, one: Colleague) -> None:
        """Take one member out."""

    @abstractmethod
    def move(self, one: Colleague, department: str) -> None:
        """Say that somebody works elsewhere now."""

    @abstractmethod
    def deactivate(self, one: Colleague) -> None:
        """Say that somebody has left."""

    def delete(self, one: Colleague) -> None:
        """Delete somebody for good."""
        self.expect(204, "DELETE", self.user(one))

    def _created(self, one: Colleague, body: Json) -> None:
        made = self.expect(201, "POST", "/Users", body)
        hold(made["active"] is True, f"{one.name} was created inactive; Okta would try to reactivate her for ever.")
        self.ids[one.user_name] = made["id"]

    def _found(self, path: str, filter: str, **query: str) -> int:
        return int(self.expect(200, "GET", path, None, filter=filter, **query)["totalResults"])


class OktaClient(ScimClient):
    """Okta: look up by userName, placeholder password, PUT for profiles, PATCH without a path for `active`."""

    headers = {  # noqa: RUF012
        "Accept": "application/scim+json",
        "Accept-Charset": "utf-8",
        "User-Agent": "Okta SCIM Client 1.0.0",
    }

    def test_connection(self) -> int:
        """List two users, as its "Test API Credentials" does."""
        return self.call("GET", "/Users", startIndex="1", count="2").status_code

    def state(self, one: Colleague) -> None:
        """Create somebody with a placeholder password and empty groups."""
        self._found("/Users", f'userName eq "{one.user_name}"', startIndex="1", count="100")
        body = {
            "schemas": [f"{CORE}:User", ENTERPRISE],
            "userName": one.user_name,
            "name": {"givenName": one.given, "familyName": one.family},
            "emails": [{"primary": True, "value": one.user_name, "type": "work"}],
            "displayName": one.name,
            "locale": "en-US",
            "externalId": one.external_id,
            "groups": [],
            "password": "1mz050nq",
            "active": True,
            ENTERPRISE: {"department": one.department},
        }
        self._created(one, body)

    def push_group(self, name: str, members: Sequence[Colleague], stated: Callable[[], None]) -> None:
        """Create the group empty, state its name again, then push all members at once."""
        self._found("/Groups", f'displayName eq "{name}"', startIndex="1", count="100")
        body = {"schemas": [f"{CORE}:Group"], "displayName": name, "members": []}
        self.ids[name] = self.expect(201, "POST", "/Groups", body)["id"]
        self.patch(self.group(name), {"op": "replace", "value": {"id": self.ids[name], "displayName": name}})
        pushed = [self._member(one) for one in members]
        self.patch(self.group(name), {"op": "replace", "path": "members", "value": pushed})
        for _ in members:
            stated()

    def add_member(self, name: str, one: Colleague) -> None:
        self.patch(self.group(name), {"op": "add", "path": "members", "value": [self._member(one)]})

    def remove_member(self, name: str, one: Colleague) -> None:
        """Remove by a value filter in the path."""
        self.patch(self.group(name), {"op": "remove", "path": f'members[value eq "{self.ids[one.user_name]}"]'})

    def move(self, one: Colleague, department: str) -> None:
        """Read the whole resource, and PUT it back merged."""
        whole = self.expect(200, "GET", self.user(one))
        self.expect(200, "PUT", self.user(one), whole | {ENTERPRISE: {"department": department}})

    def deactivate(self, one: Colleague) -> None:
        self.patch(self.user(one), {"op": "replace", "value": {"active": False}})

    def _member(self, one: Colleague) -> Json:
        return {"value": self.ids[one.user_name], "display": one.user_name}


class EntraClient(ScimClient):
    """Entra ID: a random GUID to test with, capitalised operations, booleans as strings, removal by a value array."""

    def test_connection(self) -> int:
        """Look for a user that cannot exist, as its "Test Connection" does."""
        return self.call("GET", "/Users", filter=f'userName eq "{uuid.uuid4()}"').status_code

    def state(self, one: Colleague) -> None:
        """Create somebody with the enterprise extension and empty roles."""
        self._found("/Users", f'userName eq "{one.user_name}"')
        body = {
            "schemas": [f"{CORE}:User", ENTERPRISE],
            "externalId": one.external_id,
            "userName": one.user_name,
            "active": True,
            "displayName": one.name,
            "emails": [{"primary": True, "type": "work", "value": one.user_name}],
            "meta": {"resourceType": "User"},
            "name": {"formatted": one.name, "familyName": one.family, "givenName": one.given},
            "preferredLanguage": "en-US",
            "roles": [],
            ENTERPRISE: {"department": one.department},
        }
        self._created(one, body)

    def push_group(self, name: str, members: Sequence[Colleague], stated: Callable[[], None]) -> None:
        """Create the group empty under Microsoft's own schema, then add its members one by one."""
        self._found("/Groups", f'displayName eq "{name}"', excludedAttributes="members")
        body = {
            "schemas": [f"{CORE}:Group", "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
            "externalId": str(uuid.uuid4()),
            "displayName": name,
            "meta": {"resourceType": "Group"},
        }
        self.ids[name] = self.expect(201, "POST", "/Groups", body)["id"]
        for one in members:
            self.add_member(name, one)
            stated()

    def add_member(self, name: str, one: Colleague) -> None:
        added = {"$ref": None, "value": self.ids[one.user_name]}
        self.patch(self.group(name), {"op": "Add", "path": "members", "value": [added]})

    def remove_member(self, name: str, one: Colleague) -> None:
        """Remove by a value array, which the RFC would read as "everybody"."""
        removed = {"$ref": None, "value": self.ids[one.user_name]}
        self.patch(self.group(name), {"op": "Remove", "path": "members", "value": [removed]})

    def move(self, one: Colleague, department: str) -> None:
        self.patch(self.user(one), {"op": "Replace", "path": DEPARTMENT, "value": department})

    def deactivate(self, one: Colleague) -> None:
        """Say it with a string, as Entra ID does."""
        self.patch(self.user(one), {"op": "Replace", "path": "active", "value": "False"})
