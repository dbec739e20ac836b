"""ActiveCampaign's article on users, sentence by sentence."""

from __future__ import annotations

from datetime import date

import pytest

from connector.domain.catalogue import Nature
from connector.domain.errors import InvalidValue, SeatsAssigned
from connector.domain.memberships import State
from connector.domain.permissions import Reason, check
from connector.lifecycle import handovers, invoicing, seating
from connector.mappers.catalogues import load_catalogue

from ..lifecycle.company import OPERATOR, Company
from .articles import Row, caps, plays, steps

ACTIVE = load_catalogue("activecampaign")
ADDONS = {"pipelines_addon": "pipelines", "sales_engagement_addon": "sales_engagement"}


def _line(plan: str) -> object:
    """Return a line of the table: users included and at most, and those of each add-on; None where it is not sold."""
    sold = ACTIVE.plan(plan).addons
    return caps(ACTIVE, plan, "users"), *(
        sold[key].pools[pool].included if key in sold else None for key, pool in ADDONS.items()
    )


def _assets(part: str) -> list[str]:
    return [one.key for one in getattr(ACTIVE.departure, part)]


ROWS = [
    Row(
        "intro",
        1,
        "an account has a user at least: who owns it",
        lambda a: (a.owner_seats, min(caps(a, p, "users")[0] or 0 for p in a.plans)),
        ({"users": 1}, 1),
    ),
    Row(
        "note",
        1,
        "administrators add users and set their permissions",
        lambda a: (a.giving.needs, "users.add" in (a.role("admin").permissions or ())),
        ({"users.add"}, True),
    ),
    Row(
        "note", 2, "administrators delete users", lambda a: "users.delete" in (a.role("admin").permissions or ()), True
    ),
    Row("note", 3, "integrations on a user's key stop with her", lambda _: _assets("breaks"), ["integrations"]),
    Row(
        "note",
        4,
        "they need another user's key: the account has none",
        lambda a: ("integrations" in _assets("reassign"), a.departure.outlives),
        (True, ()),
    ),
    Row(
        "note",
        5,
        "prices are on the billing page: none is known here",
        lambda a: [o.prices for p in a.plans.values() for o in p.pools.values() if o.prices],
        [],
    ),
    Row("plans", 1, "Starter: one user, one more to buy, no add-on", lambda _: _line("starter"), ((1, 2), None, None)),
    Row("plans", 2, "Plus: one, without limit, and one of each add-on", lambda _: _line("plus"), ((1, None), 1, 1)),
    Row(
        "plans",
        3,
        "Professional: three, without limit, three, three",
        lambda _: _line("professional"),
        ((3, None), 3, 3),
    ),
    Row("plans", 4, "Enterprise: five, without limit, five, five", lambda _: _line("enterprise"), ((5, None), 5, 5)),
    Row("buying", 4, "on the billing page", lambda a: "Facturation & Mise à niveau" in steps(a, "buy"), True),
    Row(
        "deleting", 5, "a deletion is final", lambda a: (a.departure.action, a.departure.reversible), ("delete", False)
    ),
    Row("deleting", 6, "integrations are given another key", lambda a: "intégrations" in steps(a, "reassign"), True),
    Row("deleting", 7, "lists go to another user", lambda _: "lists" in _assets("reassign"), True),
    Row("deleting", 8, "accounts go to another user", lambda _: "accounts" in _assets("reassign"), True),
    Row(
        "deleting",
        9,
        "deals and tasks go to another user",
        lambda _: {"deals", "tasks"} <= set(_assets("reassign")),
        True,
    ),
]

RULED = {"intro": 2, "note": 5, "plans": 4, "assigning": 1, "buying": 4, "deleting": 10}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_catalogue_says_what_the_article_says(row: Row) -> None:
    """Sentence by sentence, in our words."""
    assert row.fact(ACTIVE) == row.expected, row.says


def test_users_are_flat_and_those_of_an_add_on_are_counted_besides() -> None:
    """Deals come with the Pipelines add-on, and deleting or reassigning them needs seeing them."""
    assert ACTIVE.nature is Nature.FLAT
    assert ACTIVE.seat_type("pipelines").draws == {"users", "pipelines"}
    found = check(ACTIVE, ACTIVE.plan("plus"), None, frozenset({"deals.delete"}))
    assert [(one.reason, one.cures) for one in found] == [
        (Reason.PLAN, ("pipelines_addon",)),
        (Reason.REQUIRES, ("deals.view",)),
    ]
    bought = ACTIVE.plan("plus").with_addons(["pipelines_addon"])
    assert check(ACTIVE, bought, "pipelines", frozenset({"deals.delete", "deals.view"})) == []


@plays(intro=(2,), assigning=(1,), buying=(1, 2, 3), deleting=(1, 2, 3, 4, 10))
def test_a_seat_is_bought_assigned_freed_and_assigned_again(company: Company) -> None:
    """A leaver frees her seat for somebody else, and what is paid for stays; who changed role loses hers likewise."""
    company.account("ac", "activecampaign", "plus")
    facts = {"currency": "USD", "time_zone": "Europe/Paris", "anchor": date(2026, 1, 1)}
    company.write(invoicing.state_billing, "ac", OPERATOR, **facts)
    company.rule(account="ac", where='title eq "Sales"', role="admin")
    company.write(seating.buy_seats, "ac", "users", 1, OPERATOR)
    # Not every seat is assigned, and one more can be bought all the same.
    assert company.pool("users", "ac").free == 1
    company.write(seating.buy_seats, "ac", "users", 1, OPERATOR)
    ada, ben, cy = (company.person(name, title="Sales") for name in ("ada", "ben", "cy"))
    assert company.states(ada, ben, cy, account="ac") == [State.INVITED, State.INVITED, State.WAITING]
    with pytest.raises(SeatsAssigned):
        company.write(seating.release_seats, "ac", "users", 1, OPERATOR)
    session = company.accept(ada, "ac")
    assert company.admits(session, "ac")
    company.deactivate(ada)
    assert not company.admits(session, "ac")
    assert (company.state(cy, "ac"), company.pool("users", "ac").capacity) == (State.INVITED, 3)
    company.change(ben, title="Support")
    pool = company.pool("users", "ac")
    assert (company.state(ben, "ac"), pool.capacity, pool.free) == (State.ENDED, 3, 1)
    company.write(seating.release_seats, "ac", "users", 1, OPERATOR)
    assert company.pool("users", "ac").released == 1
    (handover,) = company.read(handovers.handovers_of, ada.id)
    assert [asset.key for asset in handover.handover.open_assets] == _assets("reassign")


def test_starter_sells_one_user_more_and_no_other(company: Company) -> None:
    """Two is the end of it."""
    company.account("ac", "activecampaign", "starter")
    company.write(seating.buy_seats, "ac", "users", 1, OPERATOR)
    with pytest.raises(InvalidValue, match="at most 2"):
        company.write(seating.buy_seats, "ac", "users", 1, OPERATOR)
