"""An OpenID provider on loopback, and a relying party that has just begun a sign-in with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from flask import Flask

from connector import web
from connector.domain.sessions import Identity
from connector.settings import Settings
from connector.sso.provider import Begun, Provider, ProviderConfig
from connector.web.pages import refusal
from demo.openid import OpenIdProvider
from demo.provider import running
from demo.speaking import ProviderPerson, Speech

from ..installation import Installation

ADA = ProviderPerson("00u1ada", "ada@acme.example", "Ada Lovelace", "ada@acme.example")
BOB = ProviderPerson("00u2bob", "bob@acme.example", "Bob", "bob@acme.example", email_verified=False)
REDIRECT_URI = "http://127.0.0.1:1/callback/acme"
CLIENT_ID = "jumpseat"
SECRET = "a-secret+with/odd=characters"


class Clock:
    """The time of the test, for both sides; it moves when told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> float:
        return self.now.timestamp()

    def get(self) -> datetime:
        return self.now

    def pass_time(self, **amount: float) -> datetime:
        self.now += timedelta(**amount)
        return self.now


CLOCK = Clock()


@pytest.fixture(scope="session")
def _speakers() -> Iterator[dict[Speech, OpenIdProvider]]:
    with ExitStack() as stack:
        yield {speech: stack.enter_context(running(speech, [ADA, BOB], CLOCK)) for speech in Speech}


@pytest.fixture
def clock() -> Iterator[Clock]:
    started = CLOCK.now
    yield CLOCK
    CLOCK.now = started


@pytest.fixture
def speech() -> Speech:
    """Name whose manners the provider has; a test asks for another with `parametrize("speech", ...)`."""
    return Speech.OKTA


@pytest.fixture
def provider(_speakers: dict[Speech, OpenIdProvider], speech: Speech) -> OpenIdProvider:
    """Return a provider that knows our client, signs with RS256 and has heard nothing yet."""
    provider = _speakers[speech]
    if provider.algorithm != "RS256":
        provider.rotate_keys(keep_old=False)
    provider.register_client(CLIENT_ID, SECRET, [REDIRECT_URI], ["http://127.0.0.1:1/login"])
    provider.deviations.clear()
    provider.vouches = {}
    provider.requests.clear()
    return provider


def config_for(provider: OpenIdProvider, **changes: object) -> ProviderConfig:
    settings = {
        "issuer": provider.issuer,
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "redirect_uri": REDIRECT_URI,
        "allow_http_loopback": True,
    }
    return ProviderConfig(**(settings | changes))


class RelyingParty:
    """What a browser and we do together: begin, sign in at the provider, come back."""

    def __init__(self, provider: OpenIdProvider, clock: Clock, **changes: object) -> None:
        self.idp, self.clock = provider, clock
        self.provider = Provider(config_for(provider, **changes))

    def begin(self) -> Begun:
        return self.provider.begin(self.clock.now)

    def sign_in(self, person: ProviderPerson = ADA) -> Identity:
        """Go through all of it."""
        begun = self.begin()
        return self.complete(visit(begun, person), begun)

    def complete(self, params: Mapping[str, str], begun: Begun) -> Identity:
        return self.provider.complete(params, begun.secrets, self.clock.now)


def visit(begun: Begun, person: ProviderPerson = ADA) -> dict[str, str]:
    """Click on a person at the provider, and return the parameters that the callback gets."""
    form = {"person": person.user_name}
    answer = requests.post(begun.url, data=form, allow_redirects=False, timeout=5)
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


@pytest.fixture
def party(provider: OpenIdProvider, clock: Clock) -> RelyingParty:
    return RelyingParty(provider, clock)


@pytest.fixture
def installation(sqlite_url: str, provider: OpenIdProvider, clock: Clock) -> Iterator[Installation]:
    """Return the application on a database of its own, with the provider as the directory `acme`'s."""
    installation = Installation(sqlite_url, clock.get, provider)
    yield installation
    installation.lifecycle.database.dispose()


@pytest.fixture(scope="session")
def page_of() -> Callable[[str], str]:
    """Return the text of a reason code's page; pages need settings, and no database."""
    app = Flask("pages", static_folder=None)
    app.extensions["jumpseat"] = SimpleNamespace(settings=Settings(secret_key="k" * 32))
    web.install(app)

    def show(code: str) -> str:
        with app.test_request_context("/"):
            return refusal(code).get_data(as_text=True)

    return show


@pytest.fixture
def secure_installation(sqlite_url: str, provider: OpenIdProvider, clock: Clock) -> Iterator[Installation]:
    """Return an installation that people reach over https, though its provider is on this machine."""
    installation = Installation(sqlite_url, clock.get, provider, public_url="https://localhost")
    yield installation
    installation.lifecycle.database.dispose()
