"""CSV for spreadsheets: nothing in a cell acts, and everything comes back as it was."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector.mappers.spreadsheets import csv_lines, harmless_cell


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+33 1 23", "'+33 1 23"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("\uff1d1", "'\uff1d1"),
        ("ada@acme.example", "ada@acme.example"),
        ("a=1", "a=1"),
        ("", ""),
        (None, ""),
        (True, "yes"),
        (-3, "-3"),
        (Decimal("-12.50"), "-12.50"),
        (date(2026, 11, 23), "2026-11-23"),
        (datetime(2026, 11, 23, 12, tzinfo=UTC), "2026-11-23T12:00:00Z"),
        (["=a", "b"], "'=a, b"),
        ({"=x": 1}, "'=x 1"),
    ],
)
def test_a_cell_is_shown_and_never_run(value: Any, cell: str) -> None:
    """What would begin a formula gets an apostrophe; our own numbers stay numbers."""
    assert harmless_cell(value) == cell


def test_rows_come_back_as_they_were() -> None:
    """Separators, quotes and line breaks in a cell stay in their cell; a column's name is a cell too."""
    rows = [{"name": 'Ada, "the first"', "note": "two\nlines;three"}, {"name": "Zoé"}]
    text = "".join(csv_lines(["name", "note", "=x"], rows))
    assert text.endswith("\r\n")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["name", "note", "'=x"],
        ['Ada, "the first"', "two\nlines;three", ""],
        ["Zoé", "", ""],
    ]
