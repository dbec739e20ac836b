"""Whose an account is: an owner is not removed, draws no seat, and leaves the ownership to be transferred."""

from __future__ import annotations

import pytest

from connector.domain.errors import DomainError, GrantRefused, InvalidValue, NotFound, OwnerStays
from connector.domain.events import Kind
from connector.domain.grants import Given
from connector.domain.memberships import State
from connector.domain.people import Person
from connector.domain.work_orders import Task
from connector.lifecycle import granting, handovers, members, ordering_work, ownership
from connector.lifecycle.diagnosis import Check, diagnose
from connector.lifecycle.outstanding import orders_of

from .company import OPERATOR, Company


def transfer(company: Company, to: Person, account: str = "acc") -> None:
    """State who owns the account."""
    company.write(ownership.transfer_ownership, account, "okta", to.stated.user_name, OPERATOR)


def findings(company: Company) -> list[str]:
    """Return what the doctor says of owners."""
    return [one.sentence for one in company.read(diagnose)[Check.OWNERS]]


def test_the_owners_own_seats_are_no_part_of_the_pools(company: Company) -> None:
    """At Brevo they are counted already; who becomes owner frees hers, and who was it takes one, keeping access."""
    company.account("acc", "brevo", "standard", marketing=2)
    company.rule(account="acc", where="active eq true", role="all_marketing")
    ada, ben = company.people("ada", "ben")
    assert company.states(ada, ben, account="acc") == [State.INVITED, State.WAITING]
    transfer(company, ada)
    assert company.states(ada, ben, account="acc") == [State.INVITED, State.INVITED]
    assert (company.pool("marketing", "acc").free, company.pool("users", "acc").free) == (0, 1)
    session = company.accept(ada, "acc")
    company.accept(ben, "acc")
    transfer(company, ben)
    assert company.states(ada, ben, account="acc") == [State.ACTIVE, State.ACTIVE]
    assert company.admits(session, "acc")
    assert company.pool("marketing", "acc").held == 1


def test_an_owner_is_not_removed(company: Company) -> None:
    """An operator's removal is refused until another owns the account; then it is as for anybody."""
    company.account("acc", "klaviyo", "paid")
    company.rule(account="acc", where="active eq true", role="admin")
    ada, ben = company.people("ada", "ben")
    company.accept(ada, "acc")
    transfer(company, ada)
    with pytest.raises(OwnerStays, match="transfer-ownership acc"):
        company.write(members.remove, "acc", "okta", "ada@acme.example", OPERATOR)
    assert company.state(ada, "acc") is State.ACTIVE
    transfer(company, ben)
    company.write(members.remove, "acc", "okta", "ada@acme.example", OPERATOR)
    assert company.state(ada, "acc") is State.ENDED


