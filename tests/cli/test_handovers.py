"""Handovers and work orders from the command line."""

from __future__ import annotations

import pytest

from ..lifecycle.company import Company
from .conftest import Terminal


@pytest.fixture
def left(company: Company) -> Company:
    """Give a company whose ada has left her HubSpot account, in which she was let in."""
    company.account("hub", "hubspot", "starter", core=2)
    company.rule(account="hub", name="all", where='userName sw "ada"', seat_type="core", permissions=["contacts.view"])
    ada = company.person("ada")
    company.accept(ada, "hub")
    company.finish_orders(ada)
    company.deactivate(ada)
    return company


def test_a_handover_is_listed_shown_assigned_and_done(terminal: Terminal, left: Company) -> None:
    """By the end of its id, in the language asked for; every step has a document for programs."""
    left.person("mia", displayName="Mia")
    (one,) = terminal.json("handover", "list")
    short = one["id"][-8:]
    assert (one["heir"], one["heir_left"], one["done"], len(one["assets"])) == (None, False, 0, 10)
    assert "NOBODY" in terminal.read("handover", "list", "--account", "hub")
    assert "nobody is known" in terminal.read("handover", "show", short)
    assert "Fiches" in terminal.read("handover", "show", short, "--language", "fr") or "Contacts" in terminal.read(
        "handover", "show", short, "--language", "fr"
    )
    said = terminal.read("handover", "assign", short, "--person", "okta", "mia@acme.example")
    assert "heir: Mia, named by cli:tess" in said
    assert "give them to Mia" in said
    assert "9 assets left" in terminal.read("handover", "done", short, "deals")
    assert "x  Deals, by cli:tess [deals]: give to the heir" in terminal.read("handover", "show", short)
    assert "There is no asset 'deal'" in terminal.refused("handover", "done", short, "deal")
    assert "everything is handed over" in terminal.read("handover", "done", short)
    assert terminal.read("handover", "list") == "Nothing is left to hand over.\n"
    assert terminal.json("handover", "show", one["id"])["state"] == "done"
    assert len(terminal.json("handover", "list", "--all")) == 1
    assert "open handover" in terminal.refused("handover", "assign", one["id"], "--address", "x@acme.example")


def test_a_person_shows_what_her_departure_waits_for(terminal: Terminal, left: Company) -> None:
    """In `person show`, in the explanation and by the doctor."""
    whom = ("okta", "ada@acme.example")
    assert "hub: gate cut, 2 vendor steps open, 10 assets to hand over to nobody yet" in terminal.read(
        "person", "show", *whom
    )
    (place,) = terminal.json("person", "show", *whom)["memberships"]
    assert place["departure"] == {"gate_cut": True, "open_steps": 2, "open_assets": 10, "heir": None}
    assert "gate cut, 2 vendor steps open, 10 assets to hand over" in terminal.read("person", "explain", *whom)
    assert "Departures not finished: 1" in terminal.run("doctor", exit_code=1).output


def test_a_work_order_is_shown_and_taken(terminal: Terminal, left: Company) -> None:
    """Who does it, and who confirmed it when."""
    (order,) = terminal.json("workorder", "list")
    short = order["id"][-8:]
    assert "Tom does it" in terminal.read("workorder", "assign", short, "Tom")
    assert "; Tom does it" in terminal.read("workorder", "show", short)
    assert "choose ada@acme.example" in terminal.json("workorder", "show", short)["steps"][0]
    assert "Nobody has it now" in terminal.read("workorder", "assign", short)
    terminal.read("workorder", "done", short)
    assert "by cli:tess" in terminal.read("workorder", "show", order["id"])
    assert {one["state"] for one in terminal.json("workorder", "list", "--all")} == {"done"}
    assert "Whose" in terminal.read("workorder", "list", "--all", "--account", "hub")
    assert left.orders() == []
