"""Tenants and directories: opening them, their tokens, and who may speak for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from connector.domain.errors import AlreadyExists, IdentitiesBound, InvalidValue, NotFound, TokenRefused
from connector.domain.events import Cause, Event, Kind
from connector.domain.identifiers import new_id
from connector.domain.rates import checked_rate
from connector.domain.scim_clients import ClientSecret
from connector.domain.tenancy import (
    Bind,
    Directory,
    DirectoryAccess,
    DirectoryToken,
    Idp,
    Tenant,
    checked_issuer,
    checked_slug,
)
from connector.lifecycle.accounts import open_first_account
from connector.lifecycle.settling import fresh_rulebook, settle
from connector.lifecycle.tokens import hashed, new_scim_token, seal
from connector.lifecycle.unbinding import unbind_others
from connector.storage.work import Work

C = TypeVar("C", DirectoryToken, ClientSecret)

TOKENS_AT_ONCE = 2
"""Valid tokens of one directory: the one in use, and the next while the provider is being told of it."""

USE_NOTED_EVERY = timedelta(minutes=1)

SUBJECT_CLAIMS = {Idp.ENTRA: "oid"}
"""Which claim names the person where `sub` does not: Entra's `sub` differs from application to application."""


def create_tenant(
    work: Work, slug: str, cause: Cause, display_name: str | None = None, *, with_account: bool = True
) -> Tenant:
    """Create a customer organisation with its built-in directory `<slug>-local` and one plain account, `<slug>-app`.

    Without the account the caller opens another at once. Raises AlreadyExists, InvalidValue.
    """
    checked_slug("tenant", slug)
    if work.tenancy.tenant_named(slug) is not None:
        raise AlreadyExists("tenant", "name", slug)
    tenant = Tenant(new_id(), slug, True, work.now, display_name)
    work.tenancy.add_tenant(tenant)
    work.trail.tell([Event(work.now, tenant.id, Kind.TENANT_CREATED, tenant.id, cause, after={"name": slug})])
    add_directory(work, tenant, f"{slug[:57]}-local", Idp.LOCAL, cause)
    if with_account:
        open_first_account(work, tenant, cause)
    return tenant


def name_tenant(work: Work, slug: str, display_name: str, cause: Cause) -> Tenant:
    """Set what letters call a customer organisation; raises NotFound with the known ones."""
    tenant = _tenant(work, slug, cause)
    work.tenancy.name_tenant(tenant.id, display_name)
    before, after = {"display_name": tenant.display_name}, {"display_name": display_name}
    work.trail.tell([Event(work.now, tenant.id, Kind.TENANT_NAMED, tenant.id, cause, before=before, after=after)])
    return replace(tenant, display_name=display_name)


def create_directory(
    work: Work, slug: str, idp: Idp, cause: Cause, tenant_slug: str | None = None
) -> tuple[Directory, str]:
    """Create a directory and its first token, which is returned in clear this once.

    Without a tenant named, the only one is taken; on an empty installation it is made. Raises AlreadyExists,
    InvalidValue, NotFound.
    """
    tenant = _tenant(work, tenant_slug, cause)
    directory = add_directory(work, tenant, checked_slug("directory", slug), idp, cause)
    _, secret = create_token(work, directory.slug, cause)
    return directory, secret


def create_token(work: Work, slug: str, cause: Cause, lifetime: timedelta | None = None) -> tuple[DirectoryToken, str]:
    """Give a directory another token, returned in clear this once. Two may be valid at once, so that one can rotate."""
    directory = locked_directory(work, slug)
    refuse_a_third("token", slug, (token.hint for token in work.tenancy.tokens(directory.id) if token.valid(work.now)))
    secret = new_scim_token()
    expires_at = work.now + lifetime if lifetime else None
    token = DirectoryToken(new_id(), directory.id, f"{secret[:12]}…", work.now, expires_at, None, None)
    work.tenancy.add_token(token, hashed(secret))
    tell(work, directory, Kind.TOKEN_CREATED, token.id, cause, {"hint": token.hint})
    return token, secret


