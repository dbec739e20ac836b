"""What the provider is told of a directory's people."""

from __future__ import annotations

import pytest

from connector.domain.errors import NotFound
from connector.domain.realms import Standing
from connector.lifecycle.mirroring import standings

from .company import Company


@pytest.fixture
def company(company: Company) -> Company:
    """Give a company whose only seat goes to who joins first."""
    company.account(seats=1)
    company.everybody()
    return company


def told(company: Company) -> dict[str, Standing]:
    return dict(company.read(standings, "okta"))


def test_whoever_is_invited_or_waits_is_pending(company: Company) -> None:
    """Neither has accepted and holds a seat."""
    company.people("ada", "bob")
    assert told(company) == {"ext-ada": Standing.PENDING, "ext-bob": Standing.PENDING}


def test_whoever_accepted_and_holds_a_seat_is_accepted(company: Company) -> None:
    """Her answer and her seat together count."""
    ada, _ = company.people("ada", "bob")
    company.accept(ada)
    assert told(company) == {"ext-ada": Standing.ACCEPTED, "ext-bob": Standing.PENDING}


def test_whoever_lost_her_last_seat_is_pending_again(company: Company) -> None:
    """The directory wants her in; nothing is due to her any more."""
    ada = company.person("ada")
    company.accept(ada)
    company.remove_rule("everybody-crm")
    assert told(company) == {"ext-ada": Standing.PENDING}


def test_whoever_left_or_has_no_external_id_is_not_told_of(company: Company) -> None:
    """A leaver, however much she had accepted; a deleted person; and who could not be found at the provider."""
    ada, bob, _ = company.person("ada"), company.person("bob"), company.person("eve", externalId=None)
    company.accept(ada)
    company.deactivate(ada)
    company.delete(bob)
    assert told(company) == {}


def test_an_unknown_directory_is_refused(company: Company) -> None:
    """By a sentence that names the known ones."""
    with pytest.raises(NotFound, match="okta"):
        company.read(standings, "acme")
