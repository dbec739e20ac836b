"""Sessions and sign-ins under way. Each is a row behind a random reference, and is read again at every request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connector.domain.identities import LoginSecrets


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in, every check passed: (`issuer`, `subject`) names her, and nothing else does.

    `claims` are those of the ID token, completed by the userinfo endpoint's. `sid` names the provider's session.
    """

    issuer: str
    subject: str
    claims: Mapping[str, Any] = field(repr=False, default_factory=dict)
    sid: str | None = None
    id_token: str | None = field(repr=False, default=None)
    session_expiry: datetime | None = None
    """When the provider wants the session to end at the latest (IPSIE `session_expiry`)."""


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """A sign-in that was begun in this browser; `return_to` is a path of ours, kept here and never in a URL."""

    secrets: LoginSecrets
    return_to: str
    account: str | None = None
    """The account whose step-up the sign-in is to meet."""
    begun_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in. `person_id` is None until the identity is bound to a person, by accepting an invitation.

    `browser` is what hers calls itself. Where glass was broken, it opens `only_account_id` and nothing else.
    """

    token_hash: str = field(repr=False)
    tenant_id: str
    directory_id: str
    person_id: str | None
    identity: Identity
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    browser: str | None = None
    only_account_id: str | None = None