def revoke_token(work: Work, slug: str, hint_or_id: str, cause: Cause) -> DirectoryToken:
    """Let a token, named by its id or the beginning of its hint, open nothing from now on; raises NotFound."""
    directory = directory_named(work, slug)
    token = named_once("token", (one for one in work.tenancy.tokens(directory.id) if one.valid(work.now)), hint_or_id)
    work.tenancy.revoke_token(token.id, work.now)
    tell(work, directory, Kind.TOKEN_REVOKED, token.id, cause, {"hint": token.hint})
    return token


def refuse_a_third(kind: str, slug: str, valid_hints: Iterable[str]) -> None:
    """Raise InvalidValue when a directory has as many valid secrets of a kind as it may have at once."""
    hints = list(valid_hints)
    if len(hints) >= TOKENS_AT_ONCE:
        raise InvalidValue(
            kind, f"{slug} already has {len(hints)} valid {kind}s ({' and '.join(hints)}); revoke one of them first."
        )


def named_once(kind: str, valid: Iterable[C], hint_or_id: str) -> C:
    """Return the one that its id or the beginning of its hint names; raises NotFound for none, and for several."""
    known, wanted = list(valid), hint_or_id.rstrip("….")
    named = [one for one in known if one.id == hint_or_id or (wanted and one.hint.startswith(wanted))]
    if len(named) != 1:
        raise NotFound(kind, hint_or_id, (one.hint for one in known))
    return named[0]


def authenticate(work: Work, slug: str, secret: str, request_id: str | None = None) -> DirectoryAccess:
    """Return which directory the token opens; raises TokenRefused, alike for every reason.

    The token must belong to the directory that the URL names. It is found by its hash, so that comparing it takes the
    same time however much of a guess is right.
    """
    opening = work.tenancy.token_opening(hashed(secret))
    if opening is None:
        raise TokenRefused
    token, directory, tenant_active = opening
    if directory.slug != slug or not token.valid(work.now) or not directory.active or not tenant_active:
        raise TokenRefused
    return DirectoryAccess(directory, token.id, request_id)


def directory_named(work: Work, slug: str) -> Directory:
    """Return the directory of this name; raises NotFound with the known ones."""
    directory = work.tenancy.directory_named(slug)
    if directory is None:
        raise NotFound("directory", slug, (one.slug for one in work.tenancy.directories()))
    return directory


def locked_directory(work: Work, slug: str) -> Directory:
    """Return the directory of this name as it is while nobody else can change it; raises NotFound."""
    found = directory_named(work, slug)
    work.tenancy.lock_policy(found.tenant_id, exclusively=True)
    return work.tenancy.directory(found.id)


def set_sign_in(
    work: Work,
    slug: str,
    cause: Cause,
    *,
    issuer: str,
    client_id: str,
    client_secret: str | None,
    client_key: str | None = None,
    subject_claim: str | None = None,
    bind: Bind = Bind.SUBJECT,
    max_age: timedelta | None = None,
    always_ask_userinfo: bool | None = None,
    unbind: bool = False,
) -> Directory:
    """Set how a directory's people sign in. Whoever could not be invited before is invited now.

    `client_key` is what `client_keys.read` returned. `max_age` and `always_ask_userinfo` stay as they are when None; an
    age of 0 asks for none. With another issuer, `unbind` lets go of the identities of the one before. Raises
    IdentitiesBound where it would have to, InvalidValue for an issuer that could never be asked, NotFound.
    """
    checked_issuer(issuer, http_loopback=work.settings.allow_http_loopback)
    if client_secret and client_key:
        raise InvalidValue("client", "it proves itself by a secret or by a private key, not by both.")
    directory = locked_directory(work, slug)
    others = work.identities.count_of_others(directory.id, issuer)
    if others and not unbind:
        raise IdentitiesBound(slug, directory.issuer or "another provider", others)
    key = work.settings.secret_key
    changed = replace(
        directory,
        issuer=issuer,
        client_id=client_id,
        client_secret_sealed=seal(key, client_secret) if client_secret else None,
        client_key_sealed=seal(key, client_key) if client_key else None,
        max_age=directory.max_age if max_age is None else max_age or None,
        always_ask_userinfo=directory.always_ask_userinfo if always_ask_userinfo is None else always_ask_userinfo,
        subject_claim=subject_claim or SUBJECT_CLAIMS.get(directory.idp, "sub"),
        bind=bind,
        version=directory.version + 1,
    )
    work.tenancy.change_directory(changed)
    before, after = _sign_in_facts(directory), _sign_in_facts(changed)
    tell(work, directory, Kind.DIRECTORY_CHANGED, directory.id, cause, after, before)
    unbind_others(work, changed, issuer, cause)
    _settle_all(work, changed, cause)
    return changed


