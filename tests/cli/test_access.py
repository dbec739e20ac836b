"""`jumpseat access sessions` and `end`, `account freeze`, `tenant disable`."""

from __future__ import annotations

import json

from connector.domain.access import Reason

from ..lifecycle.company import Company
from .conftest import Terminal


def test_an_operator_sees_who_is_signed_in_and_ends_it(terminal: Terminal, company: Company) -> None:
    """One person, or everybody of a directory; what they hold stays theirs."""
    company.account(seats=5)
    company.everybody()
    ada, bea = company.people("ada", "bea")
    sessions = [company.accept(ada), company.sign_in(ada), company.accept(bea)]
    listed = [json.loads(line) for line in terminal.read("access", "sessions", "okta", "--json").splitlines()]
    rows = listed[0] if isinstance(listed[0], list) else listed
    assert sorted(one["user_name"] for one in rows) == ["ada@acme.example", "ada@acme.example", "bea@acme.example"]
    assert terminal.read("access", "sessions", "okta", "bea@acme.example").count("bea@acme.example") == 1
    assert terminal.read("access", "end", "okta", "ada@acme.example") == "2 sessions ended.\n"
    assert [company.admits(one) for one in sessions] == [False, False, True]
    assert terminal.read("access", "end", "okta", "ada@acme.example") == "Nobody was signed in.\n"
    assert terminal.read("access", "end", "okta", "--everybody") == "1 session ended.\n"
    assert company.gate(sessions[2]) is Reason.SESSION_ENDED
    assert terminal.read("access", "sessions", "okta") == "Nobody is signed in.\n"
    assert company.admits(company.sign_in(ada))


def test_whom_to_sign_out_has_to_be_said(terminal: Terminal, company: Company) -> None:
    """Neither nobody nor both; somebody unknown is told to be."""
    terminal.run("access", "end", "okta", exit_code=2)
    terminal.run("access", "end", "okta", "ada", "--everybody", exit_code=2)
    assert "There is no person 'ada'" in terminal.refused("access", "end", "okta", "ada")


def test_a_frozen_account_lets_nobody_in_and_opens_as_it_was(terminal: Terminal, company: Company) -> None:
    """Seats stay held, sessions go on, and the trail has both."""
    company.account(seats=5)
    company.everybody()
    ada, bea = company.people("ada", "bea")
    session = company.accept(ada)
    terminal.run("account", "freeze", "crm")
    terminal.run("account", "freeze", "crm")
    assert company.gate(session) is Reason.ACCOUNT_FROZEN
    assert company.pool().held == 1
    assert terminal.json("account", "show", "crm")["frozen_at"]
    assert "frozen" in terminal.read("person", "explain", "okta", "ada@acme.example")
    terminal.run("account", "unfreeze", "crm")
    assert company.admits(session)
    company.accept(bea)
    assert len([one for one in terminal.read("audit", "export").splitlines() if '"frozen"' in one]) == 2


def test_a_tenant_that_is_off_opens_as_it_was(terminal: Terminal, company: Company) -> None:
    """Nobody of it is admitted meanwhile."""
    company.account(seats=5)
    company.everybody()
    (ada,) = company.people("ada")
    session = company.accept(ada)
    terminal.run("tenant", "disable", "main")
    assert company.gate(session) is Reason.DIRECTORY_OFF
    terminal.run("tenant", "enable", "main")
    assert company.admits(session)
    assert "There is no tenant 'nix'" in terminal.refused("tenant", "disable", "nix")
