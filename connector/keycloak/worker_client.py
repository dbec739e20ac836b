"""The client as which the worker speaks to a realm, and what its service account may do there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from keycloak import KeycloakAdmin

from connector.keycloak import wishes
from connector.keycloak.changes import MISSING, Change, why_differs

_NAME = f"client {wishes.WORKER_CLIENT}"
_MANAGEMENT = "realm-management"
"""The client of every realm whose roles say what somebody may do in it."""


def client_named(admin: KeycloakAdmin, client_id: str) -> dict[str, Any]:
    """Return a client as the realm holds it, empty when it does not."""
    return next((one for one in admin.get_clients() if one["clientId"] == client_id), {})


class WorkerClient:
    """The client in one realm; it exists where a realm is told of people, or read."""

    def __init__(self, admin: KeycloakAdmin) -> None:
        self._admin = admin

    def changes(self, roles: frozenset[str]) -> Iterator[Change]:
        """Yield what differs from a client with exactly these roles."""
        wanted, held = wishes.worker_client(), client_named(self._admin, wishes.WORKER_CLIENT)
        if not held:
            yield Change(_NAME, MISSING, lambda: self._admin.create_client(dict(wanted)))
        elif why := why_differs(wanted, held):
            yield Change(_NAME, why, lambda: self._admin.update_client(held["id"], {**held, **wanted}))
        may = self._may(held)
        if roles - may:
            why = f"may not {', '.join(sorted(roles - may))}"
            yield Change(_NAME, why, lambda: self._admin.assign_client_role(*self._naming(roles - may)))
        if may - roles:
            why = f"may {', '.join(sorted(may - roles))}"
            yield Change(_NAME, why, lambda: self._admin.delete_client_roles_of_user(*self._naming(may - roles)))

    def _may(self, held: dict[str, Any]) -> frozenset[str]:
        if not held:
            return frozenset()
        account = self._admin.get_client_service_account_user(held["id"])
        management = client_named(self._admin, _MANAGEMENT)["id"]
        return frozenset(one["name"] for one in self._admin.get_client_roles_of_user(account["id"], management))

    def _naming(self, roles: Iterable[str]) -> tuple[str, str, list[Any]]:
        """Return the account, whose roles they are, and the roles: what giving and taking both ask for."""
        held = client_named(self._admin, wishes.WORKER_CLIENT)
        account = self._admin.get_client_service_account_user(held["id"])
        management = client_named(self._admin, _MANAGEMENT)["id"]
        return account["id"], management, [self._admin.get_client_role(management, name) for name in sorted(roles)]
