"""Signing out here, and on the provider's word (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import TestResponse

from demo.authorization import SignedIn
from demo.deviations import Deviation

from ..installation import Browser, Installation
from .conftest import ADA, BOB, Clock


@pytest.fixture
def browser(installation: Installation) -> Browser:
    """Return a browser in which Ada has accepted and entered."""
    installation.state(ADA)
    browser = installation.browser()
    browser.accept(ADA)
    assert browser.get("/gate/crm").status_code == 200
    return browser


def session_of(installation: Installation, user_name: str = ADA.user_name) -> SignedIn:
    """Return the newest session that the provider has of somebody."""
    sessions = [session for session, _ in installation.idp.store.sessions.values()]
    return [one for one in sessions if one.person.user_name == user_name][-1]


def tell(installation: Installation, token: str, directory: str = "acme") -> TestResponse:
    return installation.app.test_client().post(f"/backchannel-logout/{directory}", data={"logout_token": token})


class TestHere:
    """`/logout`."""

    def test_a_get_signs_nobody_out(self, browser: Browser) -> None:
        """An image on another site asks by GET; it gets a page with a button."""
        assert browser.get("/logout").status_code == 200
        assert browser.get("/gate/crm").status_code == 200

    def test_a_post_without_our_word_signs_nobody_out(self, browser: Browser) -> None:
        """Neither does another site's form."""
        assert browser.client.post("/logout", base_url="http://localhost:8080").status_code == 403
        assert browser.get("/gate/crm").status_code == 200

    def test_the_button_ends_the_session_and_leads_to_the_provider(self, browser: Browser) -> None:
        """Over here at once, then on to the provider with the ID token as a hint."""
        answer = browser.post("/logout", browser.get("/me"))
        assert answer.status_code == 200
        found = re.search(r'<a class="button" href="([^"]+)"', answer.text)
        assert found
        assert "/oauth2/v1/logout?" in found[1]
        assert "id_token_hint=" in found[1]
        assert "post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Flogin" in found[1]
        assert browser.get("/gate/crm").headers["X-Jumpseat-Reason"] == "signed-out"

    def test_the_session_ends_though_the_provider_is_down(
        self, browser: Browser, installation: Installation, clock: Clock
    ) -> None:
        """What ends here does not wait for anybody."""
        cookie = browser.client.get_cookie("jumpseat", domain="localhost")
        assert cookie
        installation.app.extensions.pop("jumpseat.providers")
        with installation.idp.deviate(Deviation.DISCOVERY_FAILS):
            answer = browser.post("/logout", browser.get("/me"))
        assert answer.status_code == 200
        thief = installation.request("/gate/crm", Cookie=f"jumpseat={cookie.value}")
        assert thief.headers["X-Jumpseat-Reason"] == "session-ended"

    def test_signing_out_twice_is_harmless(self, browser: Browser) -> None:
        """The second time there is nothing to end."""
        browser.post("/logout", browser.get("/logout"))
        assert browser.post("/logout", browser.get("/logout")).status_code == 200


class TestOnTheProvidersWord:
    """`/backchannel-logout/<directory>`."""

    def test_a_session_that_the_provider_names_is_over(self, browser: Browser, installation: Installation) -> None:
        """The very next request is refused; the answer is empty and not kept by anybody."""
        answer = tell(installation, installation.idp.logout_token("acme", session_of(installation)))
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert browser.get("/gate/crm").headers["X-Jumpseat-Reason"] == "session-ended"

    def test_a_subject_alone_ends_all_of_its_sessions(self, browser: Browser, installation: Installation) -> None:
        """And nobody else's."""
        second, bob = installation.browser(), installation.browser()
        second.sign_in(ADA)
        installation.state(BOB)
        bob.accept(BOB)
        tell(installation, installation.idp.logout_token("acme", session_of(installation), sid=None))
        assert [one.get("/gate/crm").status_code for one in (browser, second, bob)] == [401, 401, 200]

    def test_a_session_id_ends_that_session_alone(self, browser: Browser, installation: Installation) -> None:
        """The person's other session goes on."""
        second = installation.browser()
        second.sign_in(ADA)
        tell(installation, installation.idp.logout_token("acme", session_of(installation)))
        assert [one.get("/gate/crm").status_code for one in (browser, second)] == [200, 401]

    def test_a_replay_ends_nothing(self, browser: Browser, installation: Installation) -> None:
        """A token seen before is good for nothing, though it is well signed."""
        token = installation.idp.logout_token("acme", session_of(installation), sid=None)
        tell(installation, token)
        browser.sign_in(ADA)
        assert tell(installation, token).status_code == 200
        assert browser.get("/gate/crm").status_code == 200

    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": "https://other.example"},
            {"aud": "globex"},
            {"events": None},
            {"events": {"http://schemas.openid.net/event/other": {}}},
            {"nonce": "n"},
            {"sub": None, "sid": None},
            {"jti": None},
            {"iat": 1},
            {"exp": 1},
        ],
        ids=str,
    )
    def test_a_wrong_token_ends_nothing(
        self, browser: Browser, installation: Installation, changes: dict[str, object]
    ) -> None:
        """400, a word that tells nothing, and the session goes on."""
        answer = tell(installation, installation.idp.logout_token("acme", session_of(installation), **changes))
        assert answer.status_code == 400
        assert answer.json == {"error": "invalid_request"}
        assert browser.get("/gate/crm").status_code == 200

    @pytest.mark.parametrize(
        "deviation",
        [
            Deviation.NO_ALGORITHM,
            Deviation.PUBLIC_KEY_AS_SECRET,
            Deviation.UNLISTED_ALGORITHM,
            Deviation.FORGED_SIGNATURE,
            Deviation.EMBEDDED_KEY,
        ],
    )
    def test_a_wrongly_signed_token_ends_nothing(
        self, browser: Browser, installation: Installation, deviation: Deviation
    ) -> None:
        """The rules for signatures are those of ID tokens."""
        with installation.idp.deviate(deviation):
            token = installation.idp.logout_token("acme", session_of(installation))
        assert tell(installation, token).status_code == 400
        assert browser.get("/gate/crm").status_code == 200

    @pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "x" * 200_000])
    def test_nonsense_is_refused(self, installation: Installation, token: str) -> None:
        """What is no token never reaches the provider."""
        installation.idp.requests.clear()
        assert tell(installation, token).status_code == 400
        assert "keys" not in installation.idp.requests

    @pytest.mark.parametrize("directory", ["nowhere", "main-local"])
    def test_an_unknown_directory_answers_alike(self, installation: Installation, directory: str) -> None:
        """Whether it exists is not told."""
        assert tell(installation, "a.b.c", directory).json == {"error": "invalid_request"}

    def test_an_id_token_is_no_logout_token(self, browser: Browser, installation: Installation) -> None:
        """It names no logout event."""
        token = installation.idp.sign(
            {"iss": installation.idp.issuer, "aud": "acme", "sub": ADA.id, "iat": 1, "exp": 2, "jti": "j"}
        )
        assert tell(installation, token).status_code == 400
