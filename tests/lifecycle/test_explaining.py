"""Why somebody holds what she holds, and why not more."""

from __future__ import annotations

import pytest

from connector.domain.access import Admission, Reason
from connector.domain.errors import NotFound
from connector.domain.grants import Given
from connector.domain.memberships import State
from connector.domain.people import Person
from connector.domain.permissions import Reason as Withheld
from connector.domain.tenancy import Idp
from connector.lifecycle import directories, explaining, granting
from connector.lifecycle.explaining import Explanation, Place, Verdict

from .company import OPERATOR, Company


def explained(company: Company, person: Person, directory: str = "okta") -> Explanation:
    return company.read(explaining.explain, directory, person.stated.user_name)


def place_of(company: Company, person: Person, account: str = "crm", directory: str = "okta") -> Place:
    return next(one for one in explained(company, person, directory).places if one.account.slug == account)


def verdicts_of(company: Company, person: Person, directory: str = "okta") -> dict[str, Verdict]:
    place = place_of(company, person, directory=directory)
    return {one.report.rule.name: one.verdict for one in place.verdicts}


def test_every_rule_says_whether_it_is_about_her_and_what_decided_it(company: Company) -> None:
    """The group she is in or not, the filter she matches or not, a group never seen, another directory."""
    company.directory("entra", Idp.ENTRA)
    company.account(seats=5)
    ada = company.person("ada", title="Chief")
    company.group("Sales", ada)
    company.group("Support")
    company.rule("Sales", name="in-group")
    company.rule("Support", name="not-in-group")
    company.rule("Nobody saw it", name="unseen")
    company.rule(name="matching", where='title eq "Chief"')
    company.rule(name="other", where='title eq "Clerk"')
    company.rule(name="elsewhere", where="active eq true", directory_slug="entra")
    company.write(granting.grant, "crm", "okta", ada.stated.user_name, Given(role="member"), OPERATOR)
    assert verdicts_of(company, ada) == {
        "in-group": Verdict.BY_GROUP,
        "not-in-group": Verdict.NOT_IN_GROUP,
        "unseen": Verdict.GROUP_UNSEEN,
        "matching": Verdict.BY_FILTER,
        "other": Verdict.FILTER_DIFFERS,
        "elsewhere": Verdict.OTHER_DIRECTORY,
        "by hand (cli:tess)": Verdict.BY_HAND,
    }
    fired = {one for one in Verdict if one.fires}
    assert fired == {Verdict.BY_GROUP, Verdict.BY_FILTER, Verdict.BY_HAND}
    member = place_of(company, ada).membership
    assert member is not None
    assert member.due is not None
    assert len(member.due.rules) == 3


def test_no_rule_is_about_somebody_whom_her_directory_wants_out(company: Company) -> None:
    """She may match it all the same."""
    company.account()
    company.everybody()
    ada = company.person("ada", active=False)
    assert verdicts_of(company, ada) == {"everybody-crm": Verdict.INACTIVE}


def test_the_explanation_says_what_the_gate_says(company: Company) -> None:
    """Invited, admitted, revoked, gone: at every step both tell the same."""
    company.account(seats=1)
    company.everybody()
    ada, berta = company.people("ada", "berta")
    session = company.sign_in(ada)
    assert place_of(company, ada).gate is Reason.INVITATION_PENDING
    assert place_of(company, berta).gate is Reason.WAITING
    session = company.accept(ada)
    assert place_of(company, ada).gate is None
    assert isinstance(company.gate(session), Admission)
    company.write(directories.set_active, "okta", OPERATOR, active=False)
    assert place_of(company, ada).gate is company.gate(session) is Reason.DIRECTORY_OFF
    company.write(directories.set_active, "okta", OPERATOR, active=True)
    company.act("revoke", ada)
    assert place_of(company, ada).gate is Reason.REVOKED
    company.deactivate(ada)
    assert place_of(company, ada).gate is Reason.LEFT


def test_an_entitlement_that_is_stated_is_explained_like_a_rule(company: Company) -> None:
    """By its name, and only to whom it is stated of."""
    company.account(seats=5)
    ada = company.person("ada", entitlements=[{"value": "crm:seat"}, {"value": "unknown"}])
    assert company.state(ada) is State.INVITED
    assert verdicts_of(company, ada) == {"entitlements crm:seat": Verdict.BY_FILTER}
    berta = company.person("berta")
    assert explained(company, berta).places == ()


