"""Buying seats, changing the plan and giving seats back from the command line."""

from __future__ import annotations

import re

import pytest

from ..lifecycle.company import Company
from .conftest import Terminal


@pytest.fixture
def billed(terminal: Terminal, company: Company) -> Company:
    """Give a company whose account `crm` has no seat, in which ada and ben wait, and which is billed in euros."""
    company.account(seats=0)
    company.everybody()
    company.people("ada", "ben")
    terminal.run(
        "account", "billing", "crm", "--currency", "EUR", "--anchor", "2026-01-31", "--time-zone", "Asia/Tokyo"
    )
    terminal.run("account", "price", "crm", "seats/seats", "30.00", "EUR")
    return company


def test_a_preview_tells_people_seats_and_money_and_does_nothing(terminal: Terminal, billed: Company) -> None:
    """And says with which version exactly this can be confirmed."""
    said = terminal.read("account", "buy", "crm", "seats", "1", "--preview")
    assert said.startswith("This is what would happen; nothing was done.\n")
    assert "Seats in seats: 0 -> 1" in said
    assert "Get a seat (1): ada@acme.example" in said
    assert "Wait (1): ben@acme.example" in said
    assert "Charge now: 0.00 EUR" in said
    assert "unknown (0.00 EUR and plan/standard)" in said
    assert billed.pool().capacity == 0
    version = re.findall(r"--version (\w+)", said)[0]
    assert terminal.read("account", "buy", "crm", "seats", "1", "--version", version).startswith("Done.\n")
    assert billed.pool().capacity == 1


def test_a_preview_for_programs_has_every_figure_as_a_string(terminal: Terminal, billed: Company) -> None:
    """No amount is a float, and an unknown one is null."""
    shown = terminal.json("account", "buy", "crm", "seats", "12", "--preview")
    assert shown["preview"] is True
    assert shown["pools"]["seats"] == {"before": 0, "after": 12, "in_use": 2, "released": 0}
    assert [(one["person"], one["outcome"]) for one in shown["effects"]] == [
        ("ada@acme.example", "gains"),
        ("ben@acme.example", "gains"),
    ]
    assert re.fullmatch(r"\d+\.\d\d", shown["charge"]["amount"])
    invoice = shown["next_invoice"]
    assert (invoice["amount"], invoice["known"], invoice["unknown"]) == (None, "60.00", ["plan/standard"])
    done = terminal.json("account", "buy", "crm", "seats", "12", "--version", shown["version"])
    assert {**done, "preview": True} == shown


def test_what_has_moved_since_is_refused_with_the_new_figures(terminal: Terminal, billed: Company) -> None:
    """Nothing is bought."""
    shown = terminal.json("account", "buy", "crm", "seats", "1", "--preview")
    billed.person("cy")
    refusal = terminal.refused("account", "buy", "crm", "seats", "1", "--version", shown["version"])
    assert "has changed since the preview" in refusal
    assert "Wait (2): ben@acme.example, cy@acme.example" in refusal
    assert billed.pool().capacity == 0


def test_seats_that_are_set_are_held_to_the_budget_too(terminal: Terminal, billed: Company) -> None:
    """What could not be bought without approval cannot be had by setting a number; giving seats back needs none."""
    terminal.json("account", "billing", "crm", "--currency", "EUR", "--anchor", "2026-01-31", "--budget", "10.00")
    assert "needs approval" in terminal.refused("account", "seats", "crm", "seats", "900")
    assert terminal.json("account", "seats", "crm", "seats", "900", "--approve")["pools"][0]["capacity"] == 900
    terminal.run("account", "seats", "crm", "seats", "800")


def test_above_the_budget_it_needs_approval(terminal: Terminal, billed: Company) -> None:
    """Said by the preview, and by the refusal."""
    facts = ("--currency", "EUR", "--anchor", "2026-01-31", "--budget", "10.00")
    assert terminal.json("account", "billing", "crm", *facts)["budget"] == "10.00"
    assert "needs --approve" in terminal.read("account", "buy", "crm", "seats", "12", "--preview")
    assert "needs approval" in terminal.refused("account", "buy", "crm", "seats", "12")
    assert terminal.json("account", "buy", "crm", "seats", "12", "--approve")["preview"] is False


def test_a_dearer_plan_at_the_renewal_needs_approval_too(terminal: Terminal, company: Company) -> None:
    """The next invoice is what the budget is about, whenever the change was decided."""
    company.account("brevo", "brevo", "standard")
    facts = ("--currency", "EUR", "--anchor", "2026-01-31", "--budget", "10.00")
    terminal.json("account", "billing", "brevo", *facts)
    terminal.json("account", "price", "brevo", "plan/pro", "500.00", "EUR")
    change = ("account", "plan", "brevo", "pro", "--at-renewal")
    assert "needs --approve" in terminal.read(*change, "--preview")
    assert "500.00 EUR, with a budget of 10.00 EUR" in terminal.refused(*change)
    assert terminal.read(*change, "--approve").startswith("Done.")