def test_an_owner_who_leaves_is_cut_at_once_and_stays_at_the_vendor_until_another_owns_the_account(
    company: Company,
) -> None:
    """The gate refuses; the manager hears of the ownership, the doctor alarms, and no step can be said to be done."""
    company.account("acc", "klaviyo", "paid")
    company.rule(account="acc", where="active eq true", role="admin")
    ben = company.person("ben")
    manager = {"value": ben.id}
    extension = {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": manager}}
    ada = company.person("ada", **extension)
    session = company.accept(ada, "acc")
    transfer(company, ada)
    company.finish_orders(ada)
    assert findings(company) == []
    company.deactivate(ada)
    assert not company.admits(session, "acc")
    assert findings(company) == ["The owner of acc has left; at the vendor she has it still, and cannot be removed."]
    (order,) = company.read(orders_of, ada.id)
    assert order.order.task is Task.REVOKE
    assert "transfer ownership" in order.steps[0].en
    (handover,) = company.read(handovers.handovers_of, ada.id)
    assert (handover.heir, handover.assets[0][1].fr) == (ben, "Propriété du compte")
    with pytest.raises(OwnerStays):
        company.write(ordering_work.finish_order, order.order.id, OPERATOR)
    with pytest.raises(OwnerStays):
        company.write(handovers.finish, handover.handover.id, (), OPERATOR)
    transfer(company, ben)
    assert findings(company) == []
    (after,) = company.read(handovers.handovers_of, ada.id)
    assert "ownership" not in [asset.key for asset in after.handover.open_assets]
    company.finish_orders(ada)
    company.write(handovers.finish, handover.handover.id, (), OPERATOR)
    assert company.read(handovers.handovers_of, ada.id) == []


def test_only_somebody_who_is_here_owns_an_account(company: Company) -> None:
    """Neither somebody unknown, nor somebody who has left; the same owner twice is no change."""
    company.account("acc", "klaviyo", "paid")
    ada = company.person("ada")
    for name in ("nobody", "ada@acme.example"):
        company.deactivate(ada)
        with pytest.raises((NotFound, InvalidValue)):
            company.write(ownership.transfer_ownership, "acc", "okta", name, OPERATOR)
    company.change(ada, active=True)
    transfer(company, ada)
    before = len(company.events())
    transfer(company, ada)
    assert len(company.events()) == before


def give(company: Company, giver: str, account: str, given: Given) -> None:
    """Let a member give something to `new`."""
    names = (account, "okta", "new@acme.example", given, OPERATOR)
    company.write(granting.grant, *names, in_the_name_of=f"{giver}@acme.example")


USERS, BILLING, VIEW = "users.add_edit", "billing.modify", frozenset({"contacts.view"})
LOOKS, EDITS = Given("view_only", None, VIEW), Given("core", None, VIEW)
GIVERS = [
    # vendor and plan, what the giver holds (none: is no member), what she gives, what is said (None: she may)
    ("hubspot", "sales_or_service_pro", {USERS, *VIEW}, LOOKS, None),
    ("hubspot", "sales_or_service_pro", {USERS, *VIEW}, EDITS, BILLING),
    ("hubspot", "sales_or_service_pro", {USERS, BILLING, *VIEW}, EDITS, None),
    ("hubspot", "sales_or_service_pro", {USERS}, LOOKS, "contacts.view can only"),
    ("hubspot", "sales_or_service_pro", VIEW, LOOKS, USERS),
    ("hubspot", "sales_or_service_pro", {USERS, BILLING}, Given("core", "super_admin"), "super_admin can only"),
    ("brevo", "pro", {"users.manage", "landing_pages"}, Given(None, "all_marketing"), None),
    ("brevo", "pro", {"landing_pages"}, Given(None, "all_marketing"), "users.manage"),
    ("mailjet", "premium", {"campaigns.access"}, Given(None, None, frozenset({"campaigns.access"})), "account.share"),
    ("activecampaign", "enterprise", {"users.add"}, Given(None, "admin"), None),
    ("activecampaign", "enterprise", {"users.edit"}, Given(None, "admin"), "users.add"),
    ("klaviyo", "paid", {"users.manage"}, Given(None, "admin"), None),
    ("klaviyo", "paid", (), Given(None, "analyst"), "users.manage"),
    ("plain", "standard", (), Given(None, "member"), None),
]


def test_a_member_gives_what_her_vendor_lets_her_give(company: Company) -> None:
    """Who manages users, for a paid seat billing too, and at HubSpot nothing that she does not hold herself."""
    ada, new = company.people("ada", "new")
    for number, (vendor, plan, held, given, said) in enumerate(GIVERS):
        account = f"acc-{number}"
        seats = {"core": 5, "sales_service": 0} if vendor == "hubspot" else {}
        company.account(account, vendor, plan, **seats)
        if held:
            own = Given("core" if vendor == "hubspot" else None, None, frozenset(held))
            company.write(granting.grant, account, "okta", "ada@acme.example", own, OPERATOR)
            company.accept(ada, account)
        if said is not None:
            with pytest.raises(GrantRefused, match=said):
                give(company, "ada", account, given)
            transfer(company, ada, account)
        give(company, "ada", account, given)
        assert company.state(new, account) is State.INVITED
        told = [one for one in company.events(Kind.GRANT_GIVEN) if one["person_id"] == new.id]
        assert told[-1]["reference"] == f"person:{ada.id}"


def test_everything_that_speaks_against_it_is_said_at_once(company: Company) -> None:
    """What the account cannot give, that she may not give at all, and each thing that she does not hold."""
    company.account("acc", "hubspot", "sales_or_service_pro", core=2, sales_service=0)
    company.people("ada", "new")
    wanted = frozenset({"contacts.delete", "tickets.view"})
    with pytest.raises(GrantRefused) as caught:
        give(company, "ada", "acc", Given("view_only", None, wanted))
    said = " ".join(caught.value.problems)
    for words in ("contacts.delete cannot be held on this seat", "also needs contacts.edit, contacts.view", USERS):
        assert words in said
    assert [key for key in sorted(wanted) if f"{key} can only be given by" in said] == sorted(wanted)
    with pytest.raises(DomainError, match="nobody@acme"):
        give(company, "nobody", "acc", Given("view_only", None, wanted))
