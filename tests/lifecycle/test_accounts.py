"""Accounts and how many seats their pools have."""

from __future__ import annotations

from typing import Any

import pytest

from connector.domain.errors import AlreadyExists, CapacityBelowUse, CapacityByContract, InvalidValue, NotFound
from connector.domain.events import Kind
from connector.domain.memberships import State
from connector.lifecycle import accounts
from connector.lifecycle.directories import create_tenant

from .company import OPERATOR, Company


def test_an_account_has_the_pools_of_its_plan(company: Company) -> None:
    """Brevo Standard with Sales Essentials: 7 users, marketing as bought, and the owner holds one of each."""
    company.account("brevo", "brevo", "standard_sales_essentials", marketing=3, sales=5)
    pools = {key: company.pool(key, "brevo") for key in ("users", "marketing", "sales")}
    assert {key: (pool.capacity, pool.owner) for key, pool in pools.items()} == {
        "users": (7, 1),
        "marketing": (3, 1),
        "sales": (5, 1),
    }
    assert company.events(Kind.ACCOUNT_OPENED)


def test_pending_invitations_count_where_the_vendor_says_so(company: Company) -> None:
    """Mailjet counts them, Klaviyo does not."""
    company.account("mailjet", "mailjet", "premium")
    company.account("klaviyo", "klaviyo", "paid", users=2)
    assert company.pool("users", "mailjet").pending_counts is True
    assert company.pool("users", "klaviyo").pending_counts is False


REFUSED: list[tuple[str, dict[str, Any], type[Exception], str]] = [
    ("an unknown vendor", {"vendor": "brevoo"}, NotFound, "Known: brevo"),
    ("an unknown plan", {"plan": "standart"}, NotFound, "Known: standard"),
    ("an unknown pool", {"saets": 3}, NotFound, "Known: seats"),
    ("a name that cannot stand in a URL", {"slug": "My CRM"}, InvalidValue, "'my-crm'"),
    ("a number below zero", {"seats": -1}, InvalidValue, "never below zero"),
    ("more than the plan sells", {"vendor": "brevo", "users": 9}, InvalidValue, "at most 3, not 9"),
    ("a number that only the customer knows", {"vendor": "hubspot", "plan": "starter"}, CapacityByContract, "core"),
]


@pytest.mark.parametrize(("case", "facts", "refusal", "says"), REFUSED, ids=[case for case, _, _, _ in REFUSED])
def test_an_account_that_the_catalogue_does_not_know_is_refused(
    company: Company, case: str, facts: dict[str, Any], refusal: type[Exception], says: str
) -> None:
    """With the known names, the nearest first; nothing is opened."""
    with pytest.raises(refusal, match=says):
        company.account(**facts)
    assert company.sql("SELECT slug FROM account") == [("main-app",)]


def test_an_account_name_is_taken_once(company: Company) -> None:
    """Gates are named after accounts."""
    company.account()
    with pytest.raises(AlreadyExists, match="There already is an account whose name is 'crm'"):
        company.account()


def test_more_seats_go_to_the_line_in_the_same_unit_of_work(company: Company) -> None:
    """Who waited longest is invited first."""
    company.account(seats=0)
    company.everybody()
    ada, ben, cy = company.people("ada", "ben", "cy")
    company.capacity(2)
    assert company.states(ada, ben, cy) == [State.INVITED, State.INVITED, State.WAITING]
    assert company.mails() == [ada.id, ben.id]
    assert company.events(Kind.ACCOUNT_CHANGED)


def test_fewer_seats_than_are_in_use_are_refused(company: Company) -> None:
    """Nobody is evicted by a number; promised seats are in use too."""
    company.account(seats=3)
    company.everybody()
    ada, _ben = company.people("ada", "ben")
    company.accept(ada)
    with pytest.raises(CapacityBelowUse, match="2 seats seats in use"):
        company.capacity(1)
    assert company.pool().capacity == 3
    assert company.capacity(2).capacity == 2


def test_promises_that_do_not_count_are_not_in_use(company: Company) -> None:
    """Where only acceptance takes a seat, capacity may fall to what is held."""
    company.account("klaviyo", "klaviyo", "paid", users=2)
    company.rule(account="klaviyo", where="active eq true", role="support")
    company.people("ada", "ben")
    assert company.capacity(0, "klaviyo", "users").promised == 2


def test_the_owners_seat_cannot_be_taken_away(company: Company) -> None:
    """The owner's seat counts as in use."""
    company.account("brevo", "brevo", "standard_sales_essentials", marketing=3)
    with pytest.raises(CapacityBelowUse):
        company.capacity(0, "brevo", "users")


def test_a_pool_that_is_bought_later_has_the_owner_in_it(company: Company) -> None:
    """An account opened without sales seats buys two: the owner holds one of them, as at Brevo always."""
    company.account("brevo", "brevo", "standard_sales_essentials", sales=0)
    assert company.pool("sales", "brevo").owner == 0
    bought = company.capacity(2, "brevo", "sales")
    assert (bought.owner, bought.free) == (1, 1)


def test_a_capacity_beyond_what_the_plan_sells_is_refused(company: Company) -> None:
    """Three marketing seats are the most that Standard has, when they are bought later too; no limit is more still."""
    company.account("brevo", "brevo", "standard")
    for wanted in (4, None):
        with pytest.raises(InvalidValue, match="at most 3"):
            company.capacity(wanted, "brevo", "marketing")
    assert company.capacity(3, "brevo", "marketing").capacity == 3


@pytest.mark.parametrize(
    ("facts", "refusal", "says"),
    [
        ({"seats": -1}, InvalidValue, "below zero"),
        ({"seats": 1, "pool": "saets"}, NotFound, "Known: seats"),
        ({"seats": 1, "account": "crn"}, NotFound, "Known: crm"),
    ],
)
def test_a_capacity_that_makes_no_sense_is_refused(
    company: Company, facts: dict[str, Any], refusal: type[Exception], says: str
) -> None:
    """Below zero, of no pool, of no account."""
    company.account(seats=1)
    with pytest.raises(refusal, match=says):
        company.capacity(**facts)


def test_promises_past_their_time_are_no_use(company: Company) -> None:
    """Any settlement of a pool treats expired promises as free, so they do not stand against fewer seats."""
    company.account(seats=2)
    company.everybody()
    ada, ben = company.people("ada", "ben")
    company.accept(ada)
    company.clock.forward(days=8)
    assert company.capacity(1).promised == 0
    assert company.states(ada, ben) == [State.ACTIVE, State.ENDED]


def test_without_a_tenant_there_is_nothing_to_open_an_account_in(empty: Company) -> None:
    """Set up a directory first."""
    with pytest.raises(NotFound):
        empty.account()


def test_with_several_tenants_one_must_be_named(company: Company) -> None:
    """The refusal lists them."""
    company.write(create_tenant, "rival", OPERATOR)
    with pytest.raises(InvalidValue, match="main, rival"):
        company.account()
    opened = company.write(accounts.open_account, "crm", "plain", "standard", OPERATOR, tenant_slug="rival")
    assert opened.tenant_id == company.read(accounts.only_tenant, "rival").id
