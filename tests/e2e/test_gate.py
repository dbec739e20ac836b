"""The invitation gate of the realm: who has not accepted is refused at every client but Jumpseat's."""

from __future__ import annotations

from typing import Any

import pytest
import requests

PENDING = {
    "en": "You can sign in here once you have accepted your invitation.",
    "fr": "Vous pourrez vous connecter ici dès que vous aurez accepté votre invitation.",
}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_pending_person_is_refused_in_her_language(
    shop: Any, visit: Any, sign_in: Any, picture: Any, language: str, dark: bool
) -> None:
    """Her password is right; Keycloak's own page tells her what is missing, and the other client gets no code."""
    person = shop.hire(f"pending-{language}-{'dark' if dark else 'light'}")
    page = visit(language, dark=dark)
    page.goto(shop.other_client_url())
    picture(page, f"login-{language}-{'dark' if dark else 'light'}")
    sign_in(page, person)
    assert PENDING[language] in page.inner_text("#kc-error-message")
    assert page.get_attribute("html", "lang") == language
    picture(page, f"refused-{language}-{'dark' if dark else 'light'}")


def test_whoever_accepted_passes(shop: Any, visit: Any, sign_in: Any) -> None:
    """The attribute that says so opens the other client."""
    person = shop.hire("accepted")
    shop.mark(person, "accepted")
    page = visit()
    page.goto(shop.other_client_url())
    sign_in(page, person)
    page.wait_for_url(f"{shop.elsewhere}?*code=*")


def test_a_session_from_our_own_client_opens_no_other(shop: Any, visit: Any, sign_in: Any) -> None:
    """Pending, she signs in at Jumpseat; Keycloak's cookie then knows her, and the gate refuses her all the same."""
    person = shop.hire("cookie")
    page = visit()
    page.goto(f"{shop.connector.url}/login/acme?next=/me")
    sign_in(page, person)
    page.wait_for_url(f"{shop.connector.url}/me")
    page.goto(shop.other_client_url())
    assert PENDING["en"] in page.inner_text("#kc-error-message")


def test_a_client_cannot_ask_its_way_through(shop: Any, visit: Any) -> None:
    """A client that does not carry the admission scope may not ask for it either."""
    page = visit()
    page.goto(shop.other_client_url(scope="openid jumpseat-admission"))
    assert "error=invalid_scope" in page.url


@pytest.mark.parametrize(("state", "status"), [(None, 401), ("pending", 401), ("revoked", 401), ("accepted", 200)])
def test_a_password_grant_passes_the_same_gate(shop: Any, password_grant: Any, state: str | None, status: int) -> None:
    """A client that takes passwords itself is no way around; whoever accepted gets her tokens."""
    person = shop.hire(f"grant-{state}".lower())
    if state:
        shop.mark(person, state)
    answer = password_grant(person)
    assert answer.status_code == status, answer.text
    assert ("access_token" in answer.text) is (status == 200)


def test_nobody_accepts_by_editing_her_own_account(shop: Any, password_grant: Any) -> None:
    """The attribute is the administrators': the account API neither shows it nor takes it."""
    person = shop.hire("editor")
    shop.mark(person, "accepted")
    client = shop.realm.get_client_id("wiki")
    shop.realm.update_client(client, {"fullScopeAllowed": True})
    token = password_grant(person).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    shown = requests.get(f"{shop.issuer}/account/", headers=headers, timeout=30).json()
    assert "jumpseat_invite" not in shown.get("attributes", {})
    shown["attributes"] = {**shown.get("attributes", {}), "jumpseat_invite": ["revoked"]}
    requests.post(f"{shop.issuer}/account/", headers=headers, json=shown, timeout=30)
    assert shop.realm.get_user(person.id)["attributes"]["jumpseat_invite"] == ["accepted"]
