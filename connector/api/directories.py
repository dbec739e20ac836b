"""`/directories`: connections to identity providers, their sign-in, their tokens and client secrets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response
from marshmallow import Schema

from connector.api import fields
from connector.api.access import cause, own_tenant
from connector.api.changing import change, changed
from connector.api.operations import Operations, read
from connector.api.paging import Paged, page, page_of
from connector.domain.events import Cause
from connector.domain.operator_tokens import Scope
from connector.domain.scim_clients import GLOBAL
from connector.domain.tenancy import Bind, Idp
from connector.lifecycle import directories, reporting, scim_clients
from connector.lifecycle.reporting import DirectoryReport
from connector.storage.work import Work

noun = Operations("directories", "Connections to identity providers: SCIM in, sign-in through OpenID Connect.")

Shown = Any


class DirectorySchema(Schema):
    """A connection to an identity provider."""

    directory = fields.text("Its name.", attribute="directory.slug", example="okta")
    tenant = fields.text("The customer organisation.")
    idp = fields.choice("Which presets for sign-in it takes.", Idp, attribute="directory.idp")
    active = fields.yes_no("Whether its tokens open it, and its people are admitted.", attribute="directory.active")
    signs_in = fields.yes_no("Whether its people can sign in.", attribute="directory.signs_in")
    scim_base_url = fields.text("Where its provider speaks SCIM; null of a local directory.", allow_none=True)
    issuer = fields.text("The OpenID provider.", attribute="directory.issuer", allow_none=True)
    client_id = fields.text("Ours, at the provider.", attribute="directory.client_id", allow_none=True)
    subject_claim = fields.text("Which claim names a person.", attribute="directory.subject_claim", allow_none=True)
    bind = fields.choice("What makes an identity the invited person's.", Bind, attribute="directory.bind")
    requests_per_second = fields.number(
        "How many SCIM requests it may make; null is as many as it likes.",
        attribute="directory.requests_per_second",
        allow_none=True,
    )
    people = fields.number("How many people it has stated.")
    active_people = fields.number("Of them, whom it wants in.")
    groups = fields.number("How many groups it has stated.")
    entra_tenant_id = fields.text(
        "Whose JWTs it takes beside its own tokens.", attribute="entra_trust.entra_tenant_id", allow_none=True
    )


class NewDirectory(Schema):
    """A directory to create."""

    name = fields.text("Its name: a-z, 0-9 and '-'.", required=True, longest=63, example="okta")
    idp = fields.choice("Presets for sign-in.", Idp, load_default=Idp.GENERIC)
    tenant = fields.text("Needed when there are several.", load_default=None, allow_none=True)


class MadeDirectorySchema(Schema):
    """A new directory with its first token."""

    directory = fields.text("Its name.")
    scim_base_url = fields.text("Where its provider speaks SCIM.", allow_none=True)
    token = fields.text("The SCIM token, shown this once; null of a dry run.", allow_none=True)


class DirectoryChange(Schema):
    """What is to be different; what is left out stays."""

    active = fields.yes_no("Off, its tokens open nothing and nobody of it is admitted.")
    requests_per_second = fields.number("At most so many SCIM requests a second; null sets no limit.", allow_none=True)


class SignIn(Schema):
    """How a directory's people sign in."""

    issuer = fields.text("The provider's issuer, as its discovery document says.", required=True)
    client_id = fields.text("Ours, at the provider.", required=True)
    client_secret = fields.text("Kept sealed, and never shown.", load_default=None, allow_none=True)
    subject_claim = fields.text(
        "Names the person; sub, for Entra ID oid, unless told.", load_default=None, allow_none=True
    )
    bind = fields.choice("What makes an identity the invited person's.", Bind, load_default=Bind.SUBJECT)


class EntraTrust(Schema):
    """Whose JWTs a directory takes."""

    tenant_id = fields.text("The tenant at Entra ID whose tokens are taken, and no other's.", required=True)
    authority = fields.text("Where the cloud signs people in.", load_default=GLOBAL)
    audience = fields.text("For whom the tokens are.", load_default=None, allow_none=True)
    app_id = fields.text("The application that they are issued to.", load_default=None, allow_none=True)


class SecretSchema(Schema):
    """A token or client secret; it is kept as a hash alone."""

    id = fields.text("Its id.")
    hint = fields.text("How it begins.")
    created_at = fields.moment("Since when it is here.")
    expires_at = fields.moment("When it expires; null is never.", allow_none=True)
    revoked_at = fields.moment("When it was revoked.", allow_none=True)
    last_used_at = fields.moment("When it was last used, to the minute.", allow_none=True)


class MadeSecretSchema(SecretSchema):
    """A token or client secret, shown this once."""

    secret = fields.text("In clear, this once; null of a dry run.", allow_none=True)


class NewSecret(Schema):
    """A token or client secret to make."""

    days = fields.number("Expire after so many days; never, unless told.", least=1, most=3650, load_default=None)


class Listed(Paged):
    tenant = fields.text("Those of this tenant alone.")


@noun.reads("/directories", Scope.DIRECTORIES_READ, page_of(DirectorySchema), query=Listed)
def index(asked: dict[str, Any]) -> dict[str, Any]:
    """List the directories."""
    return page(read(reporting.directories, own_tenant(asked.get("tenant"))), lambda one: one.directory.slug, asked)


