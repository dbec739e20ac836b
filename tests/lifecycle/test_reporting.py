"""What an operator is told of accounts, directories, rules and people."""

from __future__ import annotations

import pytest

from connector.domain.errors import InvalidFilter, NotFound
from connector.domain.memberships import State
from connector.domain.tenancy import Idp
from connector.lifecycle import directories, reporting, ruling
from connector.lifecycle.reporting import Effect, PoolReport

from .company import OPERATOR, Company


def pools_of(company: Company, account: str = "crm") -> dict[str, PoolReport]:
    return {one.pool.key: one for one in company.read(reporting.account, account).pools}


def test_a_pool_counts_who_holds_who_is_promised_and_who_waits(company: Company) -> None:
    """Three seats and five people: one has accepted, two are invited, two wait."""
    company.account(seats=3)
    company.everybody()
    ada, *_ = company.people("ada", "berta", "chloe", "dora", "emil")
    company.accept(ada)
    seats = pools_of(company)["seats"]
    assert (seats.pool.capacity, seats.pool.held, seats.pool.promised, seats.pool.free) == (3, 1, 2, 0)
    assert (seats.waiting, seats.kept_out) == (2, 0)


def test_who_cannot_sign_in_does_not_count_as_waiting_for_a_seat(company: Company) -> None:
    """Somebody whose directory has no sign-in settings is kept out by that, and not by a full pool."""
    company.directory("entra", Idp.ENTRA, signs_in=False)
    company.account(seats=5)
    company.everybody()
    company.person("hugo", "entra")
    seats = pools_of(company)["seats"]
    assert (seats.waiting, seats.kept_out, seats.pool.free) == (0, 1, 5)


def test_who_waits_for_another_seat_type_counts_for_that_pool_alone(company: Company) -> None:
    """A holder of a view-only seat who waits for a core seat is on the line of the core pool."""
    company.account("hub", "hubspot", "starter", core=1)
    company.rule("Viewers", "hub", seat_type="view_only", permissions=["contacts.view"])
    company.rule("Editors", "hub", seat_type="core", permissions=["contacts.view"])
    ada, berta = company.people("ada", "berta")
    company.group("Editors", ada)
    viewers = company.group("Viewers", berta)
    company.accept(berta, "hub")
    company.group("Others", berta)
    company.rule("Others", "hub", seat_type="core", permissions=["contacts.view"])
    pools = pools_of(company, "hub")
    assert viewers
    assert (pools["view_only"].pool.held, pools["view_only"].waiting, pools["core"].waiting) == (1, 0, 1)


def test_an_account_tells_plan_vendor_and_how_many_are_in_which_state(company: Company) -> None:
    """The plan is named as the vendor names it, members are counted by state."""
    company.account("hub", "hubspot", "starter", core=1)
    company.rule("Editors", "hub", seat_type="core", permissions=["contacts.view"])
    company.group("Editors", *company.people("ada", "berta"))
    report = company.read(reporting.account, "hub")
    assert (report.vendor_name, report.plan.en, report.tenant) == ("HubSpot", "Starter", "main")
    assert dict(report.states) == {State.INVITED: 1, State.WAITING: 1}
    assert [one.pool.key for one in report.pools] == ["view_only", "core", "sales_service", "partner"]


def test_accounts_of_one_tenant_alone_are_listed_when_it_is_named(company: Company) -> None:
    """Another customer's accounts are not among them, and an unknown tenant is refused with the known ones."""
    company.account("crm", seats=1)
    company.write(directories.create_tenant, "other", OPERATOR)
    assert [one.account.slug for one in company.read(reporting.accounts, "main")] == ["main-app", "crm"]
    assert [one.account.slug for one in company.read(reporting.accounts, "other")] == ["other-app"]
    with pytest.raises(NotFound, match="Known: main, other"):
        company.read(reporting.accounts, "main-street")


def test_an_unknown_account_is_refused_with_the_known_ones(company: Company) -> None:
    """The sentence names what there is."""
    company.account("crm")
    with pytest.raises(NotFound, match="Known: crm"):
        company.read(reporting.account, "cmr")


def test_a_directory_tells_its_address_its_people_and_its_groups(company: Company) -> None:
    """People whom the directory wants out are counted apart, deleted ones not at all."""
    ada, berta, chloe = company.people("ada", "berta", "chloe")
    company.deactivate(berta)
    company.delete(chloe)
    company.group("Sales", ada)
    report = company.read(reporting.directory, "okta")
    assert (report.people, report.active_people, report.groups) == (2, 1, 1)
    assert report.scim_base_url == "https://seats.example/scim/okta/v2"
    assert len(report.tokens) == 1


