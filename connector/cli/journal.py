"""`jumpseat journal`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import document, json_option, listing
from connector.lifecycle import directories

if TYPE_CHECKING:
    from connector.domain.exchanges import Exchange

MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]

since_option = click.option("--since", type=click.DateTime(MOMENTS), help="Only what was said from then on, in UTC.")


@click.group()
def command() -> None:
    """Read what directories asked over SCIM and were answered; credentials are never kept."""


@command.command("list")
@click.argument("directory")
@since_option
@json_option
@pass_operator
def list_(operator: Operator, directory: str, since: datetime | None, as_json: bool) -> None:
    """List the exchanges of a directory in their order, those with a wrong token too."""
    rows = [_facts(one) for one in _exchanges(operator, directory, since)]
    columns = {"at": "At", "method": "Method", "path": "Path", "query": "Query", "status": "Status", "client": "Client"}
    listing(rows, columns, as_json, f"{directory} has said nothing that is kept.")


@command.command()
@click.argument("directory")
@since_option
@pass_operator
def export(operator: Operator, directory: str, since: datetime | None) -> None:
    """Write the exchanges of a directory as one conversation, which can be played again on an empty directory."""
    from connector.mappers.conversations import conversation

    document(conversation(directory, _exchanges(operator, directory, since)))


def _exchanges(operator: Operator, directory: str, since: datetime | None) -> list[Exchange]:
    from connector.storage.journal import JournalStore

    operator.read(directories.directory_named, directory)
    store = JournalStore(operator.lifecycle.database)
    try:
        return store.of_directory(directory, since.replace(tzinfo=UTC) if since else None)
    finally:
        store.dispose()


def _facts(one: Exchange) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": one.at,
        "method": one.method,
        "path": one.path,
        "query": one.query,
        "status": one.status,
        "client": one.headers.get("User-Agent"),
        "source": one.source,
        "body_left_out": one.left_out,
    }
