"""The client proves itself by a private key (RFC 7523), to a provider that verifies it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import responses
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from connector.domain.errors import InvalidValue
from connector.lifecycle import client_keys, directories
from connector.lifecycle.diagnosis import Check, diagnose

from ..installation import CAUSE, PUBLIC_URL, Installation
from .conftest import ADA

EC_KEY = ECKey.generate_key("P-256")


def use_key(installation: Installation, key: str, **facts: Any) -> None:
    """Let the directory's client have this key, and the provider read its public half from us, and take no secret."""
    client = installation.app.test_client()
    installation.idp.register_client(
        "acme",
        "secret",
        [f"{PUBLIC_URL}/callback/acme"],
        public_keys=lambda: client.get("/login/acme/jwks.json").json,
    )
    facts = {"issuer": installation.idp.issuer, "client_id": "acme", "client_secret": None, "client_key": key} | facts
    installation.lifecycle.write(directories.set_sign_in, "acme", CAUSE, **facts)


@pytest.mark.parametrize(
    "key",
    [
        client_keys.generated(),
        client_keys.read(EC_KEY.as_pem(private=True).decode()),
        client_keys.read(json.dumps(ECKey.generate_key("P-384").as_dict(private=True))),
        client_keys.read(RSAKey.generate_key(2048).as_pem(private=True).decode()),
    ],
    ids=["generated", "P-256 as PEM", "P-384 as JWK", "RSA as PEM"],
)
def test_a_sign_in_with_a_key_succeeds(installation: Installation, key: str) -> None:
    """The provider reads the public half at our address, and verifies signature, audience, age and jti."""
    use_key(installation, key)
    browser = installation.browser()
    assert [browser.sign_in(ADA).status_code for _ in range(2)] == [303, 303]


def test_an_assertion_is_for_one_endpoint_for_a_minute_and_once(installation: Installation) -> None:
    """Issuer and subject are the client, the audience is the token endpoint and nothing else; no secret is sent."""
    use_key(installation, client_keys.generated())
    sent = []
    for _ in range(2):
        browser = installation.browser()
        callback = browser.go_to_provider("/login/acme", ADA)
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            mock.add_passthru(installation.idp.issuer + installation.idp.manners.keys)
            mock.post(installation.idp.issuer + installation.idp.manners.token, status=400, json={"error": "x"})
            browser.get(callback)
            request = mock.calls[-1].request
        assert "Authorization" not in request.headers
        sent.append(dict(part.split("=", 1) for part in str(request.body).split("&")))
    keys = KeySet.import_key_set(installation.app.test_client().get("/login/acme/jwks.json").json)
    tokens = [jwt.decode(form["client_assertion"], keys, ["ES256"]) for form in sent]
    claims, header = tokens[0].claims, tokens[0].header
    assert (claims["iss"], claims["sub"]) == ("acme", "acme")
    assert claims["aud"] == installation.idp.issuer + installation.idp.manners.token
    assert claims["iat"] == int(installation.clock().timestamp())
    assert claims["exp"] - claims["iat"] == 60
    assert claims["jti"] != tokens[1].claims["jti"]
    assert header["kid"] == keys.keys[0].kid
    assert "client_secret" not in sent[0]


def test_another_key_is_not_taken(installation: Installation) -> None:
    """The provider holds us to the key that it has read; the person gets a page."""
    use_key(installation, client_keys.generated())
    stranger = KeySet([ECKey.generate_key("P-256")])
    installation.idp.register_client(
        "acme", "secret", [f"{PUBLIC_URL}/callback/acme"], public_keys=lambda: stranger.as_dict()
    )
    assert installation.browser().sign_in(ADA).headers["X-Jumpseat-Reason"] == "provider-refused"


def test_the_published_key_set_has_no_private_half(installation: Installation) -> None:
    """And where no key is, there is no key set."""
    client = installation.app.test_client()
    for slug in ("acme", "nowhere", "main-local"):
        assert client.get(f"/login/{slug}/jwks.json").status_code == 404
    use_key(installation, client_keys.read(EC_KEY.as_pem(private=True).decode()))
    (published,) = client.get("/login/acme/jwks.json").json["keys"]
    assert published.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (published["alg"], published["kid"]) == ("ES256", EC_KEY.thumbprint())
    directory = installation.lifecycle.read(directories.directory_named, "acme")
    private = EC_KEY.as_dict(private=True)["d"]
    assert str(private) not in repr(directory) + str(directory.client_key_sealed)


