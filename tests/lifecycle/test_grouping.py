"""Groups: what they make due, in whichever order their messages come, and rules that wait for them."""

from __future__ import annotations

import pytest

from connector.domain.errors import AlreadyExists, InvalidValue, NotFound
from connector.domain.events import Kind
from connector.domain.memberships import State
from connector.lifecycle import grouping

from .company import Company


@pytest.fixture
def company(company: Company) -> Company:
    """Give a company with one account of three seats and no rule."""
    company.account(seats=3)
    return company


def test_a_member_is_due_what_the_rule_of_her_group_grants(company: Company) -> None:
    """Group, rule, member: in this order the addition invites."""
    team = company.group("Team")
    company.rule("Team")
    ada, ben = company.people("ada", "ben")
    company.regroup(team, add=[ada])
    assert company.states(ada, ben) == [State.INVITED, None]


@pytest.mark.parametrize("order", ["rule last", "group last", "person joins last", "created with members"])
def test_the_order_of_messages_makes_no_difference(company: Company, order: str) -> None:
    """Rule before group, group before rule, members at once or one by one: she is invited once, with one mail."""
    ada = company.person("ada")
    if order == "rule last":
        company.group("Team", ada)
        company.rule("Team")
    elif order == "group last":
        company.rule("Team")
        company.regroup(company.group("Team"), add=[ada])
    elif order == "person joins last":
        team = company.group("Team")
        company.rule("Team")
        company.regroup(team, only=[ada])
    else:
        company.rule("Team")
        company.group("Team", ada)
    assert company.state(ada) is State.INVITED
    assert company.mails() == [ada.id]


def test_an_inactive_member_is_due_a_seat_from_the_day_she_is_active(company: Company) -> None:
    """Okta pushes groups before it activates: the membership is kept, and counts later."""
    company.rule("Team")
    ada = company.person("ada", active=False)
    company.group("Team", ada)
    assert company.state(ada) is None
    company.change(ada, active=True)
    assert company.state(ada) is State.INVITED


def test_losing_one_of_two_granting_groups_changes_nothing(company: Company) -> None:
    """The seat is due as long as one group makes it due; with the last it ends."""
    ada = company.person("ada")
    first, second = company.group("First", ada), company.group("Second", ada)
    company.rule("First")
    company.rule("Second")
    company.accept(ada)
    company.regroup(first, remove=[ada])
    assert company.state(ada) is State.ACTIVE
    company.regroup(second, remove=[ada])
    assert company.state(ada) is State.ENDED


def test_replacing_the_members_settles_who_came_and_who_went(company: Company) -> None:
    """PUT states all members: those missing lose, those new gain, the rest is left alone."""
    ada, ben, cy = company.people("ada", "ben", "cy")
    team = company.group("Team", ada, ben)
    company.rule("Team")
    before = len(company.events(Kind.MEMBERSHIP_CHANGED, ben))
    company.regroup(team, only=[ben, cy])
    assert company.states(ada, ben, cy) == [State.ENDED, State.INVITED, State.INVITED]
    assert len(company.events(Kind.MEMBERSHIP_CHANGED, ben)) == before


def test_adding_a_member_again_and_removing_a_stranger_change_nothing(company: Company) -> None:
    """A replayed request leaves version and trail as they are."""
    ada, ben = company.people("ada", "ben")
    team = company.group("Team", ada)
    before = len(company.events())
    company.clock.forward(hours=1)
    again = company.regroup(team, add=[ada], remove=[ben])
    assert again == company.read(grouping.find_group, company.access(), team.id)
    assert (again.version, again.modified_at) == (team.version, team.modified_at)
    assert len(company.events()) == before


def test_whoever_is_both_removed_and_added_stays(company: Company) -> None:
    """One request may say both; the addition is the later word."""
    ada = company.person("ada")
    team = company.group("Team", ada)
    company.rule("Team")
    company.regroup(team, remove=[ada], add=[ada])
    assert company.state(ada) is State.INVITED


def test_a_member_must_be_a_person_of_the_directory(company: Company) -> None:
    """Another directory's person, a deleted one, a made-up id: refused, and nothing of the request is done."""
    company.directory("entra")
    foreign = company.person("eve", directory="entra")
    ada, gone = company.people("ada", "gone")
    company.delete(gone)
    team = company.group("Team")
    for stranger in (foreign, gone):
        with pytest.raises(InvalidValue, match=stranger.id):
            company.regroup(team, add=[ada, stranger])
    assert company.read(grouping.count_members, team.id) == 0


