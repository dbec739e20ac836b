"""The private key by which a directory's client proves itself to its provider (RFC 7523 section 2.2).

The private half is kept sealed and never leaves; the provider reads the public one at `/login/<directory>/jwks.json`.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, RSAKey

from connector.domain.errors import InvalidValue
from connector.domain.tenancy import Directory
from connector.lifecycle.tokens import unseal
from connector.settings import Settings

CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
LEAST_RSA_BITS = 2048

ClientKey = RSAKey | ECKey


def generated() -> str:
    """Return a new private key as a JSON Web Key."""
    return json.dumps(ECKey.generate_key("P-256", auto_kid=True).as_dict(private=True))


def read(text: str) -> str:
    """Return a private key, given as PEM or as a JSON Web Key, as the latter; raises InvalidValue for any other.

    RSA of 2048 bits or more signs with RS256, a curve of NIST with its own algorithm.
    """
    try:
        with warnings.catch_warnings():
            # Of a short key the library only warns.
            warnings.simplefilter("ignore")
            key = _imported(text)
    except (JoseError, ValueError, TypeError) as error:
        raise InvalidValue("private key", "it must be a private RSA or EC key, as PEM or JSON Web Key.") from error
    if not isinstance(key, RSAKey | ECKey) or not key.is_private:
        raise InvalidValue("private key", "it must be a private RSA or EC key; this one is public, or of another kind.")
    if isinstance(key, RSAKey) and key.raw_value.key_size < LEAST_RSA_BITS:
        raise InvalidValue("private key", f"an RSA key must have {LEAST_RSA_BITS} bits or more.")
    if isinstance(key, ECKey) and key.curve_name not in CURVES:
        raise InvalidValue("private key", f"the curve must be one of {', '.join(CURVES)}.")
    key.ensure_kid()
    return json.dumps(key.as_dict(private=True))


def client_key(directory: Directory, settings: Settings) -> tuple[ClientKey, str] | None:
    """Return a directory's private key and the algorithm that it signs with; None where there is none.

    Raises ValueError for one that was sealed with another secret key.
    """
    if directory.client_key_sealed is None:
        return None
    text = unseal(settings.secret_key, directory.client_key_sealed)
    if text is None:
        raise ValueError("the key was sealed with another secret key")
    key = JWKRegistry.import_key(json.loads(text))
    if isinstance(key, ECKey):
        return key, CURVES[key.curve_name]
    assert isinstance(key, RSAKey)  # noqa: S101 -- `read` keeps no other kind
    return key, "RS256"


def public_key(directory: Directory, settings: Settings) -> Mapping[str, Any] | None:
    """Return the public half of a directory's key, as the provider reads it (RFC 7517); None where there is none."""
    found = client_key(directory, settings)
    if found is None:
        return None
    key, algorithm = found
    return {**key.as_dict(private=False), "use": "sig", "alg": algorithm}


def _imported(text: str) -> object:
    if text.lstrip().startswith("{"):
        return JWKRegistry.import_key(json.loads(text))
    kind = RSAKey if "BEGIN RSA" in text else ECKey if "BEGIN EC" in text else None
    if kind is not None:
        return kind.import_key(text)
    try:
        return ECKey.import_key(text)
    except (JoseError, ValueError, TypeError):
        return RSAKey.import_key(text)
