"""What members see: the invitation with its two answers, and their accounts."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import TestResponse

from connector.lifecycle import invitations
from demo.deviations import Deviation
from demo.speaking import ProviderPerson

from ..installation import CAUSE, Installation
from ..sso.conftest import ADA, BOB, Clock


def reason_of(answer: TestResponse) -> str:
    return str(answer.headers["X-Jumpseat-Reason"])


class TestTheInvitation:
    """`/invitations/<token>`."""

    def test_it_shows_what_is_offered_and_both_answers(self, installation: Installation) -> None:
        """Account, seat, permissions, until when; sign in to accept, or decline."""
        installation.state(ADA)
        page = installation.browser().get(installation.invitation_path(ADA))
        assert page.status_code == 200
        for shown in ("Acme CRM", "Ada Lovelace", "Seat", "Use the product", "29 November 2026", "Sign in to accept"):
            assert shown in page.text
        assert "Own product" not in page.text
        assert 'value="decline"' in page.text
        assert 'value="accept"' not in page.text
        assert page.headers["Referrer-Policy"] == "no-referrer"

    def test_it_speaks_the_language_that_the_directory_states(self, installation: Installation) -> None:
        """Before the browser's own."""
        installation.state(ADA, preferredLanguage="fr-FR")
        path = installation.invitation_path(ADA)
        page = installation.browser().get(path, headers={"Accept-Language": "en"})
        assert '<html lang="fr">' in page.text
        assert "Invitation à rejoindre Acme CRM" in page.text
        assert "Se connecter pour accepter" in page.text

    def test_it_speaks_the_language_of_the_list_where_the_directory_states_none(
        self, installation: Installation
    ) -> None:
        """She was invited by a list that says French."""
        installation.state(ADA)
        path = installation.invitation_path(ADA)
        statement = "UPDATE invitation SET language = 'fr'"
        installation.lifecycle.write(lambda work: work.connection.exec_driver_sql(statement))
        assert "Invitation à rejoindre Acme CRM" in installation.browser().get(path).text

    def test_an_offer_that_changes_under_ones_eyes_is_shown_again(self, installation: Installation) -> None:
        """Nothing is accepted by the page of the old one; the new page accepts."""
        installation.state(ADA)
        browser = installation.browser()
        browser.sign_in(ADA)
        path = installation.invitation_path(ADA)
        shown = browser.get(path)
        answer = browser.post(path, shown, answer="accept", offer="the-old-one")
        assert answer.status_code == 409
        assert "has changed meanwhile" in answer.text
        assert browser.get("/gate/crm").status_code == 403
        [now] = re.findall('name="offer" value="([^"]+)"', answer.text)
        assert browser.post(path, answer, answer="accept", offer=now).status_code == 303

    def test_looking_uses_nothing_up(self, installation: Installation) -> None:
        """Mail scanners open links, by GET and by HEAD."""
        installation.state(ADA)
        path = installation.invitation_path(ADA)
        scanner = installation.app.test_client()
        for _ in range(3):
            assert scanner.get(path).status_code == 200
            assert scanner.head(path).status_code == 200
        assert installation.browser().accept(ADA).status_code == 303

    def test_accepting_leads_to_ones_accounts_with_a_new_session(self, installation: Installation) -> None:
        """What the session is worth has changed, so its reference has."""
        installation.state(ADA)
        browser = installation.browser()
        browser.sign_in(ADA)
        old = browser.client.get_cookie("jumpseat", domain="localhost")
        answer = browser.accept(ADA)
        assert answer.status_code == 303
        new = browser.client.get_cookie("jumpseat", domain="localhost")
        assert old
        assert new
        assert old.value != new.value
        page = browser.get("/me")
        assert "Acme CRM" in page.text
        assert "Own product" not in page.text
        assert "active" in page.text

    def test_the_reference_from_before_the_acceptance_is_dead(self, installation: Installation) -> None:
        """Who had it before there was anything to get has nothing now."""
        installation.state(ADA)
        browser = installation.browser()
        browser.sign_in(ADA)
        before = browser.client.get_cookie("jumpseat", domain="localhost")
        path = installation.invitation_path(ADA)
        browser.post(path, browser.get(path), answer="accept")
        assert before
        assert installation.request("/gate/crm", Cookie=f"jumpseat={before.value}").status_code == 401
        assert browser.get("/gate/crm").status_code == 200

    def test_accepting_needs_a_sign_in(self, installation: Installation) -> None:
        """A form sent without one changes nothing."""
        installation.state(ADA)
        path = installation.invitation_path(ADA)
        browser = installation.browser()
        answer = browser.post(path, browser.get(path), answer="accept")
        assert answer.status_code == 401
        assert browser.accept(ADA).status_code == 303

    def test_accepting_needs_our_form(self, installation: Installation) -> None:
        """Another site cannot accept or decline for anybody."""
        installation.state(ADA)
        path = installation.invitation_path(ADA)
        for answer in ("accept", "decline"):
            forged = installation.app.test_client().post(path, data={"answer": answer})
            assert reason_of(forged) == "form-too-old"
        assert installation.browser().accept(ADA).status_code == 303

    @pytest.mark.parametrize("answer", ["", "maybe", "ACCEPT"])
    def test_another_answer_changes_nothing(self, installation: Installation, answer: str) -> None:
        """Only the two buttons count."""
        installation.state(ADA)
        path = installation.invitation_path(ADA)
        browser = installation.browser()
        assert reason_of(browser.post(path, browser.get(path), answer=answer)) == "not-possible"
        assert browser.accept(ADA).status_code == 303

    def test_somebody_else_cannot_accept(self, installation: Installation) -> None:
        """The token stays good for the one who is invited."""
        installation.state(ADA)
        path = installation.invitation_path(ADA)
        bob = installation.browser()
        bob.sign_in(BOB)
        answer = bob.post(path, bob.get(path), answer="accept")
        assert answer.status_code == 403
        assert reason_of(answer) == "identity-mismatch"
        assert installation.browser().accept(ADA).status_code == 303

    def test_an_acceptance_that_was_refused_stands_in_the_trail(self, installation: Installation) -> None:
        """With the reason and the issuer, once for each attempt: the operator is who will be asked why."""
        installation.state(ADA)
        path = installation.invitation_path(ADA)
        bob = installation.browser()
        bob.sign_in(BOB)
        bob.post(path, bob.get(path), answer="accept")
        events = installation.lifecycle.read(lambda work: list(work.trail.events()))
        (refused,) = (one for one in events if one["kind"] == "acceptance:refused")
        assert refused["after"]["issuer"] == installation.idp.issuer
        assert "externalId" in refused["after"]["why"]
        assert (refused["cause"], refused["actor"]) == ("person", "unknown")
        assert "identity:bound" not in {one["kind"] for one in events}

    def test_a_session_at_another_directory_is_asked_to_sign_in(self, installation: Installation) -> None:
        """Only the person's own directory can say who she is."""
        installation.state(ADA)
        installation.directory("globex")
        path = installation.invitation_path(ADA)
        browser = installation.browser()
        browser.sign_in(ADA, "/login/globex")
        page = browser.get(path)
        assert 'value="accept"' not in page.text
        assert reason_of(browser.post(path, page, answer="accept")) == "identity-mismatch"

    def test_declining_is_final_and_said_so(self, installation: Installation) -> None:
        """The page thanks; the link then says what was answered."""
        installation.state(ADA)
        path = installation.invitation_path(ADA)
        browser = installation.browser()
        assert "You have declined" in browser.post(path, browser.get(path), answer="decline").text
        assert reason_of(browser.get(path)) == "invitation-declined"
        browser.sign_in(ADA)
        answer = browser.post(path, browser.get("/login"), answer="accept")
        assert reason_of(answer) == "invitation-declined"

    def test_an_answered_invitation_says_so(self, installation: Installation) -> None:
        """Used once, good for nothing more."""
        installation.state(ADA)
        path = installation.invitation_path(ADA)
        browser = installation.browser()
        browser.accept(ADA)
        assert reason_of(browser.get(path)) == "invitation-accepted"
        assert reason_of(browser.post(path, browser.get("/me"), answer="decline")) == "invitation-accepted"
        assert browser.get("/gate/crm").status_code == 200

    def test_an_invitation_ends_on_the_second(self, installation: Installation, clock: Clock) -> None:
        """Seven days less a second it is good; at seven days it is not, whoever has noted it or not."""
        installation.state(ADA)
        path = installation.invitation_path(ADA)
        clock.pass_time(days=7, seconds=-1)
        browser = installation.browser()
        assert browser.get(path).status_code == 200
        clock.pass_time(seconds=1)
        assert reason_of(browser.get(path)) == "invitation-expired"
        browser.sign_in(ADA)
        assert reason_of(browser.post(path, browser.get("/login"), answer="accept")) == "invitation-expired"

    def test_a_link_that_was_sent_again_replaces_the_first(self, installation: Installation) -> None:
        """The old one is withdrawn."""
        installation.state(ADA)
        old = installation.invitation_path(ADA)
        installation.lifecycle.write(invitations.resend, "crm", "acme", ADA.user_name, CAUSE)
        assert reason_of(installation.browser().get(old)) == "invitation-cancelled"
        assert installation.browser().accept(ADA).status_code == 303

    def test_a_leavers_invitation_is_dead(self, installation: Installation) -> None:
        """Leaving cancels what is pending."""
        ada = installation.state(ADA)
        path = installation.invitation_path(ADA)
        installation.leave(ada)
        assert reason_of(installation.browser().get(path)) == "invitation-cancelled"

    def test_a_token_that_differs_anywhere_is_unknown(self, installation: Installation) -> None:
        """Truncated, lengthened, changed by a letter or its case: nothing is there."""
        installation.state(ADA)
        path = installation.invitation_path(ADA)
        token = path.rpartition("/")[2]
        changed = token[:-1] + ("A" if token[-1] != "A" else "B")
        for other in (token[:-1], token + "A", changed, token.swapcase(), "x", "%00", "é" * 43):
            answer = installation.browser().get(f"/invitations/{other}")
            assert answer.status_code == 404
            assert reason_of(answer) == "invitation-unknown"

    @pytest.mark.parametrize(
        "headers",
        [
            {"Host": "evil.example"},
            {"X-Forwarded-Host": "evil.example"},
            {"Forwarded": "host=evil.example"},
            {"X-Forwarded-Prefix": "/evil"},
        ],
        ids=str,
    )
    def test_no_header_changes_a_link(self, installation: Installation, headers: dict[str, str]) -> None:
        """Links on pages are paths, and the callback's address comes from the settings."""
        installation.state(ADA)
        client = installation.app.test_client()
        path = installation.invitation_path(ADA)
        assert "evil" not in client.get(path, headers=headers).text
        location = client.get("/login/acme", headers=headers).headers["Location"]
        assert "redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Fcallback%2Facme" in location

    def test_names_are_shown_as_text(self, installation: Installation) -> None:
        """A name that is markup stays a name."""
        person = ProviderPerson("00u9", "eve@acme.example", "<img src=x onerror=alert(1)>{0}", "eve@acme.example")
        installation.idp.people[person.user_name] = person
        installation.state(person)
        browser = installation.browser()
        shown = browser.get(installation.invitation_path(person)).text
        assert "<img" not in shown
        assert "&lt;img src=x" in shown
        browser.accept(person)
        assert "<img" not in browser.get("/me").text


