"""`jumpseat member`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import document, json_option, listing
from connector.cli.purchases import outcomes
from connector.domain.grants import Given
from connector.lifecycle import granting, members

if TYPE_CHECKING:
    from connector.lifecycle.members import MemberReport
    from connector.lifecycle.proposals import Effect

F = TypeVar("F", bound=Callable[..., Any])

COLUMNS = {
    "user_name": "Person",
    "directory": "Directory",
    "state": "State",
    "seats": "Seats",
    "by": "By",
    "place": "Place in line",
}


@click.group()
def command() -> None:
    """See the members of an account; give by hand, suspend, remove."""


def one_member(command: F) -> F:
    """Give a command the account, directory and userName of a member, `--preview` and `--json`."""
    command = click.option("--preview", is_flag=True, help="Show what it comes to, and do nothing.")(
        json_option(command)
    )
    for name in ("user_name", "directory", "account"):
        command = click.argument(name)(command)
    return command


@command.command("list")
@click.argument("account")
@click.option("--limit", type=click.IntRange(min=1), default=200, show_default=True)
@json_option
@pass_operator
def list_(operator: Operator, account: str, limit: int, as_json: bool) -> None:
    """List who has a seat, is invited or waits, in order of arrival, and how it came to be due to them."""
    rows = [_facts(one) for one in operator.read(members.members, account, limit)]
    columns = {**COLUMNS, "suspended": "Suspended"} if any(row["suspended"] for row in rows) else COLUMNS
    listing(rows, columns, as_json, f"Nobody has a seat in {account}, or waits for one.")


@command.command()
@one_member
@click.option("--seat-type", help="The seat; where seats follow from permissions, none.")
@click.option("--role", help="A role of the vendor's, or a set of the account's own.")
@click.option("--permission", "permissions", multiple=True, help="A permission; may be given several times.")
@click.option("--at-renewal", is_flag=True, help="When the billing period ends: for less than she has by hand now.")
@click.option("--no-mail", is_flag=True, help="Send no letter: hand the link over (jumpseat invitation list --links).")
@click.option("--as", "giver", metavar="USERNAME", help="In the name of a member: only what the vendor lets her give.")
@pass_operator
def grant(
    operator: Operator,
    account: str,
    directory: str,
    user_name: str,
    seat_type: str | None,
    role: str | None,
    permissions: tuple[str, ...],
    at_renewal: bool,
    no_mail: bool,
    giver: str | None,
    preview: bool,
    as_json: bool,
) -> None:
    """Give somebody a seat, a role or permissions by hand, in the place of what was given by hand before.

    It stays when rules end, and is due only while her directory wants her in.
    """
    given = Given(seat_type, role, frozenset(permissions))
    run = operator.rehearse if preview else operator.write
    effects = run(
        granting.grant,
        account,
        directory,
        user_name,
        given,
        operator.cause,
        at_renewal=at_renewal,
        in_the_name_of=giver,
        mails=not no_mail,
    )
    tell(effects, preview, as_json, planned=at_renewal)


@command.command()
@one_member
@click.option("--at-renewal", is_flag=True, help="When the billing period ends.")
@pass_operator
def withdraw(
    operator: Operator, account: str, directory: str, user_name: str, at_renewal: bool, preview: bool, as_json: bool
) -> None:
    """Take back what was given by hand; what rules make due stays."""
    run = operator.rehearse if preview else operator.write
    effects = run(granting.withdraw, account, directory, user_name, operator.cause, at_renewal=at_renewal)
    tell(effects, preview, as_json, planned=at_renewal)


@command.command()
@click.argument("account")
@click.argument("directory")
@click.argument("user_name")
@pass_operator
def keep(operator: Operator, account: str, directory: str, user_name: str) -> None:
    """Take back what was planned for the end of the billing period by --at-renewal."""
    operator.write(granting.keep, account, directory, user_name, operator.cause)
    click.echo(f"{user_name} keeps what she was given by hand in {account}.")


@command.command()
@one_member
@pass_operator
def suspend(operator: Operator, account: str, directory: str, user_name: str, preview: bool, as_json: bool) -> None:
    """Keep somebody out; she keeps her seat, unless the vendor does not count it."""
    run = operator.rehearse if preview else operator.write
    tell(run(members.suspend, account, directory, user_name, operator.cause), preview, as_json)


@command.command()
@one_member
@pass_operator
def reactivate(operator: Operator, account: str, directory: str, user_name: str, preview: bool, as_json: bool) -> None:
    """Let somebody in again who was suspended."""
    run = operator.rehearse if preview else operator.write
    tell(run(members.reactivate, account, directory, user_name, operator.cause), preview, as_json)


@command.command()
@one_member
@pass_operator
def remove(operator: Operator, account: str, directory: str, user_name: str, preview: bool, as_json: bool) -> None:
    """End somebody's access until jumpseat invitation resend; some vendors want her suspended first."""
    run = operator.rehearse if preview else operator.write
    tell(run(members.remove, account, directory, user_name, operator.cause), preview, as_json)


def tell(effects: tuple[Effect, ...], preview: bool, as_json: bool, *, planned: bool = False) -> None:
    """Print what something did, or would do, to whom."""
    if as_json:
        people = [
            {
                "person": one.user_name,
                "outcome": one.outcome.value,
                "state": one.state.value,
                "seat_types": one.seat_types,
                "place": one.place,
            }
            for one in effects
        ]
        document({"preview": preview, "planned": planned, "effects": people})
        return
    click.echo("This is what would happen; nothing was done." if preview else "Done.")
    for line in outcomes(effects):
        click.echo(line)
    if planned:
        click.echo("  Nothing changes before the billing period ends; until then: jumpseat member keep")
    elif not effects:
        click.echo("  Nobody's seats or permissions are others than before.")


def _facts(one: MemberReport) -> dict[str, Any]:
    member = one.membership
    return {
        "user_name": one.person.stated.user_name,
        "directory": one.directory,
        "state": member.state.value,
        "seats": sorted(member.seat_types),
        "permissions": sorted(member.permissions),
        "by": [each.value for each in one.by],
        "place": one.place,
        "suspended": member.suspended,
    }
