"""`jumpseat member`, `jumpseat reservation`, and what an account shows of what is to come."""

from __future__ import annotations

from datetime import date

import pytest

from connector.domain.memberships import State
from connector.lifecycle import invoicing, members

from ..lifecycle.company import OPERATOR, Company
from .conftest import Terminal

ADA, BEN = ("crm", "okta", "ada@acme.example"), ("crm", "okta", "ben@acme.example")


@pytest.fixture
def crm(company: Company) -> Company:
    """Give an account of one seat at our own product, which nobody is due yet."""
    company.account(seats=1)
    company.people("ada", "ben")
    return company


def test_a_seat_is_given_by_hand_and_taken_back(terminal: Terminal, crm: Company) -> None:
    """Each with a preview that does nothing; whoever waits is told with her place."""
    shown = terminal.json("member", "grant", *ADA, "--role", "member", "--preview")
    assert shown["effects"][0]["outcome"] == "gains"
    assert terminal.json("member", "list", "crm") == []
    assert "Get a seat (1): ada@acme.example" in terminal.read("member", "grant", *ADA, "--role", "member")
    assert "Wait (1): ben@acme.example" in terminal.read("member", "grant", *BEN, "--role", "member")
    ada, ben = terminal.json("member", "list", "crm")
    assert (ada["state"], ada["by"], ada["seats"], ada["place"]) == ("invited", ["hand"], ["seat"], None)
    assert (ben["state"], ben["place"]) == ("waiting", 1)
    assert "by hand (cli:tess) grants role member, whatever the rules say" in terminal.read(
        "person", "explain", "okta", "ada@acme.example"
    )
    assert "Get a seat (1): ben" in terminal.read("member", "withdraw", *ADA)
    assert "grant by hand in crm" in terminal.refused("member", "withdraw", *ADA)
    assert "Known" in terminal.refused("member", "grant", *ADA, "--role", "membre")


def test_less_at_the_renewal_is_shown_as_coming_and_taken_back(terminal: Terminal, crm: Company) -> None:
    """Until then nothing changes."""
    crm.write(invoicing.state_billing, "crm", OPERATOR, currency="EUR", time_zone="UTC", anchor=date(2026, 1, 1))
    terminal.run("member", "grant", *ADA, "--role", "member")
    assert "until then: jumpseat member keep" in terminal.read("member", "withdraw", *ADA, "--at-renewal")
    (coming,) = terminal.json("account", "show", "crm")["coming"]
    assert (coming["kind"], coming["what"]) == ("grant", "grant by hand taken back from ada@acme.example")
    assert coming["what"] in terminal.read("account", "show", "crm")
    terminal.run("member", "keep", *ADA)
    assert terminal.json("account", "show", "crm")["coming"] == []


def test_a_member_is_suspended_reactivated_and_removed(terminal: Terminal, crm: Company) -> None:
    """The list and the explanation say that an operator keeps her out."""
    terminal.run("member", "grant", *ADA, "--role", "member")
    people = crm.people("cy")
    ada = crm.read(members.members, "crm", 9)[0].person
    crm.accept(ada)
    assert "Are kept out (1): ada" in terminal.read("member", "suspend", *ADA, "--preview")
    assert crm.state(ada) is State.ACTIVE
    terminal.run("member", "suspend", *ADA)
    assert terminal.json("member", "list", "crm")[0]["suspended"] is True
    assert "an operator keeps her out" in terminal.read("person", "explain", "okta", "ada@acme.example")
    terminal.run("member", "reactivate", *ADA)
    assert "is active in crm" in terminal.refused("member", "reactivate", *ADA)
    assert "Lose their seat (1): ada" in terminal.read("member", "remove", *ADA)
    assert crm.states(ada, *people) == [State.ENDED, None]


