"""What commands print."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from connector.cli.output import cell, count, document, fields, listing, table

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        ("crm", "crm"),
        (NOON, "2026-11-23 12:00 UTC"),
        (NOON.astimezone(timezone(timedelta(hours=2))), "2026-11-23 12:00 UTC"),
        (["a", "b"], "a, b"),
        ((), ""),
        ({"active": 2, "waiting": 1}, "active 2, waiting 1"),
    ],
)
def test_values_are_written_as_people_read_them(value: object, text: str) -> None:
    """Times in UTC, to the minute."""
    assert cell(value) == text


@pytest.mark.parametrize(("number", "text"), [(0, "0 people"), (1, "1 person"), (2, "2 people")])
def test_numbers_agree_with_their_nouns(number: int, text: str) -> None:
    """None of a thing is many."""
    assert count(number, "person", "people") == text
    assert count(number, "seat") == text.replace("people", "seats").replace("person", "seat")


def test_a_document_is_one_line_with_times_in_iso_8601(capsys: pytest.CaptureFixture[str]) -> None:
    """Letters beyond ASCII stay as they are."""
    document({"at": NOON, "name": "Zoë", "seats": frozenset({"b", "a"})})
    said = capsys.readouterr().out
    assert said == '{"at": "2026-11-23T12:00:00Z", "name": "Zoë", "seats": ["a", "b"]}\n'


def test_a_table_cuts_nothing_off_and_breaks_only_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    """An address can be copied whole, however narrow the terminal is; numbers stand to the right."""
    url = "https://" + "x" * 200
    sentence = "one word after the other " * 6
    table([{"url": url, "n": 7, "why": sentence}], {"url": "Address", "n": "Number", "why": "Why"})
    said = capsys.readouterr().out
    assert url in said
    assert said.count("word") == 6
    assert len(said.splitlines()) == 4
    assert said.splitlines()[1].partition(url)[2].startswith("       7  one")


def test_a_list_without_rows_says_what_comes_next(capsys: pytest.CaptureFixture[str]) -> None:
    """To people; to programs it is an empty array."""
    listing([], {"a": "A"}, as_json=False, none="There is nothing.")
    listing([], {"a": "A"}, as_json=True, none="There is nothing.")
    listing([{"a": 1, "b": 2}], {"a": "A"}, as_json=True, none="There is nothing.")
    people, *programs = capsys.readouterr().out.splitlines()
    assert people == "There is nothing."
    assert [json.loads(line) for line in programs] == [[], [{"a": 1, "b": 2}]]


def test_one_thing_is_shown_without_what_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    """Titles stand in one column."""
    fields({"a": "x", "b": None, "c": 0}, {"a": "A", "b": "B", "c": "Long"})
    assert capsys.readouterr().out == "A     x\nLong  0\n"


def test_a_text_that_no_encoding_can_write_is_written_as_an_escape(capsys: pytest.CaptureFixture[str]) -> None:
    """Half a surrogate pair is what a client may have sent, and an export tells what it sent."""
    document({"body": "ad\ud800a zoë"})
    printed = capsys.readouterr().out
    assert printed == '{"body": "ad\\ud800a zoë"}\n'
    assert json.loads(printed) == {"body": "ad\ud800a zoë"}
