"""The trail: every decision has its event, with who, what, why, before and after; personal values stand apart."""

from __future__ import annotations

from typing import Any

import pytest

from connector.domain.events import Kind
from connector.domain.people import Person
from connector.lifecycle import directories

from .company import OPERATOR, Company


@pytest.fixture
def company(company: Company) -> Company:
    """Give a company in which everybody is due the only seat of a vendor's account."""
    company.account(vendor="mailjet", plan="premium", users=1)
    company.rule(where="active eq true", name="all", permissions=["campaigns.access"])
    return company


def told_by(company: Company, happen: Any) -> list[dict[str, Any]]:
    """Let something happen, and return the events that it left."""
    before = len(company.events())
    happen()
    return company.events()[before:]


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["kind"] for event in events]


def test_a_whole_life_leaves_a_whole_trail(company: Company) -> None:
    """From the first statement to the deletion, each step leaves exactly the events of what it decided."""
    people: list[Person] = []
    joined = told_by(company, lambda: people.append(company.person("ada")))
    assert kinds(joined) == ["person:stated", "membership:changed", "invitation:created"]
    ada = people[0]
    accepted = told_by(company, lambda: company.accept(ada))
    assert kinds(accepted) == [
        "session:started",
        "identity:bound",
        "membership:changed",
        "invitation:closed",
        "work-order:opened",
    ]
    left = told_by(company, lambda: company.deactivate(ada))
    assert kinds(left) == [
        "person:changed",
        "membership:changed",
        "work-order:replaced",
        "work-order:opened",
        "handover:opened",
        "sessions:ended",
        "person:left",
    ]
    orders = ["work-order:replaced", "work-order:opened"]
    returned = told_by(company, lambda: company.person("ada"))
    assert kinds(returned) == ["person:returned", "membership:changed", *orders, "handover:closed"]
    deleted = told_by(company, lambda: company.delete(ada))
    assert kinds(deleted) == ["membership:changed", *orders, "handover:opened", "person:deleted"]


def test_a_hand_over_is_told_in_the_same_unit_of_work_with_the_same_cause(company: Company) -> None:
    """Who got the seat that a departure freed, and by whose request."""
    ada, ben = company.people("ada", "ben")
    events = told_by(company, lambda: company.deactivate(ada))
    served = [event for event in events if event["person_id"] == ben.id]
    assert kinds(served) == ["membership:changed", "invitation:created"]
    assert served[0]["after"]["why"] == "seat-freed"
    assert {(event["cause"], event["actor"], event["reference"]) for event in events} == {
        ("scim", "token:token-id", "request-1")
    }


def test_a_membership_is_told_before_and_after(company: Company) -> None:
    """State, seats, permissions, the answer, the place in line, and the rules that make it due."""
    ada = company.person("ada")
    company.accept(ada)
    rule = company.rules()["all"]
    event = company.events(Kind.MEMBERSHIP_CHANGED, ada)[-1]
    assert event["before"] == {
        "state": "invited",
        "seat_types": ["user"],
        "permissions": ["campaigns.access"],
        "rules": [rule.id],
        "by": ["rule"],
    }
    assert event["after"] == event["before"] | {"state": "active", "answer": "accepted", "why": "accepted"}
    assert event["cause"] == "person"


@pytest.mark.parametrize(
    ("verb", "kind"),
    [
        ("cancel", "operator"),
        ("revoke", "operator"),
        ("expire", "time"),
        ("rule", "operator"),
        ("capacity", "operator"),
    ],
)
def test_the_cause_says_who_set_it_off(company: Company, verb: str, kind: str) -> None:
    """A SCIM request, an operator, a person, the clock: whatever decided, the change of the membership names it."""
    ada = company.person("ada")
    ben = company.person("ben") if verb == "capacity" else ada
    if verb == "revoke":
        company.accept(ada)
    acts = {
        "expire": lambda: company.let_time_pass(days=8),
        "rule": lambda: company.remove_rule("all"),
        "capacity": lambda: company.capacity(2, pool="users"),
    }
    events = told_by(company, acts.get(verb, lambda: company.act(verb, ada)))
    changed = [event for event in events if event["kind"] == "membership:changed" and event["person_id"] == ben.id]
    assert [(event["cause"], event["actor"]) for event in changed] == [
        (kind, "clock" if kind == "time" else OPERATOR.actor)
    ]


def test_events_name_attributes_and_keep_their_values_apart(company: Company) -> None:
    """The trail proper holds no personal value; those stand where retention and erasure can blank them."""
    ada = company.person("ada", displayName="Ada Lovelace", emails=[{"value": "ada@home.example"}])
    company.change(ada, displayName="Ada King")
    stated, changed = company.events(Kind.PERSON_STATED, ada)[0], company.events(Kind.PERSON_CHANGED, ada)[0]
    assert stated["after"]["attributes"] == ["active", "displayName", "emails", "externalId", "userName"]
    assert changed["after"]["attributes"] == ["displayName"]
    assert changed["values_before"] == {"displayName": "Ada Lovelace"}
    assert changed["values_after"] == {"displayName": "Ada King"}
    kept = str(company.sql("SELECT * FROM event"))
    for personal in ("Lovelace", "King", "ada@"):
        assert personal not in kept


def test_no_event_holds_a_secret(company: Company) -> None:
    """Tokens of invitations, sessions and directories, and client secrets, stand nowhere in the trail (INV-6)."""
    _, scim_token = company.write(directories.create_token, "okta", OPERATOR)
    ada = company.person("ada")
    token = company.invitation(ada)
    session = company.accept(ada)
    kept = str(company.events())
    for secret in (scim_token, token, session):
        assert secret not in kept


def test_a_refused_request_tells_nothing(company: Company) -> None:
    """What was not done is not in the trail."""
    company.person("ada")
    before = len(company.events())
    with pytest.raises(Exception, match="already"):
        company.person("ada")
    assert len(company.events()) == before


def test_the_trail_is_read_in_order_and_from_where_one_left_off(company: Company) -> None:
    """Numbers ascend with time; an export can go on after the last one that it has seen."""
    company.people("ada", "ben")
    events = company.events()
    numbers = [event["seq"] for event in events]
    assert numbers == sorted(numbers)
    later = company.read(lambda work: list(work.trail.events(after=numbers[3])))
    assert later == events[4:]


def test_the_trail_of_one_tenant_holds_nothing_of_another(company: Company) -> None:
    """Events belong to a tenant (INV-5)."""
    company.write(directories.create_tenant, "rival", OPERATOR)
    company.write(directories.create_directory, "rival-idp", directories.Idp.OKTA, OPERATOR, "rival")
    eve = company.person("eve", directory="rival-idp")
    ada = company.person("ada")
    mine = company.read(lambda work: list(work.trail.events(tenant_id=ada.tenant_id)))
    theirs = company.read(lambda work: list(work.trail.events(tenant_id=eve.tenant_id)))
    assert len(mine) + len(theirs) == len(company.events())
    assert eve.id not in str(mine)
    assert ada.id not in str(theirs)
