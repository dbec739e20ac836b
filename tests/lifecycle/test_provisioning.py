"""What a directory says of people: joining, changing, leaving for a while and for good, and returning."""

from __future__ import annotations

import pytest

from connector.domain.errors import AlreadyExists, NotFound
from connector.domain.events import Kind
from connector.domain.listing import Listing
from connector.domain.memberships import Answer, State
from connector.lifecycle import invitations, provisioning

from .company import Company


@pytest.fixture
def company(company: Company) -> Company:
    """Give a company in which everybody is due one of three seats."""
    company.account(seats=3)
    company.everybody()
    return company


def test_a_joiner_who_is_due_a_seat_is_invited_in_the_same_unit_of_work(company: Company) -> None:
    """Stating somebody promises a seat, makes an invitation, and posts one mail."""
    ada = company.person("ada")
    assert company.state(ada) is State.INVITED
    assert company.mails() == [ada.id]
    assert company.pool().promised == 1


def test_somebody_stated_inactive_is_due_nothing(company: Company) -> None:
    """A person may be known without being wanted in."""
    ada = company.person("ada", active=False)
    assert company.state(ada) is None
    assert company.mails() == []


def test_a_user_name_is_taken_whatever_its_case_and_width(company: Company) -> None:
    """Names are compared folded; the refusal names the attribute."""
    company.person("ada")
    for spelling in ("ADA@acme.example", "\uff41\uff44\uff41@acme.example"):
        with pytest.raises(AlreadyExists) as refused:
            company.person("other", userName=spelling)
        assert refused.value.attribute == "userName"


def test_an_external_id_is_taken_to_the_letter(company: Company) -> None:
    """An externalId is case-exact (RFC 7643 section 3.1)."""
    company.person("ada", externalId="abc")
    company.person("ben", externalId="ABC")
    with pytest.raises(AlreadyExists) as refused:
        company.person("cy", externalId="abc")
    assert refused.value.attribute == "externalId"


def test_a_refused_person_leaves_nothing_behind(company: Company) -> None:
    """Neither a row nor an event nor a mail."""
    company.person("ada")
    before = len(company.events())
    with pytest.raises(AlreadyExists):
        company.person("ada")
    assert len(company.events()) == before
    assert company.sql("SELECT count(*) FROM person")[0][0] == 1


def test_two_directories_may_state_the_same_names(company: Company) -> None:
    """Names belong to a directory; nobody is anybody's double across two of them."""
    company.directory("entra")
    assert company.person("ada").id != company.person("ada", directory="entra").id


def test_somebody_of_another_directory_is_not_there(company: Company) -> None:
    """Found, changed or deleted by another directory: as if the id did not exist."""
    ada = company.person("ada")
    company.directory("entra")
    access = company.access("entra")
    with pytest.raises(NotFound):
        company.read(provisioning.find_person, access, ada.id)
    with pytest.raises(NotFound):
        company.deactivate(ada, directory="entra")
    with pytest.raises(NotFound):
        company.delete(ada, directory="entra")
    assert company.state(ada) is State.INVITED


def test_a_change_that_changes_nothing_leaves_version_time_and_trail(company: Company) -> None:
    """Replaying a request is harmless."""
    ada = company.person("ada", displayName="Ada")
    before = len(company.events())
    company.clock.forward(hours=1)
    again = company.change(ada, displayName="Ada")
    assert (again.version, again.modified_at) == (ada.version, ada.modified_at)
    assert len(company.events()) == before


def test_a_change_raises_the_version_and_the_time(company: Company) -> None:
    """Every real change is a new version."""
    ada = company.person("ada")
    company.clock.forward(hours=1)
    changed = company.change(ada, displayName="Ada L.")
    assert (changed.version, changed.modified_at) == (ada.version + 1, company.clock.now)


def test_a_rename_to_a_taken_name_is_refused(company: Company) -> None:
    """Neither userName nor externalId can become somebody else's."""
    ada, _ben = company.people("ada", "ben")
    for attribute, value in (("userName", "BEN@acme.example"), ("externalId", "ext-ben")):
        with pytest.raises(AlreadyExists) as refused:
            company.change(ada, **{attribute: value})
        assert refused.value.attribute == attribute


def test_ones_own_name_in_another_case_is_a_change_like_any(company: Company) -> None:
    """Nobody is in her own way."""
    ada = company.person("ada")
    assert company.change(ada, userName="Ada@acme.example").stated.user_name == "Ada@acme.example"


# Returning people (DESIGN section 4).


def test_both_names_equal_restores_an_inactive_person_under_her_id(company: Company) -> None:
    """POST after a deactivation is a return: same id, and within the window active without an invitation."""
    ada = company.person("ada")
    company.accept(ada)
    company.deactivate(ada)
    company.clock.forward(days=5)
    back = company.person("ada")
    assert back.id == ada.id
    assert company.state(ada) is State.ACTIVE
    assert company.mails() == [ada.id]
    assert company.events(Kind.PERSON_RETURNED)


