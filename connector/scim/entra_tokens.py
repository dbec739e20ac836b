"""JWTs that Entra ID issues for its own provisioning: what one must state before it opens a directory.

Only a directory that was told so takes any (`jumpseat directory entra-tokens`), and of exactly one tenant.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from flask import current_app, g
from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry

from connector.domain.errors import TokenRefused
from connector.domain.scim_clients import EntraTrust
from connector.domain.tenancy import DirectoryAccess, Presented
from connector.lifecycle import scim_clients
from connector.observability import note
from connector.scim.errors import ScimError
from connector.web.context import lifecycle, now, settings
from connector.web.issuers.failures import Fault, ProviderFailure
from connector.web.issuers.published import Published
from connector.web.issuers.tokens import SignedClaims, unproven, verified

log = logging.getLogger(__name__)

EXTENSION = "jumpseat.entra"
LONGEST = 16 * 1024
LEEWAY_SECONDS = 30
TYPES = frozenset({"jwt", "at+jwt"})
RETRY_AFTER = 30
"""Seconds after which a client may ask again when the keys of its issuer could not be fetched."""


class IssuerAway(ScimError):
    """Nobody can tell whether the token is good, for its issuer does not answer. A refusal would stop provisioning."""

    status = 503

    def __init__(self) -> None:
        self.headers = {"Retry-After": str(RETRY_AFTER)}
        super().__init__("The keys of the token's issuer cannot be fetched at the moment; try again later.")


def is_signed(token: str) -> bool:
    """Tell whether a token has the form of a JWT; none of ours has."""
    return token.count(".") == 2


def admitted(token: str) -> DirectoryAccess:
    """Return what a JWT opens; raises TokenRefused, alike for every reason, and IssuerAway."""
    if len(token) > LONGEST:
        raise TokenRefused
    trust, directory = lifecycle().read(scim_clients.trusting, g.directory)
    try:
        # The claims first: nobody makes us fetch keys, or compute, by a token of somewhere else.
        stated = unproven(token)
        application = _checked(stated, trust, now())
        verified(token, _published(trust, stated.claims["iss"]).key_finder(now()), TYPES)
    except ProviderFailure as failure:
        note(log, "entra-token:refused", directory=directory.slug, fault=failure.fault.value)
        raise (IssuerAway if failure.fault.passes else TokenRefused) from failure
    return DirectoryAccess(directory, application, g.request_id, Presented.ENTRA)


def _checked(token: SignedClaims, trust: EntraTrust, moment: datetime) -> str:
    """Check what a token states, and return the id of the application that it was issued to."""
    if token.header.get("alg") != "RS256":
        raise ProviderFailure(Fault.ALGORITHM_REFUSED)
    claims = token.claims
    checks = JWTClaimsRegistry(
        int(moment.timestamp()),
        LEEWAY_SECONDS,
        iss={"essential": True, "values": list(trust.issuers)},
        exp={"essential": True},
    )
    try:
        checks.validate(claims)
    except (JoseError, TypeError, ValueError) as error:
        raise ProviderFailure(Fault.CLAIMS_REFUSED) from error
    # Exactly, where the library would be content with a list that has it: another of an audience's members could
    # present the token here.
    if claims.get("aud") != trust.audience:
        raise ProviderFailure(Fault.WRONG_AUDIENCE)
    if claims.get("tid") != trust.entra_tenant_id:
        raise ProviderFailure(Fault.CLAIMS_REFUSED, "tid")
    # Scopes are what a person lets an application do in her name; provisioning acts in its own.
    if "scp" in claims:
        raise ProviderFailure(Fault.CLAIMS_REFUSED, "scp")
    return _application(claims, trust)


def _application(claims: Mapping[str, Any], trust: EntraTrust) -> str:
    """Return `azp`, which version 1 of the tokens calls `appid`; it is the one that is named, where one is."""
    stated = claims.get("azp", claims.get("appid"))
    if trust.app_id is not None and stated != trust.app_id:
        raise ProviderFailure(Fault.WRONG_PARTY)
    return stated[:36] if isinstance(stated, str) else "unnamed"


def _published(trust: EntraTrust, issuer: str) -> Published:
    """Return what one of a tenant's two issuers publishes; the application keeps each, with its keys."""
    kept = cast("dict[tuple[str, str], Published]", current_app.extensions.setdefault(EXTENSION, {}))
    key = (trust.issuers[issuer], issuer)
    if key not in kept:
        kept.setdefault(key, Published(issuer, authority=key[0], allow_http_loopback=settings().allow_http_loopback))
    return kept[key]
