"""Rows of a sheet to people to invite: which column is which, and what cells mean to a vendor."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from functools import partial

import pytest

from connector.domain.accounts import Account
from connector.domain.errors import SheetUnreadable
from connector.domain.grants import Given
from connector.domain.invitees import Invitee, is_address
from connector.lifecycle.ruling import problems_of
from connector.mappers.invitees import InviteeReader, find_columns
from connector.mappers.rulebook import terms_of
from connector.mappers.sheets import Sheet, open_sheet


def sheet(*lines: str) -> Sheet:
    return open_sheet(io.BytesIO("\n".join(lines).encode()), "people.csv")


def read(*lines: str, vendor: str = "hubspot", plan: str = "marketing_pro", usual: Given | None = None) -> list[object]:
    """Return each row's invitee, or its problems as text."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    terms = terms_of(Account("a", "t", "hub", "Hub", vendor, plan, (), None, True, now))
    opened = sheet(*lines)
    judge = partial(problems_of, terms=terms)
    reader = InviteeReader(opened, find_columns(opened), terms, judge, usual or Given("core"))
    return [one if isinstance(one, Invitee) else list(map(str, one)) for one in reader.read()]


@pytest.mark.parametrize(
    ("headings", "meanings"),
    [
        ("Email", {"address": 0}),
        ("Name;E-Mail", {"address": 1, "name": 0}),
        ("First Name;Last Name;Email Address", {"address": 2, "given_name": 0, "family_name": 1}),
        ("Prénom;Nom;Adresse e-mail", {"address": 2, "given_name": 0, "family_name": 1}),
        ("NOM;COURRIEL;LANGUE", {"address": 1, "name": 0, "language": 2}),
        ("adresse électronique;type de licence", {"address": 0, "seat_type": 1}),
        ("mail;seat_type;Permission set;Permissions", {"address": 0, "seat_type": 1, "role": 2, "permissions": 3}),
        ("courriel;Rôle;Autorisations;Téléphone", {"address": 0, "role": 1, "permissions": 2}),
    ],
)
def test_columns_are_found_by_their_headings(headings: str, meanings: dict[str, int]) -> None:
    """In English and French, accents, case and punctuation aside; Nom alone is the whole name."""
    assert find_columns(sheet(headings, "x;" * 8)).numbers == meanings


def test_a_column_of_addresses_can_be_named_or_need_no_heading() -> None:
    """By heading or number; a file of addresses alone is a list, of which the first row is a person too."""
    assert find_columns(sheet("Login;Téléphone"), "login").numbers == {"address": 0}
    assert find_columns(sheet("Email;Email perso"), "2").numbers == {"address": 1}
    assert find_columns(sheet("Login;Téléphone"), "login").unused == ["Téléphone"]
    assert [one.row for one in read("ada@acme.example", "", "ben@acme.example") if isinstance(one, Invitee)] == [1, 3]
    for lines, column, said in (
        (("Login;Tel",), None, "has no column headed Email; there are 'Login', 'Tel'"),
        (("Login;Tel",), "logn", "Known, nearest first: 'Login', 'Tel'"),
        (("Login;Tel",), "3", "has no column '3'"),
        (("Email;E-mail",), None, "'Email' and 'E-mail' both look like the address column"),
        ((), None, "is empty"),
    ):
        with pytest.raises(SheetUnreadable, match=r"people\.csv") as caught:
            find_columns(sheet(*lines), column)
        assert said in caught.value.problem


def test_a_row_says_whom_to_invite_to_what() -> None:
    """Seats, roles and permissions by the vendor's key or label; what a row does not name is as usual."""
    found = read(
        "email;name;seat;role;permissions;language",
        "ada@acme.example;Ada Lovelace;view only;;;fr_FR",
        "ben@acme.example;;;Super admin;;anglais",
        "cy@acme.example;;;;contacts.view, Edit contacts | contacts.delete;",
        "dee@acme.example",
        usual=Given("core", "contacts_base"),
    )
    three = frozenset({"contacts.view", "contacts.edit", "contacts.delete"})
    assert found == [
        Invitee(2, "ada@acme.example", Given("view_only", "contacts_base"), "Ada Lovelace", language="fr-FR"),
        Invitee(3, "ben@acme.example", Given("core", "super_admin"), language="en"),
        Invitee(4, "cy@acme.example", Given("core", None, three)),
        Invitee(5, "dee@acme.example", Given("core", "contacts_base")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("ada;;;;", "row 2, Email: 'ada' is no e-mail address."),
        (";x;;;", "row 2, Email: there is no address."),
        ("a@b@acme.example;;;;", "row 2, Email: 'a@b@acme.example' is no e-mail address."),
        ("a@x.example;;cor;;", "row 2, Seat: there is no seat type 'cor'. Known, nearest first: core"),
        (
            "a@x.example;;;suoer_admin;",
            "row 2, Role: there is no role 'suoer_admin'. Known, nearest first: super_admin",
        ),
        ("a@x.example;;;;contact.view", "row 2, Permissions: there is no permission 'contact.view'. Known, nearest"),
        ("a@x.example;;;;contacts.edit", "contacts.edit also needs contacts.view."),
        ("a@x.example;;view only;;contacts.view,contacts.edit", "contacts.edit cannot be held on this seat."),
        ("a@x.example;;sales service;;", "sales_service is not part of the plan."),
        ("a@x.example;x;;;;;more", "row 2: has 7 cells under 5 headings; a semicolon in a cell?"),
        (f"a@x.example;{'x' * 201};;;", "row 2, Name: has more than 200 characters."),
    ],
)
def test_what_is_wrong_with_a_row_is_told_by_its_number(row: str, said: str) -> None:
    """With the column's own heading, and what would be right."""
    (problems,) = read("Email;Name;Seat;Role;Permissions", row)
    assert isinstance(problems, list)
    assert said in " ".join(problems)


def test_everything_wrong_with_a_row_is_told_at_once() -> None:
    """Three cells, three problems."""
    (problems,) = read("Email;Seat;Language", "ada;cor;élfique!")
    assert isinstance(problems, list)
    assert [one.partition(":")[0] for one in problems] == ["row 2, Email", "row 2, Language", "row 2, Seat"]


@pytest.mark.parametrize(
    ("written", "good"),
    [
        ("ada@acme.example", True),
        ("ada.o'neil+list@sub.acme-corp.example", True),
        ("zoé@société.example", True),
        ("ada@acme", False),
        ("ada@-acme.example", False),
        ("ada@acme..example", False),
        ("ada @acme.example", False),
        ("<ada@acme.example>", False),
        ("a@acme.example,b@acme.example", False),
        ("@acme.example", False),
        ("x" * 65 + "@acme.example", False),
        ("a@" + "x" * 60 + "." + "y" * 60 + "." + "z" * 60 + "." + "w" * 60 + "." + "v" * 60, False),
        ("=cmd@acme.example", True),
    ],
)
def test_an_address_has_one_name_and_one_domain(written: str, good: bool) -> None:
    """Letters of any script; nothing that would begin another address or header."""
    assert is_address(written) is good