def test_a_group_name_is_taken_whatever_its_case(company: Company) -> None:
    """A folded displayName and an exact externalId belong to one group each, on creation and on change."""
    company.group("Team", external_id="e1")
    other = company.group("Other", external_id="e2")
    for name, external_id, attribute in (("TEAM", None, "displayName"), ("Third", "e1", "externalId")):
        with pytest.raises(AlreadyExists) as refused:
            company.group(name, external_id=external_id)
        assert refused.value.attribute == attribute
    with pytest.raises(AlreadyExists):
        company.regroup(other, name="team")


def test_a_group_of_another_directory_is_not_there(company: Company) -> None:
    """The same for reading, changing and deleting."""
    team = company.group("Team")
    company.directory("entra")
    with pytest.raises(NotFound):
        company.read(grouping.find_group, company.access("entra"), team.id)
    with pytest.raises(NotFound):
        company.regroup(team, name="Mine", directory="entra")
    with pytest.raises(NotFound):
        company.delete_group(team, directory="entra")


# Rules that name groups not seen yet.


def test_a_rule_for_an_unseen_group_is_bound_when_it_arrives(company: Company) -> None:
    """By displayName, case aside; the binding is told in the trail."""
    rule = company.rule("New Team")
    assert rule.group_id is None
    team = company.group("new team", company.person("ada"))
    assert company.rules()[rule.name].group_id == team.id
    assert company.events(Kind.RULE_BOUND)


@pytest.mark.parametrize("rule_comes", [0, 1, 2])
def test_a_rule_by_external_id_is_about_that_id_and_not_about_a_name(company: Company, rule_comes: int) -> None:
    """Where an externalId is given, a group that merely bears the name is not meant, seen before the rule or after."""
    ada, ben = company.people("ada", "ben")
    messages = [
        lambda: company.group("Team", ada, external_id="other"),
        lambda: company.group("Crew", ben, external_id="e1"),
    ]
    messages.insert(rule_comes, lambda: company.rule("Team", group_external_id="e1"))
    for message in messages:
        message()
    assert company.states(ada, ben) == [None, State.INVITED]


def test_an_existing_group_that_takes_the_awaited_name_is_bound_with_its_members(company: Company) -> None:
    """The rename is an arrival: everybody who is in the group already is invited."""
    ada = company.person("ada")
    team = company.group("Provisional", ada)
    company.rule("Team")
    assert company.state(ada) is None
    company.regroup(team, name="Team")
    assert company.state(ada) is State.INVITED


def test_a_bound_rule_follows_its_group_through_a_rename(company: Company) -> None:
    """Once bound it is the id that counts, and a newcomer of the old name is not the rule's group."""
    ada, ben, cy = company.people("ada", "ben", "cy")
    team = company.group("Team", ada)
    company.rule("Team")
    company.regroup(team, name="Renamed")
    company.regroup(team, add=[ben])
    company.group("Team", cy)
    assert company.states(ada, ben, cy) == [State.INVITED, State.INVITED, None]


def test_a_deleted_group_leaves_its_rule_unbound_and_its_members_without_the_seat(company: Company) -> None:
    """What it made due ends in the same unit of work; the rule stays, bound to nothing, and the trail says so."""
    ada = company.person("ada")
    team = company.group("Team", ada)
    rule = company.rule("Team")
    session = company.accept(ada)
    company.delete_group(team)
    assert company.state(ada) is State.ENDED
    assert company.live_sessions(ada) == 0
    assert not company.admits(session)
    assert company.rules()[rule.name].group_id is None
    assert company.events(Kind.RULE_UNBOUND)
    with pytest.raises(NotFound):
        company.read(grouping.find_group, company.access(), team.id)


def test_a_group_that_arrives_again_after_its_deletion_is_bound_anew(company: Company) -> None:
    """Deleted and pushed again, as Okta does: the rule that names it takes it up."""
    ada = company.person("ada")
    company.rule("Team")
    company.delete_group(company.group("Team", ada))
    company.group("Team", ada)
    assert company.state(ada) is State.INVITED


def test_members_are_told_with_names_and_groups(company: Company) -> None:
    """Both sides of a membership can be listed."""
    ada, ben = company.people("ada", "ben")
    team = company.group("Team", ada, ben)
    members = company.read(grouping.members_of, [team.id])[team.id]
    assert [(member.id, member.display) for member in members] == [
        (ada.id, "ada@acme.example"),
        (ben.id, "ben@acme.example"),
    ]
    assert company.read(grouping.count_members, team.id) == 2
