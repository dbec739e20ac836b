"""What the worker tells a real realm: whoever accepted passes its gate, whoever lost her access is sent out."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from connector.keycloak import gate

from ..running import wait_for
from .conftest import OTHER_CLIENT, patch
from .test_gate import PENDING
from .test_story import accept

WITHIN = 5.0
"""Seconds from the SCIM answer until Keycloak's sessions are gone."""


def refresh(shop: Any, token: str) -> requests.Response:
    data = {"grant_type": "refresh_token", "client_id": OTHER_CLIENT, "refresh_token": token}
    return requests.post(f"{shop.issuer}/protocol/openid-connect/token", data=data, timeout=30)


def stands(shop: Any, person: Any, standing: str) -> None:
    wait_for(f"that {person.name} is {standing}", lambda: shop.standing(person) == standing)


def by_deactivation(shop: Any, person: Any) -> str:
    shop.leave(person)
    return "revoked"


def by_deletion(shop: Any, person: Any) -> str:
    shop.scim.made("DELETE", f"/Users/{person.scim_id}")
    return "revoked"


def by_losing_the_last_group(shop: Any, person: Any) -> str:
    members = f'members[value eq "{person.scim_id}"]'
    shop.scim.made("PATCH", f"/Groups/{shop.group_id}", {**patch("remove", members, None)})
    return "pending"


def test_accepting_opens_the_realms_other_clients(told: Any, visit: Any, sign_in: Any) -> None:
    """Pending at first; after she accepted, the realm is told, and her next click elsewhere goes through."""
    person = told.hire("mirrored")
    stands(told, person, "pending")
    page = visit()
    page.goto(told.other_client_url())
    sign_in(page, person)
    assert PENDING["en"] in page.inner_text("#kc-error-message")
    accept(told, visit(), person, sign_in)
    stands(told, person, "accepted")
    page = visit()
    page.goto(told.other_client_url())
    sign_in(page, person)
    page.wait_for_url(f"{told.elsewhere}?*code=*")


@pytest.mark.parametrize("depart", [by_deactivation, by_deletion, by_losing_the_last_group])
def test_whoever_lost_her_access_is_sent_out_of_the_realm(
    told: Any, visit: Any, sign_in: Any, password_grant: Any, measured: Any, depart: Any
) -> None:
    """Within seconds of the SCIM answer her sessions are gone, her refresh token is dead, and the gate refuses her."""
    person = told.hire(f"leaver-{depart.__name__.replace('_', '-')}")
    page = visit()
    accept(told, page, person, sign_in)
    stands(told, person, "accepted")
    token = password_grant(person, shop=told).json()["refresh_token"]
    assert refresh(told, token).status_code == 200
    standing = depart(told, person)
    left = time.monotonic()
    wait_for("the end of her sessions", lambda: told.realm.get_sessions(person.id) == [])
    measured("keycloak_sessions_gone_after", time.monotonic() - left)
    # A token of the second of the logout is refused after the second one.
    wait_for("the end of her tokens", lambda: refresh(told, token).status_code == 400)
    took = time.monotonic() - left
    measured("keycloak_tokens_refused_after", took)
    assert took < WITHIN
    stands(told, person, standing)
    assert told.realm.get_sessions(person.id) == []
    page.goto(told.other_client_url())
    sign_in(page, person)
    assert PENDING["en"] in page.inner_text("#kc-error-message")


def test_an_offline_token_does_not_come_back_with_her(told: Any, visit: Any, sign_in: Any, password_grant: Any) -> None:
    """What she kept from before is refused even after she is let in again."""
    person = told.hire("offline")
    accept(told, visit(), person, sign_in)
    stands(told, person, "accepted")
    token = password_grant(person, "openid offline_access", told).json()["refresh_token"]
    assert refresh(told, token).status_code == 200
    told.leave(person)
    stands(told, person, "revoked")
    assert refresh(told, token).status_code == 400
    told.scim.made("PATCH", f"/Users/{person.scim_id}", patch("replace", "active", True))
    stands(told, person, "accepted")
    assert password_grant(person, shop=told).status_code == 200
    assert refresh(told, token).status_code == 400


def test_somebody_edited_by_hand_is_put_right(told: Any) -> None:
    """An administrator who writes `accepted` into a user lets her in until the realm is told of everybody again."""
    person = told.hire("edited")
    stands(told, person, "pending")
    told.mark(person, "accepted")
    assert told.connector.jumpseat("keycloak", "mirror", told.name)["people"] > 0
    stands(told, person, "pending")


def test_whoever_is_no_business_of_ours_is_left_alone(told: Any) -> None:
    """A user whom the directory never stated stays as she is."""
    user_id = told.realm.create_user({"username": "robot", "enabled": True})
    person = told.hire("somebody")
    stands(told, person, "pending")
    assert gate.ATTRIBUTE not in told.realm.get_user(user_id).get("attributes", {})


def test_the_worker_may_do_no_more_than_it_has_to(told: Any) -> None:
    """Its client administrates users; the realm itself, its clients and the master realm are closed to it."""
    assert told.check() == {"changes": []}
    client = told.realm.get_client_id("jumpseat-worker")
    secret = told.realm.get_client_secrets(client)["value"]
    data = {"grant_type": "client_credentials", "client_id": "jumpseat-worker", "client_secret": secret}
    token = requests.post(f"{told.issuer}/protocol/openid-connect/token", data=data, timeout=30).json()["access_token"]
    admin = f"{told.keycloak.url}/admin/realms"
    answers = {
        path: requests.get(f"{admin}/{path}", headers={"Authorization": f"Bearer {token}"}, timeout=30).status_code
        for path in ("told/users", "told/clients", "told/identity-provider/instances", "acme/users", "master/users")
    }
    assert answers.pop("told/users") == 200
    assert set(answers.values()) <= {401, 403, 404}, answers


def test_a_worker_that_may_more_is_found_and_cut_back(told: Any) -> None:
    """An administrator who gave it a role too many is told, and `setup` takes it."""
    admin, client = told.realm, told.realm.get_client_id("jumpseat-worker")
    account = admin.get_client_service_account_user(client)["id"]
    management = admin.get_client_id("realm-management")
    admin.assign_client_role(account, management, [admin.get_client_role(management, "realm-admin")])
    assert told.check() == {"changes": [{"thing": "client jumpseat-worker", "why": "may realm-admin"}]}
    told.setup()
    assert told.check() == {"changes": []}
