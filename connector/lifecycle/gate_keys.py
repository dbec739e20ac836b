"""The gate's signing keys: made in time, published before they sign, forgotten when nothing depends on them."""

from __future__ import annotations

import json
from datetime import datetime

from joserfc.jwk import ECKey

from connector.domain import signing_keys
from connector.domain.signing_keys import SigningKey
from connector.lifecycle.tokens import seal, unseal
from connector.storage.work import Work

CURVE = "P-256"


def keys(work: Work) -> list[SigningKey]:
    """Return every published key, the one that began to sign last at the end."""
    return work.signing_keys.all()


def look_after(work: Work) -> None:
    """Make the next key when it is due, and forget those that have had their time; doing so twice changes nothing.

    A key that was sealed with another secret key signs no more, though it stays published for what it has signed.
    """
    signs_from = signing_keys.due(_usable(work), work.now)
    if signs_from is not None:
        work.signing_keys.add(_new_key(work, signs_from))
    current = signing_keys.signer(_usable(work), work.now)
    if current is not None:
        work.signing_keys.forget([key.kid for key in signing_keys.outlived(keys(work), current, work.now)])


def replace_at_once(work: Work) -> None:
    """Begin anew with one key: nothing signed before is believed once a back end has read the key set again."""
    work.signing_keys.forget([key.kid for key in keys(work)])
    work.signing_keys.add(_new_key(work, work.now))


def signing_key(work: Work) -> tuple[str, str] | None:
    """Return the name of the key that signs now and its private half as a JSON Web Key, if there is one to use."""
    key = signing_keys.signer(_usable(work), work.now)
    private = unseal(work.settings.secret_key, key.private_sealed) if key is not None else None
    return (key.kid, private) if key is not None and private is not None else None


def _usable(work: Work) -> list[SigningKey]:
    return [key for key in keys(work) if unseal(work.settings.secret_key, key.private_sealed) is not None]


def _new_key(work: Work, signs_from: datetime) -> SigningKey:
    pair = ECKey.generate_key(CURVE, auto_kid=True)
    public = {**pair.as_dict(private=False), "kid": pair.kid, "use": "sig", "alg": "ES256"}
    private = json.dumps(pair.as_dict(private=True))
    return SigningKey(str(pair.kid), public, seal(work.settings.secret_key, private), work.now, signs_from)
