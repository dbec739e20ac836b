"""`jumpseat history`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import cell, document, json_option, listing, table
from connector.domain.seat_ledger import Priced
from connector.lifecycle import history
from connector.mappers.spreadsheets import csv_lines

if TYPE_CHECKING:
    from connector.lifecycle.history import HistoryEntry, SeatLedger, SeatRow

F = TypeVar("F", bound=Callable[..., Any])

ENTRY_COLUMNS = (
    "at", "account", "directory", "user_name", "before", "after", "seats_before", "seats_after", "gained", "lost",
    "why", "by", "through", "reference",
)  # fmt: skip
SEAT_COLUMNS = (
    "user_name", "directory", "pool", "seat_types", "since", "until", "days", "price", "currency",
)  # fmt: skip


@click.group()
def command() -> None:
    """See who held what when, given by whom and why, and at what price."""


def _csv(command: F) -> F:
    return click.option("--csv", "as_csv", is_flag=True, help="Write CSV, safe to open in a spreadsheet.")(command)


@command.command()
@click.argument("directory")
@click.argument("user_name")
@_csv
@json_option
@pass_operator
def person(operator: Operator, directory: str, user_name: str, as_csv: bool, as_json: bool) -> None:
    """Tell what a person held when, in every account: permissions before and after, by whom, through what."""
    _tell(operator.read(history.history_of_person, directory, user_name), as_csv, as_json)


@command.command()
@click.argument("account")
@_csv
@json_option
@pass_operator
def account(operator: Operator, account: str, as_csv: bool, as_json: bool) -> None:
    """Tell who held what when in an account."""
    _tell(operator.read(history.history_of_account, account), as_csv, as_json)


@command.command()
@click.argument("account")
@_csv
@json_option
@pass_operator
def seats(operator: Operator, account: str, as_csv: bool, as_json: bool) -> None:
    """Write the seat ledger of an account: who held which seat from when to when, at what price a month."""
    ledger = operator.read(history.seat_ledger, account)
    rows = [_seat(one, ledger) for one in ledger.rows]
    if as_csv:
        _write(SEAT_COLUMNS, rows)
    elif as_json:
        document({"account": ledger.account.slug, "currency": ledger.currency, "seats": rows, "pools": _sums(ledger)})
    else:
        titles = {"user_name": "Who", "pool": "Pool", "since": "Since", "until": "Until", "days": "Days"}
        listing(rows, {**titles, "price": "Price"}, False, "Nobody ever held a seat.")
        if rows:
            click.echo()
            table(_sums(ledger), {"pool": "Pool", "seat_days": "Seat-days", "held": "Held now", "counted": "Counted"})
    if not ledger.agrees:
        raise click.ClickException("The ledger and the counters do not tell the same. Please report this.")


def _tell(entries: Iterable[HistoryEntry], as_csv: bool, as_json: bool) -> None:
    rows = [_facts(one) for one in entries]
    if as_csv:
        _write(ENTRY_COLUMNS, rows)
    elif as_json:
        document(rows)
    elif not rows:
        click.echo("Nothing was ever held or due.")
    for row in () if as_csv or as_json else rows:
        _show(row)


def _show(row: Mapping[str, Any]) -> None:
    click.secho(f"{cell(row['at'])}  {row['user_name']} in {row['account']}: ", bold=True, nl=False)
    click.echo(f"{row['before'] or 'nothing'} -> {row['after']} ({row['why']}), by {row['by']}")
    if row["seats_before"] != row["seats_after"]:
        click.echo(f"    seats: {cell(row['seats_before']) or 'none'} -> {cell(row['seats_after']) or 'none'}")
    for sign, name in (("+", "gained"), ("-", "lost")):
        if row[name]:
            click.echo(f"    {sign} {cell(row[name])}")
    if row["through"]:
        click.echo(f"    through {cell(row['through'])}")


def _write(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> None:
    for line in csv_lines(columns, rows):
        click.echo(line, nl=False)


def _facts(one: HistoryEntry) -> dict[str, Any]:
    return {
        "at": one.at,
        "account": one.account,
        "directory": one.directory,
        "user_name": one.person.stated.user_name,
        "person_id": one.person.id,
        "before": one.before,
        "after": one.after,
        "seats_before": list(one.seats_before),
        "seats_after": list(one.seats_after),
        "gained": list(one.gained),
        "lost": list(one.lost),
        "why": one.why,
        "by": one.by,
        "through": list(one.through),
        "reference": one.reference,
    }


def _seat(row: SeatRow, ledger: SeatLedger) -> dict[str, Any]:
    held = row.held
    known = f"{held.price:f}" if held.price is not None else "unknown"
    price = {Priced.BOUGHT: known, Priced.INCLUDED: "included", Priced.NO_BOOKS: None}[held.priced]
    return {
        "user_name": row.person.stated.user_name,
        "person_id": row.person.id,
        "directory": row.directory,
        "pool": held.pool,
        "seat_types": list(held.seat_types),
        "since": held.since,
        "until": held.until,
        "days": f"{float(held.days(ledger.now)):.4f}",
        "price": price,
        "currency": ledger.currency if held.price is not None else None,
    }


def _sums(ledger: SeatLedger) -> list[dict[str, Any]]:
    return [
        {
            "pool": key,
            "seat_days": f"{float(days):.4f}",
            "held": ledger.open[key],
            "counted": ledger.counted[key],
        }
        for key, days in ledger.seat_days.items()
    ]
