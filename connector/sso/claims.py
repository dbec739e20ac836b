"""What a token must state before its word is taken: Authlib's checks, and those that it leaves to its user."""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc.errors import ClaimError, JoseError
from joserfc.jwt import JWTClaimsRegistry

from connector.domain.identities import LogoutNotice
from connector.domain.sessions import Identity
from connector.web.issuers.failures import Fault, ProviderFailure
from connector.web.issuers.keys import ALGORITHMS
from connector.web.issuers.tokens import SignedClaims

LEEWAY = timedelta(seconds=30)
# Entra ID dates its tokens five minutes back, so a bound tighter than that would refuse every one of them.
OLDEST_ID_TOKEN = timedelta(minutes=10)
OLDEST_LOGOUT_TOKEN = timedelta(minutes=5)
LONGEST_SUBJECT = 255
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"

_FAULTS = {
    "iss": Fault.WRONG_ISSUER,
    "aud": Fault.WRONG_AUDIENCE,
    "azp": Fault.WRONG_PARTY,
    "sub": Fault.NO_SUBJECT,
    "exp": Fault.EXPIRED,
    "nbf": Fault.NOT_YET_VALID,
    "iat": Fault.WRONG_ISSUE_TIME,
    "nonce": Fault.WRONG_NONCE,
    "auth_time": Fault.AUTHENTICATION_TOO_OLD,
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token is held against: the configured issuer, our client, this sign-in's nonce and access token."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str
    max_age: timedelta | None = None


def identity_of(token: SignedClaims, expected: Expected, now: datetime) -> Identity:
    """Return whom an ID token names, every claim checked (OpenID Connect Core 1.0 section 3.1.3.7).

    Raises ProviderFailure. The identity lacks the token's own text and the userinfo claims.
    """
    claims = token.claims
    _check_as_authlib(token, expected, now)
    _check_audience(claims, expected.client_id)
    check_age(claims, now, OLDEST_ID_TOKEN)
    _check_token_hash(token, expected.access_token)
    auth_time, session_expiry = _moment(claims, "auth_time"), _moment(claims, "session_expiry")
    if expected.max_age is not None and (auth_time is None or now - auth_time > expected.max_age + LEEWAY):
        raise ProviderFailure(Fault.AUTHENTICATION_TOO_OLD)
    if session_expiry is not None and session_expiry <= now:
        raise ProviderFailure(Fault.SESSION_OVER)
    return Identity(
        issuer=expected.issuer,
        subject=_subject(claims.get("sub")),
        claims=claims,
        sid=_optional_text(claims, "sid"),
        session_expiry=session_expiry,
    )


def notice_of(token: SignedClaims, issuer: str, client_id: str, now: datetime) -> LogoutNotice:
    """Return what a logout token asks for (OpenID Connect Back-Channel Logout 1.0 section 2.6).

    Raises ProviderFailure. Whether its `jti` was seen before is for the caller to find out.
    """
    claims = token.claims
    checks = JWTClaimsRegistry(
        int(now.timestamp()),
        int(LEEWAY.total_seconds()),
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        iat={"essential": True},
        exp={"essential": True},
        jti={"essential": True},
    )
    run(lambda: checks.validate(claims))
    _check_audience(claims, client_id)
    check_age(claims, now, OLDEST_LOGOUT_TOKEN)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise ProviderFailure(Fault.NO_LOGOUT_EVENT)
    if "nonce" in claims:
        raise ProviderFailure(Fault.WRONG_NONCE)
    sid = _optional_text(claims, "sid")
    subject = _subject(claims["sub"]) if "sub" in claims else None
    if subject is None and sid is None:
        raise ProviderFailure(Fault.NO_SUBJECT)
    expires_at = datetime.fromtimestamp(min(claims["exp"], claims["iat"] + 86400), UTC) + LEEWAY
    return LogoutNotice(issuer, subject, sid, claims["jti"], expires_at)


def _check_as_authlib(token: SignedClaims, expected: Expected, now: datetime) -> None:
    """Issuer, audience, expiry, not-before, issue time, nonce, azp: by the library.

    The access token is kept from it: it does not know Ed25519's hash, and would refuse one.
    """
    options: dict[str, Any] = {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
        "sub": {"essential": True},
    }
    params = {"nonce": expected.nonce, "client_id": expected.client_id}
    claims = CodeIDToken(token.claims, token.header, options, params)
    run(lambda: claims.validate(now=int(now.timestamp()), leeway=int(LEEWAY.total_seconds())))


def run(check: Callable[[], object]) -> None:
    """Run a check of the library; what it finds wrong becomes a ProviderFailure that names the claim."""
    try:
        check()
    except ClaimError as error:
        name = error.claim.split(",")[0]
        raise ProviderFailure(_FAULTS.get(name, Fault.CLAIMS_REFUSED), name) from error
    except (JoseError, TypeError, ValueError) as error:
        raise ProviderFailure(Fault.CLAIMS_REFUSED) from error


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    """Refuse a token made for us and for others too: whoever else holds it could present it here."""
    if claims["aud"] not in (client_id, [client_id]):
        raise ProviderFailure(Fault.WRONG_AUDIENCE)


def check_age(claims: Mapping[str, Any], now: datetime, oldest: timedelta) -> None:
    """Raise ProviderFailure for a token that was issued longer ago; one of the future is the library's to refuse."""
    if now.timestamp() - claims["iat"] > oldest.total_seconds() + LEEWAY.total_seconds():
        raise ProviderFailure(Fault.WRONG_ISSUE_TIME)


def _check_token_hash(token: SignedClaims, access_token: str) -> None:
    """Compare `at_hash` where it is stated (OpenID Connect Core 1.0 section 3.1.3.6); an odd one fails."""
    if "at_hash" not in token.claims:
        return
    digest = hashlib.new(ALGORITHMS[token.header["alg"]].digest, access_token.encode()).digest()
    wanted = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=")
    stated = token.claims["at_hash"]
    if not isinstance(stated, str) or not hmac.compare_digest(stated.encode(), wanted):
        raise ProviderFailure(Fault.WRONG_TOKEN_HASH)


def _subject(subject: object) -> str:
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise ProviderFailure(Fault.NO_SUBJECT)
    return subject


def _optional_text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_SUBJECT:
        raise ProviderFailure(Fault.CLAIMS_REFUSED, name)
    return value


def _moment(claims: Mapping[str, Any], name: str) -> datetime | None:
    """Return a claim that is a number of seconds since 1970 as a moment."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ProviderFailure(Fault.CLAIMS_REFUSED, name)
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        raise ProviderFailure(Fault.CLAIMS_REFUSED, name) from None
