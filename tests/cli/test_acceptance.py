"""`jumpseat directory acceptance`, `jumpseat person unbind`, and another issuer from the command line."""

from __future__ import annotations

from ..lifecycle.company import Company
from .conftest import Terminal

NEW = ("directory", "oidc", "okta", "--issuer", "https://new.example", "--client-id", "c")


def test_the_policy_is_shown_set_and_told_by_show(terminal: Terminal, company: Company) -> None:
    """Explicit unless told; what cannot work is refused."""
    assert "explicit" in terminal.read("directory", "acceptance", "okta")
    assert "first-sign-in" in terminal.read("directory", "acceptance", "okta", "first-sign-in")
    assert terminal.json("directory", "show", "okta")["acceptance"] == "first-sign-in"
    assert "no domain is proved" in terminal.refused("directory", "acceptance", "okta", "proved-domain")
    terminal.run("directory", "acceptance", "okta", "always", exit_code=2)


def test_identities_are_let_go_of_one_by_one_or_with_the_issuer(terminal: Terminal, company: Company) -> None:
    """Another issuer is told how many people it concerns, and needs a yes."""
    company.account(seats=5)
    company.everybody()
    ada, bob = company.people("ada", "bob")
    sessions = [company.accept(one) for one in (ada, bob)]
    assert "signed out" in terminal.read("person", "unbind", "okta", "ada@acme.example")
    assert [company.admits(one) for one in sessions] == [False, True]
    assert "There is no identity" in terminal.refused("person", "unbind", "okta", "ada@acme.example")
    assert "1 people" in terminal.refused(*NEW)
    assert company.admits(sessions[1])
    terminal.run(*NEW, "--yes")
    assert not company.admits(sessions[1])


def test_how_a_client_proves_itself_and_what_is_asked(terminal: Terminal, company: Company) -> None:
    """A key made here, its address for the provider; not both kinds of key; the rest stays when it is not named."""
    same = ("directory", "oidc", "okta", "--issuer", "https://idp.example", "--client-id", "c")
    made = terminal.json(*same, "--generate-key", "--max-age-minutes", "60", "--always-ask-userinfo")
    assert made["jwks_url"] == "http://localhost:8080/login/okta/jwks.json"
    shown = terminal.json("directory", "show", "okta")
    assert (shown["client_proof"], shown["max_age_minutes"], shown["always_ask_userinfo"]) == ("private key", 60, True)
    assert "jwks.json" in terminal.read(*same, "--generate-key")
    assert terminal.json("directory", "show", "okta")["max_age_minutes"] == 60
    file = terminal.file("no key")
    assert "private key" in terminal.refused(*same, "--private-key-file", file)
    terminal.run(*same, "--private-key-file", file, "--generate-key", exit_code=2)
    assert "not by both" in terminal.refused(*same, "--secret-file", file, "--generate-key")
    terminal.run(*same, "--max-age-minutes", "0", "--ask-userinfo-when-needed")
    shown = terminal.json("directory", "show", "okta")
    assert (shown["client_proof"], shown["max_age_minutes"], shown["always_ask_userinfo"]) == (None, None, False)
