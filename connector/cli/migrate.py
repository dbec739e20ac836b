"""`jumpseat migrate`."""

from __future__ import annotations

import click

from connector.cli.operator import Operator, pass_operator


@click.command()
@pass_operator
def command(operator: Operator) -> None:
    """Bring the database to the schema that this version needs; harmless when it is there already."""
    operator.lifecycle.database.migrate()
    click.echo(f"The database is ready: {operator.database_name}")
