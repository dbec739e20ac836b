"""Accounts, seats, catalogues and rules from the command line."""

from __future__ import annotations

from connector.mappers.catalogues import known_catalogues

from ..lifecycle.company import Company
from .conftest import Terminal


def test_an_account_is_opened_with_the_seats_that_were_bought(terminal: Terminal, company: Company) -> None:
    """Every pool of the plan is there, and the owner and the add-ons are kept."""
    opened = terminal.json(
        *("account", "open", "hub", "--vendor", "hubspot", "--plan", "marketing_pro"),
        *("--addon", "sales_or_service_pro_or_enterprise", "--seats", "core=7", "--seats", "sales_service=2"),
        *("--owner-email", "it@acme.example", "--title", "Acme Hub"),
    )
    assert (opened["account"], opened["title"], opened["owner_email"]) == ("hub", "Acme Hub", "it@acme.example")
    assert opened["addons"] == ["sales_or_service_pro_or_enterprise"]
    assert {one["pool"]: one["capacity"] for one in opened["pools"]} == {
        "view_only": None,
        "core": 7,
        "sales_service": 2,
        "partner": None,
    }
    assert terminal.json("account", "show", "hub") == {**opened, "line": [], "coming": []}
    assert [one["account"] for one in terminal.json("account", "list")] == ["main-app", "hub"]
    assert terminal.json("account", "list")[1] == opened


def test_opening_an_account_says_what_comes_next(terminal: Terminal, company: Company) -> None:
    """An account without a rule gives nobody anything."""
    said = terminal.read("account", "open", "crm", "--vendor", "plain", "--plan", "standard")
    assert "jumpseat rule add" in said
    assert "10" in said


def test_wrong_facts_of_an_account_are_refused_with_what_would_be_right(terminal: Terminal, company: Company) -> None:
    """Vendor, plan, pool, and a number that only the customer knows."""
    account = ("account", "open", "hub", "--vendor")
    assert "hubspot" in terminal.refused(*account, "hubspt", "--plan", "starter")
    assert "marketing_pro" in terminal.refused(*account, "hubspot", "--plan", "pro")
    assert "core" in terminal.refused(*account, "hubspot", "--plan", "starter")
    assert "Known: core" in terminal.refused(*account, "hubspot", "--plan", "starter", "--seats", "cor=3")
    for wrong in ("core", "core=", "=3", "core=-1", "core=three", "core=٣"):
        result = terminal.run(*account, "hubspot", "--plan", "starter", "--seats", wrong, exit_code=2)
        assert "POOL=N" in result.stderr
    assert [one["account"] for one in terminal.json("account", "list")] == ["main-app"]


def test_more_seats_go_to_whoever_waits_and_fewer_than_in_use_are_refused(terminal: Terminal, company: Company) -> None:
    """Nobody is evicted."""
    company.account(seats=1)
    company.everybody()
    company.people("ada", "berta", "chloe")
    said = terminal.read("account", "seats", "crm", "seats", "2")
    assert "crm has 2 seats in seats instead of 1." in said
    assert "1 person got a seat from the waiting line; 1 still wait." in said
    assert terminal.json("account", "seats", "crm", "seats", "3")["served"] == 1
    assert "3 seats seats in use" in terminal.refused("account", "seats", "crm", "seats", "2")
    assert "Known: seats" in terminal.refused("account", "seats", "crm", "core", "2")


def test_a_list_of_accounts_tells_held_promised_and_waiting(terminal: Terminal, company: Company) -> None:
    """Those kept out by something else stand beside."""
    company.directory("entra", signs_in=False)
    company.account(seats=2)
    company.everybody()
    ada, *_ = company.people("ada", "berta", "chloe")
    company.person("hugo", "entra")
    company.accept(ada)
    _, account = terminal.json("account", "list")
    (pool,) = account["pools"]
    assert pool == {
        "pool": "seats",
        "capacity": 2,
        "owner": 0,
        "held": 1,
        "promised": 1,
        "reserved": 0,
        "released": 0,
        "release_at": None,
        "when_full": "wait",
        "fallback": None,
        "grace_until": None,
        "free": 0,
        "waiting": 1,
        "kept_out": 1,
    }
    assert account["members"] == {"active": 1, "invited": 1, "waiting": 2}
    assert "1 (+1 without sign-in)" in terminal.read("account", "list")
    assert "active 1, invited 1, waiting 2" in terminal.read("account", "show", "crm")


