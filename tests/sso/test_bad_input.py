"""What browsers and providers are made to bring by others: each ends in a page with a reference number, and in nothing.

More of it, case by case, in the table of `test_named_cases.py`.
"""

from __future__ import annotations

import logging
import re

import pytest
from werkzeug.test import TestResponse

from connector.lifecycle import directories
from demo.deviations import Deviation

from ..installation import CAUSE, Browser, Installation
from .conftest import ADA, BOB, Clock


@pytest.fixture
def admitted(installation: Installation) -> Browser:
    """Give Ada's browser, in which the gate lets her pass."""
    installation.state(ADA)
    browser = installation.browser()
    browser.accept(ADA)
    return browser


def refused(answer: TestResponse, caplog: pytest.LogCaptureFixture) -> str:
    """Return the reason of a refusal whose page has a reference that is found in the log."""
    assert answer.status_code >= 400
    found = re.search(r"<code>([0-9A-F]{4}-[0-9A-F]{4})</code>", answer.text)
    assert found, answer.text
    assert [one for one in caplog.records if found[1] in str(getattr(one, "facts", one.getMessage()))]
    return str(answer.headers["X-Jumpseat-Reason"])


@pytest.fixture(autouse=True)
def _log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


@pytest.mark.parametrize(
    "deviation",
    [
        Deviation.DISCOVERY_HUGE,
        Deviation.DISCOVERY_REDIRECTS,
        Deviation.DISCOVERY_OTHER_ISSUER,
        Deviation.DISCOVERY_PLAIN_HTTP_ELSEWHERE,
        Deviation.DISCOVERY_NOT_JSON,
    ],
)
def test_a_sign_in_with_metadata_that_cannot_be_believed(
    installation: Installation, caplog: pytest.LogCaptureFixture, deviation: Deviation
) -> None:
    """Ten megabytes of it, a redirect to elsewhere, another issuer's, an endpoint without TLS."""
    with installation.idp.deviate(deviation):
        answer = installation.browser().get("/login/acme")
    assert refused(answer, caplog) == "provider-refused"


@pytest.mark.parametrize("issuer", ["https://127.0.0.1:1", "https://[::1]:1", "https://localhost:1"])
def test_a_provider_at_an_address_of_the_machine_room(
    installation: Installation, caplog: pytest.LogCaptureFixture, issuer: str
) -> None:
    """A port of this machine answers nothing that is believed, and what it answers is not shown."""
    facts = {"issuer": issuer, "client_id": "acme", "client_secret": "secret"}
    installation.lifecycle.write(directories.set_sign_in, "acme", CAUSE, **facts)
    assert refused(installation.browser().get("/login/acme"), caplog) == "provider-unavailable"


class TestState:
    """The value that ties a provider's answer to what this browser began."""

    @pytest.mark.parametrize("state", ["", "another", "é", "A" * 5000, "%00"])
    def test_a_foreign_state(self, installation: Installation, caplog: pytest.LogCaptureFixture, state: str) -> None:
        """One that nobody gave signs nobody in."""
        browser = installation.browser()
        browser.get("/login/acme")
        answer = browser.get(f"/callback/acme?state={state}&code=c")
        assert refused(answer, caplog) == "sign-in-expired"

    def test_a_replayed_state(self, installation: Installation, caplog: pytest.LogCaptureFixture) -> None:
        """A second time it signs nobody in."""
        browser = installation.browser()
        callback = browser.go_to_provider("/login/acme", ADA)
        browser.get(callback)
        assert refused(browser.get(callback), caplog) == "sign-in-expired"

    def test_login_csrf(self, installation: Installation, caplog: pytest.LogCaptureFixture) -> None:
        """The attacker's answer, opened in the victim's browser."""
        callback = installation.browser().go_to_provider("/login/acme", BOB)
        assert refused(installation.browser().get(callback), caplog) == "sign-in-expired"

    def test_mixed_up_issuers(self, installation: Installation, caplog: pytest.LogCaptureFixture) -> None:
        """The answer of one directory's provider, brought to another's address."""
        installation.directory("globex")
        browser = installation.browser()
        callback = browser.go_to_provider("/login/acme", ADA).replace("/acme", "/globex")
        assert refused(browser.get(callback), caplog) == "sign-in-expired"


