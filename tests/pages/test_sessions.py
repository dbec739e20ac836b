"""One's own sessions on `/me`."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import TestResponse

from connector.domain.events import Kind
from connector.web.browsers import this_browser

from ..installation import Browser, Installation
from ..sso.conftest import ADA, BOB, Clock

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def desk(installation: Installation) -> Browser:
    """Give the browser on Ada's desk, in which she has accepted."""
    installation.state(ADA)
    browser = installation.browser()
    browser.accept(ADA)
    return browser


@pytest.fixture
def phone(installation: Installation, desk: Browser) -> Browser:
    """Give another browser of hers."""
    browser = installation.browser()
    browser.client.environ_base["HTTP_USER_AGENT"] = WINDOWS
    browser.sign_in(ADA)
    return browser


def keys(page: TestResponse) -> list[str]:
    return re.findall(r'name="session" value="([0-9a-f]{16})"', page.text)


def test_each_is_listed_with_its_browser_and_this_one_is_marked(desk: Browser, phone: Browser) -> None:
    """The one that asks is marked and cannot be ended here: that is signing out."""
    page = desk.get("/me")
    assert page.text.count("this one") == 1
    assert "Firefox, Windows" in page.text
    assert len(keys(page)) == 1


def test_one_that_is_ended_is_refused_at_the_next_request(
    installation: Installation, desk: Browser, phone: Browser
) -> None:
    """The one that ended it goes on, and the trail has who did it."""
    page = desk.get("/me")
    assert desk.post("/me/sessions", page, session=keys(page)[0]).headers["Location"] == "/me"
    assert phone.get("/gate/crm").headers["X-Jumpseat-Reason"] == "session-ended"
    assert desk.get("/gate/crm").status_code == 200
    assert "Firefox, Windows" not in desk.get("/me").text
    events = installation.lifecycle.read(lambda work: list(work.trail.events()))
    (ended,) = [one for one in events if one["kind"] == Kind.SESSIONS_ENDED.value and one["cause"] == "person"][-1:]
    assert ended["after"] == {"sessions": 1}


def test_all_others_end_at_once(installation: Installation, desk: Browser, phone: Browser) -> None:
    """However many there are; the button is there when there are any."""
    third = installation.browser()
    third.sign_in(ADA)
    desk.post("/me/sessions", desk.get("/me"), others="yes")
    assert [one.get("/gate/crm").status_code for one in (desk, phone, third)] == [200, 401, 401]
    assert "all other" not in desk.get("/me").text


def test_nobody_ends_the_session_of_somebody_else(installation: Installation, desk: Browser, phone: Browser) -> None:
    """Not with its key, and not by ending all others; nor does a form of another page."""
    installation.state(BOB)
    bob = installation.browser()
    bob.accept(BOB)
    bob.post("/me/sessions", bob.get("/me"), session=keys(desk.get("/me"))[0])
    bob.post("/me/sessions", bob.get("/me"), others="yes")
    assert bob.client.post("/me/sessions", data={"others": "yes"}).status_code == 403
    assert [one.get("/gate/crm").status_code for one in (desk, phone, bob)] == [200, 200, 200]
    stranger = installation.browser()
    assert stranger.post("/me/sessions", stranger.get("/login"), others="yes").status_code == 303


def test_what_is_over_is_not_listed(desk: Browser, phone: Browser, clock: Clock) -> None:
    """Idle for half an hour: it opens nothing, so it is not shown as open."""
    clock.pass_time(minutes=20)
    desk.get("/me")
    clock.pass_time(minutes=20)
    assert keys(desk.get("/me")) == []


@pytest.mark.parametrize(
    ("said", "known"),
    [
        (WINDOWS, "Firefox, Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) AppleWebKit/605 Version/18.0 Safari/605", "Safari, macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Safari/604", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/130.0 Mobile Safari/537", "Chrome, Android"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537 Chrome/130 Safari/537 Edg/130", "Edge, Linux"),
        ("curl/8.0", None),
        ("<script>", None),
        ("", None),
    ],
)
def test_a_browser_is_named_by_words_of_ours(installation: Installation, said: str, known: str | None) -> None:
    """Nothing that it says of itself is kept or shown as it was said."""
    with installation.app.test_request_context(headers={"User-Agent": said}):
        assert this_browser() == known
