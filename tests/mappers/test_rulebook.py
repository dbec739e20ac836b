"""What rules make due: whom they are about, how several of them combine, and what they wait for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from connector.domain.accounts import Account, Rule
from connector.domain.errors import InvalidFilter, NotFound
from connector.domain.people import Person, StatedGroup, StatedPerson
from connector.mappers.rulebook import Rulebook, compile_rulebook

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NO_GROUPS: frozenset[str] = frozenset()


def account(slug: str, vendor: str = "plain", plan: str = "standard", *, active: bool = True) -> Account:
    return Account(slug, "tenant", slug, slug, vendor, plan, (), None, active, NOON)


CRM = account("crm")
HUB = account("hub", "hubspot", "sales_or_service_pro")
BREVO = account("brevo", "brevo", "standard_sales_essentials")


def rule(id_: str, account_id: str = "crm", *permissions: str, **facts: Any) -> Rule:
    return Rule(id_, "tenant", account_id, id_, 0, frozenset(permissions), **facts)


def person(directory: str = "okta", *, active: bool = True, **attributes: Any) -> Person:
    document = {"userName": "ada@acme.example", "active": active, **attributes}
    stated = StatedPerson("ada@acme.example", None, active, document)
    return Person("ada", "tenant", directory, stated, 1, NOON, NOON)


ADA = person()
EVERYBODY = rule("everybody", role="member", filter="active eq true")


def book(*rules: Rule, accounts: tuple[Account, ...] = (CRM, HUB, BREVO)) -> Rulebook:
    return compile_rulebook(rules, accounts)


# Whom a rule is about.


def test_without_a_rule_nothing_is_due() -> None:
    """A directory without rules works in full, and nobody gets a seat."""
    assert book().due(ADA, frozenset({"any"})) == {}


def test_a_group_rule_is_about_the_members_of_its_group() -> None:
    """The id counts, and no other group."""
    rules = book(rule("team", role="member", directory_id="okta", group_id="g1"))
    assert set(rules.due(ADA, frozenset({"g1", "g2"}))) == {"crm"}
    assert rules.due(ADA, frozenset({"g2"})) == {}


def test_a_rule_whose_group_was_not_seen_yet_is_about_nobody() -> None:
    """Least of all about people without groups."""
    rules = book(rule("team", role="member", directory_id="okta", group_name_folded="team"))
    assert rules.due(ADA, NO_GROUPS) == {}
    assert rules.due(ADA, frozenset({"g1"})) == {}


@pytest.mark.parametrize(
    ("filter_", "fires"),
    [
        ('title eq "engineer"', True),
        ('title eq "intern"', False),
        ('emails[type eq "work"].value ew "@acme.example"', True),
        ('userName sw "ADA"', True),
        ('title pr and not (department eq "Sales")', True),
        ("nickName pr", False),
    ],
)
def test_a_filter_rule_is_about_whom_the_filter_matches(filter_: str, fires: bool) -> None:
    """As SCIM understands filters, on what the directory states."""
    ada = person(title="Engineer", emails=[{"type": "work", "value": "ada@acme.example"}])
    assert bool(book(rule("r", role="member", filter=filter_)).due(ada, NO_GROUPS)) is fires


def test_a_rule_is_about_one_directory_where_it_says_so() -> None:
    """The same filter, another directory: nothing."""
    rules = book(replace(EVERYBODY, directory_id="entra"))
    assert rules.due(ADA, NO_GROUPS) == {}
    assert rules.due(person("entra"), NO_GROUPS) != {}


def test_nothing_is_due_to_somebody_whom_her_directory_wants_out() -> None:
    """Whatever the filter says, and whatever groups she has."""
    rules = book(rule("gone", role="member", filter="active eq false"), rule("t", role="member", group_id="g1"))
    assert rules.due(person(active=False), frozenset({"g1"})) == {}


def test_somebody_whose_directory_took_active_back_is_as_she_was() -> None:
    """A PATCH that removes `active` takes nobody's seat, though rules ask for `active eq true`."""
    rules = book(rule("r", role="member", filter="active eq true"))
    silent = StatedPerson("ada@acme.example", None, True, {"userName": "ada@acme.example"})
    assert rules.due(replace(ADA, stated=silent), NO_GROUPS)


def test_a_closed_account_makes_nothing_due() -> None:
    """Its rules are passed over, and do not stop the others."""
    erp = rule("r2", "erp", role="member", filter="active eq true")
    rules = book(EVERYBODY, erp, accounts=(account("crm", active=False), account("erp")))
    assert set(rules.due(ADA, NO_GROUPS)) == {"erp"}


# How rules combine.


