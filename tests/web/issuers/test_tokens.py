"""The corpus of JOSE tricks: whatever a token says of how to check it, we know better."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import warnings

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from connector.web.issuers.failures import Fault, ProviderFailure
from connector.web.issuers.keys import PublicKey, allowed, matching_key, usable_keys
from connector.web.issuers.strict_json import strict_object
from connector.web.issuers.tokens import verified

RSA = RSAKey.generate_key(2048, {"kid": "r"})
EC = ECKey.generate_key("P-256", {"kid": "e"})
P384 = ECKey.generate_key("P-384", {"kid": "p"})
ED = OKPKey.generate_key("Ed25519", {"kid": "o"})
KEYS = usable_keys({"keys": [key.as_dict(private=False) for key in (RSA, EC, P384, ED)]})
JWT = frozenset({"jwt"})


def find(key_id: str | None, algorithm: str) -> PublicKey | None:
    return matching_key(KEYS, key_id, algorithm)


def segment(content: object) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def fault_of(token: object, types: frozenset[str] = JWT) -> Fault | None:
    try:
        verified(token, find, types)
    except ProviderFailure as failure:
        return failure.fault
    return None


def signed(**header: object) -> str:
    return jwt.encode({"alg": "RS256", "kid": "r", **header}, {"sub": "ada"}, RSA)


def test_what_is_signed_is_returned() -> None:
    """A good token yields its header and claims."""
    found = verified(signed(), find, JWT)
    assert found.claims == {"sub": "ada"}
    assert found.header["kid"] == "r"


def test_edwards_signatures_go_by_both_names() -> None:
    """RFC 9864 renamed EdDSA to Ed25519; providers write either, and no warning is raised for it."""
    with warnings.catch_warnings(action="ignore"):
        old = jwt.encode({"alg": "EdDSA", "kid": "o"}, {"sub": "ada"}, ED, ["EdDSA"])
    new = jwt.encode({"alg": "Ed25519", "kid": "o"}, {"sub": "ada"}, ED, ["Ed25519"])
    assert fault_of(old) is None
    assert fault_of(new) is None


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "NONE", "nOnE", "", None, 1, ["RS256"], "HS256", "HS512", "RS1", "ES256K", "dir"]
)
def test_other_algorithms_are_refused(algorithm: object) -> None:
    """Nothing but the allow-list, in its own spelling."""
    token = f"{segment({'alg': algorithm, 'kid': 'r'})}.{segment({'sub': 'ada'})}."
    assert fault_of(token) is Fault.ALGORITHM_REFUSED


@pytest.mark.parametrize("secret", [RSA.as_pem(private=False), json.dumps(RSA.as_dict(private=False)).encode()])
def test_a_public_key_is_no_secret(secret: bytes) -> None:
    """HS256 with the public key, as PEM or as JWK."""
    message = f"{segment({'alg': 'HS256', 'kid': 'r'})}.{segment({'sub': 'ada'})}"
    token = f"{message}.{segment(hmac.digest(secret, message.encode(), hashlib.sha256))}"
    assert fault_of(token) is Fault.ALGORITHM_REFUSED


@pytest.mark.parametrize(
    "extra",
    [
        {"jwk": RSA.as_dict(private=False)},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
        {"crit": ["exp"], "exp": 1},
        {"crit": []},
        {"b64": False},
        {"kid": 1},
        {"kid": ["r"]},
    ],
)
def test_what_a_token_brings_along_is_not_followed(extra: dict[str, object]) -> None:
    """Keys, addresses and demands in the header end it, even under a good signature."""
    header = {"alg": "RS256", "kid": "r", **extra}
    assert fault_of(f"{segment(header)}.{segment({'sub': 'ada'})}.AAAA") is Fault.HEADER_REFUSED


@pytest.mark.parametrize("kid", ["../../etc/passwd", "' OR 1=1 --", "https://evil.example/keys", "", "R"])
def test_an_odd_kid_is_only_an_unknown_one(kid: str) -> None:
    """`kid` is compared, never followed."""
    assert fault_of(signed(kid=kid)) is Fault.UNKNOWN_KEY


@pytest.mark.parametrize("kind", ["logout+jwt", "at+jwt", "secevent+jwt", "JWE", 1, None])
def test_other_kinds_of_token_are_refused(kind: object) -> None:
    """A logout token is no ID token, though the same key signed it."""
    header = {"alg": "RS256", "kid": "r", "typ": kind}
    assert fault_of(f"{segment(header)}.{segment({})}.AAAA") is Fault.TYPE_REFUSED


@pytest.mark.parametrize("kind", ["JWT", "jwt", "application/jwt"])
def test_the_kind_is_compared_as_a_media_type(kind: str) -> None:
    """RFC 7515 section 4.1.9: without regard to case, `application/` may be left out."""
    assert fault_of(signed(typ=kind)) is None


def test_one_key_does_not_serve_another_algorithm() -> None:
    """The key's kind, and its own `alg`, decide what it checks."""
    assert matching_key(KEYS, "r", "ES256") is None
    assert matching_key(KEYS, "p", "ES256") is None
    assert matching_key(KEYS, "p", "ES384") is not None
    bound = usable_keys({"keys": [{**RSA.as_dict(private=False), "alg": "PS256"}]})
    assert matching_key(bound, "r", "RS256") is None
    assert matching_key(bound, "r", "PS256") is not None


