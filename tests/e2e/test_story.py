"""The whole story with a real Keycloak and a real browser: invited, accepted, admitted, left."""

from __future__ import annotations

import time
from typing import Any

import pytest

AT_ONCE = 5.0
"""Seconds within which a departure is seen, browser and busy machine included; the cut itself is one transaction."""


def accept(shop: Any, page: Any, person: Any, sign_in: Any) -> None:
    """Follow the letter to the end: look, sign in at Keycloak, accept."""
    page.goto(shop.invitation(person))
    page.click("a.button")
    sign_in(page, person)
    page.wait_for_url("**/invitations/*")
    page.click("button[value=accept]")
    page.wait_for_url("**/me")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_invitation_can_be_read(shop: Any, visit: Any, picture: Any, language: str, dark: bool) -> None:
    """What is offered, and both answers, in the browser's language where the directory states none."""
    colours = "dark" if dark else "light"
    person = shop.hire(f"reader-{language}-{colours}")
    page = visit(language, dark=dark)
    page.goto(shop.invitation(person))
    assert page.get_attribute("html", "lang") == language
    assert page.locator("button[value=decline]").is_visible()
    picture(page, f"invitation-{language}-{colours}")


def test_from_the_invitation_to_the_last_refusal(shop: Any, visit: Any, sign_in: Any, picture: Any) -> None:
    """A pending person accepts through Keycloak and is admitted; when she leaves, her next click is refused."""
    person = shop.hire("ada")
    page = visit()
    assert shop.knock(page) == 401
    accept(shop, page, person, sign_in)
    picture(page, "accounts")
    assert shop.knock(page) == 200

    shop.leave(person)
    left = time.monotonic()
    assert shop.knock(page) in (401, 403)
    assert time.monotonic() - left < AT_ONCE
    # Keycloak still knows her cookie, and would sign her in again: that opens nothing.
    page.goto(f"{shop.connector.url}/login/acme?next=/me")
    assert shop.knock(page) in (401, 403)
    picture(page, "left")


def test_a_logout_at_keycloak_ends_our_session(shop: Any, visit: Any, sign_in: Any) -> None:
    """Keycloak calls our back-channel address while the administrator's logout is under way."""
    person = shop.hire("grace")
    page = visit()
    accept(shop, page, person, sign_in)
    assert shop.knock(page) == 200
    shop.realm.user_logout(person.id)
    assert shop.knock(page) == 401


def test_signing_out_here_signs_out_there(shop: Any, visit: Any, sign_in: Any) -> None:
    """After signing out, Keycloak asks for the password again."""
    person = shop.hire("joan")
    page = visit()
    accept(shop, page, person, sign_in)
    page.goto(f"{shop.connector.url}/logout")
    page.click("main form button")
    page.wait_for_url("**/login*")
    page.goto(f"{shop.connector.url}/login/acme?next=/me")
    assert page.locator("#password").is_visible()


def test_somebody_elses_invitation_stays_unspent(shop: Any, visit: Any, sign_in: Any) -> None:
    """Who signs in as another person than the invited one accepts nothing, and the invited one still can."""
    invited, other = shop.hire("invited"), shop.hire("other")
    page = visit()
    page.goto(shop.invitation(invited))
    page.click("a.button")
    sign_in(page, other)
    page.wait_for_url("**/invitations/*")
    page.click("button[value=accept]")
    assert shop.knock(page) in (401, 403)
    accept(shop, visit(), invited, sign_in)
