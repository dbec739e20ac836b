"""The keys that a provider signs with, and which of them may check which signature."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from connector.web.issuers.failures import Fault, ProviderFailure

PublicKey = RSAKey | ECKey | OKPKey

LEAST_RSA_BITS = 2048
MOST_KEYS = 100


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One way of signing: the kind of key, its curve, and the hash that goes with it."""

    key_type: str
    curve: str | None
    digest: str


# Ours, never the provider's: what a token may be signed with. All are asymmetric, so that no public key is a secret.
ALGORITHMS: Mapping[str, Algorithm] = {
    **{f"{family}{bits}": Algorithm("RSA", None, f"sha{bits}") for family in ("RS", "PS") for bits in (256, 384, 512)},
    "ES256": Algorithm("EC", "P-256", "sha256"),
    "ES384": Algorithm("EC", "P-384", "sha384"),
    "ES512": Algorithm("EC", "P-521", "sha512"),
    "EdDSA": Algorithm("OKP", "Ed25519", "sha512"),
    "Ed25519": Algorithm("OKP", "Ed25519", "sha512"),
}
_SAME = frozenset({"EdDSA", "Ed25519"})


def allowed(listed: object) -> frozenset[str]:
    """Return which of our algorithms a provider lists; RS256 where it lists none (OpenID Connect Discovery 1.0)."""
    names = {name for name in listed if isinstance(name, str)} if isinstance(listed, list) else {"RS256"}
    return frozenset((names | _SAME if names & _SAME else names) & ALGORITHMS.keys())


def usable_keys(document: Mapping[str, Any]) -> list[PublicKey]:
    """Return the keys of a JWK set that may check signatures; others (for encryption, weak, unheard of) are left out.

    Raises ProviderFailure when none is left.
    """
    listed = document.get("keys")
    entries = listed[:MOST_KEYS] if isinstance(listed, list) else []
    keys = [key for key in map(_imported, entries) if key is not None]
    if not keys:
        raise ProviderFailure(Fault.METADATA_INCOMPLETE, "no usable key")
    return keys


def matching_key(keys: list[PublicKey], key_id: str | None, algorithm: str) -> PublicKey | None:
    """Return the one key for a token's `kid` and `alg`; without a `kid` only when a single key comes into question."""
    fitting = [key for key in keys if _fits(key, algorithm) and (key_id is None or key.kid == key_id)]
    return fitting[0] if len(fitting) == 1 else None


def _imported(entry: object) -> PublicKey | None:
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    try:
        # Measured first: the library takes a weak key in, with a warning.
        key = None if _weak(entry) else JWKRegistry.import_key(entry)
    except (JoseError, ValueError, TypeError):
        return None
    return key if isinstance(key, RSAKey | ECKey | OKPKey) else None


def _weak(entry: Mapping[str, Any]) -> bool:
    modulus = base64.urlsafe_b64decode(f"{entry.get('n', '')}==") if entry.get("kty") == "RSA" else None
    return modulus is not None and int.from_bytes(modulus).bit_length() < LEAST_RSA_BITS


def _fits(key: PublicKey, algorithm: str) -> bool:
    wanted, stated = ALGORITHMS[algorithm], key.get("alg") or algorithm
    same_algorithm = stated == algorithm or {stated, algorithm} == _SAME
    same_curve = wanted.curve is None or key.get("crv") == wanted.curve
    return key.key_type == wanted.key_type and same_algorithm and same_curve
