"""`jumpseat keycloak` without a Keycloak: what is refused, and what is told of a realm. See `tests/e2e` too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.lifecycle import realms

from ..lifecycle.company import OPERATOR, Company
from .conftest import Terminal

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def connected(company: Company) -> Company:
    """Give a company whose directory `okta` is connected with a realm on a server that is not there."""
    company.write(
        realms.connect_realm,
        "okta",
        OPERATOR,
        server=NOWHERE,
        name="acme",
        client_id="jumpseat-worker",
        secret="s3cret",
        mirrors=True,
        broker="okta",
        pull_every=timedelta(minutes=5),
    )
    return company


def test_a_directory_shows_how_late_a_cut_may_be(terminal: Terminal, connected: Company) -> None:
    """The interval at which its realm is read is the bound of the cut."""
    shown = terminal.json("directory", "show", "okta")
    assert (shown["mirrored_to"], shown["pulled_from"]) == ("acme", "acme")
    assert (shown["leavers_are_cut_within"], shown["pulled_at"], shown["pull_failed"]) == (300, None, None)
    assert "Leavers cut within, s  300" in terminal.read("directory", "show", "okta")


@pytest.mark.parametrize("words", [("sync", "okta"), ("sync", "okta", "--dry-run"), ("sync", "okta", "--yes")])
def test_a_realm_that_is_not_there_is_told_in_a_sentence(
    terminal: Terminal, connected: Company, words: tuple[str, ...]
) -> None:
    """And the doctor says that it could not be read, unless it was only looked at."""
    assert "cannot be reached" in terminal.refused("keycloak", *words)
    noted = terminal.json("directory", "show", "okta")["pull_failed"]
    assert noted == (None if "--dry-run" in words else f"Keycloak at {NOWHERE} cannot be reached.")


def test_a_secret_under_another_key_is_told_in_a_sentence(terminal: Terminal, connected: Company) -> None:
    """With what mends it."""
    connected.sql("UPDATE realm SET secret_sealed = 'x'")
    assert "under another JUMPSEAT_SECRET_KEY" in terminal.refused("keycloak", "sync", "okta")


def test_everybody_can_be_told_of_again(terminal: Terminal, connected: Company) -> None:
    """Whatever the realm was told before."""
    connected.people("ada", "bob")
    assert terminal.json("keycloak", "mirror", "okta") == {"people": 2}
    assert "2 people" in terminal.read("keycloak", "mirror", "okta")


def test_a_realm_can_be_let_go(terminal: Terminal, connected: Company) -> None:
    """Its secret is forgotten, and nothing can be asked of it any more."""
    terminal.run("keycloak", "release", "okta")
    assert terminal.json("directory", "show", "okta")["mirrored_to"] is None
    for word in ("sync", "mirror", "release"):
        assert "There is no Keycloak realm connected with the directory 'okta'" in terminal.refused(
            "keycloak", word, "okta"
        )