def test_logout_csrf(admitted: Browser, caplog: pytest.LogCaptureFixture) -> None:
    """A POST of another site, and a GET of an image, sign nobody out."""
    answer = admitted.client.post("/logout", headers={"Sec-Fetch-Site": "cross-site"})
    assert refused(answer, caplog) == "form-too-old"
    assert admitted.get("/logout").status_code == 200
    assert admitted.get("/gate/crm").status_code == 200


class TestCookies:
    """What a neighbour under the same domain, or a proxy on the way, may plant."""

    def test_a_planted_session_is_not_taken_over(self, installation: Installation) -> None:
        """Session fixation: the reference that was there before the sign-in is not the one after, and stays dead."""
        installation.state(ADA)
        installation.browser().accept(ADA)
        planted = "A" * 43
        browser = installation.browser()
        browser.client.set_cookie("jumpseat", planted, domain="localhost")
        browser.sign_in(ADA)
        mine = browser.client.get_cookie("jumpseat", domain="localhost")
        assert mine is not None
        assert mine.value != planted
        assert browser.get("/gate/crm").status_code == 200
        assert installation.request("/gate/crm", Cookie=f"jumpseat={planted}").status_code == 401

    def test_a_cookie_of_a_neighbour_is_not_read(self, secure_installation: Installation) -> None:
        """Over https only the cookie counts that no other host can set: `__Host-`."""
        installation = secure_installation
        installation.state(ADA)
        browser = installation.browser()
        browser.accept(ADA)
        mine = browser.client.get_cookie("__Host-jumpseat", domain="localhost")
        assert mine is not None
        assert installation.request("/gate/crm", Cookie=f"__Host-jumpseat={mine.value}").status_code == 200
        assert installation.request("/gate/crm", Cookie=f"jumpseat={mine.value}").status_code == 401

    def test_no_part_of_a_reference_opens_anything(self, installation: Installation, admitted: Browser) -> None:
        """Truncated, lengthened, of another case, twice, or with something behind it."""
        mine = admitted.client.get_cookie("jumpseat", domain="localhost")
        assert mine is not None
        whole = mine.value
        for odd in (whole[:-1], whole[:22], whole + "A", whole.swapcase(), whole[::-1], f"{whole}%00", f'"{whole}'):
            answer = installation.request("/gate/crm", Cookie=f"jumpseat={odd}")
            assert (answer.status_code, answer.headers["X-Jumpseat-Reason"]) == (401, "signed-out"), odd

    @pytest.mark.parametrize("value", ["", "x", "\x7f", "A" * 100_000, "a=b; jumpseat=c", "'--", "é"])
    def test_an_odd_cookie_is_as_none(self, installation: Installation, value: str) -> None:
        """Neither an error nor a session, and it is handed back to nobody."""
        answer = installation.request("/me", Cookie=f"jumpseat={value}; jumpseat-browser={value}")
        assert answer.status_code == 302
        assert "Set-Cookie" not in answer.headers


def test_abandoned_sign_ins_are_forgotten(installation: Installation, clock: Clock) -> None:
    """A browser keeps five at most, and ten minutes later nothing of any is left."""
    browsers = [installation.browser() for _ in range(3)]
    for browser in browsers:
        for _ in range(7):
            browser.get("/login/acme")
    count = "SELECT count(*) FROM login_attempt"
    read = installation.lifecycle.read
    assert read(lambda work: work.connection.exec_driver_sql(count).scalar()) == 15
    clock.pass_time(minutes=11)
    installation.lifecycle.write(lambda work: work.sessions.purge(work.now, work.now))
    assert read(lambda work: work.connection.exec_driver_sql(count).scalar()) == 0
