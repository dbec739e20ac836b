"""`jumpseat start`: everything that a first look needs, in one command; `make run` calls it."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request

import click

from connector.cli.operator import Operator, pass_operator
from connector.domain.tenancy import Idp
from connector.lifecycle import directories, operators
from connector.settings import development_settings

FIRST_DIRECTORY = "company"
LOOK_EVERY = 0.1


@click.command()
@pass_operator
def command(operator: Operator) -> None:
    """Set up what is missing (key, database, first directory), serve, and say what to type next."""
    from connector.serve import CannotServe, check_address, serve

    operator.settings = development_settings()
    try:
        check_address(operator.settings)
        operator.lifecycle.database.migrate()
        token = _first_token(operator)
        threading.Thread(target=_welcome, args=(operator, token), daemon=True).start()
        serve(operator.settings)
    except CannotServe as reason:
        raise click.ClickException(str(reason)) from reason


def _first_token(operator: Operator) -> str | None:
    """Create the first tenant and directory on an empty installation, and return the token; None on any other."""
    if operator.read(lambda work: work.tenancy.tenants()):
        return None
    _, token = operator.write(directories.create_directory, FIRST_DIRECTORY, Idp.GENERIC, operator.cause)
    return token


def _welcome(operator: Operator, token: str | None) -> None:
    """Wait until the server answers, then say where everything is."""
    settings = operator.settings
    while not _answers(f"http://{settings.host}:{settings.port}/readyz"):
        time.sleep(LOOK_EVERY)
    console = operator.write(operators.console_link, operator.name)
    shown = token or f"shown at the first start; another: .venv/bin/jumpseat token create {FIRST_DIRECTORY}"
    click.echo(f"""
Jumpseat serves {settings.public_url}, with its database at {operator.database_name}.

  Status page    {console}
                 (opens once, within ten minutes; another: .venv/bin/jumpseat console link)
  SCIM base URL  {settings.public_url}/scim/{FIRST_DIRECTORY}/v2
  Token          {shown}

Type next, in another terminal:  make demo
Stop with Ctrl+C.
""")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address, from the settings
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False