def test_a_seat_is_reserved_listed_given_to_somebody_and_cancelled(terminal: Terminal, crm: Company) -> None:
    """It shows among what is to come; a preview makes none."""
    add = ("reservation", "add", "crm", "the new analyst", "--seat-type", "seat", "--until", "2036-12-08")
    assert terminal.json(*add, "--preview")["state"] == "kept"
    assert terminal.json("reservation", "list") == []
    assert "is kept for the new analyst, until 2036-12-08" in terminal.read(*add)
    (one,) = terminal.json("reservation", "list", "--account", "crm")
    assert (one["kept_for"], one["directory"], one["state"]) == ("the new analyst", None, "kept")
    assert terminal.json("account", "show", "crm")["coming"][0]["what"] == "reservation for the new analyst lapses"
    assert "Every seat of crm in seats is taken (1)" in terminal.refused(*add)
    terminal.run("reservation", "give", one["id"][-12:], "okta", "zoe@acme.example")
    assert "zoe@acme.example" in terminal.read("reservation", "list")
    later = terminal.read(*add, "--from", "2036-12-01", "--directory", "okta")
    assert "will be kept from 2036-12-01" in later
    assert "nothing was done" in terminal.read("reservation", "cancel", one["id"], "--preview")
    terminal.run("reservation", "cancel", one["id"])
    assert [each["state"] for each in terminal.json("reservation", "list", "--all")] == ["planned", "cancelled"]


def test_the_line_is_put_in_another_order(terminal: Terminal, crm: Company) -> None:
    """The account, the explanation and the preview tell order and place."""
    crm.account("full", seats=0)
    crm.rule(account="full", name="all", where="active eq true")
    crm.rule(account="full", name="ben", where='userName sw "ben"', priority=5)
    shown = terminal.json("account", "line", "full", "priority", "--preview")
    assert [one["user_name"][:3] for one in shown["moved"]] == ["ben"]
    assert terminal.json("account", "show", "full")["line_order"] == "time"
    assert "priority of the rule" in terminal.read("account", "line", "full", "priority")
    said = terminal.read("account", "show", "full")
    assert "Served by priority of the rule" in said
    assert said.index("ben@") < said.index("ada@")
    assert "no. 2 in line for seats, which is served by priority" in terminal.read(
        "person", "explain", "okta", "ada@acme.example"
    )


def test_a_fallback_is_said_and_shown(terminal: Terminal, company: Company) -> None:
    """With the seat that is had meanwhile."""
    company.account("hub", "hubspot", "sales_or_service_pro", core=1, sales_service=0)
    company.rule(account="hub", where="active eq true", seat_type="sales_service")
    company.people("ada")
    policy = ("account", "when-full", "hub", "sales_service", "fallback", "--seat-type", "core")
    assert "Get a seat (1): ada@acme.example (meanwhile core)" in terminal.read(*policy, "--preview")
    assert terminal.json(*policy, "--preview")["effects"][0]["place"] == 1
    nobody = ("account", "when-full", "hub", "core", "refuse", "--preview")
    assert "Nobody's seats or permissions are others than before." in terminal.read(*nobody)
    assert {one["fallback"] for one in terminal.json("account", "when-full", "hub")} == {None}
    terminal.run(*policy)
    pools = {one["pool"]: one for one in terminal.json("account", "when-full", "hub")}
    assert (pools["sales_service"]["when_full"], pools["sales_service"]["fallback"]) == ("fallback", "core")
    assert "has this seat meanwhile: no. 1 in line" in terminal.read("person", "explain", "okta", "ada@acme.example")
    assert "core -> core" in terminal.refused("account", "when-full", "hub", "core", "fallback", "--seat-type", "core")


def test_other_periods_tell_what_comes_back_and_what_is_charged(terminal: Terminal, crm: Company) -> None:
    """Unknown where a price is."""
    terminal.run("account", "billing", "crm", "--currency", "EUR", "--anchor", "2026-01-01")
    terminal.run("account", "price", "crm", "plan/standard", "30.00 EUR")
    said = terminal.read("account", "billing", "crm", "--currency", "EUR", "--anchor", "2026-01-17")
    assert "Of what was paid, comes back: -" in said
    assert "Charge now, to the end of the new period: " in said
