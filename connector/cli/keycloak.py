"""`jumpseat keycloak`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import count, document, json_option

if TYPE_CHECKING:
    from connector.domain.tenancy import Directory
    from connector.keycloak.server import Administrator
    from connector.keycloak.setup import Change, RealmSetup

F = TypeVar("F", bound=Callable[..., Any])
SECRET_FILE = click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True)
REALM_OPTIONS: list[Callable[[Any], Any]] = [
    click.argument("directory"),
    click.option("--server", required=True, metavar="URL", help="Where Keycloak is, without /realms."),
    click.option("--realm", required=True, help="The realm; setup makes it where it is missing."),
    click.option("--admin", default="admin", show_default=True, help="An administrator of Keycloak."),
    click.option("--admin-realm", default="master", show_default=True, help="The realm that the administrator is of."),
    click.option("--password-file", type=SECRET_FILE, help="Holds her password; asked for unless given."),
    json_option,
    pass_operator,
]
SETUP_OPTIONS: list[Callable[[Any], Any]] = [
    click.option(
        "--client-id", default="jumpseat", show_default=True, help="The client to be Jumpseat's in the realm."
    ),
    click.option("--no-theme", is_flag=True, help="Leave the realm's look as it is; refusals then show bare keys."),
    click.option(
        "--broker",
        "brokers",
        nargs=4,
        multiple=True,
        type=(click.Choice(["okta", "entra", "keycloak"]), str, str, SECRET_FILE),
        metavar="KIND ISSUER CLIENT_ID SECRET_FILE",
        help="An identity provider that the realm sends people to; may be given several times.",
    ),
]


def _realm_options(command: F) -> F:
    return _given(command, REALM_OPTIONS)


def _setup_options(command: F) -> F:
    return _given(command, SETUP_OPTIONS + REALM_OPTIONS)


def _given(command: F, options: list[Callable[[Any], Any]]) -> F:
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def command() -> None:
    """Set a Keycloak realm up for a directory, find out what has changed in it since, tell it who has accepted."""


@command.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@_setup_options
def setup(operator: Operator, directory: str, as_json: bool, dry_run: bool, **told: Any) -> None:
    """Bring a realm to what it should look like, and let the directory's people sign in there."""
    if dry_run:
        _tell(operator, directory, told, as_json)
        return
    with _sentences():
        realm = _realm(operator, directory, told)
        done = realm.apply(lambda change: None if as_json else click.echo(f"  {change.thing}: {change.why}; done"))
        signs_in = _sign_in(operator, directory, realm)
    if as_json:
        document({"changes": [_facts(one) for one in done], "sign_in_changed": signs_in, "issuer": realm.issuer()})
        return
    click.echo(f"The realm {realm.wishes.realm} is as it should be" + ("." if done else "; nothing was to be done."))
    if signs_in:
        click.echo(f"People of {directory} now sign in at {realm.issuer()}.")


@command.command()
@_setup_options
def check(operator: Operator, directory: str, as_json: bool, **told: Any) -> None:
    """Say what in the realm is not as it should be; exit status 1 when there is anything. Secrets are not compared."""
    if _tell(operator, directory, told, as_json):
        click.get_current_context().exit(1)


@command.command()
@_realm_options
def mirror(operator: Operator, directory: str, as_json: bool, **told: Any) -> None:
    """Write into the realm who has accepted, and end the sessions of whoever lost her access. Meant for a timer.

    People are matched by externalId, which is the user's id where the realm is the directory.
    """
    from connector.keycloak.people import RealmPeople
    from connector.lifecycle.mirroring import standings

    stated = operator.read(standings, directory)
    with _sentences():
        turned = RealmPeople(told["server"], _administrator(told), told["realm"]).mirror(stated)
    if as_json:
        document({"turned": [asdict(one) for one in turned]})
        return
    for one in turned:
        click.echo(f"  {one.user_id}: {one.before or 'unmarked'} -> {one.after}")
    click.echo(
        f"{count(len(turned), 'user')} of {told['realm']} changed; {count(len(stated), 'person', 'people')} stated."
    )


def _tell(operator: Operator, directory: str, told: dict[str, Any], as_json: bool) -> list[Change]:
    with _sentences():
        realm = _realm(operator, directory, told)
        found = realm.check()
    if as_json:
        document({"changes": [_facts(one) for one in found]})
        return found
    for change in found:
        click.echo(f"  {change.thing}: {change.why}")
    if not found:
        click.echo(f"The realm {realm.wishes.realm} is as it should be.")
    return found


def _realm(operator: Operator, name: str, told: dict[str, Any]) -> RealmSetup:
    from connector.keycloak.setup import RealmSetup
    from connector.keycloak.wishes import Broker, Wishes
    from connector.lifecycle import directories

    directory: Directory = operator.read(directories.directory_named, name)
    public = operator.settings.public_url
    wanted = Wishes(
        realm=told["realm"],
        client_id=told["client_id"],
        redirect_uri=f"{public}/callback/{directory.slug}",
        logout_uri=f"{public}/backchannel-logout/{directory.slug}",
        home_url=f"{public}/me",
        signed_out_url=f"{public}/login",
        themed=not told["no_theme"],
        brokers=tuple(Broker(kind, issuer, client, _secret(file)) for kind, issuer, client, file in told["brokers"]),
    )
    return RealmSetup(told["server"], _administrator(told), wanted)


def _administrator(told: dict[str, Any]) -> Administrator:
    from connector.keycloak.server import Administrator

    file = told["password_file"]
    password = _secret(file) if file else click.prompt(f"Password of {told['admin']}", hide_input=True, err=True)
    return Administrator(told["admin"], password, told["admin_realm"])


def _sign_in(operator: Operator, name: str, realm: RealmSetup) -> bool:
    """Let the directory's people sign in at the realm; return whether that is new."""
    from connector.lifecycle import directories
    from connector.lifecycle.tokens import unseal

    directory: Directory = operator.read(directories.directory_named, name)
    sealed, secret, issuer = directory.client_secret_sealed, realm.client_secret(), realm.issuer()
    held = unseal(operator.settings.secret_key, sealed) if sealed else None
    if (directory.issuer, directory.client_id, held) == (issuer, realm.wishes.client_id, secret):
        return False
    operator.write(
        directories.set_sign_in,
        name,
        operator.cause,
        issuer=issuer,
        client_id=realm.wishes.client_id,
        client_secret=secret,
        # What the operator chose of the rest stands.
        subject_claim=directory.subject_claim if directory.signs_in else None,
        bind=directory.bind,
    )
    return True


def _secret(file: Path) -> str:
    with click.open_file(str(file), encoding="utf-8") as opened:
        secret = str(opened.read()).strip()
    if not secret:
        raise click.BadParameter(f"{file} is empty.")
    return secret


def _facts(change: Change) -> dict[str, str]:
    return {"thing": change.thing, "why": change.why}


@contextmanager
def _sentences() -> Iterator[None]:
    """Let what Keycloak refuses end the command with its sentence."""
    from connector.keycloak.server import KeycloakFailure

    try:
        yield
    except KeycloakFailure as failure:
        raise click.ClickException(str(failure)) from failure
