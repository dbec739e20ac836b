"""`jumpseat set`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from connector.cli.member import tell
from connector.cli.operator import Operator, pass_operator
from connector.cli.output import document, json_option, listing
from connector.lifecycle import own_sets

if TYPE_CHECKING:
    from connector.lifecycle.own_sets import SetReport


@click.group()
def command() -> None:
    """Keep named sets of permissions of an account's own; rules and grants name them as they name a vendor's role."""


@command.command()
@click.argument("account")
@click.argument("name")
@click.option("--permission", "permissions", multiple=True, help="A permission; may be given several times.")
@click.option("--like", help="Begin with the permissions of this role of the vendor's, or of another set.")
@json_option
@pass_operator
def create(
    operator: Operator, account: str, name: str, permissions: tuple[str, ...], like: str | None, as_json: bool
) -> None:
    """Write a set; what it has is checked, and nobody holds it yet."""
    changed = operator.write(own_sets.create_set, account, name, permissions, operator.cause, like=like)
    held = sorted(changed.sets[name])
    if as_json:
        document({"account": account, "set": name, "permissions": held})
        return
    click.echo(f"The set {name} of {account} is written: {', '.join(held)}.")
    click.echo(f"Next, say who is due it:\n  jumpseat rule add RULE --account {account} --role {name} ...")


@command.command()
@click.argument("account")
@click.argument("name")
@click.option("--add", multiple=True, help="A permission to add; may be given several times.")
@click.option("--take", multiple=True, help="A permission to take out; may be given several times.")
@click.option("--preview", is_flag=True, help="Show what it comes to, and do nothing.")
@json_option
@pass_operator
def change(
    operator: Operator,
    account: str,
    name: str,
    add: tuple[str, ...],
    take: tuple[str, ...],
    preview: bool,
    as_json: bool,
) -> None:
    """Change what a set has; whoever holds it is settled at once."""
    run = operator.rehearse if preview else operator.write
    tell(run(own_sets.change_set, account, name, operator.cause, add=add, take=take), preview, as_json)


@command.command("list")
@click.argument("account")
@json_option
@pass_operator
def list_(operator: Operator, account: str, as_json: bool) -> None:
    """List the sets of an account, and who names them."""
    rows = [_facts(one) for one in operator.read(own_sets.sets_of, account)]
    columns = {"set": "Set", "permissions": "Permissions", "rules": "Rules", "by_hand": "By hand"}
    listing(rows, columns, as_json, f"{account} has no set of its own. Next: jumpseat set create {account} NAME ...")


@command.command()
@click.argument("account")
@click.argument("name")
@pass_operator
def remove(operator: Operator, account: str, name: str) -> None:
    """Remove a set that nothing names any more."""
    operator.write(own_sets.remove_set, account, name, operator.cause)
    click.echo(f"{account} has no set {name} any more.")


def _facts(one: SetReport) -> dict[str, Any]:
    return {
        "set": one.name,
        "permissions": sorted(one.permissions),
        "rules": list(one.rules),
        "by_hand": one.given,
    }
