"""The demo's provider keeps its own side of the protocol; what it does wrongly is shown in tests/sso."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import KeySet

from demo.openid import OpenIdProvider
from demo.provider import running
from demo.speaking import ProviderPerson, Speech, read_people

ADA = ProviderPerson("00u1ada", "ada@acme.example", "Ada Lovelace", "ada@acme.example")
CALLBACK = "http://127.0.0.1:1/callback"
VERIFIER = "v" * 50


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIdProvider]:
    with running(Speech.OKTA, [ADA]) as provider:
        provider.register_client("rp", "secret", [CALLBACK], ["http://127.0.0.1:1/bye"])
        yield provider


def authorize(provider: OpenIdProvider, **changes: str) -> requests.Response:
    query = {
        "response_type": "code",
        "client_id": "rp",
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "state": "s",
        "nonce": "n",
        "code_challenge": create_s256_code_challenge(VERIFIER),
        "code_challenge_method": "S256",
    } | changes
    url = provider.metadata()["authorization_endpoint"]
    return requests.post(url, params=query, data={"person": ADA.user_name}, allow_redirects=False, timeout=5)


def exchange(provider: OpenIdProvider, code: str, **changes: str) -> requests.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return requests.post(provider.metadata()["token_endpoint"], data=form | changes, auth=("rp", "secret"), timeout=5)


def code_of(response: requests.Response) -> str:
    return parse_qs(urlsplit(response.headers["Location"]).query)["code"][0]


def test_the_sign_in_page_lists_the_people(provider: OpenIdProvider) -> None:
    """Without a person chosen, the page offers each of them as a button."""
    url = provider.metadata()["authorization_endpoint"]
    query = {"response_type": "code", "client_id": "rp", "redirect_uri": CALLBACK, "scope": "openid"}
    page = requests.get(url, params=query, timeout=5)
    assert page.status_code == 200
    assert 'value="ada@acme.example"' in page.text


def test_a_hint_and_no_prompt_sign_in_without_a_page(provider: OpenIdProvider) -> None:
    """`prompt=none` with `login_hint` answers with a code at once, for scripts."""
    url = provider.metadata()["authorization_endpoint"]
    query = {
        "response_type": "code",
        "client_id": "rp",
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "prompt": "none",
        "login_hint": ADA.user_name,
    }
    answer = requests.get(url, params=query, allow_redirects=False, timeout=5)
    assert answer.headers["Location"].startswith(CALLBACK + "?code=")
    stranger = requests.get(url, params={**query, "login_hint": "who@x"}, allow_redirects=False, timeout=5)
    assert "error=login_required" in stranger.headers["Location"]


def test_a_code_is_good_once_for_its_verifier_and_client(provider: OpenIdProvider) -> None:
    """The wrong verifier, a second exchange and a wrong secret get no token."""
    code = code_of(authorize(provider))
    assert exchange(provider, code, code_verifier="w" * 50).status_code == 400
    answer = exchange(provider, code)
    assert answer.status_code == 200
    assert exchange(provider, code).status_code == 400
    claims = jwt.decode(answer.json()["id_token"], KeySet.import_key_set(provider.public_keys)).claims
    assert (claims["iss"], claims["aud"], claims["sub"], claims["nonce"]) == (provider.issuer, "rp", ADA.id, "n")
    wrong = requests.post(
        provider.metadata()["token_endpoint"], data={"grant_type": "authorization_code"}, auth=("rp", "x"), timeout=5
    )
    assert wrong.status_code == 401


@pytest.mark.parametrize("change", [{"redirect_uri": "http://127.0.0.1:1/else"}, {"client_id": "unknown"}])
def test_a_foreign_address_or_client_is_never_redirected_to(provider: OpenIdProvider, change: dict[str, str]) -> None:
    """Nothing is sent to an address that was not registered."""
    answer = authorize(provider, **change)
    assert answer.status_code in {400, 401}
    assert "Location" not in answer.headers


def test_plain_challenges_are_refused(provider: OpenIdProvider) -> None:
    """Only S256 proves anything."""
    assert "error=invalid_request" in authorize(provider, code_challenge_method="plain").headers["Location"]


def test_ending_a_session_returns_only_to_a_registered_address(provider: OpenIdProvider) -> None:
    """RP-initiated logout follows the registered address with its state, and no other."""
    token = exchange(provider, code_of(authorize(provider))).json()["id_token"]
    url = provider.metadata()["end_session_endpoint"]
    form = {"id_token_hint": token, "post_logout_redirect_uri": "http://127.0.0.1:1/bye", "state": "x"}
    back = requests.post(url, data=form, allow_redirects=False, timeout=5)
    assert back.headers["Location"] == "http://127.0.0.1:1/bye?state=x"
    form["post_logout_redirect_uri"] = "https://evil.example/"
    assert requests.post(url, data=form, allow_redirects=False, timeout=5).status_code == 200


def test_signing_out_tells_every_client(provider: OpenIdProvider) -> None:
    """The client's back-channel address gets a logout token that names the session (Back-Channel Logout 1.0)."""
    provider.register_client("rp", "secret", [CALLBACK], backchannel_logout_uri="http://127.0.0.1:1/backchannel")
    claims = jwt.decode(
        exchange(provider, code_of(authorize(provider))).json()["id_token"], KeySet.import_key_set(provider.public_keys)
    ).claims
    with responses.RequestsMock() as mock:
        mock.post("http://127.0.0.1:1/backchannel")
        sent = mock.calls
        assert provider.sign_out(ADA.user_name) >= 1
        token = parse_qs(str(sent[-1].request.body))["logout_token"][0]
    told = jwt.decode(token, KeySet.import_key_set(provider.public_keys))
    assert told.header["typ"] == "logout+jwt"
    assert told.claims["sid"] == claims["sid"]
    assert "nonce" not in told.claims
    assert provider.sign_out(ADA.user_name) == 0


def test_entra_gives_a_pairwise_subject_and_no_word_on_the_address() -> None:
    """Entra's `sub` differs by client, `oid` does not, and `email_verified` is absent."""
    provider = OpenIdProvider("http://127.0.0.1:1", Speech.ENTRA, [ADA])
    one, two = (provider.manners.claims(ADA, client) for client in ("one", "two"))
    assert one["sub"] != two["sub"]
    assert one["oid"] == two["oid"] == ADA.id
    assert "email_verified" not in one


def test_people_are_read_from_a_file(tmp_path: Path) -> None:
    """The file is a JSON list of objects."""
    path = tmp_path / "people.json"
    path.write_text(json.dumps([{"id": "1", "user_name": "a", "name": "A", "email": "a@x"}]))
    assert read_people(path) == [ProviderPerson("1", "a", "A", "a@x")]
