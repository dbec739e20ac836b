"""What commands print: a document for programs with `--json`, a table or a few lines for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

Facts = Mapping[str, Any]
F = TypeVar("F", bound=Callable[..., Any])

WIDEST = 1000
"""Columns of the widest table; no value is cut off."""

LONGEST_WORD = 64
"""Characters; what is longer is a sentence or a list, and is broken at its blanks."""


def json_option(command: F) -> F:
    """Give a command the option `--json`, as the argument `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")(command)


def document(facts: object) -> None:
    """Print one line of JSON; what no encoding can write, half a surrogate pair, as an escape."""
    text = json.dumps(facts, default=_plain, ensure_ascii=False)
    click.echo(text.encode(errors="backslashreplace").decode())


def listing(rows: Iterable[Facts], columns: Mapping[str, str], as_json: bool, none: str) -> None:
    """Print a table of these columns (key -> title), or all facts as one JSON array; `none` when there is no row."""
    found = list(rows)
    if as_json:
        document(found)
    elif found:
        table(found, columns)
    else:
        click.echo(none)


def table(rows: Sequence[Facts], columns: Mapping[str, str]) -> None:
    """Print a table; numbers stand to the right, and only sentences and lists are broken into lines."""
    from rich.console import Console
    from rich.measure import Measurement
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for key, title in columns.items():
        numbers = any(isinstance(row[key], int) and not isinstance(row[key], bool) for row in rows)
        long = any(len(text) > LONGEST_WORD and " " in text for text in (cell(row[key]) for row in rows))
        drawn.add_column(
            title,
            justify="right" if numbers else "left",
            overflow="fold",
            max_width=LONGEST_WORD if long else None,
            no_wrap=not long,
        )
    for row in rows:
        # Text, not markup: what a directory states may look like markup.
        drawn.add_row(*(Text(cell(row[key])) for key in columns))
    console = Console(width=WIDEST, highlight=False)
    # A line longer than the terminal is broken by it, and can still be searched and copied whole.
    console.width = Measurement.get(console, console.options, drawn).maximum
    with console.capture() as captured:
        console.print(drawn)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def fields(facts: Facts, titles: Mapping[str, str]) -> None:
    """Print one thing as lines of title and value; what is empty is left out."""
    shown = {title: text for key, title in titles.items() if (text := cell(facts[key]))}
    width = max(map(len, shown), default=0)
    for title, text in shown.items():
        click.echo(f"{title:<{width}}  {text}")


def cell(value: object) -> str:
    """Return a value as a person reads it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        case str() | int():
            return str(value)
        case Mapping():
            return ", ".join(f"{key} {number}" for key, number in value.items())
        case Iterable():
            return ", ".join(map(cell, value))
        case _:
            return str(value)


def count(number: int, one: str, many: str | None = None) -> str:
    """Return `1 person`, `3 people`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")
