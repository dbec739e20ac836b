"""`jumpseat audit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import document
from connector.lifecycle import reporting

if TYPE_CHECKING:
    from connector.storage.work import Work


@click.group()
def command() -> None:
    """Read the audit trail."""


@command.command()
@click.option("--tenant", help="The events of this tenant alone.")
@click.option("--since", type=click.IntRange(min=0), default=0, metavar="SEQ", help="Only what came after this event.")
@click.option("--no-values", is_flag=True, help="Without personal values: ids, states and names of attributes alone.")
@pass_operator
def export(operator: Operator, tenant: str | None, since: int, no_values: bool) -> None:
    """Write the events as JSON lines, one event a line, in the order they happened.

    Each line has `seq`; the last one is the --since of the next export.
    """
    operator.read(_write, tenant, since, not no_values)


def _write(work: Work, tenant: str | None, since: int, with_values: bool) -> None:
    for event in reporting.events(work, tenant, since, with_values=with_values):
        document(event)