class TestMyAccounts:
    """`/me`."""

    def test_whoever_is_not_signed_in_is_sent_to_sign_in(self, installation: Installation) -> None:
        """And comes back here."""
        answer = installation.browser().get("/me")
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/login?next=/me"

    def test_somebody_without_an_account_is_told_what_happens(self, installation: Installation) -> None:
        """Signed in, bound to nobody: no error."""
        browser = installation.browser()
        browser.sign_in(BOB)
        page = browser.get("/me")
        assert page.status_code == 200
        assert "Bob" in page.text
        assert "no account yet" in page.text

    def test_what_was_revoked_is_listed_no_more(self, installation: Installation) -> None:
        """An account that she accepted is there, one that she lost is not."""
        installation.state(ADA)
        browser = installation.browser()
        browser.accept(ADA)
        assert "Acme CRM" in browser.get("/me").text
        installation.lifecycle.write(invitations.revoke, "crm", "acme", ADA.user_name, CAUSE)
        browser.sign_in(ADA)
        page = browser.get("/me").text
        assert ADA.name in page
        assert "Acme CRM" not in page

    def test_looking_at_it_keeps_the_session_alive(self, installation: Installation, clock: Clock) -> None:
        """Idle is who asks for nothing."""
        browser = installation.browser()
        browser.sign_in(BOB)
        for _ in range(3):
            clock.pass_time(minutes=20)
            assert browser.get("/me").status_code == 200
        clock.pass_time(minutes=30)
        assert browser.get("/me").status_code == 302

    def test_the_bare_address_leads_here(self, installation: Installation) -> None:
        """Whoever types the host's name finds her accounts."""
        assert installation.browser().get("/").headers["Location"] == "/me"

    def test_no_claim_of_a_stranger_shows_somebody(self, installation: Installation) -> None:
        """An address alone is nobody: the same e-mail at the provider opens nothing without the bound subject."""
        installation.state(ADA)
        installation.browser().accept(ADA)
        twin = ProviderPerson("00uTWIN", "twin@acme.example", "Ada Lovelace", ADA.email)
        installation.idp.people[twin.user_name] = twin
        browser = installation.browser()
        browser.sign_in(twin)
        assert "Acme CRM" not in browser.get("/me").text
        assert reason_of(browser.get("/gate/crm")) == "not-provisioned"

    def test_a_sign_in_that_fails_shows_nobody(self, installation: Installation) -> None:
        """After a refused answer there is no session."""
        browser = installation.browser()
        callback = browser.go_to_provider("/login/acme", ADA)
        with installation.idp.deviate(Deviation.WRONG_NONCE):
            browser.get(callback)
        assert browser.get("/me").status_code == 302