def test_an_account_shows_who_waits_in_the_order_of_the_line(terminal: Terminal, company: Company) -> None:
    """The first twenty to people, all of them to programs; who is kept out has no place."""
    company.directory("entra", signs_in=False)
    company.account(seats=0)
    company.everybody()
    company.person("hugo", "entra")
    company.people(*(f"person-{number}" for number in range(1, 23)))
    line = terminal.json("account", "show", "crm")["line"]
    assert [one["place"] for one in line] == [None, *range(1, 23)]
    assert line[0]["kept_out_by"] == "no-sign-in"
    assert line[22]["user_name"] == "person-22@acme.example"
    said = terminal.read("account", "show", "crm")
    assert "person-19@acme.example" in said
    assert "person-20@acme.example" not in said
    assert "The first 20 of them" in said


def test_every_catalogue_can_be_shown_without_any_settings(terminal: Terminal) -> None:
    """Whoever prepares an installation reads them first."""
    assert [one["vendor"] for one in terminal.json("account", "vendors")] == known_catalogues()
    for vendor in known_catalogues():
        said = terminal.run("account", "vendors", vendor, JUMPSEAT_SECRET_KEY="").stdout
        assert "Plans" in said
        assert "--seat-type" in said
    assert "Licence essentielle" in terminal.read("account", "vendors", "hubspot", "--language", "fr")
    assert "Known:" in terminal.refused("account", "vendors", "nobody")


def test_a_rule_says_whom_it_invites_and_who_waits(terminal: Terminal, company: Company) -> None:
    """As soon as it is written."""
    company.account(seats=1)
    company.group("Sales", *company.people("ada", "berta"))
    said = terminal.read(
        "rule", "add", "sales", "--account", "crm", "--directory", "okta", "--group", "sales", "--role", "member"
    )
    assert "1 person invited" in said
    assert "1 person on the waiting line" in said


def test_a_rule_about_a_group_not_seen_yet_says_so(terminal: Terminal, company: Company) -> None:
    """It is written all the same, and takes effect when the group arrives."""
    company.account()
    rule = ("rule", "add", "sales", "--account", "crm", "--directory", "okta", "--role", "member")
    said = terminal.read(*rule, "--group-external-id", "g-1")
    assert "has not stated the group yet" in said
    assert "nothing for anybody" in said
    (listed,) = terminal.json("rule", "list")
    assert (listed["group"], listed["bound"]) == ("g-1", False)
    assert "not seen" in terminal.read("rule", "list")


def test_a_rule_by_filter_is_written_and_removed(terminal: Terminal, company: Company) -> None:
    """Removing it says who loses access and whose invitation is taken back."""
    company.account(seats=5)
    ada, _ = company.people("ada", "berta")
    rule = ("rule", "add", "all", "--account", "crm", "--filter", "active eq true", "--permission", "use")
    added = terminal.json(*rule, "--priority", "7")
    assert (added["filter"], added["permissions"], added["priority"]) == ("active eq true", ["use"], 7)
    assert added["effect"] == {
        "invited": 2,
        "waiting": 0,
        "kept_out": 0,
        "active": 0,
        "changed": 0,
        "cut": 0,
        "withdrawn": 0,
    }
    company.accept(ada)
    said = terminal.read("rule", "remove", "all")
    assert "1 person without access from now on" in said
    assert "1 person whose invitation is taken back" in said
    assert terminal.json("rule", "list") == []


def test_people_without_sign_in_are_told_apart_from_those_who_wait(terminal: Terminal, company: Company) -> None:
    """And what to do about it."""
    company.directory("entra", signs_in=False)
    company.account(seats=5)
    company.person("hugo", "entra")
    said = terminal.read("rule", "add", "all", "--account", "crm", "--filter", "active eq true", "--role", "member")
    assert "jumpseat directory oidc" in said
    assert "waiting line" not in said


def test_a_rule_that_cannot_be_written_is_refused_with_every_reason(terminal: Terminal, company: Company) -> None:
    """And with the known names, nearest first; nothing of it is kept."""
    company.account("hub", "hubspot", "starter", core=1)
    rule = ("rule", "add", "x", "--account", "hub", "--filter", "active eq true")
    assert "Known: core" in terminal.refused(*rule, "--seat-type", "cor")
    sentence = terminal.refused(
        *rule, "--seat-type", "core", "--permission", "forecast.use", "--permission", "contact.view"
    )
    assert "contacts.view" in sentence
    assert "forecast.use is not part of the plan" in sentence
    assert "either a group or a filter" in terminal.refused(
        "rule", "add", "x", "--account", "hub", "--seat-type", "core"
    )
    broken = ("rule", "add", "x", "--account", "hub", "--seat-type", "core", "--filter", "active eq")
    assert "filter" in terminal.refused(*broken)
    assert "Known: hub" in terminal.refused("rule", "add", "x", "--account", "crm", "--filter", "active eq true")
    assert terminal.json("rule", "list") == []
    assert "There is no rule 'x'" in terminal.refused("rule", "remove", "x")
