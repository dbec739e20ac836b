"""`jumpseat schema`."""

from __future__ import annotations

import click

from connector.mappers.configuration_schema import as_json


@click.command()
def command() -> None:
    """Print the JSON schema of the file, with which an editor completes and checks it."""
    click.echo(as_json(), nl=False)
