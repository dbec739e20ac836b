"""Accounts that open only to strong or recent sign-ins."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from connector.domain.access import Reason
from connector.domain.step_up import StepUp
from connector.domain.tenancy import Idp
from connector.lifecycle import accounts, stepping_up

from ..installation import CAUSE, Browser, Installation
from .conftest import ADA, Clock

PATH = "/login/acme?account=crm"


@pytest.fixture
def admitted(installation: Installation) -> Browser:
    """Give Ada's browser, in which the gate lets her pass."""
    installation.state(ADA)
    browser = installation.browser()
    browser.accept(ADA)
    assert browser.get("/gate/crm").status_code == 200
    return browser


def ask_for(installation: Installation, **wanted: object) -> None:
    installation.lifecycle.write(stepping_up.ask_for, "crm", StepUp(**wanted), CAUSE)  # type: ignore[arg-type]


def asked(browser: Browser, path: str) -> dict[str, list[str]]:
    """Return the parameters with which the browser is sent to the provider."""
    return parse_qs(urlsplit(browser.get(path).headers["Location"]).query)


def test_a_session_that_falls_short_is_refused_at_once_and_told_where_to_go(
    installation: Installation, admitted: Browser
) -> None:
    """401 with a sign-in of its own, in the header for proxies and on the page for people."""
    ask_for(installation, acr=frozenset({"gold"}))
    answer = admitted.get("/gate/crm")
    assert (answer.status_code, answer.headers["X-Jumpseat-Reason"]) == (401, Reason.STEP_UP)
    assert answer.headers["X-Jumpseat-Sign-In"] == "http://localhost:8080/login/acme?account=crm"
    assert 'href="/login/acme?account=crm"' in answer.text
    assert "X-Jumpseat-Person" not in answer.headers
    assert "X-Jumpseat-Assertion" not in answer.headers


def test_the_provider_is_asked_for_what_the_account_wants(installation: Installation) -> None:
    """Contexts as `acr_values`, the age as `max_age` (OpenID Connect Core 1.0 section 3.1.2.1)."""
    ask_for(installation, acr=frozenset({"silver", "gold"}), max_age=timedelta(minutes=15))
    sent = asked(installation.browser(), PATH)
    assert sent["acr_values"] == ["gold silver"]
    assert sent["max_age"] == ["900"]
    plain = asked(installation.browser(), "/login/acme")
    assert "acr_values" not in plain
    assert "max_age" not in plain


def test_entra_is_asked_in_its_own_way(installation: Installation) -> None:
    """Entra ID reads authentication contexts from the `claims` parameter alone."""
    installation.directory("entra", Idp.ENTRA)
    ask_for(installation, acr=frozenset({"c1"}))
    sent = asked(installation.browser(), "/login/entra?account=crm")
    assert json.loads(sent["claims"][0]) == {"id_token": {"acrs": {"essential": True, "values": ["c1"]}}}
    assert "acr_values" not in sent


def test_who_signs_in_strongly_enough_enters(installation: Installation, admitted: Browser) -> None:
    """The new session replaces the old one and meets what is asked."""
    ask_for(installation, acr=frozenset({"gold"}), amr=frozenset({"mfa"}))
    installation.idp.vouches = {"acr": "gold", "amr": ["pwd", "mfa"]}
    back = admitted.sign_in(ADA, f"{PATH}&next=/me")
    assert (back.status_code, back.headers["Location"]) == (303, "/me")
    assert admitted.get("/gate/crm").status_code == 200


def test_a_provider_that_does_not_reach_it_ends_in_a_page_and_no_circle(
    installation: Installation, admitted: Browser
) -> None:
    """A proxy that follows the 401 would send the browser round and round; the page says who can help."""
    ask_for(installation, acr=frozenset({"gold"}))
    back = admitted.sign_in(ADA, PATH)
    assert (back.status_code, back.headers["X-Jumpseat-Reason"]) == (403, "step-up-unmet")
    assert admitted.get("/gate/crm").headers["X-Jumpseat-Reason"] == Reason.STEP_UP
    assert admitted.get("/me").status_code == 200


def test_userinfo_cannot_vouch_for_a_context(installation: Installation, admitted: Browser) -> None:
    """Only the signed ID token says how somebody signed in; a session from before has nothing to show."""
    ask_for(installation, amr=frozenset({"pwd"}))
    assert admitted.get("/gate/crm").status_code == 200
    ask_for(installation, amr=frozenset({"pwd", "mfa"}))
    assert admitted.get("/gate/crm").status_code == 401


def test_a_sign_in_ages(installation: Installation, admitted: Browser, clock: Clock) -> None:
    """Fifteen minutes and thirty seconds after she proved herself at the provider, the account asks again."""
    ask_for(installation, max_age=timedelta(minutes=15))
    admitted.sign_in(ADA, PATH)
    clock.pass_time(minutes=15, seconds=29)
    assert admitted.get("/gate/crm").status_code == 200
    clock.pass_time(seconds=2)
    assert admitted.get("/gate/crm").headers["X-Jumpseat-Reason"] == Reason.STEP_UP


def test_another_account_is_not_concerned(installation: Installation, admitted: Browser) -> None:
    """What one account asks for is asked for there alone, and a foreign or unknown one asks for nothing."""
    installation.lifecycle.write(accounts.open_account, "desk", "plain", "standard", CAUSE, capacities={"seats": 1})
    installation.lifecycle.write(stepping_up.ask_for, "desk", StepUp(amr=frozenset({"mfa"})), CAUSE)
    assert admitted.get("/gate/crm").status_code == 200
    assert admitted.get("/gate/desk").headers["X-Jumpseat-Reason"] == Reason.NOT_INVITED
    assert "acr_values" not in asked(installation.browser(), "/login/acme?account=nowhere")
