"""The ways in which a provider can be hostile or broken, each a switch, so that each is one test of the other side.

Nothing here is done unless it is asked for by name.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from enum import StrEnum

from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from demo.speaking import Claims

OTHER_ISSUER = "https://another-issuer.example"
OTHER_CLIENT = "another-client"


class Deviation(StrEnum):
    """One thing that the provider does wrong."""

    # claims of the ID token
    WRONG_ISSUER = "wrong-issuer"
    FOREIGN_AUDIENCE = "foreign-audience"
    ONE_MORE_AUDIENCE = "one-more-audience"
    FOREIGN_PARTY = "foreign-party"
    NO_AUDIENCE = "no-audience"
    NO_NONCE = "no-nonce"
    WRONG_NONCE = "wrong-nonce"
    EXPIRED = "expired"
    NO_EXPIRY = "no-expiry"
    ENDLESS_EXPIRY = "endless-expiry"
    NO_ISSUE_TIME = "no-issue-time"
    OLD_ISSUE_TIME = "old-issue-time"
    FUTURE_ISSUE_TIME = "future-issue-time"
    NOT_YET_VALID = "not-yet-valid"
    EMPTY_SUBJECT = "empty-subject"
    NO_SUBJECT = "no-subject"
    NUMERIC_SUBJECT = "numeric-subject"
    WRONG_TOKEN_HASH = "wrong-token-hash"  # noqa: S105 -- a name
    OLD_AUTHENTICATION = "old-authentication"
    ENDED_SESSION = "ended-session"
    # how the ID token is signed
    NO_ALGORITHM = "no-algorithm"
    PUBLIC_KEY_AS_SECRET = "public-key-as-secret"  # noqa: S105 -- a name
    UNLISTED_ALGORITHM = "unlisted-algorithm"
    FOREIGN_TYPE = "foreign-type"
    FORGED_SIGNATURE = "forged-signature"
    UNPUBLISHED_KEY = "unpublished-key"
    WITHDRAWN_KEY = "withdrawn-key"
    EMBEDDED_KEY = "embedded-key"
    CRITICAL_HEADER = "critical-header"
    REPEATED_CLAIM = "repeated-claim"
    NO_KEY_ID = "no-key-id"
    # other answers
    NO_ID_TOKEN = "no-id-token"  # noqa: S105 -- a name
    DENIES = "denies"
    WRONG_RESPONSE_ISSUER = "wrong-response-issuer"
    NO_RESPONSE_ISSUER = "no-response-issuer"
    USERINFO_OTHER_SUBJECT = "userinfo-other-subject"
    USERINFO_FAILS = "userinfo-fails"
    DISCOVERY_OTHER_ISSUER = "discovery-other-issuer"
    DISCOVERY_TRAILING_SLASH = "discovery-trailing-slash"
    DISCOVERY_HUGE = "discovery-huge"
    DISCOVERY_NOT_JSON = "discovery-not-json"
    DISCOVERY_FAILS = "discovery-fails"
    DISCOVERY_REDIRECTS = "discovery-redirects"
    DISCOVERY_PLAIN_HTTP_ELSEWHERE = "discovery-plain-http-elsewhere"
    TOKEN_FAILS = "token-fails"  # noqa: S105 -- a name
    TOKEN_NOT_JSON = "token-not-json"  # noqa: S105 -- a name
    TOKEN_REDIRECTS = "token-redirects"  # noqa: S105 -- a name
    KEYS_FAIL = "keys-fail"
    TRANSMITTER_FAILS = "transmitter-fails"
    TRANSMITTER_OF_ANOTHER_ISSUER = "transmitter-of-another-issuer"
    POLL_FAILS = "poll-fails"
    POLL_NOT_JSON = "poll-not-json"
    POLL_HUGE = "poll-huge"
    POLL_REDIRECTS = "poll-redirects"
    KEYS_NOT_JSON = "keys-not-json"
    KEYS_HUGE = "keys-huge"


_TEN_YEARS = 10 * 365 * 86400

CLAIM_CHANGES: Mapping[Deviation, Callable[[Claims], object]] = {
    Deviation.WRONG_ISSUER: lambda c: c.update(iss=OTHER_ISSUER),
    Deviation.FOREIGN_AUDIENCE: lambda c: c.update(azp=c["aud"], aud=OTHER_CLIENT),
    Deviation.ONE_MORE_AUDIENCE: lambda c: c.update(azp=c["aud"], aud=[c["aud"], OTHER_CLIENT]),
    Deviation.FOREIGN_PARTY: lambda c: c.update(azp=OTHER_CLIENT),
    Deviation.NO_AUDIENCE: lambda c: c.pop("aud"),
    Deviation.NO_NONCE: lambda c: c.pop("nonce"),
    Deviation.WRONG_NONCE: lambda c: c.update(nonce="a-nonce-that-nobody-sent"),
    Deviation.EXPIRED: lambda c: c.update(exp=c["iat"] - 100),
    Deviation.NO_EXPIRY: lambda c: c.pop("exp"),
    Deviation.ENDLESS_EXPIRY: lambda c: c.update(exp=float("inf")),
    Deviation.NO_ISSUE_TIME: lambda c: c.pop("iat"),
    Deviation.OLD_ISSUE_TIME: lambda c: c.update(iat=c["iat"] - _TEN_YEARS),
    Deviation.FUTURE_ISSUE_TIME: lambda c: c.update(iat=c["iat"] + 100),
    Deviation.NOT_YET_VALID: lambda c: c.update(nbf=c["iat"] + 100),
    Deviation.EMPTY_SUBJECT: lambda c: c.update(sub=""),
    Deviation.NO_SUBJECT: lambda c: c.pop("sub"),
    Deviation.NUMERIC_SUBJECT: lambda c: c.update(sub=1),
    Deviation.WRONG_TOKEN_HASH: lambda c: c.update(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    Deviation.OLD_AUTHENTICATION: lambda c: c.update(auth_time=1),
    Deviation.ENDED_SESSION: lambda c: c.update(session_expiry=c["iat"] - 100),
}


def _segment(content: object) -> bytes:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _by_hand(header: Claims, claims: object, sign: Callable[[bytes], bytes]) -> str:
    """Put a token together without asking the library, which refuses to make what is wrong."""
    signed = _segment(header) + b"." + _segment(claims)
    return (signed + b"." + _segment(sign(signed))).decode()


def _public_key_as_secret(claims: Claims, key: RSAKey, typ: str) -> str:
    secret = key.as_pem(private=False)
    header = {"alg": "HS256", "kid": key.kid, "typ": typ}
    return _by_hand(header, claims, lambda m: hmac.digest(secret, m, hashlib.sha256))


def _repeated_claim(claims: Claims, key: RSAKey, typ: str) -> str:
    text = json.dumps(claims)[:-1] + ', "sub": "somebody-else", "sub": "somebody-else"}'
    return _by_hand({"alg": "RS256", "kid": key.kid, "typ": typ}, text.encode(), lambda m: _rs256(m, key))


def _rs256(message: bytes, key: RSAKey) -> bytes:
    return JWSRegistry.algorithms["RS256"].sign(message, key)


def _with_own_key(claims: Claims, key: RSAKey, header: Claims) -> str:
    stranger = RSAKey.generate_key(2048)
    if header.pop("embed", False):
        header["jwk"] = stranger.as_dict(private=False)
    return _by_hand({"alg": "RS256", **header}, claims, lambda m: _rs256(m, stranger))


# What a hostile signer makes of the claims and a type, knowing the provider's key.
SIGNATURES: Mapping[Deviation, Callable[[Claims, RSAKey, str], str]] = {
    Deviation.NO_ALGORITHM: lambda c, k, t: _by_hand({"alg": "none", "kid": k.kid, "typ": t}, c, lambda _: b""),
    Deviation.PUBLIC_KEY_AS_SECRET: _public_key_as_secret,
    Deviation.UNLISTED_ALGORITHM: lambda c, k, t: jwt.encode({"alg": "RS384", "kid": k.kid, "typ": t}, c, k, ["RS384"]),
    Deviation.FOREIGN_TYPE: lambda c, k, _: jwt.encode({"alg": "RS256", "kid": k.kid, "typ": "logout+jwt"}, c, k),
    Deviation.FORGED_SIGNATURE: lambda c, k, t: _with_own_key(c, k, {"kid": k.kid, "typ": t}),
    Deviation.UNPUBLISHED_KEY: lambda c, k, t: _with_own_key(c, k, {"kid": "published-nowhere", "typ": t}),
    Deviation.EMBEDDED_KEY: lambda c, k, t: _with_own_key(c, k, {"kid": "embedded", "embed": True, "typ": t}),
    Deviation.CRITICAL_HEADER: lambda c, k, t: _by_hand(
        {"alg": "RS256", "kid": k.kid, "typ": t, "crit": ["unheard-of"], "unheard-of": 1}, c, lambda m: _rs256(m, k)
    ),
    Deviation.REPEATED_CLAIM: _repeated_claim,
    Deviation.NO_KEY_ID: lambda c, k, t: _by_hand({"alg": "RS256", "typ": t}, c, lambda m: _rs256(m, k)),
}

# What an endpoint answers instead: endpoint, HTTP status, body, headers.
ANSWERS: Mapping[Deviation, tuple[str, int, str, Mapping[str, str]]] = {
    Deviation.DISCOVERY_HUGE: ("discovery", 200, '{"issuer": "' + "x" * 2_000_000 + '"}', {}),
    Deviation.DISCOVERY_NOT_JSON: ("discovery", 200, "<html>Welcome to the hotel's network</html>", {}),
    Deviation.DISCOVERY_FAILS: ("discovery", 500, "out of order", {}),
    Deviation.DISCOVERY_REDIRECTS: ("discovery", 302, "", {"Location": "/elsewhere"}),
    Deviation.TOKEN_FAILS: ("token", 500, "out of order", {}),
    Deviation.TOKEN_NOT_JSON: ("token", 200, "<html>busy</html>", {}),
    Deviation.TOKEN_REDIRECTS: ("token", 307, "", {"Location": "/elsewhere"}),
    Deviation.KEYS_FAIL: ("keys", 500, "out of order", {}),
    Deviation.KEYS_NOT_JSON: ("keys", 200, "no keys today", {}),
    Deviation.KEYS_HUGE: ("keys", 200, '{"keys": ["' + "x" * 2_000_000 + '"]}', {}),
    Deviation.TRANSMITTER_FAILS: ("transmitter", 500, "out of order", {}),
    Deviation.TRANSMITTER_OF_ANOTHER_ISSUER: ("transmitter", 200, json.dumps({"issuer": OTHER_ISSUER}), {}),
    Deviation.POLL_FAILS: ("poll", 500, "out of order", {}),
    Deviation.POLL_NOT_JSON: ("poll", 200, "<html>busy</html>", {}),
    Deviation.POLL_HUGE: ("poll", 200, '{"sets": {"a": "' + "x" * 2_000_000 + '"}}', {}),
    Deviation.POLL_REDIRECTS: ("poll", 307, "", {"Location": "/elsewhere"}),
    Deviation.USERINFO_FAILS: ("userinfo", 500, "out of order", {}),
}