def test_a_return_after_the_window_needs_a_new_invitation(company: Company) -> None:
    """Thirty days and a bit: she is the same person, and is asked anew."""
    ada = company.person("ada")
    company.accept(ada)
    company.deactivate(ada)
    company.clock.forward(days=31)
    assert company.person("ada").id == ada.id
    assert company.state(ada) is State.INVITED
    assert company.mails() == [ada.id, ada.id]


def test_a_reactivation_within_the_window_needs_no_new_invitation(company: Company) -> None:
    """`active: true` by PATCH is the same return."""
    ada = company.person("ada")
    company.accept(ada)
    company.deactivate(ada)
    company.change(ada, active=True)
    assert company.state(ada) is State.ACTIVE


def test_a_returner_finds_the_pool_full_and_waits(company: Company) -> None:
    """Her seat went to somebody else: she waits, and is active without an invitation when one frees."""
    company.capacity(1)
    ada = company.person("ada")
    company.accept(ada)
    company.deactivate(ada)
    ben = company.person("ben")
    company.accept(ben)
    company.person("ada")
    assert company.state(ada) is State.WAITING
    company.deactivate(ben)
    assert company.state(ada) is State.ACTIVE
    assert company.mails() == [ada.id, ben.id]


@pytest.mark.parametrize(
    ("before", "after"),
    [("ext-1", "ext-2"), ("ext-1", None), (None, "ext-1"), (None, None)],
    ids=["different", "missing now", "missing then", "missing on both sides"],
)
def test_the_same_user_name_alone_is_a_new_person(company: Company, before: str | None, after: str | None) -> None:
    """Without the same externalId nothing proves her the same: new id, no grant, no identity, no group carries over."""
    old = company.person("ada", externalId=before)
    session = company.sign_in(old, preferred_username="ada@acme.example")
    company.write(invitations.accept, company.invitation(old), session)
    team = company.group("Team", old)
    company.deactivate(old)
    new = company.person("ada", externalId=after)
    assert new.id != old.id
    assert company.states(old, new) == [State.ENDED, State.INVITED]
    assert company.read(lambda work: work.people.identities([old.id, new.id])) == {}
    assert company.read(lambda work: work.groups.member_ids(team.id)) == set()


def test_the_same_external_id_alone_is_a_new_person(company: Company) -> None:
    """Another userName under the externalId of somebody inactive does not restore her either."""
    old = company.person("ada")
    company.deactivate(old)
    new = company.person("lovelace", externalId="ext-ada")
    assert new.id != old.id
    assert company.state(new) is State.INVITED


def test_the_old_person_keeps_her_history_under_the_released_name(company: Company) -> None:
    """She can still be read by id, and her events stay hers."""
    old = company.person("ada")
    company.deactivate(old)
    company.person("ada", externalId="another")
    found = company.read(provisioning.find_person, company.access(), old.id)
    assert found.stated.user_name == "ada@acme.example"
    assert company.events(Kind.PERSON_LEFT, old)


def test_the_released_person_cannot_come_back_while_her_name_is_taken(company: Company) -> None:
    """Her userName is somebody else's now: a reactivation would make two of them."""
    old = company.person("ada")
    company.deactivate(old)
    company.person("ada", externalId="another")
    with pytest.raises(AlreadyExists):
        company.change(old, active=True)


def test_after_a_deletion_it_is_always_a_new_person(company: Company) -> None:
    """DELETE ends the id for good, whatever equals."""
    old = company.person("ada")
    company.accept(old)
    company.delete(old)
    new = company.person("ada")
    assert new.id != old.id
    assert company.state(new) is State.INVITED


def test_a_match_with_somebody_active_is_a_conflict_even_if_another_would_be_restored(company: Company) -> None:
    """The userName of one who left, the externalId of one who is there: 409, and nobody's names are released."""
    gone, _here = company.people("ada", "ben")
    company.deactivate(gone)
    with pytest.raises(AlreadyExists):
        company.person("ada", externalId="ext-ben")
    assert company.person("ada").id == gone.id


def test_a_refusal_outlives_a_return_under_the_same_entitlement_only_if_it_stayed_due(company: Company) -> None:
    """Leaving makes nothing due, and what becomes due anew is offered anew."""
    ada = company.person("ada")
    company.decline(ada)
    company.change(ada, displayName="Ada")
    member = company.member(ada)
    assert member is not None
    assert member.answer is Answer.DECLINED
    company.deactivate(ada)
    company.change(ada, active=True)
    assert company.state(ada) is State.INVITED


def test_paging_counts_all_and_shows_some_in_order_of_arrival(company: Company) -> None:
    """`startIndex` counts from 1; a page behind the last is empty and still knows the total."""
    names = [company.person(f"p{number}").id for number in range(5)]
    listing = [
        company.read(provisioning.list_people, company.access(), Listing(None, start, 2)) for start in (1, 3, 5, 7)
    ]
    assert [page.total for page in listing] == [5] * 4
    assert [[person.id for person in page.items] for page in listing] == [names[:2], names[2:4], names[4:], []]
