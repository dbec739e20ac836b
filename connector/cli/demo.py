"""`jumpseat demo`."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import click


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """Play a company joining, moving and leaving against a running connector."""
    if find_spec("demo") is None or find_spec("demo.company") is None:
        raise click.ClickException("The demo is not installed here; clone the repository and run: make demo")
    raise SystemExit(import_module("demo.company").main(list(arguments)))