@noun.changes(
    "POST",
    "/directories",
    Scope.DIRECTORIES_WRITE,
    changed(MadeDirectorySchema),
    takes=NewDirectory,
    status=201,
    secret=True,
)
def create(asked: dict[str, Any], body: dict[str, Any]) -> Response:
    """Create a directory and its first SCIM token, which is shown this once.

    A name is taken once, so sent again it is 409 and makes nothing.
    """

    def shown(work: Work, made: Any) -> dict[str, Any]:
        directory, token = made
        base_url = reporting.scim_base_url(work, directory)
        return {"directory": directory.slug, "scim_base_url": base_url, "token": None if asked["dry_run"] else token}

    tenant = own_tenant(body["tenant"])
    return change(directories.create_directory, body["name"], body["idp"], cause(), tenant, shown=shown)


@noun.reads("/directories/<directory>", Scope.DIRECTORIES_READ, DirectorySchema)
def show(_: dict[str, Any], directory: str) -> DirectoryReport:
    """Show a directory and its sign-in settings."""
    report: DirectoryReport = read(reporting.directory, directory)
    return report


@noun.changes(
    "PATCH", "/directories/<directory>", Scope.DIRECTORIES_WRITE, changed(DirectorySchema), takes=DirectoryChange
)
def update(_: dict[str, Any], body: dict[str, Any], directory: str) -> Response:
    """Switch a directory off or on, or limit how much it may ask."""
    return change(_changed, directory, body, cause(), shown=_shown(directory))


@noun.changes(
    "PUT", "/directories/<directory>/sign-in", Scope.DIRECTORIES_WRITE, changed(DirectorySchema), takes=SignIn
)
def sign_in(_: dict[str, Any], body: dict[str, Any], directory: str) -> Response:
    """Set how a directory's people sign in. Whoever could not be invited before is invited now."""
    return change(directories.set_sign_in, directory, cause(), shown=_shown(directory), **body)


@noun.changes(
    "PUT", "/directories/<directory>/entra-trust", Scope.TOKENS_WRITE, changed(DirectorySchema), takes=EntraTrust
)
def trust_entra(_: dict[str, Any], body: dict[str, Any], directory: str) -> Response:
    """Let a directory also take the JWTs that Entra ID sends where its Secret Token is left blank."""
    return change(scim_clients.trust_entra, directory, cause(), shown=_shown(directory), **body)


@noun.changes("DELETE", "/directories/<directory>/entra-trust", Scope.TOKENS_WRITE, changed(DirectorySchema))
def distrust_entra(_: dict[str, Any], directory: str) -> Response:
    """Take no token of Entra ID any more."""
    return change(scim_clients.distrust_entra, directory, cause(), shown=_shown(directory))


@noun.reads("/directories/<directory>/tokens", Scope.TOKENS_READ, page_of(SecretSchema), query=Paged)
def tokens(asked: dict[str, Any], directory: str) -> dict[str, Any]:
    """List a directory's SCIM tokens, those that are over too."""
    return page(read(reporting.directory, directory).tokens, lambda one: str(one.id), asked)


@noun.changes(
    "POST",
    "/directories/<directory>/tokens",
    Scope.TOKENS_WRITE,
    changed(MadeSecretSchema),
    takes=NewSecret,
    status=201,
    secret=True,
)
def create_token(asked: dict[str, Any], body: dict[str, Any], directory: str) -> Response:
    """Give a directory another SCIM token, shown this once; two at most are valid at once."""
    return change(directories.create_token, directory, cause(), _lifetime(body), shown=_secret(asked))


@noun.changes("DELETE", "/directories/<directory>/tokens/<token>", Scope.TOKENS_WRITE, changed(SecretSchema))
def revoke_token(_: dict[str, Any], directory: str, token: str) -> Response:
    """Let a SCIM token, named by its id or its hint, open nothing from now on."""
    return change(directories.revoke_token, directory, token, cause())


@noun.reads("/directories/<directory>/client-secrets", Scope.TOKENS_READ, page_of(SecretSchema), query=Paged)
def secrets(asked: dict[str, Any], directory: str) -> dict[str, Any]:
    """List a directory's OAuth client secrets, those that are over too."""
    return page(read(scim_clients.secrets, directory), lambda one: str(one.id), asked)


@noun.changes(
    "POST",
    "/directories/<directory>/client-secrets",
    Scope.TOKENS_WRITE,
    changed(MadeSecretSchema),
    takes=NewSecret,
    status=201,
    secret=True,
)
def create_secret(asked: dict[str, Any], body: dict[str, Any], directory: str) -> Response:
    """Give a directory another client secret, shown this once; the client id is the directory's name."""
    return change(scim_clients.create_secret, directory, cause(), _lifetime(body), shown=_secret(asked))


@noun.changes("DELETE", "/directories/<directory>/client-secrets/<secret>", Scope.TOKENS_WRITE, changed(SecretSchema))
def revoke_secret(_: dict[str, Any], directory: str, secret: str) -> Response:
    """Let a client secret, and every token given for it, open nothing from now on."""
    return change(scim_clients.revoke_secret, directory, secret, cause())


def _changed(work: Work, slug: str, wanted: dict[str, Any], by: Cause) -> None:
    directories.directory_named(work, slug)
    if "active" in wanted:
        directories.set_active(work, slug, by, active=wanted["active"])
    if "requests_per_second" in wanted:
        directories.set_rate(work, slug, by, wanted["requests_per_second"])


def _shown(slug: str) -> Shown:
    def shown(work: Work, _: Any) -> DirectoryReport:
        return reporting.directory(work, slug)

    return shown


def _secret(asked: dict[str, Any]) -> Shown:
    """Return what shows a new secret; one that a dry run made opens nothing, and is not shown."""

    def shown(_: Work, made: Any) -> dict[str, Any]:
        kept, plain = made
        return {
            **{key: getattr(kept, key) for key in SecretSchema().fields},
            "secret": None if asked["dry_run"] else plain,
        }

    return shown


def _lifetime(body: dict[str, Any]) -> timedelta | None:
    return timedelta(days=body["days"]) if body["days"] else None
