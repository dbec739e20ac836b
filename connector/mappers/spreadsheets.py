"""Rows to CSV for spreadsheets: every export of the product passes through here, so that no cell acts in one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

ACTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet read a cell as a formula when it stands first (OWASP, CSV Injection), full width too."""


def csv_lines(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines of a CSV file (RFC 4180), the names of the columns first, one row at a time.

    Each line ends in CR LF; a cell may hold line breaks. A column that a row lacks is empty.
    """
    names = list(columns)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(map(harmless_cell, names))
    yield _taken(buffer)
    for row in rows:
        writer.writerow([harmless_cell(row.get(name)) for name in names])
        yield _taken(buffer)


def harmless_cell(value: Any) -> str:
    """Return a cell as text that a spreadsheet shows and never runs: an apostrophe goes before what would act.

    Our own numbers stay numbers, the negative ones too; whatever came as text is never one.
    """
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | Decimal():
            return f"{value}"
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case str():
            return f"'{value}" if value.startswith(ACTS) else value
        case Mapping():
            return harmless_cell(", ".join(f"{key} {each}" for key, each in value.items()))
        case Iterable():
            return harmless_cell(", ".join(map(str, value)))
        case _:
            return harmless_cell(str(value))


def _taken(buffer: io.StringIO) -> str:
    line = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return line