def set_active(work: Work, slug: str, cause: Cause, *, active: bool) -> Directory:
    """Switch a directory on or off; off, its tokens open nothing and nobody of it is admitted."""
    directory = locked_directory(work, slug)
    changed = replace(directory, active=active, version=directory.version + 1)
    work.tenancy.change_directory(changed)
    before, after = {"active": directory.active}, {"active": active}
    tell(work, directory, Kind.DIRECTORY_CHANGED, directory.id, cause, after, before)
    return changed


def set_rate(work: Work, slug: str, cause: Cause, per_second: int | None) -> Directory:
    """Limit how many SCIM requests a directory may make in a second, or set no limit; raises InvalidValue, NotFound."""
    directory = locked_directory(work, slug)
    changed = replace(directory, requests_per_second=checked_rate(per_second) if per_second is not None else None)
    work.tenancy.change_directory(changed)
    before = {"requests_per_second": directory.requests_per_second}
    after = {"requests_per_second": changed.requests_per_second}
    tell(work, directory, Kind.DIRECTORY_CHANGED, directory.id, cause, after, before)
    return changed


def note_use(work: Work, token_id: str) -> None:
    """Note that a token was used just now; once a minute at most, however many processes say so."""
    work.tenancy.note_token_use(token_id, work.now, work.now - USE_NOTED_EVERY)


def _tenant(work: Work, slug: str | None, cause: Cause) -> Tenant:
    if slug is not None:
        tenant = work.tenancy.tenant_named(slug)
        if tenant is None:
            raise NotFound("tenant", slug, (one.slug for one in work.tenancy.tenants()))
        return tenant
    tenants = work.tenancy.tenants()
    if len(tenants) > 1:
        raise InvalidValue("tenant", f"say which one: {', '.join(one.slug for one in tenants)}.")
    return tenants[0] if tenants else create_tenant(work, "main", cause)


def add_directory(work: Work, tenant: Tenant, slug: str, idp: Idp, cause: Cause) -> Directory:
    if work.tenancy.directory_named(slug) is not None:
        raise AlreadyExists("directory", "name", slug)
    directory = Directory(new_id(), tenant.id, slug, idp, True, work.now)
    work.tenancy.add_directory(directory)
    tell(work, directory, Kind.DIRECTORY_CREATED, directory.id, cause, {"name": slug, "idp": idp.value})
    return directory


def _sign_in_facts(one: Directory) -> dict[str, object]:
    return {
        "issuer": one.issuer,
        "client_id": one.client_id,
        "subject_claim": one.subject_claim,
        "bind": one.bind.value,
        "proves_itself_by": one.proves_itself_by,
        "max_age_seconds": one.max_age.total_seconds() if one.max_age else None,
        "always_ask_userinfo": one.always_ask_userinfo,
    }


def _settle_all(work: Work, directory: Directory, cause: Cause) -> None:
    people = work.people.of_directories([directory.id])
    work.people.lock(people)
    book = fresh_rulebook(work, directory.tenant_id)
    settle(work, directory.tenant_id, book, work.people.by_id(people).values(), cause)


def tell(
    work: Work,
    directory: Directory,
    kind: Kind,
    subject_id: str,
    cause: Cause,
    after: Mapping[str, object],
    before: Mapping[str, object] | None = None,
) -> None:
    """Write into the trail what was done to a directory."""
    facts = {"directory": directory.slug, **after}
    work.trail.tell([Event(work.now, directory.tenant_id, kind, subject_id, cause, before=before, after=facts)])
