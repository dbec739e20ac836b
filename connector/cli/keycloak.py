"""`jumpseat keycloak`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import count, document, json_option

if TYPE_CHECKING:
    from connector.domain.tenancy import Directory
    from connector.keycloak.changes import Change
    from connector.keycloak.server import Administrator
    from connector.keycloak.setup import RealmSetup

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
    click.option("--mirror", "tells", is_flag=True, help="Let the worker tell the realm at once how its people stand."),
    click.option(
        "--pull",
        type=int,
        metavar="SECONDS",
        help="Let the worker read users and groups of the realm so often, instead of waiting to be told over SCIM.",
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
    """Set a Keycloak realm up for a directory, find out what has changed in it since, tell it of people, read it."""


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
        connected = _connect(operator, directory, realm, told)
    if as_json:
        document(
            {
                "changes": [_facts(one) for one in done],
                "sign_in_changed": signs_in,
                "issuer": realm.issuer(),
                "worker_changed": connected,
            }
        )
        return
    click.echo(f"The realm {realm.wishes.realm} is as it should be" + ("." if done else "; nothing was to be done."))
    if signs_in:
        click.echo(f"People of {directory} now sign in at {realm.issuer()}.")
    if connected:
        click.echo(f"The worker speaks to the realm from now on. To end that: jumpseat keycloak release {directory}")


@command.command()
@_setup_options
def check(operator: Operator, directory: str, as_json: bool, **told: Any) -> None:
    """Say what in the realm is not as it should be; exit status 1 when there is anything. Secrets are not compared."""
    if _tell(operator, directory, told, as_json):
        click.get_current_context().exit(1)


@command.command()
@click.argument("directory")
@json_option
@pass_operator
def mirror(operator: Operator, directory: str, as_json: bool) -> None:
    """Let the worker tell the realm of everybody, whatever it was told before: it compares, and mends what differs.

    For a realm that somebody has edited, or that was restored from a backup. Needs setup with --mirror.
    """
    from connector.lifecycle import realms

    number = operator.write(realms.tell_of_everybody, directory)
    if as_json:
        document({"people": number})
        return
    click.echo(f"The worker tells the realm of {count(number, 'person', 'people')}.")


@command.command()
@click.argument("directory")
@click.option("--yes", is_flag=True, help="Also where more would lose access at once than on an ordinary day.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@json_option
@pass_operator
def sync(operator: Operator, directory: str, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Read the realm's users and groups now, and state what is new, has changed or is gone. Needs setup with --pull."""
    from connector.keycloak.pull import Pull
    from connector.lifecycle import pulling, realms

    with _sentences():
        access = operator.read(realms.access_to, directory)
        pull = Pull(operator.lifecycle, access)
        if dry_run:
            found = pull.look()[2]
            counts, losing, problems, held_back = found.counts, len(found.losing), list[str](), found.trips
        else:
            operator.write(pulling.take, access.realm)
            report = pull.run(anyway=yes)
            counts, losing, problems, held_back = report.counts, report.losing, report.problems, False
    if as_json:
        facts = {"counts": counts, "losing": losing, "problems": problems, "held_back": held_back, "dry_run": dry_run}
        document(facts)
        return
    for kind, number in counts.items():
        click.echo(f"  {kind.replace('_', ' ')}: {number}")
    for problem in problems:
        click.echo(f"  {problem}", err=True)
    click.echo(f"{count(losing, 'person', 'people')} {'would lose' if dry_run else 'lost'} access or a group.")
    if held_back:
        click.echo("The worker holds so many back; it waits for --yes.")


@command.command()
@click.argument("directory")
@pass_operator
def release(operator: Operator, directory: str) -> None:
    """Tell the realm nothing more, read it no more, and forget its secret. What stands in the realm stays there."""
    from connector.lifecycle import realms

    operator.write(realms.forget_realm, directory, operator.cause)
    click.echo(f"The worker leaves the realm of {directory} alone. Its client there can be deleted.")


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
    from connector.lifecycle import directories, realms

    directory: Directory = operator.read(directories.directory_named, name)
    held = operator.read(realms.realm_of, name)
    public = operator.settings.public_url
    told["tells"] = told["tells"] or bool(held and held.mirrors)
    told["pull"] = timedelta(seconds=told["pull"]) if told["pull"] is not None else held and held.pull_every
    told["broker"] = told["brokers"][0][0] if told["brokers"] else held and held.broker
    wanted = Wishes(
        realm=told["realm"],
        client_id=told["client_id"],
        redirect_uri=f"{public}/callback/{directory.slug}",
        logout_uri=f"{public}/backchannel-logout/{directory.slug}",
        home_url=f"{public}/me",
        signed_out_url=f"{public}/login",
        themed=not told["no_theme"],
        brokers=tuple(Broker(kind, issuer, client, _secret(file)) for kind, issuer, client, file in told["brokers"]),
        tells=told["tells"],
        reads=told["pull"] is not None,
        creates=told["tells"] and realms.creates(directory.idp),
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
    claimed = not realm.wishes.creates or directory.subject_claim == _subject_claim(directory, realm)
    if (directory.issuer, directory.client_id, held) == (issuer, realm.wishes.client_id, secret) and claimed:
        return False
    operator.write(
        directories.set_sign_in,
        name,
        operator.cause,
        issuer=issuer,
        client_id=realm.wishes.client_id,
        client_secret=secret,
        # What the operator chose of the rest stands.
        subject_claim=_subject_claim(directory, realm),
        bind=directory.bind,
    )
    return True


def _subject_claim(directory: Directory, realm: RealmSetup) -> str | None:
    """Return the claim that holds the externalId: where we make the realm's users, it is one that we make too."""
    from connector.keycloak.gate import SUBJECT

    if realm.wishes.creates:
        return SUBJECT
    return directory.subject_claim if directory.signs_in else None


def _connect(operator: Operator, name: str, realm: RealmSetup, told: dict[str, Any]) -> bool:
    """Let the worker speak to the realm as a client of its own, if it is to; return whether that is new."""
    from connector.keycloak.wishes import WORKER_CLIENT
    from connector.lifecycle import realms

    if not (realm.wishes.tells or realm.wishes.reads):
        return False
    return operator.write(
        realms.connect_realm,
        name,
        operator.cause,
        server=realm.url,
        name=realm.wishes.realm,
        client_id=WORKER_CLIENT,
        secret=realm.worker_secret(),
        mirrors=realm.wishes.tells,
        broker=told["broker"],
        pull_every=told["pull"],
    )


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
