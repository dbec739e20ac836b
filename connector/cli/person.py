"""`jumpseat person`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from connector.cli.explanation import as_document, still_open, tell, unfinished_document
from connector.cli.operator import Operator, pass_operator
from connector.cli.output import count, document, fields, json_option, listing, table
from connector.cli.person_import import import_
from connector.lifecycle import explaining, reporting
from connector.lifecycle.departures import unfinished
from connector.lifecycle.erasure import erase_everywhere, preview_erasure

if TYPE_CHECKING:
    from connector.domain.memberships import Membership
    from connector.lifecycle.reporting import PersonReport


@click.group()
def command() -> None:
    """See people, and why they hold what they hold."""


@command.command("list")
@click.option("--directory", help="Those of this directory alone.")
@click.option("--filter", "where", help='A SCIM filter, for example: emails.value ew "@acme.example"')
@click.option("--start", type=click.IntRange(min=1), default=1, show_default=True, help="The first to list, from 1.")
@click.option("--count", "number", type=click.IntRange(min=0), default=100, show_default=True, help="How many.")
@json_option
@pass_operator
def list_(operator: Operator, directory: str | None, where: str | None, start: int, number: int, as_json: bool) -> None:
    """List people in the order in which their directories stated them."""
    total, found = operator.read(reporting.people, directory, where, start, number)
    rows = [_facts(one) for one in found]
    columns = {
        "user_name": "userName",
        "name": "Name",
        "directory": "Directory",
        "active": "Active",
        "accounts": "Accounts",
    }
    listing(rows, columns, as_json, "There is nobody.")
    if not as_json and len(rows) < total:
        click.echo(f"\n{len(rows)} of {total}; see --start and --count.")


@command.command()
@click.argument("directory")
@click.argument("user_name")
@json_option
@pass_operator
def show(operator: Operator, directory: str, user_name: str, as_json: bool) -> None:
    """Show a person and her place in each account."""
    report = operator.read(reporting.person, directory, user_name)
    still = {one.account: one for one in operator.read(unfinished, report.person.id)}
    facts = {
        **_facts(report),
        "memberships": [
            {**_place_facts(slug, one), "departure": unfinished_document(still.get(slug))}
            for slug, one in report.places
        ],
    }
    if as_json:
        document(facts)
        return
    titles = {
        "user_name": "userName",
        "name": "Name",
        "external_id": "externalId",
        "email": "E-mail",
        "directory": "Directory",
        "active": "Active",
        "id": "Id",
    }
    fields(facts, titles)
    if report.places:
        click.echo()
        table(facts["memberships"], {"account": "Account", "state": "State", "seats": "Seats", "answer": "Answer"})
    for one in still.values():
        click.echo(f"\n{one.account}: {still_open(one)}; the departure is not finished.")
    click.echo(f"\nWhy: jumpseat person explain {directory} {user_name}")


@command.command()
@click.argument("directory")
@click.argument("user_name")
@json_option
@pass_operator
def explain(operator: Operator, directory: str, user_name: str, as_json: bool) -> None:
    """Explain why a person holds what she holds, and why not more."""
    found = operator.read(explaining.explain, directory, user_name)
    if as_json:
        document(as_document(found))
    else:
        tell(found)


command.add_command(import_)


@command.command()
@click.argument("directory")
@click.argument("user_name", metavar="USER_NAME|ID")
@click.option("--yes", is_flag=True, help="Erase; without it only what would be blanked is shown.")
@json_option
@pass_operator
def erase(operator: Operator, directory: str, user_name: str, yes: bool, as_json: bool) -> None:
    """Blank everything that names somebody who has left; ids and the trail stay. It cannot be undone."""
    use_case = erase_everywhere if yes else preview_erasure
    report = use_case(operator.lifecycle, directory, user_name, operator.cause)
    if as_json:
        kept = [{"where": one.where, "rows": one.rows, "why": one.why} for one in report.kept]
        document({"id": report.person_id, "erased": yes, "blanked": dict(report.blanked), "kept": kept})
        return
    click.secho("Blanked:" if yes else "Would be blanked:", bold=True)
    for what, number in report.blanked.items():
        click.echo(f"  {what}: {number}")
    click.echo(
        f"Kept: the id {report.person_id}, and every event of the trail with ids and states, so that it is whole."
    )
    for one in report.kept:
        click.echo(f"Kept: {count(one.rows, 'row')} of {one.where}: {one.why}.")
    click.echo("Not ours to blank: letters that were delivered, backups, vendors, the identity provider.")
    if not yes:
        click.echo(f"\nTo erase: jumpseat person erase {directory} {user_name} --yes")


@command.command()
@click.argument("directory")
@click.argument("user_name")
@pass_operator
def unbind(operator: Operator, directory: str, user_name: str) -> None:
    """Let go of the identity by which somebody signs in, and end her sessions; what she holds she keeps."""
    from connector.lifecycle import identifying

    operator.write(identifying.unbind, directory, user_name, operator.cause)
    click.echo(f"{user_name} is signed out, and known again when she signs in with an identity that is hers.")


def _facts(report: PersonReport) -> dict[str, Any]:
    one = report.person
    return {
        "id": one.id,
        "user_name": one.stated.user_name,
        "name": one.display_name,
        "external_id": one.stated.external_id,
        "email": one.work_email,
        "directory": report.directory,
        "active": one.active,
        "accounts": {slug: member.state.value for slug, member in report.places},
    }


def _place_facts(slug: str, one: Membership) -> dict[str, Any]:
    return {
        "account": slug,
        "state": one.state.value,
        "seats": sorted(one.seat_types),
        "permissions": sorted(one.permissions),
        "answer": one.answer.value if one.answer else None,
        "obstacle": one.obstacle.value if one.obstacle else None,
    }
