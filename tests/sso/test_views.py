"""Signing in through a browser: whose answer is taken, what the cookies are, where one may be sent."""

from __future__ import annotations

import dataclasses
import logging
import re

import pytest
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from connector.domain.events import Cause, CauseKind
from connector.lifecycle import delivery, directories, domains
from connector.storage.tables import login_attempt, tenant
from connector.web.throttle import SOURCES, Throttle, TooManySignIns
from demo.deviations import Deviation

from ..installation import Browser, Installation
from .conftest import ADA, BOB, Clock

OPERATOR = Cause(CauseKind.OPERATOR, "test")


def cookie_of(answer: TestResponse, name: str) -> str:
    return next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith(f"{name}="))


def reason_of(answer: TestResponse) -> str:
    return str(answer.headers["X-Jumpseat-Reason"])


class TestTheWayThere:
    """`/login` and `/login/<directory>`."""

    def test_a_directorys_link_leads_to_its_provider(self, installation: Installation) -> None:
        """The browser is sent on at once, with a reference of its own."""
        answer = installation.browser().get("/login/acme")
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(installation.idp.issuer)
        assert "HttpOnly" in cookie_of(answer, "jumpseat-browser")

    @pytest.mark.parametrize("typed", ["acme", " ACME ", "ada@acme.example", "nobody@ACME.example"])
    def test_whoever_types_where_she_works_is_taken_there(self, installation: Installation, typed: str) -> None:
        """A directory's name, or an address at a domain proved for it; by a page, for a form may lead to us alone."""
        installation.directory("globex")
        installation.prove("acme.example")
        browser = installation.browser()
        answer = browser.post("/login", browser.get("/login"), where=typed)
        assert answer.status_code == 200
        assert installation.idp.issuer + "/oauth2/v1/authorize" in answer.text
        assert ("login_hint" in answer.text) == ("@" in typed)

    @pytest.mark.parametrize(
        "typed",
        [
            "ada@acme.example",
            "ada@mail.acme.example",
            "acme@initech.example",
            "@",
            "a@acme.example@globex",
            "a@globex@proved.example",
        ],
    )
    def test_an_address_at_a_domain_that_nobody_proved_asks_for_the_name(
        self, installation: Installation, typed: str
    ) -> None:
        """Whoever exists and whatever is claimed: the page is the same."""
        installation.directory("globex")
        installation.lifecycle.write(domains.add, "acme.example", "acme", OPERATOR)
        installation.prove("proved.example")
        browser = installation.browser()
        answer = browser.post("/login", browser.get("/login"), where=typed)
        assert answer.status_code == 200
        assert "Type the name that your company was given here" in answer.text

    def test_a_domain_of_a_directory_that_is_off_asks_for_the_name(self, installation: Installation) -> None:
        """As if it were not proved."""
        installation.directory("globex")
        installation.directory("initech")
        installation.prove("acme.example")
        installation.lifecycle.write(directories.set_active, "acme", OPERATOR, active=False)
        browser = installation.browser()
        answer = browser.post("/login", browser.get("/login"), where="ada@acme.example")
        assert "Type the name that your company was given here" in answer.text

    @pytest.mark.parametrize("typed", ["", "initech", "acme.example", "acme'--", "x" * 400])
    def test_an_unknown_place_is_not_explained(self, installation: Installation, typed: str) -> None:
        """The page is the same whatever was typed."""
        installation.directory("globex")
        browser = installation.browser()
        answer = browser.post("/login", browser.get("/login"), where=typed)
        assert answer.status_code == 404
        assert reason_of(answer) == "sign-in-unknown"

    def test_an_address_tells_nothing_of_who_exists(self, installation: Installation) -> None:
        """Somebody known and somebody unknown are treated alike."""
        installation.state(ADA)
        installation.directory("globex")
        installation.prove("acme.example")
        browser = installation.browser()
        page = browser.get("/login")
        for typed in ("ada@acme.example", "nobody@acme.example"):
            assert browser.post("/login", page, where=typed).status_code == 200

    def test_a_form_of_another_page_is_refused(self, installation: Installation) -> None:
        """Without our word, or with another browser's, nothing begins."""
        browser, other = installation.browser(), installation.browser()
        browser.get("/login")
        for page in (None, other.get("/login")):
            answer = browser.post("/login", page, where="acme") if page else browser.client.post("/login")
            assert answer.status_code == 403
            assert reason_of(answer) == "form-too-old"

    def test_a_form_from_before_a_sign_in_is_refused(self, installation: Installation) -> None:
        """Whoever sees a page of hers could otherwise act for the one who signs in after."""
        browser = installation.browser()
        page = browser.get("/login")
        browser.sign_in(ADA)
        assert reason_of(browser.post("/login", page, where="acme")) == "form-too-old"
        assert browser.post("/login", browser.get("/login"), where="acme").status_code == 200

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_a_form_that_the_browser_calls_foreign_is_refused(self, installation: Installation, site: str) -> None:
        """Whatever word it carries: another site, or another host of this one, did not show our page."""
        browser = installation.browser()
        answer = browser.post("/login", browser.get("/login"), {"Sec-Fetch-Site": site}, where="acme")
        assert reason_of(answer) == "form-too-old"

    @pytest.mark.parametrize("slug", ["nowhere", "main-local"])
    def test_an_unknown_directory_has_no_sign_in(self, installation: Installation, slug: str) -> None:
        """Neither has one without a provider; the two look alike."""
        assert reason_of(installation.browser().get(f"/login/{slug}")) == "sign-in-unknown"

    def test_a_directory_that_is_off_signs_nobody_in(self, installation: Installation) -> None:
        """Neither does a sign-in that was under way when it was switched off."""
        browser = installation.browser()
        under_way = browser.go_to_provider("/login/acme", ADA)
        installation.lifecycle.write(directories.set_active, "acme", OPERATOR, active=False)
        assert reason_of(browser.get("/login/acme")) == "sign-in-unknown"
        assert reason_of(browser.get(under_way)) == "sign-in-unknown"

    def test_a_tenant_that_is_off_signs_nobody_in(self, installation: Installation) -> None:
        """Its directories are as if they were not there."""
        installation.lifecycle.write(lambda work: work.connection.execute(update(tenant).values(active=False)))
        assert reason_of(installation.browser().get("/login/acme")) == "sign-in-unknown"


