"""Tables as spreadsheet programs save them: every encoding and separator of theirs, and what is no table."""

from __future__ import annotations

import codecs
import io
from typing import Any

import pytest

from connector.domain.errors import SheetUnreadable
from connector.mappers.sheets import LONGEST_LINE, Sheet, first_rows, open_sheet

ROWS = [["E-mail", "Prénom", "Société"], ["zoé@acme.example", "Zoé", "Œuvre, Zoé & Cie"], ["b@acme.example", "", ""]]


def sheet_of(content: bytes, **how: Any) -> Sheet:
    return open_sheet(io.BytesIO(content), "people.csv", **how)


def saved(encoding: str, separator: str, end: str = "\r\n") -> bytes:
    lines = [separator.join(f'"{cell}"' if separator in cell else cell for cell in row) for row in ROWS]
    return (end.join(lines) + end).encode(encoding)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("encoding", "mark", "name"),
    [
        ("utf-8", b"", "UTF-8"),
        ("utf-8", codecs.BOM_UTF8, "UTF-8"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "UTF-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "UTF-16"),
        ("cp1252", b"", "Windows-1252"),
    ],
)
def test_what_excel_saves_is_read_as_it_was_written(encoding: str, mark: bytes, name: str, separator: str) -> None:
    """In each of its encodings and with each separator, as often as one wants; which they were is told."""
    sheet = sheet_of(mark + saved(encoding, separator))
    assert (sheet.encoding, sheet.separator) == (name, separator)
    for _ in range(2):
        assert list(sheet.rows()) == list(enumerate(ROWS, 1))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_each_system_ends_them(end: str) -> None:
    """Unix, Windows, and Macintosh of old."""
    assert [row for _, row in sheet_of(saved("utf-8", ";", end)).rows()] == ROWS


def test_an_encoding_is_judged_by_the_whole_file() -> None:
    """Its first accent may stand far behind the beginning."""
    ascii_rows = b"name;email\n" + b"ada;ada@acme.example\n" * 10_000
    assert sheet_of(ascii_rows).encoding == "UTF-8"
    assert sheet_of(ascii_rows + "zoé".encode()).encoding == "UTF-8"
    assert sheet_of(ascii_rows + "zoé".encode("cp1252")).encoding == "Windows-1252"


def test_rows_are_numbered_as_in_the_spreadsheet_program() -> None:
    """Empty rows count and are not read; a cell with line breaks is one row; Excel's `sep=` is none."""
    sheet = sheet_of(b'sep=;\r\na;b\r\n\r\n ; \r\n"x\r\ny";"2 ""z"""\r\nlast;\r\n')
    assert list(sheet.rows()) == [(1, ["a", "b"]), (4, ["x\r\ny", '2 "z"']), (5, ["last", ""])]
    assert first_rows(sheet, 1) == [(1, ["a", "b"])]
    assert sheet_of(b"").separator == ","
    assert list(sheet_of(b"").rows()) == []
    assert sheet_of(b'"a;b;c",d\n').separator == ","


@pytest.mark.parametrize(
    ("content", "row", "said"),
    [
        (b"PK\x03\x04rest", None, "save it as CSV"),
        (b"\xd0\xcf\x11\xe0rest", None, "save it as CSV"),
        (b"%PDF-1.7", None, "PDF"),
        (b"a;b\0c\n", None, "is no text"),
        (b"na\xefve \x81\x8d\n", None, "neither UTF-8, UTF-16 nor Windows-1252"),
        (codecs.BOM_UTF16_LE + b"a\x00;\x00\x00\xd8", None, "is not UTF-16 to its end"),
        (b'a;b\n1;2\n3;"4\n5;6\n', 3, "a quotation mark"),
        (b'a;b\n1;"2"x\n', 2, "a quotation mark"),
        (b"a;b\n" + b"x" * (LONGEST_LINE + 1), None, "more than 64000 characters in line 2"),
        (b"a\n1\n2\n3\n", None, "has more than 3 rows"),
    ],
)
def test_what_is_no_table_is_refused_with_the_row(content: bytes, row: int | None, said: str) -> None:
    """And with what would help."""
    with pytest.raises(SheetUnreadable, match=r"people\.csv") as caught:
        list(sheet_of(content, most_rows=3).rows())
    assert caught.value.row == row
    assert said in caught.value.problem


class Endless(io.RawIOBase):
    """A file of 100 MB that exists only as far as it is read; it notes how much was asked for at once."""

    size = 100_000_000
    line = b"somebody.with.a.name@acme.example;A name\n"

    def __init__(self) -> None:
        self.place = self.most = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.place = offset
        return offset

    def tell(self) -> int:
        return self.place

    def readinto(self, buffer: Any) -> int:
        self.most = max(self.most, len(buffer))
        length = min(len(buffer), self.size - self.place)
        start = self.place % len(self.line)
        buffer[:length] = (self.line * (length // len(self.line) + 2))[start : start + length]
        self.place += length
        return length


def test_a_hundred_megabytes_are_refused_without_being_held_in_memory() -> None:
    """The file is read in blocks, and rows no further than as many as are taken."""
    endless = Endless()
    sheet = open_sheet(io.BufferedReader(endless), "people.csv", 1_000)
    with pytest.raises(SheetUnreadable, match="has more than 1000 rows; make several files of it"):
        for _ in sheet.rows():
            pass
    assert endless.most <= 1 << 16
    assert endless.place < 1_000_000
