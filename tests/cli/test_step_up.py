"""`jumpseat account step-up`."""

from __future__ import annotations

from ..lifecycle.company import Company
from .conftest import Terminal


def test_an_account_is_told_what_to_ask_for(terminal: Terminal, company: Company) -> None:
    """It is shown without an option, set with some, and taken back with --none."""
    terminal.run("account", "open", "crm", "--vendor", "plain", "--plan", "standard", "--seats", "seats=1")
    assert "nothing beyond a sign-in" in terminal.read("account", "step-up", "crm")
    said = terminal.read("account", "step-up", "crm", "--acr", "gold", "--amr", "mfa", "--max-minutes", "15")
    assert said == "crm asks for the context gold and the methods mfa and a sign-in of the last 15 minutes.\n"
    kept = terminal.json("account", "step-up", "crm")
    assert kept == {"account": "crm", "step_up": {"acr": ["gold"], "amr": ["mfa"], "max_age": 900}}
    assert "nothing beyond" in terminal.read("account", "step-up", "crm", "--none")
    events = [one for one in terminal.read("audit", "export").splitlines() if "step_up" in one]
    assert len(events) == 2


def test_nothing_and_something_at_once_is_refused(terminal: Terminal, company: Company) -> None:
    """Exit status 2, as for any wrong use of options."""
    terminal.run("account", "step-up", "crm", "--none", "--amr", "mfa", exit_code=2)