def test_a_plan_that_is_too_small_is_refused_with_the_people(terminal: Terminal, company: Company) -> None:
    """All of them; the change can be planned for the renewal, and taken back."""
    company.account("brevo", "brevo", "pro")
    company.rule(account="brevo", where="active eq true", permissions=["email_campaigns.send"])
    company.people("ada", "ben", "cy")
    said = terminal.read("account", "plan", "brevo", "standard", "--preview")
    assert "Plan: pro -> standard" in said
    assert "Seats in marketing: 10 -> 1" in said
    assert "Not possible now: marketing is in use by ada@acme.example, ben@acme.example, cy@acme.example" in said
    assert "ada@acme.example, ben@acme.example, cy@acme.example" in terminal.refused(
        "account", "plan", "brevo", "standard"
    )
    assert "Nobody has said how brevo is billed" in terminal.refused(
        "account", "plan", "brevo", "standard", "--at-renewal"
    )
    terminal.run("account", "billing", "brevo", "--currency", "EUR", "--anchor", "2026-01-01")
    assert terminal.json("account", "plan", "brevo", "standard", "--at-renewal")["takes_effect"]
    assert terminal.json("account", "billing", "brevo")["planned"]["plan"] == "standard"
    assert "it will not become standard" in terminal.read("account", "plan", "brevo", "--cancel")
    assert terminal.json("account", "billing", "brevo")["planned"] is None


def test_plans_are_changed_with_add_ons_and_seats(terminal: Terminal, company: Company) -> None:
    """Add-ons stay unless told otherwise."""
    company.account("brevo", "brevo", "pro", addons=["saml_sso"])
    done = terminal.json("account", "plan", "brevo", "pro_sales", "--seats", "sales=12")
    assert done["addons"] == {"before": ["saml_sso"], "after": ["saml_sso"]}
    assert done["pools"]["sales"]["after"] == 12
    assert terminal.json("account", "plan", "brevo", "pro_sales", "--no-addons")["addons"]["after"] == []
    assert "PLAN" in terminal.run("account", "plan", "brevo", exit_code=2).stderr


def test_seats_are_given_back_at_the_renewal_and_that_can_be_taken_back(terminal: Terminal, billed: Company) -> None:
    """Assigned ones are refused."""
    billed.capacity(14)
    assert "12 are unassigned" in terminal.refused("account", "release", "crm", "seats", "13")
    said = terminal.read("account", "release", "crm", "seats", "3", "--preview")
    assert "Seats in seats that are given back: 3 of 14" in said
    assert billed.pool().released == 0
    assert terminal.json("account", "release", "crm", "seats", "3")["pools"]["seats"]["released"] == 3
    assert "seats 3" in terminal.read("account", "billing", "crm")
    assert "keeps 3 seats" in terminal.read("account", "release", "crm", "seats", "--cancel")
    assert "NUMBER" in terminal.run("account", "release", "crm", "seats", exit_code=2).stderr


def test_what_is_paid_for_is_shown(terminal: Terminal, billed: Company) -> None:
    """With unknown prices as such."""
    billed.capacity(12)
    said = terminal.read("account", "billing", "crm")
    assert "Asia/Tokyo" in said
    assert re.search(r"plan/standard\s+1\s+unknown", said)
    assert re.search(r"seats/seats\s+2\s+30\.00", said)
    assert "currency" in terminal.refused("account", "price", "crm", "seats/seats", "30.00")
    assert "--anchor" in terminal.run("account", "billing", "crm", "--currency", "EUR", exit_code=2).stderr


def test_what_a_full_pool_does_is_said_and_shown(terminal: Terminal, billed: Company) -> None:
    """Waiting unless told otherwise; a grace has seats and days."""
    assert terminal.json("account", "when-full", "crm") == [
        {"pool": "seats", "when_full": "wait", "fallback": None, "grace_until": None, "grace": 0, "grace_days": 0}
    ]
    assert "how many seats" in terminal.refused("account", "when-full", "crm", "seats", "grace")
    (pool,) = terminal.json("account", "when-full", "crm", "seats", "grace", "--seats", "1", "--days", "14")
    assert (pool["when_full"], pool["grace"], pool["grace_days"]) == ("grace", 1, 14)
    assert pool["grace_until"]
    assert re.search(r"seats\s+grace\s+1 seat for 14 days\s+20", terminal.read("account", "when-full", "crm"))
    assert billed.pool().promised == 1
    assert "1 seats seats in use" in terminal.refused("account", "when-full", "crm", "seats", "refuse")
    assert "POLICY" in terminal.run("account", "when-full", "crm", "seats", exit_code=2).stderr
