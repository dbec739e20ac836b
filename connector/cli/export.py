"""`jumpseat export`."""

from __future__ import annotations

from pathlib import Path

import click

from connector.cli.operator import Operator, pass_operator
from connector.lifecycle import exporting
from connector.mappers.configuration import written
from connector.mappers.configuration_schema import URL

HEADER = f"""\
# yaml-language-server: $schema={URL}
# Written by jumpseat export. It has no secrets and no people.
# jumpseat plan FILE shows what it would change, jumpseat apply FILE does it.
"""


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=False)
@click.option("--tenant", help="This tenant alone.")
@pass_operator
def command(operator: Operator, file: Path | None, tenant: str | None) -> None:
    """Write tenants, directories, accounts and rules as one YAML file, without secrets; to FILE, or to the screen."""
    text = HEADER + written(operator.read(exporting.exported, tenant))
    if file is None:
        click.echo(text, nl=False)
        return
    file.write_text(text, encoding="utf-8")
    click.echo(f"{file} is written. See what applying it would change: jumpseat plan {file}")
