"""Customers, their connections to identity providers, and the credentials of those."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from connector.domain.errors import InvalidValue

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def checked_slug(kind: str, name: str) -> str:
    """Return `name` when it can stand in a URL: `[a-z0-9-]`, at most 63, no hyphen at either end; else InvalidValue."""
    if not SLUG.fullmatch(name):
        raise InvalidValue(
            f"{kind} name", f"{name!r} must be 1 to 63 of a-z, 0-9 and '-', with no '-' at either end; {_like(name)}"
        )
    return name


def _like(name: str) -> str:
    suggestion = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:63].strip("-")
    return f"for example {suggestion or 'acme'!r}."


def checked_issuer(url: str, *, http_loopback: bool) -> str:
    """Return the address of an OpenID provider that can be asked; else InvalidValue.

    It is https, without query and fragment (OpenID Connect Discovery 1.0 section 2) or credentials; http on this
    machine alone, where we are on it too.
    """
    try:
        parts = urlsplit(url)
        host, bare = parts.hostname, parts.username is None and not parts.query and not parts.fragment
    except ValueError:
        host, bare = None, False
    secure = url.startswith("https://") or (http_loopback and url.startswith("http://") and host in LOOPBACK)
    if not (host and bare and secure):
        raise InvalidValue(
            "issuer", f"{url!r} must be the provider's https address alone; for example 'https://idp.example.com'."
        )
    return url


@dataclass(frozen=True, slots=True)
class Tenant:
    """One customer organisation; `display_name` is what letters to its people call it."""

    id: str
    slug: str
    active: bool
    created_at: datetime
    display_name: str | None = None


class Idp(StrEnum):
    """Which presets for sign-in a directory takes; SCIM accepts every provider's dialect in each of them."""

    OKTA = "okta"
    ENTRA = "entra"
    KEYCLOAK = "keycloak"
    GENERIC = "generic"
    LOCAL = "local"


class Bind(StrEnum):
    """What makes a signed-in identity that of the invited person."""

    SUBJECT = "subject"
    """The subject claim equals her `externalId`; without an externalId, as FIRST_ACCEPTANCE."""
    FIRST_ACCEPTANCE = "first-acceptance"
    """Whoever presents the unused token first, if userName or a verified e-mail address also agrees."""


class Acceptance(StrEnum):
    """What it takes that an invitation is accepted, beside her signing in at her own directory."""

    EXPLICIT = "explicit"
    """She says so, on the page that her letter leads to."""
    FIRST_SIGN_IN = "first-sign-in"
    """Nothing, where her subject claim equals the externalId that her directory states."""
    PROVED_DOMAIN = "proved-domain"
    """Nothing, where moreover the provider vouches for an address at a domain that is proved for her directory.

    Without an externalId the address alone will do, if it is the one that the directory states.
    """


@dataclass(frozen=True, slots=True)
class Directory:
    """One connection to an identity provider: SCIM in, OpenID Connect for signing in."""

    id: str
    tenant_id: str
    slug: str
    idp: Idp
    active: bool
    created_at: datetime
    issuer: str | None = None
    client_id: str | None = None
    client_secret_sealed: str | None = field(default=None, repr=False)
    subject_claim: str | None = None
    bind: Bind = Bind.SUBJECT
    version: int = 1
    requests_per_second: int | None = None
    client_key_sealed: str | None = field(default=None, repr=False)
    """The private key by which its client proves itself, instead of a secret."""
    max_age: timedelta | None = None
    """How long ago its people may have proved themselves at the provider when they sign in here."""
    always_ask_userinfo: bool = False
    acceptance: Acceptance = Acceptance.EXPLICIT

    @property
    def signs_in(self) -> bool:
        """Whether its people can sign in, and so can accept an invitation."""
        return self.issuer is not None and self.client_id is not None

    @property
    def proves_itself_by(self) -> str | None:
        """How its client proves to the provider who it is: `client secret`, `private key`, or None for a public one."""
        if self.client_key_sealed is not None:
            return "private key"
        return "client secret" if self.client_secret_sealed is not None else None

    @property
    def revocation_issuer(self) -> str | None:
        """Who signs orders to sign somebody out everywhere: the issuer.

        At Okta it is the organisation, also where one of its custom authorization servers signs people in
        (https://developer.okta.com/docs/guides/oin-universal-logout-overview).
        """
        custom = self.issuer and self.idp is Idp.OKTA and "/oauth2/" in self.issuer
        return self.issuer.partition("/oauth2/")[0] if custom and self.issuer else self.issuer


@dataclass(frozen=True, slots=True)
class DirectoryToken:
    """A SCIM bearer token; its secret is shown once and kept as a hash."""

    id: str
    directory_id: str
    hint: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def valid(self, now: datetime) -> bool:
        """Tell whether it opens the directory at this moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Presented(StrEnum):
    """What a SCIM client has shown."""

    TOKEN = "token"  # noqa: S105 -- a way, not a secret
    CLIENT = "client"
    ENTRA = "entra"
    PULLED = "pulled"
    """Nothing: we have asked the provider ourselves."""
    SIGNAL = "signal"
    """A security event token that the directory's transmitter has signed."""


@dataclass(frozen=True, slots=True)
class DirectoryAccess:
    """A SCIM client that has shown a valid token: which directory it may write, and as whom.

    `token_id` is that of the directory's token, of the client secret, of the application at Entra ID, or the name of
    the realm that was read, or the transmitter, as `by` says.
    """

    directory: Directory
    token_id: str
    request_id: str | None = None
    by: Presented = Presented.TOKEN
