"""What somebody who is refused can do herself, and what it tells strangers: nothing."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from connector.domain.events import Kind
from connector.lifecycle import accounts, asking, invitations, members

from ..installation import CAUSE, Browser, Installation
from ..sso.conftest import ADA, BOB, Clock

WHOM = ("crm", "acme", ADA.user_name)


def told(installation: Installation, kind: Kind) -> int:
    return sum(one["kind"] == kind.value for one in installation.lifecycle.read(lambda work: list(work.trail.events())))


def letters(installation: Installation) -> int:
    """Count the letters of invitation that were posted."""
    rows = installation.lifecycle.read(
        lambda work: list(work.connection.exec_driver_sql("SELECT id FROM outbox WHERE kind = 'mail.invitation'"))
    )
    return len(rows)


def known(installation: Installation) -> Browser:
    """Give Ada's browser, signed in and bound to her by an account of before, and let her wait for an answer in crm."""
    installation.state(ADA)
    browser = installation.browser()
    browser.accept(ADA)
    installation.lifecycle.write(invitations.revoke, *WHOM, CAUSE)
    installation.lifecycle.write(invitations.resend, *WHOM, CAUSE)
    return browser


def signed_in_again(installation: Installation) -> Browser:
    browser = installation.browser()
    browser.sign_in(ADA)
    return browser


def act(browser: Browser, path: str, what: str) -> TestResponse:
    return browser.post(f"{path}/{what}", browser.get(path))


class TestResending:
    """An invitation, sent again from the page."""

    def test_whoever_has_yet_to_accept_the_first_one_has_it_again(
        self, installation: Installation, clock: Clock
    ) -> None:
        """She is told by the subject claim that equals her externalId; anybody else at her provider sees no button."""
        installation.state(ADA)
        ada, bob = signed_in_again(installation), installation.browser()
        bob.sign_in(BOB)
        clock.pass_time(hours=2)
        ada.sign_in(ADA)
        bob.sign_in(BOB)
        assert 'href="/accounts/crm"' in ada.get("/gate/crm").text
        page = ada.get("/accounts/crm")
        assert page.headers["X-Jumpseat-Reason"] == "invitation-pending"
        act(ada, "/accounts/crm", "invitation")
        assert letters(installation) == 2
        assert bob.get("/accounts/crm").headers["X-Jumpseat-Reason"] == "not-provisioned"
        assert "<form" not in bob.get("/accounts/crm").text
        assert ada.get("/gate/crm").status_code == 403

    def test_an_expired_link_offers_a_new_letter_and_a_pending_one_does_not(
        self, installation: Installation, clock: Clock
    ) -> None:
        """Whoever has the link gets a letter sent, to the address that the directory states; the new link is good."""
        installation.state(ADA)
        path = installation.invitation_path(ADA)
        browser = installation.browser()
        assert "Send me" not in browser.get(path).text
        clock.pass_time(days=8)
        page = browser.get(path)
        assert f'action="{path}/again"' in page.text
        assert browser.post(f"{path}/again", page).status_code == 200
        assert letters(installation) == 2
        assert installation.invitation_path(ADA) != path
        assert browser.accept(ADA).status_code == 303

    def test_nobody_is_sent_more_than_a_letter_an_hour(self, installation: Installation, clock: Clock) -> None:
        """However often the button is pressed, in however many browsers."""
        known(installation)
        browser, before = signed_in_again(installation), letters(installation)
        for minutes, more in ((0, 0), (59, 0), (1, 1), (30, 1), (30, 2)):
            clock.pass_time(minutes=minutes)
            browser = signed_in_again(installation)
            act(browser, "/accounts/crm", "invitation")
            assert letters(installation) == before + more

    @pytest.mark.parametrize("path", ["/invitations/unknown/again", "/accounts/crm/invitation", "/accounts/no/request"])
    def test_a_stranger_learns_nothing(self, installation: Installation, path: str) -> None:
        """The page is the one that everybody gets, and nothing is sent."""
        installation.state(ADA)
        browser, before = installation.browser(), letters(installation)
        answer = browser.post(path, browser.get("/login"))
        hers = signed_in_again(installation)
        again = hers.post(path, hers.get("/login"))
        assert (answer.status_code, answer.text) == (200, again.text)
        assert letters(installation) == before

    def test_a_form_of_another_site_does_nothing(self, installation: Installation, clock: Clock) -> None:
        """Each of the forms carries a word of ours."""
        installation.state(ADA)
        path = installation.invitation_path(ADA)
        clock.pass_time(days=8)
        for action in (f"{path}/again", "/accounts/crm/invitation", "/accounts/crm/request"):
            assert installation.app.test_client().post(action).headers["X-Jumpseat-Reason"] == "form-too-old"
        assert letters(installation) == 1

    def test_a_no_is_not_undone_by_a_link(self, installation: Installation, clock: Clock) -> None:
        """Declined or cancelled: the link sends nothing, for an operator decides about that."""
        installation.state(ADA)
        path = installation.invitation_path(ADA)
        browser = installation.browser()
        browser.post(path, browser.get(path), answer="decline")
        clock.pass_time(days=8)
        page = browser.get(path)
        assert "<form" not in page.text
        browser.post(f"{path}/again", browser.get("/login"))
        assert letters(installation) == 1

    def test_a_leaver_is_sent_nothing(self, installation: Installation, clock: Clock) -> None:
        """Her expired link is good for no letter."""
        ada = installation.state(ADA)
        path = installation.invitation_path(ADA)
        clock.pass_time(days=8)
        page = installation.browser()
        installation.leave(ada)
        page.post(f"{path}/again", page.get("/login"))
        assert letters(installation) == 1


