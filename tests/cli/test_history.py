"""History and the seat ledger from the command line."""

from __future__ import annotations

import csv
import io

from ..lifecycle.company import Company
from .conftest import Terminal


def test_history_and_ledger_are_told_and_exported(terminal: Terminal, company: Company) -> None:
    """As lines, as JSON and as CSV of which no cell acts in a spreadsheet."""
    company.account("hub", "hubspot", "starter", core=4)
    company.rule("Team", "hub", name="team", seat_type="core", permissions=["contacts.view"])
    ada = company.person("=ada")
    company.group("Team", ada)
    company.accept(ada, "hub")
    whom = ("okta", "=ada@acme.example")
    said = terminal.read("history", "person", *whom)
    assert "nothing -> invited (due), by directory okta" in said
    assert "+ contacts.view" in said
    assert "seats: none -> core" in said
    assert "through rule team" in said
    assert [one["after"] for one in terminal.json("history", "account", "hub")] == ["invited", "active"]
    rows = list(csv.DictReader(io.StringIO(terminal.read("history", "account", "hub", "--csv"))))
    assert [row["user_name"] for row in rows] == ["'=ada@acme.example"] * 2
    rows = list(csv.DictReader(io.StringIO(terminal.read("history", "seats", "hub", "--csv"))))
    assert [(row["user_name"], row["pool"], row["until"], row["price"]) for row in rows] == [
        ("'=ada@acme.example", "core", "", "")
    ]
    found = terminal.json("history", "seats", "hub")
    assert found["pools"][0]["held"] == found["pools"][0]["counted"]
    assert "Seat-days" in terminal.read("history", "seats", "hub")
    company.account("empty", "hubspot", "starter", core=4)
    assert "Nobody ever held a seat" in terminal.read("history", "seats", "empty")
    company.person("new")
    assert "Nothing was ever held" in terminal.read("history", "person", "okta", "new@acme.example")
