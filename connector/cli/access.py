"""`jumpseat access`."""

from __future__ import annotations

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import count, json_option, listing
from connector.lifecycle import asking, invitations, outstanding, own_sessions, reporting


@click.group()
def command() -> None:
    """End somebody's access or sessions by hand, whatever her directory says."""


@command.command()
@click.argument("account")
@click.argument("directory")
@click.argument("user_name")
@pass_operator
def revoke(operator: Operator, account: str, directory: str, user_name: str) -> None:
    """End somebody's access to one account at once; the seat goes to whoever waits."""
    operator.write(invitations.revoke, account, directory, user_name, operator.cause)
    click.echo(f"The gate of {account} refuses {user_name} from now on, until: jumpseat invitation resend")
    person = operator.read(reporting.person_named, directory, user_name)
    orders = [one for one in operator.read(outstanding.orders_of, person.id) if one.account == account and one.gate_cut]
    steps = sum(len(one.steps) for one in orders)
    if steps:
        click.echo(f"Gate cut, {count(steps, 'vendor step')} open: jumpseat workorder list --account {account}")


@command.command()
@click.argument("directory")
@click.argument("user_name", required=False)
@click.option("--limit", type=click.IntRange(min=1), default=200, show_default=True)
@json_option
@pass_operator
def sessions(operator: Operator, directory: str, user_name: str | None, limit: int, as_json: bool) -> None:
    """List who of a directory is signed in, or the sessions of one person."""
    rows = [
        {
            "user_name": person.stated.user_name,
            "browser": one.browser,
            "created_at": one.created_at,
            "last_seen_at": one.last_seen_at,
            "ends_at": one.ends_at,
        }
        for person, one in operator.read(own_sessions.sessions_of, directory, user_name, limit)
    ]
    columns = {
        "user_name": "Person",
        "browser": "Browser",
        "created_at": "Since",
        "last_seen_at": "Last used",
        "ends_at": "Ends",
    }
    listing(rows, columns, as_json, "Nobody is signed in.")


@command.command("end")
@click.argument("directory")
@click.argument("user_name", required=False)
@click.option("--everybody", is_flag=True, help="Instead of USER_NAME: whoever of the directory is signed in.")
@pass_operator
def end(operator: Operator, directory: str, user_name: str | None, everybody: bool) -> None:
    """Sign somebody out everywhere; what she holds stays hers, and she can sign in again."""
    if (user_name is None) != everybody:
        raise click.UsageError("Say either who is to be signed out, or --everybody.")
    ended = operator.write(own_sessions.end_sessions_of, directory, user_name, operator.cause)
    click.echo(f"{count(ended, 'session')} ended." if ended else "Nobody was signed in.")


@command.command()
@click.option("--limit", type=click.IntRange(min=1), default=200, show_default=True)
@json_option
@pass_operator
def requests(operator: Operator, limit: int, as_json: bool) -> None:
    """List who asked for access from a page that refused it, the oldest first."""
    rows = [
        {
            "account": one.account.slug,
            "directory": one.directory,
            "user_name": one.person.stated.user_name,
            "created_at": one.request.created_at,
        }
        for one in operator.write(asking.open_requests, limit)
    ]
    columns = {"account": "Account", "directory": "Directory", "user_name": "Person", "created_at": "Since"}
    listing(rows, columns, as_json, "Nobody asks for access.")


@command.command()
@click.argument("account")
@click.argument("directory")
@click.argument("user_name")
@pass_operator
def refuse(operator: Operator, account: str, directory: str, user_name: str) -> None:
    """Answer a request with no; to answer with yes: jumpseat member grant, or invitation resend."""
    operator.write(asking.refuse, account, directory, user_name, operator.cause)
    click.echo(f"{user_name} is not asked about again, unless she asks anew in a week or later.")
