"""`jumpseat directory`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from connector.cli import scim_access, signals
from connector.cli.operator import Operator, pass_operator
from connector.cli.output import count, document, fields, json_option, listing
from connector.domain.tenancy import Acceptance, Bind, Directory, Idp
from connector.lifecycle import directories

if TYPE_CHECKING:
    from connector.domain.events import Cause
    from connector.domain.realms import Realm
    from connector.lifecycle.reporting import DirectoryReport
    from connector.storage.work import Work

PASTE = {
    Idp.OKTA: """\
In Okta, in the SCIM app, Provisioning > Integration: the URL is the SCIM connector base URL, the token goes into
HTTP Header > Authorization, and the unique identifier field is userName.""",
    Idp.ENTRA: """\
In Entra ID, in the enterprise application, Provisioning: the URL is the Tenant URL, the token is the Secret Token.
Map objectId to externalId, or nobody can be recognised when signing in.""",
    Idp.KEYCLOAK: """\
In Keycloak, in the settings of the SCIM extension: the URL is the endpoint, the token is the bearer token.""",
    Idp.GENERIC: """\
In the identity provider: the URL is the SCIM base URL, the token is the bearer token.""",
}
TITLES = {
    "directory": "Directory",
    "tenant": "Tenant",
    "idp": "Provider",
    "active": "Active",
    "scim_base_url": "SCIM base URL",
    "issuer": "Issuer",
    "client_id": "Client id",
    "callback_url": "Callback URL",
    "client_proof": "Client proves by",
    "jwks_url": "Client's keys",
    "max_age_minutes": "Max age, min",
    "always_ask_userinfo": "Always userinfo",
    "acceptance": "Acceptance",
    "subject_claim": "Subject claim",
    "bind": "Bind",
    "people": "People",
    "active_people": "Active people",
    "groups": "Groups",
    "tokens": "Tokens",
    "client_secrets": "Client secrets",
    "entra_tenant_id": "Entra tenant",
    "requests_per_second": "Requests/s",
    "mirrored_to": "Told to realm",
    "pulled_from": "Read from realm",
    "leavers_are_cut_within": "Leavers cut within, s",
    "pulled_at": "Last read in full",
    "pull_failed": "Not read because",
}


@click.group()
def command() -> None:
    """Connect identity providers: SCIM in, sign-in through OpenID Connect."""


@command.command()
@click.argument("name")
@click.option(
    "--idp",
    type=click.Choice([one.value for one in PASTE]),
    default=Idp.GENERIC.value,
    show_default=True,
    help="Presets for sign-in; every directory accepts every provider's SCIM.",
)
@click.option("--tenant", help="The customer organisation; needed when there are several.")
@json_option
@pass_operator
def create(operator: Operator, name: str, idp: str, tenant: str | None, as_json: bool) -> None:
    """Create a directory and its first SCIM token, which is shown this once."""
    directory, token = operator.write(directories.create_directory, name, Idp(idp), operator.cause, tenant)
    base_url = f"{operator.settings.public_url}/scim/{directory.slug}/v2"
    if as_json:
        document({"directory": directory.slug, "scim_base_url": base_url, "token": token})
        return
    click.echo(f"The directory {directory.slug} is there.\n")
    click.echo(f"  SCIM base URL  {base_url}\n  Token          {token}\n")
    click.echo(f"The token is shown this once; Jumpseat keeps its hash alone.\n{PASTE[directory.idp]}\n")
    click.echo("Next, so that its people can sign in, and so be invited:")
    click.echo(f"  jumpseat directory oidc {directory.slug} --issuer URL --client-id ID --secret-file FILE")


@command.command("list")
@click.option("--tenant", help="Those of this tenant alone.")
@json_option
@pass_operator
def list_(operator: Operator, tenant: str | None, as_json: bool) -> None:
    """List the directories."""
    from connector.lifecycle import reporting

    rows = [_facts(operator, one) for one in operator.read(reporting.directories, tenant)]
    columns = {
        "directory": "Directory",
        "idp": "Provider",
        "tenant": "Tenant",
        "active": "Active",
        "signs_in": "Sign-in",
        "active_people": "People",
        "scim_base_url": "SCIM base URL",
    }
    listing(rows, columns, as_json, "There is no directory yet. Next: jumpseat directory create NAME --idp okta")


@command.command()
@click.argument("name")
@json_option
@pass_operator
def show(operator: Operator, name: str, as_json: bool) -> None:
    """Show a directory, its sign-in settings and its tokens."""
    from connector.lifecycle import reporting

    facts = _facts(operator, operator.read(reporting.directory, name))
    if as_json:
        document(facts)
        return
    fields(facts, TITLES)
    if not facts["signs_in"] and facts["idp"] != Idp.LOCAL.value:
        click.echo(f"\nNobody of it can sign in yet. Next: jumpseat directory oidc {name} --issuer URL --client-id ID")


@command.command()
@click.argument("name")
@click.option("--issuer", required=True, metavar="URL", help="The provider's issuer, as its discovery document says.")
@click.option("--client-id", required=True, metavar="ID")
@click.option(
    "--secret-file",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="Holds the client secret; - is standard input. On the command line itself, others would see it.",
)
@click.option(
    "--private-key-file",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="Holds a private key (PEM or JWK) by which the client proves itself instead of by a secret.",
)
@click.option("--generate-key", is_flag=True, help="Make such a key here; the provider reads the public half from us.")
@click.option(
    "--max-age-minutes",
    type=click.IntRange(min=0),
    help="How long ago she may have proved herself at the provider when she signs in here; 0 is any time.",
)
@click.option(
    "--always-ask-userinfo/--ask-userinfo-when-needed",
    default=None,
    help="Ask the provider's userinfo endpoint even when the ID token says enough.",
)
@click.option("--yes", is_flag=True, help="With another issuer: unbind the identities of the one before.")
@click.option(
    "--subject", "subject_claim", metavar="CLAIM", help="Names the person; sub, for Entra ID oid, unless told."
)
@click.option(
    "--bind",
    type=click.Choice([one.value for one in Bind]),
    default=Bind.SUBJECT.value,
    show_default=True,
    help="What makes an identity the invited person's: the claim equals externalId, or who accepts first.",
)
@json_option
@pass_operator
def oidc(
    operator: Operator,
    name: str,
    issuer: str,
    client_id: str,
    secret_file: Path | None,
    private_key_file: Path | None,
    generate_key: bool,
    max_age_minutes: int | None,
    always_ask_userinfo: bool | None,
    yes: bool,
    subject_claim: str | None,
    bind: str,
    as_json: bool,
) -> None:
    """Set how a directory's people sign in. Whoever could not be invited before is invited now."""
    directory, released = operator.write(
        _set_sign_in,
        name,
        operator.cause,
        issuer=issuer,
        client_id=client_id,
        client_secret=_secret(secret_file),
        client_key=_key(private_key_file, generate_key),
        subject_claim=subject_claim,
        bind=Bind(bind),
        max_age=timedelta(minutes=max_age_minutes) if max_age_minutes is not None else None,
        always_ask_userinfo=always_ask_userinfo,
        unbind=yes,
    )
    callback = _callback_url(operator, directory)
    if as_json:
        facts = {"directory": directory.slug, "issuer": issuer, "callback_url": callback, "released": released}
        document(facts | {"jwks_url": _jwks_url(operator, directory)})
        return
    click.echo(f"People of {directory.slug} sign in at {issuer}; {directory.subject_claim} names them.")
    click.echo(f"At the provider, allow this redirect URI:\n  {callback}")
    click.echo(f"and, if it has one, this back-channel logout URI:\n  {_logout_url(operator, directory)}")
    if directory.client_key_sealed:
        click.echo(f"and let it read the client's key (private_key_jwt) at:\n  {_jwks_url(operator, directory)}")
    if released:
        click.echo(f"{count(released, 'person', 'people')} who could not be invited before: invited, or in line, now.")


