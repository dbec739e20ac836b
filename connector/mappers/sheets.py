"""Tables as spreadsheet programs save them: bytes to rows, whatever the encoding and the separator.

Read as a stream, as often as one wants, from the beginning each time: neither the file nor a row without end is ever
held in memory. What is found out about the file is kept for whoever wants to tell it.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from connector.domain.errors import SheetUnreadable

SEPARATORS = {";": "semicolon", ",": "comma", "\t": "tab"}
"""With a word for each; of two that are met as often the first is taken, since French numbers have commas."""

MOST_ROWS = 100_000
"""Rows of one file; more people than that are not invited to an account in one go."""

LONGEST_LINE = 64_000
"""Characters of one line."""

BLOCK = 1 << 16

_UNREADABLE = "cannot be read: a quotation mark is missing, or stands in the middle of a cell."

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_FOREIGN = {
    b"PK\x03\x04": "is a workbook; save it as CSV in the spreadsheet program.",
    b"\xd0\xcf\x11\xe0": "is a workbook of an old kind; save it as CSV in the spreadsheet program.",
    b"%PDF": "is a PDF; export the table itself as CSV.",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file whose encoding and separator are found out; `encoding` is its usual name."""

    name: str
    file: BinaryIO
    codec: str
    encoding: str
    separator: str
    most_rows: int = MOST_ROWS

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (number, cells) of every row that is not empty, numbered from 1 as the spreadsheet program does.

        Raises SheetUnreadable, with that number, where quotation marks are not paired; also for a line without end, and
        for more rows than are read.
        """
        number = 0
        reader = csv.reader(_lines(self), delimiter=self.separator, strict=True)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise SheetUnreadable(self.name, number + 1, _UNREADABLE) from error
            number += 1
            if number > self.most_rows:
                more = f"has more than {self.most_rows} rows; make several files of it."
                raise SheetUnreadable(self.name, None, more)
            if any(cell.strip() for cell in cells):
                yield number, [cell.strip() for cell in cells]


def open_sheet(file: BinaryIO, name: str, most_rows: int = MOST_ROWS) -> Sheet:
    """Find out how a file is written; raises SheetUnreadable for one that is no table of text.

    A byte order mark tells UTF-8 or UTF-16. Without one it is UTF-8 if all of it can be read as that; otherwise
    Windows-1252, as Excel saves CSV in western Europe. The separator is what the first line has most of.
    """
    start = file.read(4)
    for mark, problem in _FOREIGN.items():
        if start.startswith(mark):
            raise SheetUnreadable(name, None, problem)
    marked = [(codec, encoding) for mark, codec, encoding in _MARKS if start.startswith(mark)]
    codec, encoding = marked[0] if marked else _unmarked(file, name)
    sheet = Sheet(name, file, codec, encoding, ",", most_rows)
    first = next(_lines(sheet), "")
    return Sheet(name, file, codec, encoding, _separator(first), most_rows)


def _unmarked(file: BinaryIO, name: str) -> tuple[str, str]:
    for codec, encoding in (("utf-8", "UTF-8"), ("cp1252", "Windows-1252")):
        decoder = codecs.getincrementaldecoder(codec)()
        file.seek(0)
        try:
            while block := file.read(BLOCK):
                if "\0" in decoder.decode(block):
                    raise SheetUnreadable(name, None, "is no text: it has characters of value zero.")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return codec, encoding
    raise SheetUnreadable(name, None, "is neither UTF-8, UTF-16 nor Windows-1252; save it as CSV UTF-8.")


def _separator(first: str) -> str:
    """Return the separator of a file that begins with this line; Excel may say it there, as `sep=;`."""
    if first.lower().startswith("sep=") and first[4:5] in SEPARATORS:
        return first[4]
    bare = "".join(first.split('"')[::2])
    return max(SEPARATORS, key=bare.count) if any(one in bare for one in SEPARATORS) else ","


def _lines(sheet: Sheet) -> Iterator[str]:
    """Yield the lines of a file from its beginning, their ends included; without Excel's word for the separator."""
    sheet.file.seek(0)
    text = io.TextIOWrapper(sheet.file, encoding=sheet.codec, newline="")
    try:
        for number, line in enumerate(iter(lambda: text.readline(LONGEST_LINE), ""), 1):
            if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
                raise SheetUnreadable(sheet.name, None, f"has more than {LONGEST_LINE} characters in line {number}.")
            if number > 1 or not line.lower().startswith("sep="):
                yield line
    except UnicodeDecodeError:
        raise SheetUnreadable(sheet.name, None, f"is not {sheet.encoding} to its end.") from None
    finally:
        if not text.closed:
            text.detach()  # or it would close the file, which is the caller's


def first_rows(sheet: Sheet, number: int) -> list[tuple[int, list[str]]]:
    """Return the first rows that are not empty."""
    return list(islice(sheet.rows(), number))