def test_a_key_replaces_the_secret_and_the_other_way_round(installation: Installation) -> None:
    """A client proves itself in one way; both at once are refused."""
    use_key(installation, client_keys.generated())
    assert installation.lifecycle.read(directories.directory_named, "acme").proves_itself_by == "private key"
    with pytest.raises(InvalidValue, match="not by both"):
        use_key(installation, client_keys.generated(), client_secret="secret")
    use_key(installation, "", client_secret="secret")
    assert installation.lifecycle.read(directories.directory_named, "acme").proves_itself_by == "client secret"
    assert installation.app.test_client().get("/login/acme/jwks.json").status_code == 404


def test_a_key_that_was_sealed_with_another_secret_key_is_told(installation: Installation) -> None:
    """Nobody signs in with it, no page breaks, and `doctor` says so."""
    use_key(installation, client_keys.generated())
    other = type(installation.lifecycle.settings)(
        secret_key="z" * 32, public_url=PUBLIC_URL, database_url=installation.url
    )
    object.__setattr__(installation.lifecycle, "settings", other)
    assert installation.browser().get("/login/acme").headers["X-Jumpseat-Reason"] == "provider-refused"
    assert installation.app.test_client().get("/login/acme/jwks.json").status_code == 404
    (finding,) = installation.lifecycle.read(diagnose)[Check.SECRETS]
    assert "private key" in finding.sentence


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "{}",
        "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----",
        EC_KEY.as_pem(private=False).decode(),
        json.dumps(EC_KEY.as_dict(private=False)),
        json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=True)),
        json.dumps(OctKey.generate_key(256).as_dict(private=True)),
        ECKey.generate_key("secp256k1").as_pem(private=True).decode(),
    ],
    ids=["empty", "word", "object", "broken", "public", "public-jwk", "ed25519", "symmetric", "other-curve"],
)
def test_what_is_no_usable_private_key_is_refused(text: str) -> None:
    """In time, and in words."""
    with pytest.raises(InvalidValue, match="private key"):
        client_keys.read(text)


def test_a_short_rsa_key_is_refused() -> None:
    """1,024 bits are too few."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    short = rsa.generate_private_key(65537, 1024)  # noqa: S505 -- what is refused
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with pytest.raises(InvalidValue, match="2048 bits"):
        client_keys.read(short.private_bytes(*form).decode())


def test_what_a_directory_asks_of_a_sign_in_can_be_set(installation: Installation) -> None:
    """The age goes to the provider and is held against `auth_time`; userinfo is asked though the token says enough."""
    facts = {"issuer": installation.idp.issuer, "client_id": "acme", "client_secret": "secret"}
    write = installation.lifecycle.write
    write(directories.set_sign_in, "acme", CAUSE, **facts, max_age=timedelta(minutes=5), always_ask_userinfo=True)
    installation.idp.requests.clear()
    browser = installation.browser()
    assert "max_age=300" in browser.get("/login/acme").headers["Location"]
    assert browser.sign_in(ADA).status_code == 303
    assert "userinfo" in installation.idp.requests
    installation.idp.vouches = {"auth_time": int(installation.clock().timestamp()) - 400}
    assert browser.sign_in(ADA).headers["X-Jumpseat-Reason"] == "provider-refused"
    # What is not named stays; an age of nothing asks for none.
    write(directories.set_sign_in, "acme", CAUSE, **facts)
    assert installation.lifecycle.read(directories.directory_named, "acme").max_age == timedelta(minutes=5)
    write(directories.set_sign_in, "acme", CAUSE, **facts, max_age=timedelta(0), always_ask_userinfo=False)
    installation.idp.requests.clear()
    assert "max_age" not in browser.get("/login/acme").headers["Location"]
    assert browser.sign_in(ADA).status_code == 303
    assert "userinfo" not in installation.idp.requests
