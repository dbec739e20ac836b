"""A realm in memory with the calls of python-keycloak that the worker makes, refusing as Keycloak does."""

from __future__ import annotations

import json
from copy import deepcopy
from itertools import count
from typing import Any

from keycloak.exceptions import KeycloakConnectionError, KeycloakDeleteError, KeycloakGetError, KeycloakPostError

URL = "https://sso.acme.example"


class FakeRealm:
    """Users, their sessions, consents and links; groups. `log` has every change in its order.

    With `breaks_after`, that many calls are answered and no more, as by a server that goes away.
    """

    def __init__(self) -> None:
        self.users: dict[str, dict[str, Any]] = {}
        self.sessions: dict[str, int] = {}
        self.offline: dict[str, list[str]] = {}
        self.links: dict[str, dict[str, str]] = {}
        self.groups: dict[str, dict[str, Any]] = {}
        self.members: dict[str, list[str]] = {}
        self.unlisted: set[str] = set()
        self.log: list[str] = []
        self.breaks_after: int | None = None
        self._numbers = count(1)

    # What tests arrange.

    def add(self, user_id: str, standing: str | None = None, **facts: Any) -> dict[str, Any]:
        """Put somebody into the realm who is signed in, here and with an offline token."""
        attributes = {"jumpseat_invite": [standing]} if standing else {}
        attributes |= facts.pop("attributes", {})
        user = {"id": user_id, "username": user_id, "enabled": True, "attributes": attributes, **facts}
        self.users[user_id] = user
        self.sign_in(user_id)
        return user

    def sign_in(self, user_id: str) -> None:
        self.sessions[user_id] = 1
        self.offline[user_id] = ["wiki"]

    def standing(self, user_id: str) -> str | None:
        return next(iter(self.users[user_id]["attributes"].get("jumpseat_invite", ())), None)

    def let_in(self, user_id: str) -> bool:
        """Whether she holds anything by which she is still in."""
        return bool(self.sessions.get(user_id) or self.offline.get(user_id))

    # What python-keycloak offers.

    def get_user(self, user_id: str) -> dict[str, Any]:
        self._asked()
        if user_id not in self.users:
            raise KeycloakGetError("not found", 404, b'{"error": "User not found"}')
        return deepcopy(self.users[user_id])

    def get_users(self, query: dict[str, Any]) -> list[dict[str, Any]]:
        self._asked()
        users = [one for key, one in self.users.items() if key not in self.unlisted]
        if "username" in query:
            users = [one for one in users if one["username"] == query["username"].lower()]
        if "q" in query:
            name, _, value = query["q"].partition(":")
            users = [one for one in users if one["attributes"].get(name) == [value]]
        return deepcopy(users)

    def create_user(self, payload: dict[str, Any]) -> str:
        self._asked()
        if any(one["username"] == payload["username"] for one in self.users.values()):
            raise KeycloakPostError("conflict", 409, b'{"errorMessage": "User exists with same username"}')
        user_id = f"user-{next(self._numbers)}"
        self.users[user_id] = {"id": user_id, **deepcopy(payload)}
        self.log.append(f"create {payload['username']}")
        return user_id

    def update_user(self, user_id: str, payload: dict[str, Any]) -> None:
        self._asked()
        was = self.users[user_id]
        now = {**was, **deepcopy(payload)}
        if was["enabled"] != now["enabled"]:
            self.log.append("enable" if now["enabled"] else "disable")
        if was["attributes"].get("jumpseat_invite") != now["attributes"].get("jumpseat_invite"):
            self.log.append(f"mark {now['attributes']['jumpseat_invite'][0]}")
        self.users[user_id] = now

    def user_logout(self, user_id: str) -> None:
        self._asked()
        self.sessions[user_id] = 0
        self.log.append("log out")

    def user_consents(self, user_id: str) -> list[dict[str, str]]:
        self._asked()
        return [{"clientId": one} for one in self.offline.get(user_id, ())]

    def revoke_consent(self, user_id: str, client_id: str) -> None:
        self._asked()
        self.offline[user_id].remove(client_id)
        self.log.append(f"revoke {client_id}")

    def get_user_social_logins(self, user_id: str) -> list[dict[str, str]]:
        self._asked()
        return [{"identityProvider": key, "userId": value} for key, value in self.links.get(user_id, {}).items()]

    def add_user_social_login(self, user_id: str, provider: str, subject: str, name: str) -> None:
        self._asked()
        if any(held.get(provider) == subject for held in self.links.values()):
            raise KeycloakPostError("conflict", 409, json.dumps({"errorMessage": "linked to another"}).encode())
        self.links.setdefault(user_id, {})[provider] = subject
        self.log.append(f"link {provider} {subject}")

    def delete_user_social_login(self, user_id: str, provider: str) -> None:
        self._asked()
        if provider not in self.links.get(user_id, {}):
            raise KeycloakDeleteError("not found", 404, b"{}")
        del self.links[user_id][provider]
        self.log.append(f"unlink {provider}")

    def get_groups(self, full_hierarchy: bool = False) -> list[dict[str, Any]]:
        self._asked()
        return deepcopy(list(self.groups.values()))

    def get_group_members(self, group_id: str, query: dict[str, Any]) -> list[dict[str, Any]]:
        self._asked()
        return [{"id": one} for one in self.members.get(group_id, ()) if one not in self.unlisted]

    def get_user_groups(self, user_id: str) -> list[dict[str, Any]]:
        self._asked()
        return [{"id": key} for key, members in self.members.items() if user_id in members]

    def _asked(self) -> None:
        if self.breaks_after is not None:
            if self.breaks_after == 0:
                raise KeycloakConnectionError("Can't connect to server")
            self.breaks_after -= 1
