"""Signing in at a provider that nobody here wrote: Canaille, as `pytest-iam` runs it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from connector.domain.identities import verified_email
from connector.sso.provider import Provider, ProviderConfig
from connector.web.issuers.failures import ProviderFailure

REDIRECT_URI = "http://localhost:8080/callback/acme"


@pytest.fixture
def client(iam_server: Any) -> Iterator[Any]:
    """Return our registration there."""
    with iam_server.app.app_context():
        client = iam_server.models.Client(
            client_id="jumpseat",
            client_secret="secret",
            client_name="Jumpseat",
            client_uri="http://localhost:8080",
            redirect_uris=[REDIRECT_URI],
            grant_types=["authorization_code"],
            response_types=["code"],
            token_endpoint_auth_method="client_secret_basic",
            scope=["openid", "profile", "email"],
        )
        iam_server.backend.save(client)
        client.audience = [client]
        iam_server.backend.save(client)
        yield client
        iam_server.backend.delete(client)


@pytest.fixture
def person(iam_server: Any, client: Any) -> Iterator[Any]:
    """Return somebody who is signed in there and has agreed."""
    person = iam_server.random_user(user_name="ada", emails=["ada@acme.example"])
    iam_server.login(person)
    iam_server.consent(person, client)
    yield person
    iam_server.logout()


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)  # the foreign provider has no other clock


def provider(iam_server: Any, **changes: str) -> Provider:
    issuer = requests.get(iam_server.url + ".well-known/openid-configuration", timeout=5).json()["issuer"]
    settings: dict[str, Any] = {"issuer": issuer, "client_id": "jumpseat", "client_secret": "secret"} | changes
    return Provider(ProviderConfig(redirect_uri=REDIRECT_URI, allow_http_loopback=True, **settings))


def test_a_foreign_provider_signs_somebody_in(iam_server: Any, person: Any) -> None:
    """Discovery, PKCE, code, ID token and userinfo: the strict checks let an honest stranger through."""
    ours = provider(iam_server)
    begun = ours.begin(now())
    answer = requests.get(begun.url, allow_redirects=False, timeout=5)
    params = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    identity = ours.complete(params, begun.secrets, now())
    assert identity.subject == person.user_name
    assert identity.claims["email"] == "ada@acme.example"
    assert verified_email(identity.claims) in {None, "ada@acme.example"}


def test_a_foreign_provider_refuses_a_wrong_secret(iam_server: Any, person: Any) -> None:
    """Its refusal is a failure of ours to name, without its words."""
    ours = provider(iam_server, client_secret="wrong")
    begun = ours.begin(now())
    answer = requests.get(begun.url, allow_redirects=False, timeout=5)
    params = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    with pytest.raises(ProviderFailure) as caught:
        ours.complete(params, begun.secrets, now())
    assert str(caught.value) == "code-refused"
