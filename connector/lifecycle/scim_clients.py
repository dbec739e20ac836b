"""SCIM clients that prove themselves otherwise than by a directory's token: by a secret, or by Entra ID's word."""

from __future__ import annotations

import hmac
from datetime import timedelta

from connector.domain.errors import InvalidValue, TokenRefused
from connector.domain.events import Cause, Kind
from connector.domain.identifiers import new_id
from connector.domain.scim_clients import GLOBAL, ClientSecret, EntraTrust, checked_trust
from connector.domain.tenancy import SLUG, Directory, DirectoryAccess, Idp, Presented
from connector.lifecycle.directories import directory_named, locked_directory, named_once, refuse_a_third, tell
from connector.lifecycle.tokens import ACCESS_PREFIX, SECRET_PREFIX, hashed, new_scim_token
from connector.storage.work import Work


def create_secret(work: Work, slug: str, cause: Cause, lifetime: timedelta | None = None) -> tuple[ClientSecret, str]:
    """Give a directory another client secret, returned in clear this once. Two may be valid at once, as with tokens."""
    directory = _locked(work, slug)
    valid = (one for one in work.scim_clients.secrets(directory.id) if one.valid(work.now))
    refuse_a_third("client secret", slug, (one.hint for one in valid))
    plain = new_scim_token(SECRET_PREFIX)
    expires_at = work.now + lifetime if lifetime else None
    secret = ClientSecret(new_id(), directory.id, f"{plain[:12]}…", work.now, expires_at)
    work.scim_clients.add_secret(secret, hashed(plain))
    tell(work, directory, Kind.CLIENT_SECRET_CREATED, secret.id, cause, {"hint": secret.hint})
    return secret, plain


def revoke_secret(work: Work, slug: str, hint_or_id: str, cause: Cause) -> ClientSecret:
    """Let a client secret, and every access token that was given for it, open nothing from now on; raises NotFound."""
    directory = directory_named(work, slug)
    valid = (one for one in work.scim_clients.secrets(directory.id) if one.valid(work.now))
    secret = named_once("client secret", valid, hint_or_id)
    work.scim_clients.revoke_secret(secret.id, work.now)
    tell(work, directory, Kind.CLIENT_SECRET_REVOKED, secret.id, cause, {"hint": secret.hint})
    return secret


def secrets(work: Work, slug: str) -> list[ClientSecret]:
    """Return a directory's client secrets, those that are over too; raises NotFound."""
    return work.scim_clients.secrets(directory_named(work, slug).id)


def recognise(work: Work, slug: str, client_id: str, secret: str) -> DirectoryAccess:
    """Return which directory a client may have tokens for; raises TokenRefused, alike for every reason.

    The secret is found by its hash, so that comparing it takes the same time however much of a guess is right.
    """
    opening = work.scim_clients.secret_opening(hashed(secret))
    if opening is None:
        raise TokenRefused
    found, directory, tenant_active = opening
    if not hmac.compare_digest(directory.slug.encode(), client_id.encode("utf-8", "surrogatepass")):
        raise TokenRefused
    return _access(work, slug, found, directory, tenant_active=tenant_active)


def issue(work: Work, secret_id: str) -> tuple[str, int]:
    """Give an access token, and tell for how many seconds it is good: never longer than its secret.

    Raises TokenRefused when the secret was revoked since it was recognised.
    """
    secret = work.scim_clients.use_secret(secret_id, work.now)
    if not secret.valid(work.now):
        raise TokenRefused
    ends = work.now + work.settings.access_token_lifetime
    expires_at = min(ends, secret.expires_at) if secret.expires_at else ends
    token = new_scim_token(ACCESS_PREFIX)
    work.scim_clients.add_token(hashed(token), secret.id, expires_at)
    return token, int((expires_at - work.now).total_seconds())


def authenticate(work: Work, slug: str, token: str, request_id: str | None = None) -> DirectoryAccess:
    """Return which directory an access token opens; raises TokenRefused, alike for every reason.

    Whether its secret still stands is read together with it, at each request.
    """
    opening = work.scim_clients.token_opening(hashed(token))
    if opening is None:
        raise TokenRefused
    secret, expires_at, directory, tenant_active = opening
    if expires_at <= work.now:
        raise TokenRefused
    return _access(work, slug, secret, directory, request_id, tenant_active=tenant_active)


def trust_entra(
    work: Work,
    slug: str,
    cause: Cause,
    *,
    tenant_id: str,
    authority: str = GLOBAL,
    audience: str | None = None,
    app_id: str | None = None,
) -> EntraTrust:
    """Let a directory also take the JWTs that one tenant of Entra ID issues; raises InvalidValue, NotFound."""
    http_loopback = work.settings.allow_http_loopback
    trust = checked_trust(tenant_id, authority=authority, audience=audience, app_id=app_id, http_loopback=http_loopback)
    _set_trust(work, slug, cause, trust)
    return trust


def distrust_entra(work: Work, slug: str, cause: Cause) -> None:
    """Let no JWT open a directory any more."""
    _set_trust(work, slug, cause, None)


def trusting(work: Work, slug: str) -> tuple[EntraTrust, Directory]:
    """Return whose JWTs a directory takes; raises TokenRefused, alike where there is no directory and where none."""
    found = work.scim_clients.trusting(slug) if SLUG.fullmatch(slug) else None
    if found is None:
        raise TokenRefused
    return found


def ways_in(work: Work, access: DirectoryAccess) -> set[Presented]:
    """Return what opens a directory at this moment; its own tokens always could."""
    ways = {Presented.TOKEN}
    if any(one.valid(work.now) for one in work.scim_clients.secrets(access.directory.id)):
        ways.add(Presented.CLIENT)
    if work.scim_clients.trust(access.directory.id) is not None:
        ways.add(Presented.ENTRA)
    return ways


def _access(
    work: Work,
    slug: str,
    secret: ClientSecret,
    directory: Directory,
    request_id: str | None = None,
    *,
    tenant_active: bool,
) -> DirectoryAccess:
    if directory.slug != slug or not secret.valid(work.now) or not directory.active or not tenant_active:
        raise TokenRefused
    return DirectoryAccess(directory, secret.id, request_id, Presented.CLIENT)


def _locked(work: Work, slug: str) -> Directory:
    directory = locked_directory(work, slug)
    if directory.idp is Idp.LOCAL:
        raise InvalidValue("directory", f"{slug} is stated by operators, not over SCIM; name another.")
    return directory


def _set_trust(work: Work, slug: str, cause: Cause, trust: EntraTrust | None) -> None:
    directory = _locked(work, slug)
    before = work.scim_clients.trust(directory.id)
    work.scim_clients.set_trust(directory.id, trust)
    tell(work, directory, Kind.DIRECTORY_CHANGED, directory.id, cause, _facts(trust), _facts(before))


def _facts(trust: EntraTrust | None) -> dict[str, object]:
    if trust is None:
        return {"entra_tenant_id": None}
    return {
        "entra_tenant_id": trust.entra_tenant_id,
        "audience": trust.audience,
        "authority": trust.authority,
        "app_id": trust.app_id,
    }
