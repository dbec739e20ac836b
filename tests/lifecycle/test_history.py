"""History: who held what when, through what; and a seat ledger that agrees with the counters and the books."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from connector.domain.people import Person
from connector.domain.seat_ledger import Priced
from connector.lifecycle import history, invoicing
from connector.lifecycle.history import HistoryEntry, SeatLedger

from .company import NOON, OPERATOR, Company


@pytest.fixture
def hub(company: Company) -> Company:
    """Give a company with a HubSpot account of four core seats, due to the group Team."""
    company.account("hub", "hubspot", "starter", core=4)
    company.rule("Team", "hub", name="team", seat_type="core", permissions=["contacts.view"])
    return company


def ledger(company: Company, account: str = "hub") -> SeatLedger:
    return company.read(history.seat_ledger, account)


def of(company: Company, person: Person) -> list[HistoryEntry]:
    return company.read(history.history_of_person, "okta", person.stated.user_name)


def test_a_life_is_told_with_what_before_and_after_by_whom_and_through_what(hub: Company) -> None:
    """Invited by the directory through a rule, accepted by herself, changed by an operator's rule, gone."""
    ada = hub.person("ada")
    team = hub.group("Team", ada)
    hub.accept(ada, "hub")
    both = ["contacts.view", "contacts.edit"]
    hub.rule(account="hub", name="more", where="active eq true", seat_type="core", permissions=both)
    hub.remove_rule("more")
    hub.regroup(team, remove=[ada])
    view, edit, rule = ("contacts.view",), ("contacts.edit",), "rule team"
    told = [(one.before, one.after, one.why, one.by, one.gained, one.lost) for one in of(hub, ada)]
    assert told == [
        (None, "invited", "due", "directory okta", view, ()),
        ("invited", "active", "accepted", "the person", (), ()),
        ("active", "active", "changed", "cli:tess", edit, ()),
        ("active", "active", "changed", "cli:tess", (), edit),
        ("active", "ended", "not-due", "directory okta", (), view),
    ]
    assert [set(one.through) for one in of(hub, ada)] == [{rule}, {rule}, {rule, "rule more"}, {rule}, {rule}]
    assert [one.person.id for one in hub.read(history.history_of_account, "hub")] == [ada.id] * 5


def test_a_rule_that_is_gone_is_called_by_its_name(hub: Company) -> None:
    """The trail keeps it."""
    ada = hub.person("ada")
    hub.group("Team", ada)
    hub.remove_rule("team")
    assert of(hub, ada)[0].through == ("rule team",)


def test_the_ledger_has_each_seat_from_when_to_when(hub: Company) -> None:
    """A promise is no seat; a returner's second seat is a row of its own; what is held has no end."""
    ada, ben = hub.people("ada", "ben")
    team = hub.group("Team", ada, ben)
    hub.clock.forward(days=1)
    hub.accept(ada, "hub")
    hub.clock.forward(days=2)
    hub.regroup(team, remove=[ada])
    hub.clock.forward(hours=12)
    hub.regroup(team, add=[ada])
    hub.clock.forward(days=1)
    found = ledger(hub)
    day = timedelta(days=1)
    assert [(row.person, row.held.since, row.held.until, row.held.pool) for row in found.rows] == [
        (ada, NOON + day, NOON + 3 * day, "core"),
        (ada, NOON + 3.5 * day, None, "core"),
    ]
    assert found.seat_days["core"] == 3
    assert (found.open["core"], found.counted["core"], found.agrees) == (1, 1, True)
    assert {row.held.priced for row in found.rows} == {Priced.NO_BOOKS}


def test_seats_of_several_pools_are_rows_of_each(company: Company) -> None:
    """A Brevo seat for sales draws on the users too; both are counted, one seat each."""
    company.account("brevo", "brevo", "standard_sales_essentials", marketing=3, sales=5)
    company.rule(
        account="brevo", name="both", where='title eq "Lead"', permissions=["email_campaigns.send", "meetings"]
    )
    company.rule(account="brevo", name="sales", where='title eq "Seller"', role="all_sales")
    lead, seller = company.person("lead", title="Lead"), company.person("seller", title="Seller")
    for person in (lead, seller):
        company.accept(person, "brevo")
    company.clock.forward(days=2)
    found = ledger(company, "brevo")
    assert found.agrees
    assert {key: int(days) for key, days in found.seat_days.items()} == {"users": 4, "marketing": 2, "sales": 4}
    company.change(lead, title="Seller")
    company.clock.forward(days=1)
    found = ledger(company, "brevo")
    assert found.agrees
    assert {key: int(days) for key, days in found.seat_days.items()} == {"users": 6, "marketing": 2, "sales": 6}


def test_a_seat_has_the_price_that_the_books_had_then(company: Company) -> None:
    """Included until further seats are bought, then at their price; split where the price begins."""
    company.account("brevo", "brevo", "standard_sales_essentials", marketing=2, sales=3)
    company.rule(account="brevo", name="marketing", where="active eq true", role="all_marketing")
    company.accept(company.person("ada"), "brevo")
    company.write(
        invoicing.state_billing, "brevo", OPERATOR, currency="EUR", time_zone="Europe/Paris", anchor=date(2026, 11, 1)
    )
    company.write(invoicing.state_price, "brevo", "seats/marketing", "12.00 EUR", OPERATOR)
    company.clock.forward(days=2)
    company.write(invoicing.state_price, "brevo", "seats/marketing", "15.00 EUR", OPERATOR)
    company.clock.forward(days=1)
    found = ledger(company, "brevo")
    midnight = datetime(2026, 11, 24, 23, tzinfo=UTC)
    assert [
        (row.held.since, row.held.until, str(row.held.price)) for row in found.rows if row.held.pool == "marketing"
    ] == [(NOON, midnight, "12.00"), (midnight, None, "15.00")]
    assert [row.held.priced for row in found.rows if row.held.pool == "users"] == [Priced.INCLUDED]
    assert (found.currency, found.agrees, found.seat_days["marketing"]) == ("EUR", True, 3)


@pytest.mark.parametrize("seed", range(3))
def test_the_seat_days_are_what_the_counters_counted(hub: Company, seed: int) -> None:
    """Over any sequence of joins, answers, leaves and returns: the sum of held seats over time is the ledger's."""
    chance = random.Random(seed)  # noqa: S311
    people = hub.people(*[f"p{number}" for number in range(6)])
    team = hub.group("Team", *people)
    counted, before = Fraction(0), hub.clock.now
    for _ in range(18):
        person = chance.choice(people)
        match chance.randrange(4):
            case 0:
                hub.regroup(team, remove=[person])
            case 1:
                hub.regroup(team, add=[person])
            case 2 if hub.state(person, "hub") == "invited":
                hub.accept(person, "hub")
            case _ if hub.state(person, "hub") == "invited":
                hub.decline(person, "hub")
            case _:
                pass
        held = hub.pool("core", "hub").held
        hub.let_time_pass("hub", hours=chance.randrange(1, 40))
        counted += held * Fraction(int((hub.clock.now - before).total_seconds()), 86_400)
        before = hub.clock.now
        found = ledger(hub)
        assert found.agrees
    assert found.seat_days["core"] == counted
