"""`jumpseat apply`."""

from __future__ import annotations

from pathlib import Path

import click

from connector.cli.configuration import file_argument, prune_option, read, tell, told
from connector.cli.operator import Operator, pass_operator
from connector.cli.output import json_option
from connector.cli.purchases import approved, people_in_the_way, previewed
from connector.domain.errors import LedgerMoved, PlanTooSmall
from connector.lifecycle import configuring


@click.command()
@file_argument
@prune_option
@previewed
@approved
@json_option
@pass_operator
def command(
    operator: Operator, file: Path, prune: bool, preview: bool, version: str | None, approve: bool, as_json: bool
) -> None:
    """Make everything as a file says, all of it or nothing; what the file does not mention stays as it is."""
    wanted = read(file)
    if preview:
        rollout = operator.rehearse(configuring.compare, wanted, operator.cause, prune=prune)
        tell(rollout, file, as_json, shown=True, prune=prune)
        return
    try:
        done = operator.write(
            configuring.apply_configuration, wanted, operator.cause, prune=prune, version=version, approved=approve
        )
    except LedgerMoved as moved:
        now = "\n".join(told(moved.preview)) if isinstance(moved.preview, configuring.Rollout) else ""
        raise click.ClickException(f"{moved}\n{now}") from moved
    except PlanTooSmall as small:
        raise people_in_the_way(small) from small
    tell(done, file, as_json, shown=False)
