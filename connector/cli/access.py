"""`jumpseat access`."""

from __future__ import annotations

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import count
from connector.lifecycle import invitations, outstanding, reporting


@click.group()
def command() -> None:
    """End somebody's access by hand, whatever her directory says."""


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
