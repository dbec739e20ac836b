"""`jumpseat worker`."""

from __future__ import annotations

import signal
import threading

import click

from connector.cli.operator import Operator, pass_operator


@click.command()
@pass_operator
def command(operator: Operator) -> None:
    """Deliver letters and let time pass, until interrupted; any number of workers may run."""
    from connector.observability import configure_logging
    from connector.worker import run

    operator.check_database()
    operator.require_ready_database()
    settings = operator.settings
    configure_logging(settings.log_level, settings.log_format)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(settings, stop)
