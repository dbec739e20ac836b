"""Bring a realm to what it should look like, or only say what differs. Doing it twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from keycloak import KeycloakOpenID

from connector.keycloak import flows, gate, wishes
from connector.keycloak.changes import MISSING, Change, why_differs
from connector.keycloak.server import SETUP_TIMEOUT, Administrator, KeycloakFailure, connect, told_in_a_sentence
from connector.keycloak.wishes import THEME, Broker, Representation, Wishes
from connector.keycloak.worker_client import WorkerClient, client_named


class RealmSetup:
    """One realm, its administrator, and what we wish of it. Every method raises KeycloakFailure."""

    def __init__(self, url: str, administrator: Administrator, wanted: Wishes) -> None:
        if wanted.realm in ("master", administrator.realm):
            raise KeycloakFailure(
                f"The realm {wanted.realm} is the administrators' own, and the gate would lock them out: set up "
                "another, with an administrator who is not of it."
            )
        self.url, self.wishes, self._administrator = url.rstrip("/"), wanted, administrator
        self._admin = connect(url, wanted.realm, administrator)

    def issuer(self) -> str:
        """Return the realm's issuer; its host is Keycloak's public one, which may be another than ours to speak to."""
        with told_in_a_sentence(self.url):
            client = KeycloakOpenID(
                self.url, self.wishes.realm, self.wishes.client_id, timeout=SETUP_TIMEOUT, max_retries=0
            )
            return str(client.well_known()["issuer"])

    def check(self) -> list[Change]:
        """Return what differs, and change nothing."""
        with told_in_a_sentence(self.url):
            if not self._realm_exists():
                return [self._missing_realm()]
            return [change for part in self._parts() for change in part()]

    def apply(self, tell: Callable[[Change], None] = lambda change: None) -> list[Change]:
        """Mend what differs, in an order in which each step finds what it needs; return what was mended.

        Broken off at any point, it leaves a realm that signs people in as before or behind the whole gate, and the next
        run continues.
        """
        done: list[Change] = []

        def mend(change: Change) -> None:
            change.mend()
            tell(change)
            done.append(change)

        with told_in_a_sentence(self.url):
            self._refuse_missing_theme()
            if not self._realm_exists():
                mend(self._missing_realm())
                # The token at hand was issued before there was such a realm to administrate.
                self._admin = connect(self.url, self.wishes.realm, self._administrator)
            for part in self._parts():
                for change in part():
                    mend(change)
        return done

    def client_secret(self) -> str:
        """Return the secret of Jumpseat's client."""
        return self._secret_of(self.wishes.client_id)

    def worker_secret(self) -> str:
        """Return the secret of the worker's client."""
        return self._secret_of(wishes.WORKER_CLIENT)

    def _secret_of(self, client_id: str) -> str:
        with told_in_a_sentence(self.url):
            return str(self._admin.get_client_secrets(client_named(self._admin, client_id)["id"])["value"])

    def _parts(self) -> tuple[Callable[[], Iterator[Change]], ...]:
        """Return the parts in their order: what a part refers to stands before it."""
        return (
            self._attributes,
            self._scope,
            self._client,
            self._subject_mapper,
            self._worker,
            self._flows,
            self._settings,
            self._brokers,
            self._ways_around,
            self._left_over,
        )

    def _realm_exists(self) -> bool:
        # Out of the list: asking for a realm that is not there would be an error to tell from others.
        return any(one["realm"] == self.wishes.realm for one in self._admin.get_realms())

    def _missing_realm(self) -> Change:
        payload = {"realm": self.wishes.realm, "enabled": True}
        return Change(f"realm {self.wishes.realm}", MISSING, lambda: self._admin.create_realm(payload))

    def _refuse_missing_theme(self) -> None:
        if not self.wishes.themed:
            return
        installed = self._admin.get_server_info().get("themes", {})
        if any(THEME not in [one["name"] for one in installed.get(kind, [])] for kind in ("login", "email")):
            raise KeycloakFailure(
                f"Keycloak at {self.url} does not have the theme {THEME}: put jumpseat-theme.jar (make theme) into its "
                "providers folder and restart it, or leave the theme out with --no-theme."
            )

    def _attributes(self) -> Iterator[Change]:
        for wanted in wishes.attributes(self.wishes):
            yield from self._attribute(wanted)

    def _attribute(self, wanted: Representation) -> Iterator[Change]:
        profile = self._admin.get_realm_users_profile()
        others = [one for one in profile["attributes"] if one["name"] != wanted["name"]]
        held = next((one for one in profile["attributes"] if one["name"] == wanted["name"]), None)
        if why := why_differs(wanted, held):
            changed = {**profile, "attributes": [*others, {**(held or {}), **wanted}]}
            yield Change(
                f"user attribute {wanted['name']}", why, lambda: self._admin.update_realm_users_profile(changed)
            )

    def _scope(self) -> Iterator[Change]:
        wanted = wishes.admission_scope()
        held = self._admin.get_client_scope_by_name(gate.ADMISSION_SCOPE)
        if why := why_differs(wanted, held):
            payload = {**(held or {}), **wanted}
            change = partial(self._admin.update_client_scope, held["id"]) if held else self._admin.create_client_scope
            yield Change(f"client scope {gate.ADMISSION_SCOPE}", why, partial(change, payload))

    def _client(self) -> Iterator[Change]:
        wanted, name = wishes.client(self.wishes), f"client {self.wishes.client_id}"
        held = self._our_client()
        if not held:
            yield Change(name, MISSING, lambda: self._admin.create_client(dict(wanted)))
        elif why := why_differs(wanted, held):
            merged = {**held, **wanted, "attributes": {**held["attributes"], **wanted["attributes"]}}
            yield Change(name, why, lambda: self._admin.update_client(held["id"], merged))
        if gate.ADMISSION_SCOPE not in held.get("defaultClientScopes", []):
            yield Change(name, f"does not carry {gate.ADMISSION_SCOPE}", self._carry_scope)

    def _subject_mapper(self) -> Iterator[Change]:
        if not self.wishes.creates:
            return
        wanted = wishes.subject_mapper()
        held = next(
            (one for one in self._our_client().get("protocolMappers", ()) if one["name"] == wanted["name"]), None
        )
        if why := why_differs(wanted, held):
            yield Change(f"claim {gate.SUBJECT}", why, lambda: self._map(held, {**(held or {}), **wanted}))

    def _map(self, held: Representation | None, payload: dict[str, Any]) -> None:
        client_id = self._our_client()["id"]
        if held:
            self._admin.update_client_mapper(client_id, held["id"], payload)
        else:
            self._admin.add_mapper_to_client(client_id, payload)

    def _worker(self) -> Iterator[Change]:
        if self.wishes.tells or self.wishes.reads:
            yield from WorkerClient(self._admin).changes(wishes.worker_roles(self.wishes))

    def _carry_scope(self) -> None:
        scope = self._admin.get_client_scope_by_name(gate.ADMISSION_SCOPE) or {}
        self._admin.add_client_default_client_scope(self._our_client()["id"], scope["id"], {})

    def _our_client(self) -> dict[str, Any]:
        return client_named(self._admin, self.wishes.client_id)

    def _flows(self) -> Iterator[Change]:
        known = flows.aliases(self._admin)
        for flow in gate.FLOWS:
            if flow.alias not in known:
                yield Change(f"flow {flow.alias}", MISSING, partial(flows.build, self._admin, flow))
            elif flows.steps_held(self._admin, flow.alias) != flow.steps:
                yield Change(f"flow {flow.alias}", "was changed", partial(flows.build, self._admin, flow))

    def _settings(self) -> Iterator[Change]:
        wanted = wishes.realm_settings(self.wishes)
        if why := why_differs(wanted, self._admin.get_realm(self.wishes.realm)):
            yield Change(
                f"realm {self.wishes.realm}", why, lambda: self._admin.update_realm(self.wishes.realm, dict(wanted))
            )

    def _brokers(self) -> Iterator[Change]:
        held = {one["alias"]: one for one in self._admin.get_idps()}
        for broker in self.wishes.brokers:
            yield from self._broker(broker, held.get(broker.kind))

    def _broker(self, broker: Broker, held: dict[str, Any] | None) -> Iterator[Change]:
        wanted = wishes.identity_provider(broker)
        config = {**wanted["config"], "clientSecret": broker.client_secret}
        payload = {**(held or {}), **wanted, "config": {**(held or {}).get("config", {}), **config}}
        name = f"identity provider {broker.kind}"
        if held is None:
            yield Change(name, MISSING, lambda: self._admin.create_idp(payload))
        elif why := why_differs(wanted, held):
            yield Change(name, why, lambda: self._admin.update_idp(broker.kind, payload))

    def _ways_around(self) -> Iterator[Change]:
        """Close the ways that lead past the gate: other clients that carry the scope, other flows, other providers."""
        for one in self._admin.get_clients():
            if one["clientId"] != self.wishes.client_id:
                yield from self._client_around(one)
        ours = {broker.kind for broker in self.wishes.brokers}
        for idp in self._admin.get_idps():
            if idp["alias"] not in ours and idp.get("postBrokerLoginFlowAlias") != gate.POST_BROKER.alias:
                payload = {**idp, "postBrokerLoginFlowAlias": gate.POST_BROKER.alias}
                yield Change(
                    f"identity provider {idp['alias']}",
                    "signs people in past the gate",
                    partial(self._admin.update_idp, idp["alias"], payload),
                )

    def _client_around(self, one: dict[str, Any]) -> Iterator[Change]:
        name = f"client {one['clientId']}"
        if any(one.get("authenticationFlowBindingOverrides", {}).values()):
            # An empty value takes an override away; one that is left out would stay.
            none = {**one, "authenticationFlowBindingOverrides": {"browser": "", "direct_grant": ""}}
            yield Change(
                name, "has flows of its own, past the gate", lambda: self._admin.update_client(one["id"], none)
            )
        for kind, remove in (
            ("defaultClientScopes", self._admin.delete_client_default_client_scope),
            ("optionalClientScopes", self._admin.delete_client_optional_client_scope),
        ):
            if gate.ADMISSION_SCOPE in one.get(kind, []):
                scope = self._admin.get_client_scope_by_name(gate.ADMISSION_SCOPE) or {}
                yield Change(name, f"carries {gate.ADMISSION_SCOPE}", partial(remove, one["id"], scope["id"]))

    def _left_over(self) -> Iterator[Change]:
        for alias, flow_id in flows.replaced(self._admin).items():
            yield Change(
                f"flow {alias}",
                "is not used any more",
                partial(self._admin.delete_authentication_flow, flow_id),
            )
