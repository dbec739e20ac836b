"""`jumpseat plan`."""

from __future__ import annotations

from pathlib import Path

import click

from connector.cli.configuration import file_argument, prune_option, read, tell
from connector.cli.operator import Operator, pass_operator
from connector.cli.output import json_option
from connector.lifecycle import configuring


@click.command()
@file_argument
@prune_option
@json_option
@pass_operator
def command(operator: Operator, file: Path, prune: bool, as_json: bool) -> None:
    """Show what a file would change, with its effect on people, seats and money, and do nothing."""
    rollout = operator.rehearse(configuring.compare, read(file), operator.cause, prune=prune)
    tell(rollout, file, as_json, shown=True, prune=prune)
