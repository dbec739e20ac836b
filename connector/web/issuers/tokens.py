"""Whether a signed token is what the provider signed: algorithm, type, header, key and signature."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from connector.web.issuers.failures import Fault, ProviderFailure
from connector.web.issuers.keys import ALGORITHMS, PublicKey
from connector.web.issuers.strict_json import strict_object

MOST_CHARACTERS = 100_000
# A key or an address that the token brings along proves nothing, and b64 changes what was signed (RFC 7797).
_UNFOLLOWED = frozenset({"crit", "b64", "jwk", "jku", "x5u"})


class _OurAlgorithms(JWSRegistry):
    """Only what we allow; without the warning that RFC 9864 has renamed EdDSA, which providers still write."""

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise ProviderFailure(Fault.ALGORITHM_REFUSED)
        return self.algorithms[name]


_REGISTRY = _OurAlgorithms(algorithms=list(ALGORITHMS), strict_check_header=False)


@dataclass(frozen=True, slots=True)
class SignedClaims:
    """What a token states; of one that `verified` returns the signature is checked, and the claims never are."""

    header: dict[str, Any]
    claims: dict[str, Any]


KeyFinder = Callable[[str | None, str], PublicKey | None]


def verified(token: object, find_key: KeyFinder, types: frozenset[str]) -> SignedClaims:
    """Return what a compact JWS states, once its header is acceptable and its signature good.

    `types` are the values of `typ` that are taken, in lower case; a token without `typ` is taken too (RFC 8725 section
    3.11 asks for it only of new kinds of token). Raises ProviderFailure.
    """
    stated = unproven(token)
    key = find_key(*_checked_header(stated.header, types))
    if key is None:
        raise ProviderFailure(Fault.UNKNOWN_KEY)
    try:
        jws.deserialize_compact(cast(str, token), key, registry=_REGISTRY)
    except (JoseError, ValueError) as error:
        raise ProviderFailure(Fault.BAD_SIGNATURE) from error
    return stated


def unproven(token: object) -> SignedClaims:
    """Return what a token says of itself, nothing of it proven: good for refusing it, never for believing it.

    Raises ProviderFailure for what is no compact JWS.
    """
    if not isinstance(token, str) or not token.isascii() or len(token) > MOST_CHARACTERS or token.count(".") != 2:
        raise ProviderFailure(Fault.MALFORMED_TOKEN)
    header, payload = (strict_object(_decoded(part), Fault.MALFORMED_TOKEN) for part in token.split(".")[:2])
    return SignedClaims(header, payload)


def _checked_header(header: dict[str, Any], types: frozenset[str]) -> tuple[str | None, str]:
    algorithm, key_id, kind = header.get("alg"), header.get("kid"), header.get("typ", "jwt")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise ProviderFailure(Fault.ALGORITHM_REFUSED)
    if _UNFOLLOWED & header.keys() or not (key_id is None or isinstance(key_id, str)):
        raise ProviderFailure(Fault.HEADER_REFUSED)
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in types:
        raise ProviderFailure(Fault.TYPE_REFUSED)
    return key_id, algorithm


def _decoded(segment: str) -> bytes:
    try:
        return base64.b64decode(segment + "=" * (-len(segment) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ProviderFailure(Fault.MALFORMED_TOKEN) from None
