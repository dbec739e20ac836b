"""What is kept while somebody is away signing in, and what a provider says of sessions and addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class LoginSecrets:
    """What ties an answer of the provider to one sign-in: compared, never shown, good once."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LogoutNotice:
    """A provider's word that sessions are over: those of `subject`, or the one that `sid` names.

    `token_id` makes a replay recognisable, until `expires_at`.
    """

    issuer: str
    subject: str | None
    sid: str | None
    token_id: str
    expires_at: datetime


def verified_email(claims: Mapping[str, Any]) -> str | None:
    """Return the e-mail address, when the provider vouches for it with the JSON value true and nothing like it."""
    email = claims.get("email")
    return email if isinstance(email, str) and email and claims.get("email_verified") is True else None
