"""Operator tokens from the command line."""

from __future__ import annotations

from connector.domain.operator_tokens import Scope
from connector.lifecycle import operator_tokens

from ..lifecycle.company import Company
from .conftest import Terminal


def test_an_operator_token_is_made_shown_once_listed_and_revoked(terminal: Terminal, company: Company) -> None:
    """What is listed later is its beginning; the trail names who made it, and never the token."""
    words = ("operator-token", "create", "ci", "--scope", "accounts:read", "--scope", "seats:write", "--days", "90")
    made = terminal.json(*words, "--tenant", "main")
    token = made["token"]
    assert (made["name"], made["tenant"], made["state"]) == ("ci", "main", "valid")
    access = company.read(operator_tokens.admit, token, Scope.SEATS_WRITE, "request")
    assert (access.tenant_slug, access.cause.actor) == ("main", "api:ci")
    (listed,) = terminal.json("operator-token", "list")
    assert listed == {key: value for key, value in made.items() if key != "token"}
    assert listed["created_by"] == "cli:tess"
    assert token not in terminal.read("operator-token", "list") + terminal.read("audit", "export")
    assert "already is an operator token" in terminal.refused(*words)
    assert "opens nothing any more" in terminal.read("operator-token", "revoke", "ci")
    assert terminal.json("operator-token", "list")[0]["state"] == "revoked"
    assert "There is no operator token" in terminal.refused("operator-token", "revoke", "ci")


def test_a_slip_in_a_scope_is_told_with_the_nearest_names_first(terminal: Terminal, company: Company) -> None:
    """And every scope can be listed."""
    said = terminal.refused("operator-token", "create", "ci", "--scope", "seat:write")
    assert "'seat:write' is none; there are seats:write, " in said
    assert [one["scope"] for one in terminal.json("operator-token", "scopes")] == [one.value for one in Scope]
    said = terminal.read("operator-token", "create", "ci", "--scope", "audit:read")
    assert said.startswith("jso_")
    assert "shown this once. It does not expire." in said
    assert "http://localhost:8080/api/v1/" in said
