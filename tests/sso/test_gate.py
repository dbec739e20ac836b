"""The gate, and the way to it: sign in, accept, enter, leave."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.domain.access import Reason
from demo.speaking import ProviderPerson

from ..installation import Browser, Installation
from .conftest import ADA, BOB, Clock


def test_somebody_who_accepted_and_holds_a_seat_enters(installation: Installation) -> None:
    """The answer names person, account, seat and permissions, each once."""
    ada = installation.state(ADA)
    browser = installation.browser()
    assert browser.accept(ADA).headers["Location"] == "/me"
    answer = browser.get("/gate/crm")
    assert answer.status_code == 200
    assert answer.headers["X-Jumpseat-Person"] == ada.id
    assert answer.headers["X-Jumpseat-User-Name"] == ADA.user_name
    assert answer.headers["X-Jumpseat-Account"] == "crm"
    assert answer.headers["X-Jumpseat-Seat"] == "seat"
    assert answer.headers["X-Jumpseat-Permissions"] == "use"
    assert answer.headers["Cache-Control"] == "no-store"


def test_nobody_signed_in_gets_401_and_where_to_sign_in(installation: Installation) -> None:
    """A proxy can send a browser to the address in the header; it is built from the settings alone."""
    answer = installation.browser().get("/gate/crm", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.status_code == 401
    assert answer.headers["X-Jumpseat-Sign-In"] == "http://localhost:8080/login"
    assert answer.headers["X-Jumpseat-Reason"] == Reason.SIGNED_OUT
    assert "X-Jumpseat-Person" not in answer.headers
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("path", "asked", "sign_in"),
    [
        ("/gate/crm", "/reports/today?page=2", "/login?next=/reports/today%3Fpage%3D2"),
        ("/gate/crm", "/a?b=1&c=2", "/login?next=/a%3Fb%3D1%26c%3D2"),
        ("/gate/crm", "/", "/login?next=/"),
        ("/gate/crm/reports/today?page=2", None, "/login?next=/reports/today%3Fpage%3D2"),
        ("/gate/crm/", None, "/login?next=/"),
        ("/gate/crm/behind", "/header", "/login?next=/header"),
        ("/gate/crm", "https://evil.example/", "/login"),
        ("/gate/crm", "//evil.example/", "/login"),
        ("/gate/crm", "/\\evil.example", "/login"),
        ("/gate/crm", "/%2f/evil.example", "/login"),
        ("/gate/crm/a//evil.example", None, "/login"),
        ("/gate/crm/a/../b", None, "/login"),
        ("/gate/crm", "/" + "a" * 500, "/login"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_signing_in_leads_back_to_what_was_asked_for(
    installation: Installation, method: str, path: str, asked: str | None, sign_in: str
) -> None:
    """As the proxy says it, in a header or behind the gate's address; never to another site."""
    headers = {"X-Forwarded-Uri": asked} if asked else {}
    answer = installation.app.test_client().open(path, method=method, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["X-Jumpseat-Sign-In"] == "http://localhost:8080" + sign_in
    assert f'href="{sign_in}"' in answer.text


@pytest.mark.parametrize("path", ["/gate/crm//evil.example/", "/gate/crm/%2f/evil.example", "/gate/crm/%2e%2e/x"])
def test_a_path_that_is_none_leads_nowhere(installation: Installation, path: str) -> None:
    """Neither inside nor by a redirect to another site."""
    answer = installation.app.test_client().get(path)
    assert answer.status_code in (401, 404)
    assert "Location" not in answer.headers
    assert "evil" not in answer.headers.get("X-Jumpseat-Sign-In", "")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_the_gate_answers_whatever_is_asked_for_behind_it(installation: Installation, method: str) -> None:
    """Envoy knocks with the method and the path of the request that it holds."""
    ada = installation.state(ADA)
    browser = installation.browser()
    browser.accept(ADA)
    answer = browser.client.open("/gate/crm/reports/7?x=1", method=method, data=b"{not read")
    assert answer.status_code == 200
    assert answer.headers["X-Jumpseat-Person"] == ada.id


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Jumpseat-Person": "admin"},
        {"X_Jumpseat_Person": "admin"},
        {"X-Forwarded-User": "admin"},
        {"X-Original-URL": "/healthz"},
        {"User-Agent": "kube-probe/1.30"},
        {"Cookie": "jumpseat=" + "A" * 43},
        {"Cookie": "jumpseat=admin"},
        {"Authorization": "Bearer " + "A" * 43},
    ],
    ids=str,
)
def test_no_header_of_the_clients_opens_the_gate(installation: Installation, headers: dict[str, str]) -> None:
    """Only a live session does."""
    answer = installation.app.test_client(use_cookies=False).get("/gate/crm", headers=headers)
    assert answer.status_code == 401
    assert "X-Jumpseat-Person" not in answer.headers