def test_keys_that_must_not_check_signatures_are_left_out() -> None:
    """Keys for encryption, secrets, weak ones and unheard-of ones do not spoil the set."""
    weak = {"kty": "RSA", "kid": "weak", "e": "AQAB", "n": segment(bytes([255] * 128))}
    others = [
        {**RSA.as_dict(private=False), "use": "enc"},
        OctKey.generate_key(256).as_dict(private=True),
        weak,
        {"kty": "AKP", "kid": "post-quantum", "alg": "ML-DSA-44", "pub": "AAAA"},
        {"kty": "RSA"},
        "not a key",
        None,
    ]
    assert len(usable_keys({"keys": [*others, EC.as_dict(private=False)]})) == 1
    for document in ({"keys": others}, {"keys": []}, {"keys": "none"}, {}):
        with pytest.raises(ProviderFailure, match="metadata-incomplete"):
            usable_keys(document)


@pytest.mark.parametrize(
    "token",
    [
        None,
        1,
        b"a.b.c",
        "",
        "a",
        "a.b",
        "a.b.c.d.e",
        "....",
        "é.b.c",
        "!!.e30.AAAA",
        "e30.e30." + "A" * 100_000,
        "W10.e30.AA",
    ],
    ids=lambda value: str(value)[:12],
)
def test_what_is_no_token_is_malformed(token: object) -> None:
    """Wrong types, wrong shapes, too long, encrypted (five parts): refused before any cryptography."""
    assert fault_of(token) is Fault.MALFORMED_TOKEN


@pytest.mark.parametrize("signature", ["", "AAAA", "A" * 342])
def test_an_empty_or_made_up_signature_is_bad(signature: str) -> None:
    """Nothing signed is nothing said."""
    message = signed().rpartition(".")[0]
    assert fault_of(f"{message}.{signature}") is Fault.BAD_SIGNATURE


def test_zeros_are_no_elliptic_signature() -> None:
    """The "psychic signature": r = s = 0."""
    message = f"{segment({'alg': 'ES256', 'kid': 'e'})}.{segment({'sub': 'ada'})}"
    assert fault_of(f"{message}.{segment(bytes(64))}") is Fault.BAD_SIGNATURE


@pytest.mark.parametrize(
    "text", [b'{"a": 1, "a": 2}', b'{"a": NaN}', b'{"a": Infinity}', b"[]", b'"a"', b"", b"\xff", b"[" * 100_000]
)
def test_json_is_read_strictly(text: bytes) -> None:
    """Two readers must not be able to see two different objects in one text."""
    with pytest.raises(ProviderFailure, match="not-json"):
        strict_object(text, Fault.NOT_JSON)


@pytest.mark.parametrize(
    ("listed", "taken"),
    [
        (["RS256"], {"RS256"}),
        (["none", "HS256", "RS384"], {"RS384"}),
        (["EdDSA"], {"EdDSA", "Ed25519"}),
        (None, {"RS256"}),
        ("RS512", {"RS256"}),
        ([1, None], set()),
    ],
)
def test_a_provider_narrows_what_we_allow(listed: object, taken: set[str]) -> None:
    """What it lists and we do not allow stays refused; the two names of one algorithm count as one."""
    assert allowed(listed) == taken
