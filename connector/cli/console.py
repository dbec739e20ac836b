"""`jumpseat console`."""

from __future__ import annotations

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import document, json_option
from connector.lifecycle import operators


@click.group()
def command() -> None:
    """Open the operators' status page."""


@command.command()
@json_option
@pass_operator
def link(operator: Operator, as_json: bool) -> None:
    """Print an address that opens the console once, within ten minutes."""
    url = operator.write(operators.console_link, operator.name)
    if as_json:
        document({"link": url, "minutes": int(operators.LINK_LIVES.total_seconds() // 60)})
        return
    click.echo(url)
    click.echo("It works once, within ten minutes.", err=True)
