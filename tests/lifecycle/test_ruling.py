"""Rules: what they make due when they are written, what ends when they go, and which are refused."""

from __future__ import annotations

from typing import Any

import pytest

from connector.domain.errors import AlreadyExists, DomainError, InvalidFilter, InvalidValue, NotFound, RuleRefused
from connector.domain.memberships import State
from connector.lifecycle import directories

from .company import OPERATOR, Company


@pytest.fixture
def company(company: Company) -> Company:
    """Give a company with a plain account, and a HubSpot one with five core seats."""
    company.account(seats=5)
    company.account("hub", "hubspot", "marketing_pro", core=5)
    return company


def test_a_rule_settles_everybody_it_is_about_when_it_is_written(company: Company) -> None:
    """People who were there before the rule are invited in the same unit of work, in order of arrival."""
    people = company.people("ada", "ben", "cy")
    company.person("dee", active=False)
    company.rule(where='userName sw "a" or userName sw "c"')
    assert company.states(*people) == [State.INVITED, None, State.INVITED]
    assert company.mails() == [people[0].id, people[2].id]


def test_a_removed_rule_ends_what_it_alone_made_due(company: Company) -> None:
    """Whoever another rule still covers keeps her seat, without a new invitation."""
    ada, ben = company.people("ada", "ben")
    company.rule(name="all", where="active eq true")
    company.rule(name="ada-too", where='userName eq "ada@acme.example"')
    session = company.accept(ada)
    company.remove_rule("all")
    assert company.states(ada, ben) == [State.ACTIVE, State.ENDED]
    assert company.admits(session)


def test_removing_the_last_rule_cuts_and_ends_sessions(company: Company) -> None:
    """A rule's end is a departure like any."""
    ada = company.person("ada")
    company.everybody()
    session = company.accept(ada)
    company.remove_rule("everybody-crm")
    assert company.state(ada) is State.ENDED
    assert not company.admits(session)
    assert company.live_sessions(ada) == 0


def test_a_removed_rule_is_not_there_to_be_removed_again(company: Company) -> None:
    """The refusal names those that are."""
    company.everybody()
    company.remove_rule("everybody-crm")
    company.rule(name="other", where="active eq true")
    with pytest.raises(NotFound) as refused:
        company.remove_rule("everybody-crm")
    assert refused.value.known == ["other"]


def test_a_filter_follows_the_person_as_she_changes(company: Company) -> None:
    """A mover is due what her attributes say now."""
    company.rule(where='title eq "Engineer"')
    ada = company.person("ada", title="Intern")
    assert company.state(ada) is None
    company.change(ada, title="engineer")
    assert company.state(ada) is State.INVITED
    company.change(ada, title=None)
    assert company.state(ada) is State.ENDED


def test_a_rule_may_be_about_one_directory_alone(company: Company) -> None:
    """Scoped to `okta`, a filter leaves people of `entra` alone, who match as well."""
    company.directory("entra")
    ada, eve = company.person("ada"), company.person("eve", directory="entra")
    company.rule(where="active eq true", directory_slug="okta")
    assert company.states(ada, eve) == [State.INVITED, None]


def test_a_group_rule_is_about_the_group_of_its_directory(company: Company) -> None:
    """A group of the same name in another directory is another group."""
    company.directory("entra")
    eve = company.person("eve", directory="entra")
    company.group("Team", eve, directory="entra")
    company.rule("Team")
    assert company.state(eve) is None


REFUSED: list[tuple[str, dict[str, Any], type[DomainError], str]] = [
    ("an unknown account", {"account": "crn"}, NotFound, "no account 'crn'. Known: crm, hub"),
    ("an unknown directory", {"directory_slug": "oktaa"}, NotFound, "no directory 'oktaa'. Known: okta, main-local"),
    ("an unknown seat type", {"seat_type": "saet"}, NotFound, "no seat type 'saet'. Known: seat"),
    ("an unknown role", {"role": "menber"}, NotFound, "no role 'menber'. Known: member"),
    ("an unknown permission", {"permissions": ["us"]}, RuleRefused, "no permission 'us'. Known, nearest first: use"),
    ("neither group nor filter", {"where": None}, InvalidValue, "either a group or a filter"),
    ("both group and filter", {"group": "Team", "directory_slug": "okta"}, InvalidValue, "either a group or a filter"),
    ("a group of no directory", {"where": None, "group": "Team", "directory_slug": None}, InvalidValue, "which one"),
    ("a filter that cannot be read", {"where": "active eq"}, InvalidFilter, "filter"),
    ("a filter on what nobody has", {"where": 'shoeSize eq "9"'}, InvalidFilter, "shoeSize"),
    ("a filter that contradicts itself", {"where": "active eq true and active eq false"}, InvalidValue, "contradicts"),
    ("a name that cannot stand in a URL", {"name": "All of them"}, InvalidValue, "'all-of-them'"),
    ("no seat type where one is chosen", {"account": "hub", "role": None, "permissions": []}, RuleRefused, "core"),
]


@pytest.mark.parametrize(("case", "facts", "refusal", "says"), REFUSED, ids=[case for case, _, _, _ in REFUSED])
def test_a_rule_that_asks_for_what_is_not_there_is_refused(
    company: Company, case: str, facts: dict[str, Any], refusal: type[DomainError], says: str
) -> None:
    """When it is written, with the known names, the nearest first; nothing of it is kept."""
    rule = {"where": "active eq true", "role": "member", **facts}
    if "permissions" in facts or "seat_type" in facts:
        rule["role"] = None
    before = len(company.events())
    with pytest.raises(refusal) as refused:
        company.rule(**rule)
    assert says in str(refused.value)
    assert company.rules() == {}
    assert len(company.events()) == before


def test_every_problem_of_a_rule_is_named_at_once(company: Company) -> None:
    """Two unknown permissions are two sentences of one refusal."""
    with pytest.raises(RuleRefused) as refused:
        company.rule(where="active eq true", permissions=["uze", "abuse"])
    assert len(refused.value.problems) == 2


def test_a_rule_name_is_taken_once(company: Company) -> None:
    """Rules are named, so that they can be removed."""
    company.everybody()
    with pytest.raises(AlreadyExists):
        company.everybody()


def test_a_rule_cannot_reach_into_another_tenant(company: Company) -> None:
    """The directory of one customer grants nothing in the account of another (INV-5)."""
    company.write(directories.create_tenant, "rival", OPERATOR)
    company.write(directories.create_directory, "rival-idp", directories.Idp.OKTA, OPERATOR, "rival")
    eve = company.person("eve", directory="rival-idp")
    company.group("Team", eve, directory="rival-idp")
    with pytest.raises(NotFound) as refused:
        company.rule("Team", directory_slug="rival-idp")
    assert "rival-idp" not in refused.value.known
    company.everybody()
    assert company.state(eve) is None
