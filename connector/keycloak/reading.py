"""Everybody and every group that a realm has, read in pages of a hundred.

Pages shift while a realm is being changed: who was on the next one may be passed by. Nobody is gone, and nobody has
left a group, because she was not in the list: she is asked for by herself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from keycloak import KeycloakAdmin

from connector.domain.people import StatedPerson
from connector.keycloak.people import found, is_user_id
from connector.keycloak.server import told_in_a_sentence
from connector.lifecycle.pulling import Held, Read
from connector.mappers.keycloak import group_stated, person_stated


class RealmReader:
    """One realm, read as a whole."""

    def __init__(self, url: str, admin: KeycloakAdmin) -> None:
        self._url, self._admin = url, admin

    def read(self, before: Held) -> Read:
        """Return what the realm says now; raises KeycloakFailure. `before` is what may be missing from it."""
        with told_in_a_sentence(self._url):
            people = dict(self._people(before.people))
            groups = {str(one["id"]): one for one in _flat(self._admin.get_groups(full_hierarchy=True))}
            members = {key: self._members(key, before, people) for key in groups}
            return Read(people, {key: group_stated(one) for key, one in groups.items()}, members)

    def _people(self, expected: Iterable[str]) -> Iterator[tuple[str, StatedPerson]]:
        listed = set()
        for user in self._admin.get_users({"briefRepresentation": "false"}):
            listed.add(user["id"])
            yield user["id"], person_stated(user)
        for user_id in sorted(set(expected) - listed):
            user = self._user(user_id) if is_user_id(user_id) else None
            if user is not None:
                yield user_id, person_stated(user)

    def _user(self, user_id: str) -> dict[str, Any] | None:
        return found(lambda: self._admin.get_user(user_id))

    def _members(self, group_id: str, before: Held, people: Iterable[str]) -> frozenset[str]:
        listed = {str(one["id"]) for one in self._admin.get_group_members(group_id, {"briefRepresentation": "true"})}
        missing = (before.members.get(group_id, frozenset()) & set(people)) - listed
        return frozenset(listed | {user_id for user_id in missing if group_id in self._groups_of(user_id)})

    def _groups_of(self, user_id: str) -> set[str]:
        groups = found(lambda: {str(one["id"]): one for one in self._admin.get_user_groups(user_id)})
        return set(groups or ())


def _flat(groups: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in groups:
        yield one
        yield from _flat(one.get("subGroups") or ())
