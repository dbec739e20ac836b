"""How somebody stands in the eyes of her directory's realm."""

from __future__ import annotations

import pytest

from connector.domain.errors import NotFound
from connector.domain.people import Person
from connector.domain.realms import Standing
from connector.lifecycle import mirroring, realms

from .company import OPERATOR, Company


@pytest.fixture
def company(company: Company) -> Company:
    """Give a company whose only seat goes to who joins first, and whose realm is told of people."""
    company.account(seats=1)
    company.everybody()
    company.write(
        realms.connect_realm,
        "okta",
        OPERATOR,
        server="https://sso.example",
        name="acme",
        client_id="jumpseat-worker",
        secret="s3cret",
        mirrors=True,
        broker=None,
        pull_every=None,
    )
    return company


def told(company: Company, person: Person) -> Standing:
    """Return how the last word about somebody lets her stand."""
    told = [company.read(mirroring.telling, one) for one in company.write(mirroring.claim)]
    (last,) = {one.likeness.standing for one in told if one is not None and one.likeness.person_id == person.id}
    return last


def test_whoever_is_invited_or_waits_is_pending(company: Company) -> None:
    """Neither has accepted and holds a seat."""
    ada = company.person("ada")
    assert told(company, ada) is Standing.PENDING
    bob = company.person("bob")
    assert told(company, bob) is Standing.PENDING


def test_whoever_accepted_and_holds_a_seat_is_accepted(company: Company) -> None:
    """Her answer and her seat together count."""
    ada = company.person("ada")
    company.accept(ada)
    assert told(company, ada) is Standing.ACCEPTED


def test_whoever_lost_her_last_seat_is_pending_again(company: Company) -> None:
    """The directory wants her in; nothing is due to her any more. The next in line is told of too."""
    ada, bob = company.people("ada", "bob")
    company.accept(ada)
    company.write(mirroring.claim)
    company.act("revoke", ada)
    claimed = [one.payload["person_id"] for one in company.write(mirroring.claim)]
    assert sorted(claimed) == sorted([ada.id, bob.id])


@pytest.mark.parametrize("leave", [Company.deactivate, Company.delete])
def test_whoever_left_or_was_deleted_is_revoked(company: Company, leave: object) -> None:
    """However much she had accepted."""
    ada = company.person("ada")
    company.accept(ada)
    leave(company, ada)  # type: ignore[operator]
    assert told(company, ada) is Standing.REVOKED


def test_a_secret_that_was_sealed_with_another_key_is_not_at_hand(company: Company) -> None:
    """The realm is known all the same, and what to do about it can be said."""
    company.sql("UPDATE realm SET secret_sealed = 'x'")
    assert company.read(realms.access_to, "okta").secret is None


def test_a_directory_without_a_realm_is_refused(company: Company) -> None:
    """By a sentence that says what is missing."""
    company.directory("other")
    for use_case in (realms.access_to, realms.tell_of_everybody):
        with pytest.raises(NotFound, match="no Keycloak realm connected with the directory 'other'"):
            company.write(use_case, "other")
    with pytest.raises(NotFound, match="okta"):
        company.read(realms.realm_of, "acme")