def test_several_rules_combine_alike_in_every_order() -> None:
    """Brevo: two rules give two kinds of seat, drawn from three pools; the outcome names the rules that made it."""
    rules = [
        rule("a", "brevo", role="all_marketing", filter="active eq true"),
        rule("b", "brevo", "deals.create_edit", filter="userName pr"),
        rule("c", "brevo", "contacts.view", filter="active pr"),
    ]
    outcomes = [book(*order).due(ADA, NO_GROUPS)["brevo"] for order in permutations(rules)]
    assert len(set(outcomes)) == 1
    due = outcomes[0]
    assert due.seat_types == {"marketing", "sales"}
    assert due.pools == {"users", "marketing", "sales"}
    assert due.sets == {"all_marketing", "deals.create_edit", "contacts.view"}
    assert {"deals.create_edit", "contacts.view", "email_campaigns.send"} <= due.permissions
    assert due.rules == ("a", "b", "c")


def test_of_several_seats_the_highest_is_due_where_one_is_chosen() -> None:
    """HubSpot: exactly one seat a person; a holder of what it includes keeps hers while she waits for it."""
    rules = book(
        rule("all", "hub", seat_type="view_only", filter="active eq true"),
        rule("sales", "hub", seat_type="sales_service", filter="active eq true"),
        rule("more", "hub", seat_type="core", filter="active eq true"),
    )
    due = rules.due(ADA, NO_GROUPS)["hub"]
    assert (due.seat_types, due.pools) == ({"sales_service"}, {"sales_service"})
    assert due.covered == {"sales_service", "core", "view_only"}


def test_the_same_set_from_two_rules_is_the_same_entitlement() -> None:
    """An answer belongs to what is offered, not to the rule: a second rule for the same offers nothing new."""
    one = book(EVERYBODY).due(ADA, NO_GROUPS)["crm"]
    two = book(EVERYBODY, rule("too", role="member", filter="userName pr")).due(ADA, NO_GROUPS)["crm"]
    assert one.key == two.key == "seat/member"
    assert two.rules == ("everybody", "too")


def test_another_set_is_another_entitlement() -> None:
    """Permissions box by box are offered by the names of the boxes."""
    assert book(rule("r", "crm", "use", filter="active eq true")).due(ADA, NO_GROUPS)["crm"].key == "seat/use"


def test_accounts_do_not_mix() -> None:
    """Each account's rules make due what is due there."""
    rules = book(EVERYBODY, rule("hub", "hub", seat_type="core", filter="active eq true"))
    due = rules.due(ADA, NO_GROUPS)
    assert {slug: one.rules for slug, one in due.items()} == {"crm": ("everybody",), "hub": ("hub",)}


def test_permissions_alone_make_no_seat_due_where_one_must_be_chosen() -> None:
    """HubSpot: a rule that names no seat adds to what other rules grant, and is nothing by itself."""
    extra = rule("extra", "hub", filter="active eq true")
    assert book(extra).due(ADA, NO_GROUPS) == {}
    with_seat = book(extra, rule("seat", "hub", seat_type="core", filter="active eq true")).due(ADA, NO_GROUPS)
    assert with_seat["hub"].rules == ("extra", "seat")


# Groups that are awaited, and groups that matter.

TEAM = StatedGroup("Team É", "e1", {})


@pytest.mark.parametrize(
    ("facts", "awaits"),
    [
        ({"group_name_folded": "team é"}, True),
        ({"group_name_folded": "team e"}, False),
        ({"group_external_id": "e1"}, True),
        ({"group_external_id": "E1"}, False),
        ({"group_external_id": "other", "group_name_folded": "team é"}, False),
        ({"group_external_id": "e1", "group_name_folded": "other"}, True),
        ({"group_name_folded": "team é", "group_id": "g0"}, False),
        ({"group_name_folded": "team é", "directory_id": "entra"}, False),
        ({"filter": "active eq true"}, False),
    ],
)
def test_a_rule_awaits_the_group_that_it_names(facts: dict[str, Any], awaits: bool) -> None:
    """By externalId where it gives one, else by folded name; in its directory, and while it is bound to none."""
    one = rule("r", role="member", **{"directory_id": "okta", **facts})
    assert book(one).awaiting("okta", TEAM) == ([one] if awaits else [])


def test_a_book_knows_which_groups_matter() -> None:
    """Groups that no rule is about cost nothing to change."""
    assert not book(EVERYBODY).looks_at_groups
    rules = book(rule("r", role="member", directory_id="okta", group_id="g1"))
    assert rules.looks_at_groups
    assert rules.concerns("g1")
    assert not rules.concerns("g2")


def test_a_rule_that_cannot_be_read_is_refused_when_compiled() -> None:
    """Filters and roles are checked when a rule is written; a broken one is never passed over in silence."""
    with pytest.raises(InvalidFilter):
        book(rule("r", role="member", filter="active eq"))
    with pytest.raises(NotFound, match="Known: member"):
        book(rule("r", role="menber", filter="active eq true"))
