"""What a token must state before somebody is signed out or disabled on its word: revocations and security events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from joserfc.jwt import JWTClaimsRegistry

from connector.domain.errors import InvalidValue
from connector.domain.security_events import Act, Signal, act_of
from connector.mappers.subjects import subject_of
from connector.sso.claims import LEEWAY, LONGEST_SUBJECT, check_age, run
from connector.web.issuers.failures import Fault, ProviderFailure
from connector.web.issuers.tokens import SignedClaims

REVOCATION_TYPES = frozenset({"global-token-revocation+jwt"})
SIGNAL_TYPES = frozenset({"secevent+jwt"})

OLDEST_REVOCATION = timedelta(minutes=10)
"""Okta's tokens are good for five minutes, and dated five back."""

OLDEST_SIGNAL = timedelta(days=7)
"""How long a transmitter may have kept an event for us; as long, its `jti` is remembered."""

MOST_EVENTS = 20


def revocation_of(token: SignedClaims, issuer: str, audience: str, now: datetime) -> tuple[str, datetime]:
    """Return the `jti` of a token that may order a revocation, and until when it can be presented.

    Okta: issued by the organisation, for exactly the address that it is sent to, and good for minutes
    (https://developer.okta.com/docs/guides/oin-universal-logout-overview). Raises ProviderFailure.
    """
    claims = token.claims
    checks = JWTClaimsRegistry(
        int(now.timestamp()),
        int(LEEWAY.total_seconds()),
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        iat={"essential": True},
        exp={"essential": True},
        jti={"essential": True},
    )
    run(lambda: checks.validate(claims))
    if claims["aud"] not in (audience, [audience]):
        raise ProviderFailure(Fault.WRONG_AUDIENCE)
    check_age(claims, now, OLDEST_REVOCATION)
    if claims["exp"] - claims["iat"] > 2 * OLDEST_REVOCATION.total_seconds():
        raise ProviderFailure(Fault.EXPIRED, "exp")
    return _token_id(token), datetime.fromtimestamp(claims["exp"], UTC) + 2 * LEEWAY


def signal_of(token: SignedClaims, transmitter: str, audience: str, now: datetime) -> Signal:
    """Return what a security event token says (RFC 8417 section 2.2; Shared Signals 1.0 section 4).

    `sub` and `exp` must be absent, so that nobody takes it for another kind of token. Among its audiences ours must be;
    others may be, for what it says is the same to all. Raises ProviderFailure.
    """
    claims = token.claims
    checks = JWTClaimsRegistry(
        int(now.timestamp()),
        int(LEEWAY.total_seconds()),
        iss={"essential": True, "value": transmitter},
        aud={"essential": True, "value": audience},
        iat={"essential": True},
        jti={"essential": True},
    )
    run(lambda: checks.validate(claims))
    check_age(claims, now, OLDEST_SIGNAL)
    for name in ("sub", "exp"):
        if name in claims:
            raise ProviderFailure(Fault.CLAIMS_REFUSED, name)
    events = claims.get("events")
    if not isinstance(events, dict) or not 0 < len(events) <= MOST_EVENTS:
        raise ProviderFailure(Fault.CLAIMS_REFUSED, "events")
    if not all(isinstance(payload, dict) for payload in events.values()):
        raise ProviderFailure(Fault.CLAIMS_REFUSED, "events")
    act = act_of(events)
    try:
        subject = subject_of(claims.get("sub_id")) if act is not Act.NOTE else None
    except InvalidValue:
        raise ProviderFailure(Fault.NO_SUBJECT) from None
    expires_at = datetime.fromtimestamp(claims["iat"], UTC) + OLDEST_SIGNAL + 2 * LEEWAY
    return Signal(transmitter, _token_id(token), expires_at, tuple(sorted(events)), act, subject)


def _token_id(token: SignedClaims) -> str:
    token_id = token.claims["jti"]
    if not isinstance(token_id, str) or not 0 < len(token_id) <= LONGEST_SUBJECT:
        raise ProviderFailure(Fault.CLAIMS_REFUSED, "jti")
    return token_id
