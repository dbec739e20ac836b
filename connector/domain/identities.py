"""Who an identity provider says has signed in, and what is kept while somebody is away signing in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Identity:
    """A signed-in identity, every check passed: (`issuer`, `subject`) names it, and nothing else does.

    `claims` are those of the ID token, completed by the userinfo endpoint's. `sid` names the provider's session.
    `session_expiry` is the moment up to which the provider lets a session live, where it says so (IPSIE SL1).
    """

    issuer: str
    subject: str
    claims: Mapping[str, Any]
    sid: str | None = None
    id_token: str | None = field(default=None, repr=False)
    auth_time: datetime | None = None
    session_expiry: datetime | None = None

    @property
    def verified_email(self) -> str | None:
        """The e-mail address, when the provider vouches for it with the JSON value true and nothing like it."""
        email = self.claims.get("email")
        return email if isinstance(email, str) and email and self.claims.get("email_verified") is True else None


@dataclass(frozen=True, slots=True)
class LoginSecrets:
    """What ties an answer of the provider to one sign-in: compared, never shown, good once."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """A sign-in that was begun in this browser; `return_to` is a path of ours, kept here and never in a URL."""

    secrets: LoginSecrets
    return_to: str


@dataclass(frozen=True, slots=True)
class LogoutNotice:
    """A provider's word that sessions are over: those of `subject`, or the one that `sid` names."""

    issuer: str
    subject: str | None
    sid: str | None
    token_id: str
    expires_at: datetime
