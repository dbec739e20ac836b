"""`jumpseat keycloak setup` and `check` on a real realm."""

from __future__ import annotations

from typing import Any

import pytest

from connector.keycloak import gate


def things(answer: dict[str, Any]) -> dict[str, str]:
    return {one["thing"]: one["why"] for one in answer["changes"]}


def flow_id(shop: Any, alias: str) -> str:
    return next(one["id"] for one in shop.realm.get_authentication_flows() if one["alias"] == alias)


def disable_the_refusal(shop: Any) -> None:
    executions = shop.realm.get_authentication_flow_executions(gate.BROWSER.alias)
    refusal = next(one for one in executions if one.get("providerId") == "deny-access-authenticator")
    shop.realm.update_authentication_flow_executions({**refusal, "requirement": "DISABLED"}, gate.BROWSER.alias)


def bind_the_builtin_flow(shop: Any) -> None:
    shop.realm.update_realm("acme", {"browserFlow": "browser"})


def give_a_client_its_own_flow(shop: Any) -> None:
    client = shop.realm.get_client_id("wiki")
    shop.realm.update_client(client, {"authenticationFlowBindingOverrides": {"browser": flow_id(shop, "browser")}})


def let_a_client_through(shop: Any) -> None:
    scope = shop.realm.get_client_scope_by_name(gate.ADMISSION_SCOPE)["id"]
    shop.realm.add_client_optional_client_scope(shop.realm.get_client_id("wiki"), scope, {})


def add_a_provider(shop: Any) -> None:
    config = {"authorizationUrl": "http://localhost:1/a", "tokenUrl": "http://localhost:1/t", "clientId": "i"}
    shop.realm.create_idp({"alias": "partner", "providerId": "oidc", "enabled": True, "config": config})


def let_people_edit_their_invitation(shop: Any) -> None:
    profile = shop.realm.get_realm_users_profile()
    for one in profile["attributes"]:
        if one["name"] == gate.ATTRIBUTE:
            one["permissions"]["edit"] = ["admin", "user"]
    shop.realm.update_realm_users_profile(profile)


def let_anybody_register(shop: Any) -> None:
    shop.realm.update_realm("acme", {"registrationAllowed": True})


def widen_the_redirects(shop: Any) -> None:
    shop.realm.update_client(shop.realm.get_client_id("jumpseat"), {"redirectUris": ["*"]})


@pytest.mark.parametrize(
    ("tamper", "thing", "why"),
    [
        (disable_the_refusal, "flow jumpseat-browser", "was changed"),
        (bind_the_builtin_flow, "realm acme", "differs in browserFlow"),
        (give_a_client_its_own_flow, "client wiki", "has flows of its own, past the gate"),
        (let_a_client_through, "client wiki", "carries jumpseat-admission"),
        (add_a_provider, "identity provider partner", "signs people in past the gate"),
        (let_people_edit_their_invitation, "user attribute jumpseat_invite", "differs in permissions.edit"),
        (let_anybody_register, "realm acme", "differs in registrationAllowed"),
        (widen_the_redirects, "client jumpseat", "differs in redirectUris"),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_what_was_changed_in_the_realm_is_named_and_mended(shop: Any, tamper: Any, thing: str, why: str) -> None:
    """Whatever opens a way past the gate is found by `check`; `setup` closes it, and then finds nothing more."""
    tamper(shop)
    assert things(shop.check()) == {thing: why}
    assert things(shop.setup())[thing] == why
    assert shop.check() == {"changes": []}


def test_setting_up_twice_changes_nothing(shop: Any) -> None:
    """The second run finds the realm and the directory as the first one left them."""
    again = shop.setup()
    assert again == {"changes": [], "sign_in_changed": False, "issuer": shop.issuer, "worker_changed": False}


def test_a_dry_run_only_says_what_it_would_do(shop: Any) -> None:
    """The realm that it was asked about is still not there."""
    said = shop.setup("--dry-run", realm="not-there")
    assert things(said) == {"realm not-there": "is missing"}
    assert "not-there" not in [one["realm"] for one in shop.realm.get_realms()]


def test_the_directory_signs_in_where_setup_said(shop: Any) -> None:
    """Issuer and client stand in the directory; the secret is Keycloak's own and was shown to nobody."""
    shown = shop.connector.jumpseat("directory", "show", "acme")
    assert (shown["issuer"], shown["client_id"], shown["bind"]) == (shop.issuer, "jumpseat", "subject")