class TestAsking:
    """Asking for access."""

    @pytest.fixture
    def browser(self, installation: Installation) -> Browser:
        """Give Ada's browser, whose access was revoked."""
        installation.state(ADA)
        browser = installation.browser()
        browser.accept(ADA)
        installation.lifecycle.write(invitations.revoke, *WHOM, CAUSE)
        browser.sign_in(ADA)
        return browser

    def test_the_gate_leads_to_the_page_where_one_asks(self, installation: Installation, browser: Browser) -> None:
        """Asked once, it is said so, an operator sees it, and asking again makes no second request."""
        assert 'href="/accounts/crm"' in browser.get("/gate/crm").text
        page = browser.get("/accounts/crm")
        assert page.headers["X-Jumpseat-Reason"] == "revoked"
        browser.post("/accounts/crm/request", page)
        assert "You have asked for access" in browser.get("/accounts/crm").text
        browser.post("/accounts/crm/request", page)
        (one,) = installation.lifecycle.write(asking.open_requests, 10)
        assert (one.person.stated.user_name, one.account.slug, one.directory) == (ADA.user_name, "crm", "acme")
        assert told(installation, Kind.ACCESS_REQUESTED) == 1

    def test_an_invitation_answers_the_request(self, installation: Installation, browser: Browser) -> None:
        """It is listed no more."""
        act(browser, "/accounts/crm", "request")
        installation.lifecycle.write(invitations.resend, *WHOM, CAUSE)
        assert installation.lifecycle.write(asking.open_requests, 10) == []

    def test_after_a_no_one_can_ask_again_in_a_week(
        self, installation: Installation, browser: Browser, clock: Clock
    ) -> None:
        """Not before, however often."""
        act(browser, "/accounts/crm", "request")
        installation.lifecycle.write(asking.refuse, *WHOM, CAUSE)
        for days, number in ((0, 0), (6, 0), (1, 1)):
            clock.pass_time(days=days)
            browser.sign_in(ADA)
            browser.post("/accounts/crm/request", browser.get("/me"))
            assert len(installation.lifecycle.write(asking.open_requests, 10)) == number

    def test_whoever_is_suspended_or_bound_to_nobody_cannot_ask(self, installation: Installation) -> None:
        """Nor whoever has a seat: there is nothing to ask for."""
        installation.state(BOB)
        bob = installation.browser()
        bob.accept(BOB)
        assert bob.get("/accounts/crm").headers["Location"] == "/me"
        installation.lifecycle.write(members.suspend, "crm", "acme", BOB.user_name, CAUSE)
        stranger = installation.browser()
        for browser in (bob, stranger):
            browser.sign_in(BOB if browser is bob else ADA)
            browser.post("/accounts/crm/request", browser.get("/me"))
            assert "<form" not in browser.get("/accounts/crm").text
        assert installation.lifecycle.write(asking.open_requests, 10) == []


def test_whoever_waits_sees_her_place(installation: Installation) -> None:
    """The place on the line, from 1."""
    for person in (ADA, BOB):
        installation.state(person)
        installation.browser().accept(person)
    write = installation.lifecycle.write
    for person in (ADA, BOB):
        write(invitations.revoke, "crm", "acme", person.user_name, CAUSE)
    write(accounts.change_capacity, "crm", "seats", 0, CAUSE)
    for person in (BOB, ADA):
        write(invitations.resend, "crm", "acme", person.user_name, CAUSE)
    browser = signed_in_again(installation)
    assert "Your place on the waiting line is 2." in browser.get("/accounts/crm").text


def test_whoever_is_not_signed_in_comes_back_here(installation: Installation) -> None:
    """The button leads to sign-in, and from there to this page."""
    page = installation.browser().get("/accounts/crm")
    assert page.status_code == 401
    assert 'href="/login?next=/accounts/crm"' in page.text