def test_the_built_in_directory_has_no_scim_address(company: Company) -> None:
    """Nobody can push into the directory of people invited by hand."""
    reports = company.read(reporting.directories)
    assert [(one.directory.slug, one.scim_base_url is None) for one in reports] == [
        ("main-local", True),
        ("okta", False),
    ]


def test_a_rule_names_its_group_as_the_directory_does_once_it_is_bound(company: Company) -> None:
    """Before, it has the name that was written, and is not bound; a filter needs no binding."""
    company.account()
    company.rule("SALES", name="sales")
    company.rule(name="chiefs", where='title eq "Chief"', priority=5)
    before = company.read(reporting.rules)
    company.group("Sales")
    after = company.read(reporting.rules)
    assert [(one.rule.name, one.group, one.bound) for one in before] == [
        ("chiefs", None, True),
        ("sales", "SALES", False),
    ]
    assert [(one.group, one.bound, one.account, one.directory) for one in after][1] == ("Sales", True, "crm", "okta")


def test_the_effect_of_a_rule_counts_whom_it_invites_and_who_waits(company: Company) -> None:
    """Two seats and three people with sign-in, one without."""
    company.directory("entra", Idp.ENTRA, signs_in=False)
    company.account(seats=2)
    company.people("ada", "berta", "chloe")
    company.person("hugo", "entra")
    _, results = company.write(ruling.add_rule, "all", "crm", OPERATOR, where="active eq true", role="member")
    assert reporting.effect_of(results) == Effect(invited=2, waiting=1, kept_out=1)


def test_the_effect_of_removing_a_rule_counts_who_loses_access_and_who_an_invitation(company: Company) -> None:
    """One had accepted, the other was only invited."""
    company.account(seats=2)
    company.everybody()
    ada, _ = company.people("ada", "berta")
    company.accept(ada)
    _, results = company.write(ruling.remove_rule, "everybody-crm", OPERATOR)
    assert reporting.effect_of(results) == Effect(cut=1, withdrawn=1)


def test_people_are_listed_with_their_places_a_page_at_a_time(company: Company) -> None:
    """The total counts all that match, of every directory, whatever is shown."""
    company.directory("entra", Idp.ENTRA)
    company.account(seats=1)
    company.everybody()
    company.people("ada", "berta")
    company.person("hugo", "entra", userName="hugo@entra.example")
    total, shown = company.read(reporting.people, None, None, 1, 2)
    assert total == 3
    assert [(one.person.stated.user_name, one.places[0][1].state) for one in shown] == [
        ("ada@acme.example", State.INVITED),
        ("berta@acme.example", State.WAITING),
    ]
    total, shown = company.read(reporting.people, None, None, 2, 10)
    assert [one.person.stated.user_name for one in shown] == ["berta@acme.example", "hugo@entra.example"]
    assert (total, company.read(reporting.people, None, None, 4, 10)[1]) == (3, [])
    assert company.read(reporting.people, None, None, 1, 0) == (3, [])
    total, shown = company.read(reporting.people, "entra", 'userName sw "hugo"', 1, 10)
    assert (total, [one.directory for one in shown]) == (1, ["entra"])


def test_a_filter_that_cannot_be_read_is_refused(company: Company) -> None:
    """As a SCIM client would be."""
    with pytest.raises(InvalidFilter):
        company.read(reporting.people, None, "userName eq", 1, 10)


def test_a_person_is_found_by_her_name_in_any_case(company: Company) -> None:
    """UserName is compared as SCIM compares it; somebody unknown is refused."""
    company.person("ada")
    assert company.read(reporting.person, "okta", "ADA@acme.example").person.stated.user_name == "ada@acme.example"
    with pytest.raises(NotFound):
        company.read(reporting.person, "okta", "nobody@acme.example")


def test_the_trail_is_told_in_order_from_where_one_left_off(company: Company) -> None:
    """Event numbers ascend, and what came after one of them is everything behind it."""
    company.people("ada", "berta")
    told = list(company.read(lambda work: list(reporting.events(work, None, 0, with_values=True))))
    numbers = [event["seq"] for event in told]
    later = company.read(lambda work: list(reporting.events(work, "main", numbers[2], with_values=True)))
    assert numbers == sorted(numbers)
    assert [event["seq"] for event in later] == numbers[3:]
    assert {event["tenant"] for event in told} == {"main"}


def test_personal_values_are_left_out_of_the_trail_on_request(company: Company) -> None:
    """Names of attributes stay; what they held does not."""
    company.person("ada", displayName="Ada Lovelace")
    told = company.read(lambda work: list(reporting.events(work, None, 0, with_values=False)))
    assert "displayName" in str(told)
    assert "Lovelace" not in str(told)
    assert "Lovelace" in str(company.read(lambda work: list(reporting.events(work, None, 0, with_values=True))))