@command.command()
@click.argument("name")
@pass_operator
def enable(operator: Operator, name: str) -> None:
    """Switch a directory on again."""
    operator.write(directories.set_active, name, operator.cause, active=True)
    click.echo(f"{name} is on: its tokens open it, and who holds a seat is admitted.")


@command.command()
@click.argument("name")
@pass_operator
def disable(operator: Operator, name: str) -> None:
    """Switch a directory off: its tokens open nothing, and nobody of it is admitted anywhere."""
    operator.write(directories.set_active, name, operator.cause, active=False)
    click.echo(f"{name} is off: its tokens open nothing and nobody of it is admitted. Seats stay held.")


@command.command()
@click.argument("name")
@click.argument("policy", type=click.Choice([one.value for one in Acceptance]), required=False)
@pass_operator
def acceptance(operator: Operator, name: str, policy: str | None) -> None:
    """Set what is taken for an acceptance: her word on the page (explicit), or her signing in; or show what is.

    first-sign-in needs the subject claim to equal her externalId, proved-domain also a verified address at a domain
    that is proved for the directory.
    """
    from connector.lifecycle import arriving

    if policy is not None:
        operator.write(arriving.set_acceptance, name, Acceptance(policy), operator.cause)
    found = operator.read(directories.directory_named, name)
    click.echo(f"{name} takes for an acceptance: {found.acceptance}.")