def test_an_invitation_past_its_time_is_explained_as_expired(company: Company) -> None:
    """Whether or not the worker has noted it."""
    company.account()
    company.everybody()
    ada = company.person("ada")
    company.clock.forward(days=8)
    assert place_of(company, ada).gate is Reason.INVITATION_EXPIRED


def test_her_place_in_line_counts_those_before_her_who_wait_for_a_seat(company: Company) -> None:
    """Whoever is kept out by something else stands before nobody."""
    company.directory("entra", Idp.ENTRA, signs_in=False)
    company.account(seats=1)
    company.everybody()
    ada = company.person("ada")
    hugo = company.person("hugo", "entra")
    berta, chloe = company.people("berta", "chloe")
    assert [place_of(company, one).place for one in (ada, berta, chloe)] == [None, 1, 2]
    kept_out = place_of(company, hugo, directory="entra")
    assert (kept_out.place, kept_out.gate) == (None, Reason.NO_SIGN_IN)


def test_accounts_that_no_rule_is_about_are_left_out_unless_she_was_a_member(company: Company) -> None:
    """What she once had is explained, what never concerned her is not."""
    company.account("crm", seats=1)
    company.account("idle", seats=1)
    rule = company.everybody()
    ada = company.person("ada")
    assert [one.account.slug for one in explained(company, ada).places] == ["crm"]
    company.remove_rule(rule.name)
    (place,) = explained(company, ada).places
    assert place.membership is not None
    assert (place.membership.state, place.verdicts, place.gate) == (State.ENDED, (), Reason.NOT_INVITED)


def test_an_account_whose_every_rule_is_about_another_directory_is_left_out(company: Company) -> None:
    """It says nothing of her; one rule about her own directory, fired or not, and it is explained whole."""
    company.directory("entra", Idp.ENTRA)
    company.account("crm", seats=1)
    company.rule(name="elsewhere", where="active eq true", directory_slug="entra")
    ada = company.person("ada")
    assert explained(company, ada).places == ()
    company.rule(name="here", where='title eq "Clerk"')
    assert verdicts_of(company, ada) == {"elsewhere": Verdict.OTHER_DIRECTORY, "here": Verdict.FILTER_DIFFERS}


def test_what_the_account_cannot_give_is_explained_as_withheld(company: Company) -> None:
    """Permissions that one rule grants and the seat of another does not allow."""
    company.account("crm", "hubspot", "starter", core=5)
    company.rule(name="viewers", where="active eq true", seat_type="view_only", permissions=["contacts.view"])
    company.sql("UPDATE rule SET permissions = '[\"contacts.view\", \"contacts.edit\"]' WHERE name = 'viewers'")
    ada = company.person("ada")
    (problem,) = place_of(company, ada).withheld
    assert (problem.subject, problem.reason) == ("contacts.edit", Withheld.SEAT_TYPE)


def test_groups_identity_orders_and_latest_events_are_told(company: Company) -> None:
    """The latest event comes first, and the number asked for is kept to."""
    company.account("crm", "hubspot", "starter", core=5)
    company.rule("Sales", seat_type="core", permissions=["contacts.view"])
    ada = company.person("ada")
    company.group("Sales", ada)
    company.accept(ada)
    found = explained(company, ada)
    assert [one.display for one in found.groups] == ["Sales"]
    assert found.identity == ("https://idp.example", "ext-ada")
    assert [len(one.steps) for one in found.places[0].orders] == [3]
    numbers = [event["seq"] for event in found.events]
    assert numbers == sorted(numbers, reverse=True)
    few = company.read(lambda work: explaining.explain(work, "okta", "ada@acme.example", at_most=2))
    assert [event["seq"] for event in few.events] == numbers[:2]


def test_somebody_unknown_is_refused(company: Company) -> None:
    """Nothing is explained of nobody."""
    with pytest.raises(NotFound):
        company.read(explaining.explain, "okta", "nobody@acme.example")
