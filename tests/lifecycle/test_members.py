"""What an operator does about one member: suspended, reactivated, removed; and who the members are."""

from __future__ import annotations

from typing import Any

import pytest

from connector.domain.access import Reason
from connector.domain.errors import NothingToAnswer, SuspendFirst
from connector.domain.events import Kind
from connector.domain.memberships import State
from connector.domain.people import Person
from connector.lifecycle import members
from connector.lifecycle.proposals import Outcome

from .company import OPERATOR, Company


def do(company: Company, verb: str, person: Person, account: str = "crm") -> Any:
    """Let an operator suspend, reactivate or remove."""
    return company.write(getattr(members, verb), account, "okta", person.stated.user_name, OPERATOR)


def test_the_gate_refuses_who_is_suspended_and_admits_her_again(company: Company) -> None:
    """With a reason of its own; her sessions end, her seat stays hers, and the trail says who did it."""
    company.account(seats=1)
    company.everybody()
    ada, ben = company.people("ada", "ben")
    session = company.accept(ada)
    effects = do(company, "suspend", ada)
    assert [(one.user_name, one.outcome, one.state) for one in effects] == [
        ("ada@acme.example", Outcome.SUSPENDED, State.SUSPENDED)
    ]
    assert company.gate(session) is Reason.SESSION_ENDED
    again = company.sign_in(ada)
    assert company.gate(again) is Reason.SUSPENDED
    assert (company.states(ada, ben), company.pool().held) == ([State.SUSPENDED, State.WAITING], 1)
    event = company.events(Kind.MEMBERSHIP_CHANGED, ada)[-1]
    assert (event["after"]["why"], event["after"]["suspended"], event["actor"]) == ("suspended", True, "cli:tess")
    do(company, "reactivate", ada)
    assert company.admits(again)


def test_a_vendor_that_does_not_count_the_suspended_frees_the_seat(company: Company) -> None:
    """HubSpot's deactivated: Ben gets it, and Ada, reactivated, waits her turn and is in without an invitation."""
    company.account(vendor="hubspot", plan="sales_or_service_pro", core=1, sales_service=0)
    company.rule(where="active eq true", seat_type="core")
    ada, ben = company.people("ada", "ben")
    company.accept(ada)
    do(company, "suspend", ada)
    assert (company.states(ada, ben), company.pool("core").held) == ([State.SUSPENDED, State.INVITED], 0)
    do(company, "reactivate", ada)
    assert (company.state(ada), company.line()) == (State.WAITING, [ada.id])
    company.decline(ben)
    assert company.state(ada) is State.ACTIVE


def test_a_leaver_returns_as_suspended_as_she_was(company: Company) -> None:
    """The directory withdrew a seat, and gives back no more than that."""
    company.account(seats=1)
    company.everybody()
    ada = company.person("ada")
    company.accept(ada)
    do(company, "suspend", ada)
    company.deactivate(ada)
    company.change(ada, active=True)
    assert company.state(ada) is State.SUSPENDED
    do(company, "reactivate", ada)
    assert company.state(ada) is State.ACTIVE


def test_removing_frees_the_seat_and_is_remembered(company: Company) -> None:
    """Until an operator invites her again."""
    company.account(seats=1)
    company.everybody()
    ada, ben = company.people("ada", "ben")
    session = company.accept(ada)
    do(company, "suspend", ada)
    do(company, "remove", ada)
    assert company.states(ada, ben) == [State.ENDED, State.INVITED]
    assert company.gate(company.sign_in(ada)) is Reason.REVOKED
    assert not company.admits(session)


def test_some_vendors_remove_nobody_who_is_not_suspended(company: Company) -> None:
    """HubSpot: deactivate, then remove."""
    company.account(vendor="hubspot", plan="sales_or_service_pro", core=1, sales_service=0)
    company.rule(where="active eq true", seat_type="core")
    ada = company.person("ada")
    company.accept(ada)
    with pytest.raises(SuspendFirst, match=r"suspend ada@acme\.example, then remove"):
        do(company, "remove", ada)
    do(company, "suspend", ada)
    do(company, "remove", ada)
    assert company.state(ada) is State.ENDED


def test_what_cannot_be_done_is_refused_with_where_she_stands(company: Company) -> None:
    """Nobody is suspended twice, reactivated unsuspended, or removed without a seat."""
    company.account(seats=1)
    company.everybody()
    ada = company.person("ada")
    for verb in ("suspend", "reactivate", "remove"):
        with pytest.raises(NothingToAnswer, match="is invited in crm"):
            do(company, verb, ada)
    company.accept(ada)
    do(company, "suspend", ada)
    with pytest.raises(NothingToAnswer, match="is suspended in crm"):
        do(company, "suspend", ada)


def test_a_rehearsal_tells_and_undoes(company: Company) -> None:
    """The preview is the same computation; nothing of it stays."""
    company.account(seats=1)
    company.everybody()
    ada, ben = company.people("ada", "ben")
    company.accept(ada)
    what = ("crm", "okta", ada.stated.user_name, OPERATOR)
    shown = company.lifecycle.rehearse(members.remove, *what)
    assert company.states(ada, ben) == [State.ACTIVE, State.WAITING]
    assert shown == company.write(members.remove, *what)
    assert [(one.user_name[:3], one.outcome) for one in shown] == [("ada", Outcome.LOSES), ("ben", Outcome.GAINS)]


def test_the_members_are_listed_with_how_they_came_and_where_they_stand(company: Company) -> None:
    """By rule, by what the directory states, and the place in line; who has left is left out."""
    company.account(vendor="hubspot", plan="sales_or_service_pro", core=1, sales_service=0)
    company.rule(where='title eq "Chief"', seat_type="core")
    ada = company.person("ada", title="Chief")
    ben = company.person("ben", entitlements=[{"value": "crm:core"}])
    cy = company.person("cy", title="Chief", entitlements=[{"value": "crm:core"}])
    company.delete(company.person("dee", title="Chief"))
    listed = company.read(members.members, "crm", 100)
    assert [(one.person.id, [by.value for by in one.by], one.place) for one in listed] == [
        (ada.id, ["rule"], None),
        (ben.id, ["scim"], 1),
        (cy.id, ["rule", "scim"], 2),
    ]