for _one in (scim_access.entra_tokens, scim_access.rate, signals.signals):
    command.add_command(_one)


def _set_sign_in(work: Work, /, name: str, cause: Cause, **settings: Any) -> tuple[Directory, int]:
    """Set it, and return the directory and how many memberships were kept out by the lack of it."""
    from connector.lifecycle import reporting

    before = reporting.kept_out(work)
    return directories.set_sign_in(work, name, cause, **settings), before - reporting.kept_out(work)


def _secret(file: Path | None, option: str = "--secret-file") -> str | None:
    if file is None:
        return None
    with click.open_file(str(file), encoding="utf-8") as opened:
        secret = str(opened.read()).strip()
    if not secret:
        raise click.BadParameter(f"{file} is empty.", param_hint=option)
    return secret


def _key(file: Path | None, generate: bool) -> str | None:
    from connector.lifecycle import client_keys

    if file is not None and generate:
        raise click.UsageError("--generate-key makes a key; leave --private-key-file out.")
    if generate:
        return client_keys.generated()
    text = _secret(file, "--private-key-file")
    return client_keys.read(text) if text is not None else None


def _jwks_url(operator: Operator, one: Directory) -> str | None:
    return f"{operator.settings.public_url}/login/{one.slug}/jwks.json" if one.client_key_sealed else None


def _callback_url(operator: Operator, one: Directory) -> str:
    return f"{operator.settings.public_url}/callback/{one.slug}"


def _logout_url(operator: Operator, one: Directory) -> str:
    return f"{operator.settings.public_url}/backchannel-logout/{one.slug}"


def _facts(operator: Operator, report: DirectoryReport) -> dict[str, Any]:
    one, now = report.directory, operator.lifecycle.clock()
    return {
        "directory": one.slug,
        "tenant": report.tenant,
        "idp": one.idp.value,
        "active": one.active,
        "signs_in": one.signs_in,
        "scim_base_url": report.scim_base_url,
        "issuer": one.issuer,
        "client_id": one.client_id,
        "callback_url": _callback_url(operator, one) if one.signs_in else None,
        "client_proof": one.proves_itself_by,
        "jwks_url": _jwks_url(operator, one),
        "max_age_minutes": one.max_age.total_seconds() / 60 if one.max_age else None,
        "always_ask_userinfo": one.always_ask_userinfo,
        "acceptance": one.acceptance.value if one.signs_in else None,
        "subject_claim": one.subject_claim,
        "bind": one.bind.value if one.signs_in else None,
        "people": report.people,
        "active_people": report.active_people,
        "groups": report.groups,
        "tokens": [token.hint for token in report.tokens if token.valid(now)],
        "client_secrets": [secret.hint for secret in report.client_secrets if secret.valid(now)],
        "entra_tenant_id": report.entra_trust.entra_tenant_id if report.entra_trust else None,
        "requests_per_second": one.requests_per_second,
        **_realm_facts(report.realm),
    }


def _realm_facts(realm: Realm | None) -> dict[str, Any]:
    """Return what is done with a directory's Keycloak realm; one that is read is no faster than its interval."""
    every = int(realm.pull_every.total_seconds()) if realm and realm.pull_every else None
    return {
        "mirrored_to": realm.name if realm and realm.mirrors else None,
        "pulled_from": realm.name if realm and every else None,
        "leavers_are_cut_within": every,
        "pulled_at": realm.pulled_at.isoformat() if realm and realm.pulled_at else None,
        "pull_failed": realm.pull_failed if realm else None,
    }
