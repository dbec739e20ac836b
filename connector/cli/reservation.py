"""`jumpseat reservation`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import cell, document, json_option, listing
from connector.cli.purchases import outcomes
from connector.lifecycle import reserving

if TYPE_CHECKING:
    from connector.lifecycle.reserving import ReservationReport

COLUMNS = {
    "id": "Id",
    "account": "Account",
    "kept_for": "For",
    "directory": "Directory",
    "seats": "Seat",
    "from": "From",
    "until": "Until",
    "state": "State",
}
MOMENT = click.DateTime(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"])


@click.group()
def command() -> None:
    """Keep seats for people who are expected."""


@command.command("list")
@click.option("--account", help="Those of this account alone.")
@click.option("--all", "ended", is_flag=True, help="The used, lapsed and cancelled ones too.")
@click.option("--limit", type=click.IntRange(min=1), default=200, show_default=True)
@json_option
@pass_operator
def list_(operator: Operator, account: str | None, ended: bool, limit: int, as_json: bool) -> None:
    """List reservations: kept ones count as taken, planned ones have yet to begin, or to find a seat."""
    rows = [facts(one, as_json) for one in operator.read(reserving.reservations, account, limit, ended=ended)]
    listing(rows, COLUMNS, as_json, "No seat is reserved.")


@command.command()
@click.argument("account")
@click.argument("kept_for")
@click.option(
    "--directory", help="Where KEPT_FOR is, or will be, a userName or e-mail address; without, a name as yet."
)
@click.option("--seat-type", "seat_types", multiple=True, required=True, help="The seat; may be given several times.")
@click.option("--from", "begins", type=MOMENT, help="When it begins, in UTC; now unless told.")
@click.option("--until", "ends", type=MOMENT, required=True, help="When it lapses, in UTC.")
@click.option("--preview", is_flag=True, help="Show what it comes to, and do nothing.")
@json_option
@pass_operator
def add(
    operator: Operator,
    account: str,
    kept_for: str,
    directory: str | None,
    seat_types: tuple[str, ...],
    begins: datetime | None,
    ends: datetime,
    preview: bool,
    as_json: bool,
) -> None:
    """Keep a seat for a joiner until it is due to her, or until it lapses."""
    run = operator.rehearse if preview else operator.write
    made = run(
        reserving.reserve,
        account,
        seat_types,
        kept_for,
        operator.cause,
        ends_at=ends.replace(tzinfo=UTC),
        starts_at=begins.replace(tzinfo=UTC) if begins else None,
        directory_slug=directory,
    )
    if as_json:
        document({"preview": preview, **facts(reserving.ReservationReport(made, account, directory), as_json)})
        return
    click.echo("This is what would happen; nothing was done." if preview else "Done.")
    kept = "is kept" if made.state.value == "kept" else f"will be kept from {cell(made.starts_at)}, if one is left over"
    click.echo(
        f"  A seat of {account} ({cell(sorted(made.seat_types))}) {kept} for {kept_for}, until {cell(made.ends_at)}."
    )


@command.command()
@click.argument("reservation_id")
@click.argument("directory")
@click.argument("kept_for")
@pass_operator
def give(operator: Operator, reservation_id: str, directory: str, kept_for: str) -> None:
    """Say who it is that a seat is kept for, by userName or e-mail address."""
    operator.write(reserving.give_to, reservation_id, directory, kept_for, operator.cause)
    click.echo(f"The seat is kept for {kept_for} of {directory}.")


@command.command()
@click.argument("reservation_id")
@click.option("--preview", is_flag=True, help="Show what it comes to, and do nothing.")
@pass_operator
def cancel(operator: Operator, reservation_id: str, preview: bool) -> None:
    """Keep a seat no longer; whoever waits gets it. The end of the id is enough."""
    run = operator.rehearse if preview else operator.write
    effects = run(reserving.cancel, reservation_id, operator.cause)
    click.echo("This is what would happen; nothing was done." if preview else "The seat is kept no longer.")
    for line in outcomes(effects):
        click.echo(line)


def facts(one: ReservationReport, whole: bool) -> dict[str, Any]:
    """Return a reservation for programs, or for people, whom the end of the id is enough."""
    kept = one.reservation
    return {
        "id": kept.id if whole else kept.id[-12:],
        "account": one.account,
        "kept_for": kept.kept_for,
        "directory": one.directory,
        "seats": sorted(kept.seat_types),
        "from": kept.starts_at,
        "until": kept.ends_at,
        "state": kept.state.value,
    }
