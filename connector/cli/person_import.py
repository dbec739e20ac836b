"""`jumpseat person import`: inviting people from a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import count, document, json_option
from connector.domain.errors import ListRefused
from connector.domain.grants import Given
from connector.domain.invitees import RowOutcome, RowResult
from connector.lifecycle import importing, people_lists
from connector.lifecycle.ruling import problems_of
from connector.mappers.invitees import Columns, InviteeReader, find_columns
from connector.mappers.sheets import SEPARATORS, Sheet, open_sheet
from connector.mappers.spreadsheets import csv_lines

if TYPE_CHECKING:
    from connector.lifecycle.people_lists import PeopleList

TOLD = {
    RowOutcome.INVITED: "invited",
    RowOutcome.WAITS: "on the waiting line, for every seat is taken",
    RowOutcome.NO_SIGN_IN: "kept until their directory says how they sign in (jumpseat directory oidc)",
    RowOutcome.ACTIVE: "active at once, for they had accepted before",
    RowOutcome.MEMBER: "already a member",
    RowOutcome.ALREADY_INVITED: "already invited",
    RowOutcome.ALREADY_WAITING: "already on the waiting line",
    RowOutcome.REFUSED: "not asked again after a no, or an end (jumpseat invitation resend)",
    RowOutcome.LEFT: "not invited: their directory wants them out",
    RowOutcome.SEVERAL: "not invited: several people have the address; say in which --directory",
    RowOutcome.DUPLICATE: "a duplicate of an earlier row",
}
REPORT = ("row", "address", "outcome", "directory", "was_known", "duplicate_of", "batch")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--account", required=True, help="Where they are invited.")
@click.option("--directory", help="Look for them in this directory alone; whom it does not know is kept in local.")
@click.option("--address-column", metavar="COLUMN", help="The heading, or the number, of the column of addresses.")
@click.option("--seat-type", help="The seat type of rows that name none.")
@click.option("--role", help="The role of rows that name neither role nor permissions.")
@click.option("--permission", "permissions", multiple=True, help="A permission for those rows; may be repeated.")
@click.option("--no-mail", is_flag=True, help="Send no letter: hand the link over (jumpseat invitation list --links).")
@click.option("--preview", "--dry-run", "preview", is_flag=True, help="List what becomes of each row, and do nothing.")
@click.option("--report", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write that as CSV.")
@json_option
@pass_operator
def import_(
    operator: Operator,
    file: Path,
    account: str,
    directory: str | None,
    address_column: str | None,
    seat_type: str | None,
    role: str | None,
    permissions: tuple[str, ...],
    no_mail: bool,
    preview: bool,
    report: Path | None,
    as_json: bool,
) -> None:
    """Invite the people of a CSV file, each one once, however often it is read.

    Its encoding, separator and columns are found out and told. One row that cannot be used keeps all from being done.
    """
    terms = operator.read(importing.terms_for, account)
    with file.open("rb") as opened:
        sheet = open_sheet(opened, file.name)
        columns = find_columns(sheet, address_column)
        reader = InviteeReader(
            sheet, columns, terms, partial(problems_of, terms=terms), Given(seat_type, role, frozenset(permissions))
        )
        people = _checked(reader, account, directory)
        run = people_lists.rehearse_list if preview else people_lists.invite_list
        with _progress(people.rows, "Looking at" if preview else "Inviting") as step:
            results = run(operator.lifecycle, people, operator.cause, step, mails=not no_mail)
    rows = [_facts(one) for one in results]
    if report is not None:
        report.write_text("".join(csv_lines(REPORT, rows)), encoding="utf-8-sig", newline="")
    if as_json:
        document({"preview": preview, "encoding": sheet.encoding, "separator": sheet.separator, "rows": rows})
        return
    click.echo(_how_it_was_read(sheet, columns))
    if preview:
        click.echo("\n".join(f"  row {one.row}  {one.address}  {_row(one)}" for one in results))
    click.echo("\n".join(_summary(results, preview=preview)))
    if no_mail:
        click.echo(f"No letters are sent. To hand the links over: jumpseat invitation list --account {account} --links")


def _checked(reader: InviteeReader, account: str, directory: str | None) -> PeopleList:
    try:
        return people_lists.checked_list(reader, account, directory)
    except ListRefused as refused:
        listed = [f"  {problem}" for problem in refused.problems]
        more = refused.rows - len({problem.partition(":")[0] for problem in refused.problems})
        listed += [f"  and {count(more, 'more row')}"] if more > 0 else []
        which = count(refused.rows, "row")
        raise click.ClickException(
            f"{which} of {refused.file} cannot be used, so nothing was done:\n" + "\n".join(listed)
        ) from refused


@contextmanager
def _progress(total: int, words: str) -> Iterator[Callable[[], None]]:
    """Show a bar to somebody who looks at a terminal, on standard error."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(words, total=total)
        yield lambda: progress.advance(task)


def _how_it_was_read(sheet: Sheet, columns: Columns) -> str:
    read = [columns.heading(meaning) for meaning in columns.numbers] if columns.headed else ["a column of addresses"]
    unused = f"; not used: {', '.join(columns.unused)}" if columns.unused else ""
    separated = f", separated by {SEPARATORS[sheet.separator]}" if len(columns.headings) > 1 else ""
    return f"{sheet.name} was read as {sheet.encoding}{separated}: {', '.join(read)}{unused}."


def _row(one: RowResult) -> str:
    if one.outcome is RowOutcome.DUPLICATE:
        return f"duplicate of row {one.of}"
    where = f", matches a person of {one.directory}" if one.matched and one.directory else ""
    return f"{one.outcome.value}{where}"


def _summary(results: Iterable[RowResult], *, preview: bool) -> Iterable[str]:
    numbers = Counter(one.outcome for one in results)
    yield "This is what would happen; nothing was done." if preview else "Done."
    for outcome, words in TOLD.items():
        if numbers[outcome]:
            yield f"  {count(numbers[outcome], 'row')}: {words}"


def _facts(one: RowResult) -> dict[str, Any]:
    return {
        "row": one.row,
        "address": one.address,
        "outcome": one.outcome.value,
        "directory": one.directory,
        "was_known": one.matched,
        "duplicate_of": one.of,
        "batch": one.batch,
    }