def test_a_seat_in_one_account_opens_no_other(installation: Installation) -> None:
    """403 at the gate of another account, and at one that is not there."""
    installation.state(ADA)
    browser = installation.browser()
    browser.accept(ADA)
    answer = browser.get("/gate/other")
    assert answer.status_code == 403
    assert answer.headers["X-Jumpseat-Reason"] == Reason.NO_SUCH_ACCOUNT


def test_signing_in_without_accepting_does_not_enter(installation: Installation) -> None:
    """Signed in, not bound to anybody yet: the page says to open the invitation."""
    installation.state(ADA)
    browser = installation.browser()
    assert browser.sign_in(ADA).status_code == 303
    answer = browser.get("/gate/crm")
    assert answer.status_code == 403
    assert answer.headers["X-Jumpseat-Reason"] == Reason.NOT_PROVISIONED


def test_a_leaver_is_refused_at_the_very_next_request(installation: Installation) -> None:
    """The old cookie is worth nothing once the directory has said so."""
    ada = installation.state(ADA)
    browser = installation.browser()
    browser.accept(ADA)
    assert browser.get("/gate/crm").status_code == 200
    installation.leave(ada)
    answer = browser.get("/gate/crm")
    assert answer.status_code == 401
    assert answer.headers["X-Jumpseat-Reason"] == Reason.SESSION_ENDED


def test_a_leaver_who_signs_in_again_is_refused(installation: Installation) -> None:
    """A sign-in re-enables nobody."""
    ada = installation.state(ADA)
    browser = installation.browser()
    browser.accept(ADA)
    installation.leave(ada)
    browser.sign_in(ADA)
    answer = browser.get("/gate/crm")
    assert answer.status_code == 403
    assert answer.headers["X-Jumpseat-Reason"] == Reason.LEFT


def test_an_idle_session_ends_and_a_used_one_does_not(installation: Installation, clock: Clock) -> None:
    """Thirty minutes without a request end it; requests keep it up to eight hours."""
    installation.state(ADA)
    browser = installation.browser()
    browser.accept(ADA)
    for _ in range(18):
        clock.pass_time(minutes=25)
        assert browser.get("/gate/crm").status_code == 200
    clock.pass_time(minutes=30)
    assert browser.get("/gate/crm").headers["X-Jumpseat-Reason"] == Reason.SESSION_ENDED


def test_names_of_any_script_can_stand_in_the_header(installation: Installation) -> None:
    """A userName is percent-encoded where a header cannot hold it, and begins no second header."""
    person = ProviderPerson("00u3", "zoë,x@acme.example", "Zoë", "zoe@acme.example")
    installation.idp.people[person.user_name] = person
    installation.state(person)
    browser = installation.browser()
    browser.accept(person)
    assert browser.get("/gate/crm").headers["X-Jumpseat-User-Name"] == "zo%C3%AB%2Cx@acme.example"


@pytest.mark.parametrize("reason", Reason, ids=str)
def test_every_reason_has_a_page(page_of: Callable[[str], str], reason: Reason) -> None:
    """Whatever the gate answers can be shown, with what to do next."""
    assert reason.value in page_of(reason.value)


def test_two_people_each_enter_as_themselves(installation: Installation) -> None:
    """Two browsers, two sessions."""
    names = {}
    for person in (ADA, BOB):
        installation.state(person)
        browser: Browser = installation.browser()
        browser.accept(person)
        names[person.user_name] = browser.get("/gate/crm").headers["X-Jumpseat-User-Name"]
    assert names == {ADA.user_name: ADA.user_name, BOB.user_name: BOB.user_name}
