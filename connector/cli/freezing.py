"""`jumpseat account freeze` and `unfreeze`."""

from __future__ import annotations

import click

from connector.cli.operator import Operator, pass_operator
from connector.lifecycle import freezing


@click.command()
@click.argument("name")
@pass_operator
def freeze(operator: Operator, name: str) -> None:
    """Let nobody into an account, from the next request on; all keep their seats."""
    operator.write(freezing.freeze, name, operator.cause)
    click.echo(f"The gate of {name} refuses everybody from now on. Seats stay held. To lift that: account unfreeze")


@click.command()
@click.argument("name")
@pass_operator
def unfreeze(operator: Operator, name: str) -> None:
    """Let everybody in again who holds a seat in an account."""
    operator.write(freezing.unfreeze, name, operator.cause)
    click.echo(f"Whoever holds a seat in {name} is admitted again.")
