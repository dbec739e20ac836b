"""Inviting people from a spreadsheet, as somebody types it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ..lifecycle.company import Company
from .conftest import Terminal

HOWTO = Path(__file__).parents[2] / "docs" / "howto" / "invite-from-a-spreadsheet.md"


@pytest.fixture
def acme(terminal: Terminal, company: Company) -> Company:
    """Give a company with two seats in `crm`, whose people of `local` can sign in."""
    company.sign_in_at("main-local")
    company.account(seats=2)
    return company


def save(terminal: Terminal, text: str, encoding: str = "utf-8") -> str:
    (terminal.folder / "people.csv").write_bytes(text.encode(encoding))
    return "people.csv"


def test_a_file_of_excel_is_previewed_row_by_row_and_then_done(terminal: Terminal, acme: Company) -> None:
    """What was found out about it is told; a second time there is nothing to do."""
    rows = "Prénom;Nom;Adresse e-mail;Tél.\r\nZoé;Œuf;zoe@x.example;1\r\nMax;;max@x.example;\r\n;;zoe@x.example;\r\n"
    file = save(terminal, rows + "Ida;;ida@x.example;\r\n", "cp1252")
    command = ("person", "import", file, "--account", "crm", "--role", "member")
    said = terminal.read(*command, "--preview")
    assert said == (
        "people.csv was read as Windows-1252, separated by semicolon: Adresse e-mail, Prénom, Nom; not used: Tél..\n"
        "  row 2  zoe@x.example  invited\n"
        "  row 3  max@x.example  invited\n"
        "  row 4  zoe@x.example  duplicate of row 2\n"
        "  row 5  ida@x.example  waits\n"
        "This is what would happen; nothing was done.\n"
        "  2 rows: invited\n"
        "  1 row: on the waiting line, for every seat is taken\n"
        "  1 row: a duplicate of an earlier row\n"
    )
    assert terminal.read(*command, "--dry-run") == said
    assert terminal.json("person", "list") == []
    assert "Done.\n  2 rows: invited\n" in terminal.read(*command)
    assert "Done.\n  2 rows: already invited\n  1 row: already on the waiting line\n" in terminal.read(*command)
    assert [one["name"] for one in terminal.json("person", "list")] == ["Zoé Œuf", "Max", "Ida"]
    assert terminal.run(*command).stderr == ""
    assert "Inviting" in terminal.run(*command, FORCE_COLOR="1").stderr


def test_programs_and_spreadsheets_get_every_row(terminal: Terminal, acme: Company) -> None:
    """The report is CSV in which no cell acts, for what people wrote comes back in it."""
    file = save(terminal, "email\n=cmd@x.example\nmax@x.example\n")
    done = terminal.json("person", "import", file, "--account", "crm", "--role", "member", "--report", "out.csv")
    assert (done["preview"], done["encoding"], done["separator"]) == (False, "UTF-8", ",")
    assert done["rows"][1] == {
        "row": 3,
        "address": "max@x.example",
        "outcome": "invited",
        "directory": "main-local",
        "was_known": False,
        "duplicate_of": None,
        "batch": 1,
    }
    with (terminal.folder / "out.csv").open(encoding="utf-8-sig", newline="") as report:
        rows = list(csv.DictReader(report))
    assert [one["address"] for one in rows] == ["'=cmd@x.example", "max@x.example"]


def test_what_cannot_be_read_is_refused_by_row_and_nothing_is_done(terminal: Terminal, acme: Company) -> None:
    """All rows at once; the account, the column and what is given are judged before."""
    file = save(terminal, "email;role\nann@x.example;member\nbob;member\ncat@x.example;chief\n")
    refusal = terminal.refused("person", "import", file, "--account", "crm")
    assert "2 rows of people.csv cannot be used, so nothing was done:\n  row 3, email: 'bob'" in refusal
    assert "\n  row 4, role: there is no role 'chief'. Known, nearest first: member." in refusal
    assert "Known: crm" in terminal.refused("person", "import", file, "--account", "cmr")
    assert "Known: member" in terminal.refused(
        "person", "import", save(terminal, "email\na@x.example\n"), "--account", "crm", "--role", "menber"
    )
    login = save(terminal, "Login,Name\na@x.example,Ann\n")
    assert "name one with --address-column" in terminal.refused("person", "import", login, "--account", "crm")
    chosen = ("--address-column", "login", "--role", "member")
    assert "1 row: invited" in terminal.read("person", "import", login, "--account", "crm", *chosen)
    many = save(terminal, "email\n" + "bob\n" * 1_200)
    refusal = terminal.refused("person", "import", many, "--account", "crm", "--role", "member")
    assert refusal.endswith("  row 1001, email: 'bob' is no e-mail address.\n  and 200 more rows\n")
    assert len(terminal.json("person", "list")) == 1


def test_the_commands_of_the_howto_work(terminal: Terminal, acme: Company) -> None:
    """In their order, on the file that it shows."""
    text = HOWTO.read_text(encoding="utf-8")
    example = text.partition("```csv\n")[2].partition("```")[0]
    save(terminal, example)
    commands = [line.split() for line in text.splitlines() if line.startswith("    jumpseat ")]
    for _, *words in commands:
        terminal.run(*words)
    assert [one["user_name"] for one in terminal.json("person", "list")] == ["ada@acme.example", "ben@acme.example"]
    assert (terminal.folder / "outcome.csv").exists()
