"""Secrets that we hand out: made here, kept as hashes, recognised in time that tells nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import zlib

from cryptography.fernet import Fernet, InvalidToken

SCIM_PREFIX = "jst_"
"""Begins every SCIM token, so that secret scanners find a leaked one."""


ACCESS_PREFIX = "jsa_"
"""Begins every access token that is given for a client's secret."""

SECRET_PREFIX = "jss_"  # noqa: S105 -- what secrets begin with
"""Begins every client secret."""


def new_token() -> str:
    """Return 256 random bits as 43 characters that can stand in a URL or a cookie."""
    return secrets.token_urlsafe(32)


def new_scim_token(prefix: str = SCIM_PREFIX) -> str:
    """Return a SCIM token: prefix, 256 random bits, and a checksum by which a scanner knows a real one."""
    body = secrets.token_hex(32)
    return f"{prefix}{body}{zlib.crc32(body.encode()):08x}"


def hashed(token: str) -> str:
    """Return the SHA-256 under which a token is kept. Its 256 bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def invitation_token(secret_key: str, invitation_id: str) -> str:
    """Return the token of an invitation.

    It is derived, so that no clear token waits in the outbox and a mail that is sent twice carries the same link; who
    reads the database alone cannot make it.
    """
    digest = hmac.new(secret_key.encode(), f"invitation:{invitation_id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def seal(secret_key: str, plain: str) -> str:
    """Encrypt a secret that has to be used again, a client secret for instance."""
    return _fernet(secret_key).encrypt(plain.encode()).decode()


def unseal(secret_key: str, sealed: str) -> str | None:
    """Decrypt what `seal` made; None when it was sealed with another key."""
    try:
        return _fernet(secret_key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _fernet(secret_key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"seal:" + secret_key.encode()).digest()))
