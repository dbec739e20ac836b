"""Erasing somebody from the command line: shown first, and only done when told so."""

from __future__ import annotations

from ..lifecycle.company import Company
from .conftest import Terminal


def test_an_erasure_is_shown_first_and_done_when_told(terminal: Terminal, company: Company) -> None:
    """Without --yes nothing happens; afterwards she is nobody any more, and her id is still in the trail."""
    ada = company.person("ada", displayName="Adalbertine Lovelace")
    whom = ("person", "erase", "okta", "ada@acme.example")
    assert "is active in her directory" in terminal.refused(*whom)
    company.deactivate(ada)
    said = terminal.read(*whom)
    assert "Would be blanked:" in said
    assert "values of the trail: 2" in said
    assert "--yes" in said
    assert terminal.json("person", "show", "okta", "ada@acme.example")["name"] == "Adalbertine Lovelace"
    done = terminal.json(*whom, "--yes")
    assert (done["id"], done["erased"], done["kept"]) == (ada.id, True, [])
    assert "Adalbertine" not in terminal.read("audit", "export")
    assert ada.id in terminal.read("audit", "export")
    assert "There is no person" in terminal.refused(*whom)