class TestTooMany:
    """100,000 abandoned sign-ins make nothing grow without bound."""

    def test_one_source_begins_so_many_in_a_second(self, installation: Installation, clock: Clock) -> None:
        """Twenty at once, then ten a second; whoever comes after is told how long to wait, others are not."""
        before = len(installation.browser().get("/login/acme").headers)
        answers = [installation.request("/login/acme") for _ in range(30)]
        assert before
        assert [one.status_code for one in answers] == [302] * 19 + [429] * 11
        assert reason_of(answers[-1]) == "too-many-sign-ins"
        assert answers[-1].headers["Retry-After"] == "1"
        assert re.search(r"Reference <code>[0-9A-F]{4}-[0-9A-F]{4}<", answers[-1].text)
        elsewhere = installation.app.test_client().get("/login/acme", environ_base={"REMOTE_ADDR": "10.0.0.9"})
        assert elsewhere.status_code == 302
        clock.pass_time(seconds=1)
        answers = [installation.request("/login/acme") for _ in range(12)]
        assert [one.status_code for one in answers] == [302] * 10 + [429] * 2
        assert _under_way(installation) == 31

    def test_what_was_abandoned_is_forgotten(self, installation: Installation, clock: Clock) -> None:
        """After ten minutes, by the worker's clock."""
        for _ in range(20):
            installation.request("/login/acme")
        clock.pass_time(minutes=10)
        installation.lifecycle.write(delivery.tick)
        assert _under_way(installation) == 0

    def test_a_hundred_thousand_sources_take_bounded_memory(self, clock: Clock) -> None:
        """The one that was heard of longest ago is forgotten; one network of IPv6 is one source."""
        throttle = Throttle()
        for number in range(100_000):
            throttle.take(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", clock.now)
        assert len(throttle) == SOURCES
        for number in range(20):
            throttle.take(f"2001:db8::{number}", clock.now)
        with pytest.raises(TooManySignIns):
            throttle.take("2001:db8::ffff", clock.now)
        throttle.take("2001:db8:0:1::1", clock.now)


class TestTheWayBack:
    """`/callback/<directory>`."""

    def test_signing_in_sets_a_new_session_cookie(self, installation: Installation) -> None:
        """The cookie is a random reference, unreadable to scripts, and another one each time."""
        browser = installation.browser()
        first, second = (cookie_of(browser.sign_in(ADA), "jumpseat") for _ in range(2))
        assert first.partition(";")[0] != second.partition(";")[0]
        assert len(first.partition(";")[0]) == len("jumpseat=") + 43
        assert "HttpOnly" in first
        assert "SameSite=Lax" in first
        assert "Path=/" in first

    def test_the_session_before_is_over(self, installation: Installation) -> None:
        """Who keeps the old reference has nothing."""
        installation.state(ADA)
        browser = installation.browser()
        browser.accept(ADA)
        old = browser.client.get_cookie("jumpseat", domain="localhost")
        assert old
        browser.sign_in(ADA)
        assert browser.get("/gate/crm").status_code == 200
        thief = installation.request("/gate/crm", Cookie=f"jumpseat={old.value}")
        assert reason_of(thief) == "session-ended"

    def test_the_callback_of_another_browser_is_refused(self, installation: Installation) -> None:
        """Login CSRF: the attacker's own answer, opened in the victim's browser, signs nobody in."""
        attacker, victim = installation.browser(), installation.browser()
        callback = attacker.go_to_provider("/login/acme", BOB)
        for browser in (victim, installation.browser()):
            browser.get("/login/acme" if browser is victim else "/login")
            answer = browser.get(callback)
            assert answer.status_code == 400
            assert reason_of(answer) == "sign-in-expired"
            assert not [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("jumpseat=")]

    def test_a_callback_is_good_once(self, installation: Installation) -> None:
        """Going back in the browser's history signs nobody in again."""
        browser = installation.browser()
        callback = browser.go_to_provider("/login/acme", ADA)
        assert browser.get(callback).status_code == 303
        assert reason_of(browser.get(callback)) == "sign-in-expired"

    def test_a_callback_after_ten_minutes_is_too_late(self, installation: Installation, clock: Clock) -> None:
        """What was begun is kept for ten minutes."""
        browser = installation.browser()
        callback = browser.go_to_provider("/login/acme", ADA)
        clock.pass_time(minutes=10)
        assert reason_of(browser.get(callback)) == "sign-in-expired"

    def test_the_callback_of_another_directory_is_refused(self, installation: Installation) -> None:
        """Mix-up: what was begun with one directory is not completed at another's address."""
        installation.directory("globex")
        browser = installation.browser()
        callback = browser.go_to_provider("/login/acme", ADA)
        answer = browser.get(callback.replace("/callback/acme", "/callback/globex"))
        assert reason_of(answer) == "sign-in-expired"

    @pytest.mark.parametrize("name", ["state", "code", "iss"])
    def test_a_parameter_given_twice_is_refused(self, installation: Installation, name: str) -> None:
        """Two readers could see two different answers."""
        browser = installation.browser()
        callback = browser.go_to_provider("/login/acme", ADA)
        assert reason_of(browser.get(f"{callback}&{name}=a&{name}=b")) == "sign-in-incomplete"

    def test_two_tabs_both_come_back(self, installation: Installation) -> None:
        """Signing in on one tab does not spoil what another began."""
        browser = installation.browser()
        tabs = [browser.go_to_provider("/login/acme", ADA) for _ in range(2)]
        assert [browser.get(tab).status_code for tab in reversed(tabs)] == [303, 303]

    def test_the_twentieth_sign_in_still_works(self, installation: Installation) -> None:
        """Abandoned sign-ins pile up neither in the cookie nor in the database."""
        browser = installation.browser()
        for _ in range(19):
            answer = browser.get("/login/acme")
            assert sum(map(len, answer.headers.getlist("Set-Cookie"))) < 4096
        assert browser.sign_in(ADA).status_code == 303

    def test_cancelling_leads_back_to_the_beginning(self, installation: Installation) -> None:
        """Nothing of what the provider wrote is on the page."""
        browser = installation.browser()
        with installation.idp.deviate(Deviation.DENIES):
            callback = browser.go_to_provider("/login/acme", ADA)
        answer = browser.get(re.sub("error_description=[^&]*", "error_description=<script>call+555", callback))
        assert answer.status_code == 403
        assert reason_of(answer) == "sign-in-cancelled"
        assert "script" not in answer.text
        assert "555" not in answer.text
        assert 'href="/login"' in answer.text

    def test_a_lie_of_the_provider_ends_with_a_reference(
        self, installation: Installation, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The page has a number; the log has the number and the fault, and no token."""
        browser = installation.browser()
        callback = browser.go_to_provider("/login/acme", ADA)
        with installation.idp.deviate(Deviation.WRONG_ISSUER), caplog.at_level(logging.WARNING):
            answer = browser.get(callback)
        assert answer.status_code == 502
        assert reason_of(answer) == "provider-refused"
        facts = caplog.records[-1].facts  # type: ignore[attr-defined]
        assert facts["fault"] == "wrong-issuer"
        assert facts["reference"] in answer.text
        assert "another-issuer" not in answer.text + caplog.text

    def test_a_provider_that_is_down_is_said_to_be(self, installation: Installation) -> None:
        """503, and to try again."""
        with installation.idp.deviate(Deviation.DISCOVERY_FAILS):
            answer = installation.browser().get("/login/acme")
        assert answer.status_code == 503
        assert reason_of(answer) == "provider-unavailable"

    def test_a_secret_that_cannot_be_read_is_our_providers_failure(self, installation: Installation) -> None:
        """After a change of the secret key: a page with a reference, no stack trace."""
        object.__setattr__(installation.lifecycle, "settings", _other_key(installation))
        assert reason_of(installation.browser().get("/login/acme")) == "provider-refused"

    def test_new_settings_of_a_directory_count_at_once(self, installation: Installation) -> None:
        """A changed client is used by the very next sign-in."""
        browser = installation.browser()
        assert "client_id=acme" in browser.get("/login/acme").headers["Location"]
        installation.lifecycle.write(
            directories.set_sign_in,
            "acme",
            OPERATOR,
            issuer=installation.idp.issuer,
            client_id="new",
            client_secret="x",
        )
        assert "client_id=new" in browser.get("/login/acme").headers["Location"]


class TestWhereOneGoesAfterwards:
    """`next`: a path of ours, or `/me`."""

    def test_back_to_where_one_came_from(self, installation: Installation) -> None:
        """The path travels with us, not with the provider."""
        browser = installation.browser()
        answer = browser.sign_in(ADA, "/login/acme?next=/invitations/abc")
        assert answer.headers["Location"] == "/invitations/abc"

    @pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example", "%5C%5Cevil.example", "javascript:1"])
    def test_no_other_site_is_gone_to(self, installation: Installation, path: str) -> None:
        """An open redirector helps phishers."""
        answer = installation.browser().sign_in(ADA, f"/login/acme?next={path}")
        assert answer.headers["Location"] == "/me"


def test_over_https_the_cookies_are_bound_to_the_host(secure_installation: Installation) -> None:
    """`__Host-`, Secure: no other host and no plain connection can set or read them."""
    browser: Browser = secure_installation.browser()
    answer = browser.get("/login/acme")
    assert "Secure" in cookie_of(answer, "__Host-jumpseat-browser")
    assert answer.headers["Strict-Transport-Security"]
    answer = browser.sign_in(ADA)
    session = cookie_of(answer, "__Host-jumpseat")
    assert "Secure" in session
    assert "Domain" not in session


def _under_way(installation: Installation) -> int:
    with installation.lifecycle.database.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(login_attempt)).scalar_one()


def _other_key(installation: Installation) -> object:
    return dataclasses.replace(installation.lifecycle.settings, secret_key="z" * 32)
