"""`jumpseat keycloak mirror` on a real realm: whoever accepted passes its gate, whoever lost her access is sent out."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from connector.keycloak import gate

from .conftest import OTHER_CLIENT, patch
from .test_gate import PENDING
from .test_story import accept


def mirror(shop: Any) -> dict[str, str]:
    """Return user id -> standing that was written."""
    return {one["user_id"]: one["after"] for one in shop.mirror()["turned"]}


def written(shop: Any, person: Any) -> Any:
    return shop.realm.get_user(person.id).get("attributes", {}).get(gate.ATTRIBUTE)


def refresh(shop: Any, token: str) -> requests.Response:
    data = {"grant_type": "refresh_token", "client_id": OTHER_CLIENT, "refresh_token": token}
    return requests.post(f"{shop.issuer}/protocol/openid-connect/token", data=data, timeout=30)


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


def test_accepting_opens_the_realms_other_clients(shop: Any, visit: Any, sign_in: Any) -> None:
    """Pending at first; after she accepted, the realm is told, and her next click elsewhere goes through."""
    person = shop.hire("mirrored")
    assert mirror(shop)[person.id] == "pending"
    page = visit()
    accept(shop, page, person, sign_in)
    page.goto(shop.other_client_url())
    assert PENDING["en"] in page.inner_text("#kc-error-message")
    assert mirror(shop) == {person.id: "accepted"}
    page.goto(shop.other_client_url())
    page.wait_for_url(f"{shop.elsewhere}?*code=*")


@pytest.mark.parametrize("depart", [by_deactivation, by_deletion, by_losing_the_last_group])
def test_whoever_lost_her_access_is_sent_out_of_the_realm(
    shop: Any, visit: Any, sign_in: Any, password_grant: Any, depart: Any
) -> None:
    """Her sessions are gone, her refresh token is dead, and the gate refuses her; a second run finds nothing to do."""
    person = shop.hire(f"leaver-{depart.__name__.replace('_', '-')}")
    page = visit()
    accept(shop, page, person, sign_in)
    mirror(shop)
    token = password_grant(person).json()["refresh_token"]
    assert refresh(shop, token).status_code == 200
    standing = depart(shop, person)
    assert mirror(shop) == {person.id: standing}
    assert shop.realm.get_sessions(person.id) == []
    assert refresh(shop, token).status_code == 400
    assert written(shop, person) == [standing]
    page.goto(shop.other_client_url())
    sign_in(page, person)
    assert PENDING["en"] in page.inner_text("#kc-error-message")
    assert mirror(shop) == {}


def test_an_offline_token_does_not_come_back_with_her(shop: Any, visit: Any, sign_in: Any, password_grant: Any) -> None:
    """What she kept from before is refused even after she is let in again."""
    person = shop.hire("offline")
    accept(shop, visit(), person, sign_in)
    mirror(shop)
    token = password_grant(person, "openid offline_access").json()["refresh_token"]
    assert refresh(shop, token).status_code == 200
    shop.leave(person)
    mirror(shop)
    assert refresh(shop, token).status_code == 400
    shop.mark(person, "accepted")
    assert refresh(shop, token).status_code == 400


def test_somebody_edited_by_hand_is_put_right(shop: Any) -> None:
    """An administrator who writes `accepted` into a user lets nobody in for longer than until the next run."""
    person = shop.hire("edited")
    mirror(shop)
    shop.mark(person, "accepted")
    assert mirror(shop) == {person.id: "pending"}


def test_whoever_is_no_business_of_ours_is_left_alone(shop: Any) -> None:
    """A user whom the directory never stated, and of whom nothing was written, stays as she is."""
    user_id = shop.realm.create_user({"username": "robot", "enabled": True})
    assert user_id not in mirror(shop)
    assert gate.ATTRIBUTE not in shop.realm.get_user(user_id).get("attributes", {})
