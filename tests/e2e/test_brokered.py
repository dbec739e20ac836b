"""Signing in through the company's own identity provider: a second realm of the same server plays it."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Colleague
from .test_gate import PENDING


@pytest.fixture(scope="module", autouse=True)
def sends_people(shop: Any, broker_options: Any) -> None:
    """Let our realm send people to the company's provider."""
    done = shop.setup(*broker_options(shop.name))
    assert {"thing": "identity provider keycloak", "why": "is missing"} in done["changes"]


def hire(shop: Any, employ: Any, name: str) -> Colleague:
    """Employ somebody at the company, and know her in our realm by that identity and no password."""
    person, there = shop.hire(name, with_password=False), employ(name)
    shop.realm.add_user_social_login(person.id, "keycloak", there.id, name)
    return person


def test_a_pending_person_is_refused_after_a_brokered_sign_in(shop: Any, employ: Any, visit: Any, sign_in: Any) -> None:
    """The browser flow never sees a brokered sign-in; the post-broker flow holds the same gate."""
    person = hire(shop, employ, "brokered-pending")
    page = visit()
    page.goto(shop.other_client_url(kc_idp_hint="keycloak"))
    sign_in(page, person)
    assert PENDING["en"] in page.inner_text("#kc-error-message")


def test_a_pending_person_accepts_after_a_brokered_sign_in(
    shop: Any, employ: Any, visit: Any, sign_in: Any, picture: Any
) -> None:
    """At Jumpseat's client the same flow lets her through: she accepts, and is admitted; other clients stay shut."""
    person = hire(shop, employ, "brokered")
    page = visit()
    page.goto(shop.invitation(person))
    page.click("a.button")
    picture(page, "login-with-provider")
    page.click("#social-keycloak")
    sign_in(page, person)
    page.wait_for_url("**/invitations/*")
    page.click("button[value=accept]")
    page.wait_for_url("**/me")
    assert shop.knock(page) == 200
    page.goto(shop.other_client_url(kc_idp_hint="keycloak"))
    assert PENDING["en"] in page.inner_text("#kc-error-message")


def test_whoever_accepted_passes_after_a_brokered_sign_in(shop: Any, employ: Any, visit: Any, sign_in: Any) -> None:
    """A post-broker flow whose condition does not hold succeeds."""
    person = hire(shop, employ, "brokered-accepted")
    shop.mark(person, "accepted")
    page = visit()
    page.goto(shop.other_client_url(kc_idp_hint="keycloak"))
    sign_in(page, person)
    page.wait_for_url(f"{shop.elsewhere}?*code=*")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_stranger_of_the_company_gets_no_account(
    shop: Any, employ: Any, visit: Any, sign_in: Any, picture: Any, language: str
) -> None:
    """Whoever nobody provisioned is refused in her language, at Jumpseat's client too, and no account is made."""
    stranger = employ(f"stranger-{language}")
    page = visit(language)
    page.goto(f"{shop.connector.url}/login/acme?next=/me")
    page.click("#social-keycloak")
    sign_in(page, stranger)
    said = {"en": "Your company's directory has not given you access", "fr": "L'annuaire de votre entreprise"}
    assert said[language] in page.inner_text("#kc-error-message")
    assert shop.realm.get_user_id(stranger.name) is None
    picture(page, f"stranger-{language}")


def test_an_equal_address_takes_no_account_over(shop: Any, company: Any, employ: Any, visit: Any, sign_in: Any) -> None:
    """The company states the address of somebody who has an account: it is not linked, and stays hers alone."""
    victim = shop.hire("victim")
    shop.mark(victim, "accepted")
    attacker = employ("attacker")
    company.update_user(attacker.id, {**company.get_user(attacker.id), "email": victim.address})
    page = visit()
    page.goto(shop.other_client_url(kc_idp_hint="keycloak"))
    sign_in(page, attacker)
    assert "code=" not in page.url
    assert shop.realm.get_user_social_logins(victim.id) == []
