"""`jumpseat serve`."""

from __future__ import annotations

import click

from connector.cli.operator import Operator, pass_operator


@click.command()
@click.option("--no-worker", is_flag=True, help="Only answer requests; run jumpseat worker elsewhere.")
@pass_operator
def command(operator: Operator, no_worker: bool) -> None:
    """Answer requests, with a worker behind, until interrupted."""
    from connector.serve import CannotServe, serve

    operator.check_database()
    operator.require_ready_database()
    try:
        serve(operator.settings, with_worker=not no_worker)
    except CannotServe as reason:
        raise click.ClickException(str(reason)) from reason
