"""People, invitations, work orders, the trail and the console's link from the command line."""

from __future__ import annotations

import json

import pytest

from connector.domain.memberships import State
from connector.lifecycle import directories, invitations, operators

from ..lifecycle.company import Company
from .conftest import Terminal


@pytest.fixture
def hub(company: Company) -> Company:
    """Give a company with an account at a vendor where people do the work by hand."""
    company.account("hub", "hubspot", "starter", core=1)
    company.rule("Sales", "hub", name="sales", seat_type="core", permissions=["contacts.view"])
    return company


def test_people_are_listed_found_and_shown(terminal: Terminal, company: Company) -> None:
    """By directory, by SCIM filter, a page at a time."""
    company.account()
    company.everybody()
    company.people("ada", "berta", "chloe")
    assert [one["user_name"] for one in terminal.json("person", "list", "--filter", 'userName sw "b"')] == [
        "berta@acme.example"
    ]
    assert len(terminal.json("person", "list", "--directory", "main-local")) == 0
    said = terminal.read("person", "list", "--count", "2")
    assert "chloe" not in said
    assert "2 of 3" in said
    shown = terminal.json("person", "show", "okta", "ADA@acme.example")
    assert (shown["external_id"], shown["memberships"][0]["state"]) == ("ext-ada", "invited")
    assert "jumpseat person explain" in terminal.read("person", "show", "okta", "ada@acme.example")
    assert "There is no person" in terminal.refused("person", "show", "okta", "nobody")
    assert "filter" in terminal.refused("person", "list", "--filter", "userName")


def test_why_she_holds_a_seat_is_explained_by_name(terminal: Terminal, hub: Company) -> None:
    """The rule, the group that fired, the seat, the gate's answer and the latest events."""
    ada = hub.person("ada")
    hub.group("Sales", ada)
    hub.accept(ada, "hub")
    said = terminal.read("person", "explain", "okta", "ada@acme.example")
    assert "hub: holds a seat" in said
    assert "rule sales grants seat core, contacts.view: she is in the group Sales" in said
    assert "gate: admits" in said
    assert "signs in as ext-ada at https://idp.example" in said
    assert "3 vendor steps open" in said
    assert "membership:changed in hub (active, accepted), by the person" in said


def test_why_she_holds_nothing_is_explained_too(terminal: Terminal, hub: Company) -> None:
    """In line, declined, in no group, left: each says what stands in the way."""
    ada, berta, chloe, _ = hub.people("ada", "berta", "chloe", "dora")
    hub.group("Sales", ada, berta, chloe)

    def explained(name: str) -> str:
        return terminal.read("person", "explain", "okta", f"{name}@acme.example")

    assert "no. 2 in line for core" in explained("chloe")
    assert "gate: refuses, no seat is free yet" in explained("chloe")
    assert "she is not in the group Sales" in explained("dora")
    assert "nothing is or was due" in explained("dora")
    hub.decline(ada, "hub")
    assert "answer remembered: declined" in explained("ada")
    hub.accept(berta, "hub")
    hub.deactivate(berta)
    assert "her directory wants her out" in explained("berta")
    assert "gate cut, 2 vendor steps open" in explained("berta")


def test_an_explanation_is_a_document_for_programs(terminal: Terminal, hub: Company) -> None:
    """With stable codes in place of sentences."""
    ada = hub.person("ada")
    hub.group("Sales", ada)
    found = terminal.json("person", "explain", "okta", "ada@acme.example")
    (place,) = found["accounts"]
    assert (place["account"], place["state"], place["gate"]) == ("hub", "invited", "invitation-pending")
    assert place["rules"] == [
        {"rule": "sales", "fires": True, "why": "by-group", "by": "rule", "group": "Sales", "filter": None}
    ]
    assert {"seq", "at", "kind", "actor"} <= found["events"][0].keys()


def test_invitations_are_listed_handed_over_taken_back_and_sent_again(terminal: Terminal, company: Company) -> None:
    """A link that was replaced is over; a refusal is lifted by sending again."""
    company.account()
    company.everybody()
    ada = company.person("ada")
    whom = ("crm", "okta", "ada@acme.example")
    link = terminal.read("invitation", "link", *whom).strip()
    assert link == terminal.json("invitation", "link", *whom)["link"]
    assert company.read(invitations.look, link.rpartition("/")[2]).person.id == ada.id
    assert "gets a new letter" in terminal.read("invitation", "resend", *whom)
    assert terminal.read("invitation", "link", *whom).strip() != link
    assert "taken back" in terminal.read("invitation", "cancel", *whom)
    assert company.state(ada) is State.ENDED
    assert "nothing to do" in terminal.refused("invitation", "cancel", *whom)
    assert "expires_at" in terminal.json("invitation", "resend", *whom)
    assert company.state(ada) is State.INVITED
    states = [one["state"] for one in terminal.json("invitation", "list")]
    assert states == ["pending", "cancelled", "cancelled"]
    assert len(terminal.json("invitation", "list", "--state", "pending", "--account", "crm")) == 1
    assert len(terminal.json("invitation", "list", "--limit", "2")) == 2


def test_many_invitations_are_sent_again(terminal: Terminal, company: Company) -> None:
    """Everybody who has not answered, or whose time ran out; by name or all of them, not both."""
    company.account(seats=2)
    company.everybody()
    company.people("ada", "ben", "cy")
    said = terminal.read("invitation", "resend", "--all-pending", "--account", "crm", "--no-mail")
    assert said == "2 people invited again, with 0 letters; every older link is dead.\n"
    assert [one["by_mail"] for one in terminal.json("invitation", "list", "--state", "pending")] == [False, False]
    company.sql("UPDATE invitation SET expires_at = created_at")
    resent = terminal.json("invitation", "resend", "--expired", "--account", "crm", "--mail")
    assert [one["user_name"] for one in resent] == ["ada@acme.example", "ben@acme.example"]
    assert "0 people" in terminal.read("invitation", "resend", "--expired", "--account", "crm")
    for wrong in (["--all-pending"], ["--expired", "crm", "okta", "ada@acme.example"], ["crm"]):
        terminal.run("invitation", "resend", *wrong, exit_code=2)


def test_links_are_handed_over_instead_of_letters(terminal: Terminal, company: Company) -> None:
    """For an account, a grant or a list; the links are listed when they are asked for."""
    company.account()
    assert "not mailed" in terminal.read("account", "invitations", "crm", "--no-mail", "--reminder", "24")
    told = terminal.json("account", "invitations", "crm")
    assert told == {"account": "crm", "mails": False, "reminder_hours": 24}
    terminal.read("account", "invitations", "crm", "--mail", "--reminder", "never")
    assert "reminded never" in terminal.read("account", "invitations", "crm")
    assert "once, when" in terminal.read("account", "invitations", "crm", "--reminder", "usual")
    for wrong, exit_code in (("soon", 2), ("99999", 1)):
        terminal.run("account", "invitations", "crm", "--reminder", wrong, exit_code=exit_code)
    ada = company.person("ada")
    terminal.read("member", "grant", "crm", "okta", "ada@acme.example", "--role", "member", "--no-mail")
    company.sign_in_at("main-local")
    people = terminal.file("email\nzoe@acme.example\n")
    assert "--links" in terminal.read("person", "import", people, "--account", "crm", "--role", "member", "--no-mail")
    listed = terminal.json("invitation", "list", "--links")
    assert [(one["user_name"], one["by_mail"]) for one in listed] == [
        ("zoe@acme.example", False),
        ("ada@acme.example", False),
    ]
    assert listed[1]["link"].endswith(company.invitation(ada))
    assert listed[1]["link"] in terminal.read("invitation", "list", "--links")
    assert "link" not in terminal.json("invitation", "list")[0]


def test_a_declined_invitation_leaves_the_list_and_the_vendors_word_stands_on_it(
    terminal: Terminal, company: Company
) -> None:
    """Both are an operator's notes; neither opens anything."""
    company.account("shop", "brevo", "standard", marketing=3)
    company.rule(account="shop", where="active eq true", role="all_marketing")
    ada, whom = company.person("ada"), ("shop", "okta", "ada@acme.example")
    assert "our own invitation alone" in terminal.read("invitation", "vendor-state", *whom, "active")
    assert "active" in terminal.read("invitation", "list")
    assert "Brevo invitation state 'accepted'. Known: active, rejected, pending" in terminal.refused(
        "invitation", "vendor-state", *whom, "accepted"
    )
    terminal.run("invitation", "vendor-state", *whom, exit_code=2)
    terminal.run("invitation", "vendor-state", *whom, "active", "--clear", exit_code=2)
    terminal.read("invitation", "vendor-state", *whom, "--clear")
    assert terminal.json("invitation", "list")[0]["vendor_state"] is None
    assert "nothing to do" in terminal.refused("invitation", "delete", *whom)
    company.decline(ada, "shop")
    assert "off the list" in terminal.read("invitation", "delete", *whom)
    assert terminal.json("invitation", "list") == []


def test_access_is_revoked_at_once(terminal: Terminal, hub: Company) -> None:
    """The gate refuses from the next request on, and the vendor's part is told."""
    ada = hub.person("ada")
    hub.group("Sales", ada)
    session = hub.accept(ada, "hub")
    assert hub.admits(session, "hub")
    said = terminal.read("access", "revoke", "hub", "okta", "Ada@acme.example")
    assert not hub.admits(session, "hub")
    assert "Gate cut, 2 vendor steps open" in said
    assert "nothing to do" in terminal.refused("access", "revoke", "hub", "okta", "ada@acme.example")


def test_work_orders_are_told_step_by_step_and_done_by_the_end_of_their_id(terminal: Terminal, hub: Company) -> None:
    """In the language asked for; a leaver's gate is cut already."""
    ada = hub.person("ada")
    hub.group("Sales", ada)
    hub.accept(ada, "hub")
    hub.deactivate(ada)
    said = terminal.read("workorder", "list")
    assert "End access: ada@acme.example at HubSpot" in said
    assert "gate cut, 2 vendor steps open" in said
    assert "1. Open Settings" in said
    assert "1. Ouvrir Paramètres" in terminal.read("workorder", "list", "--language", "fr")
    assert "1. Ouvrir Paramètres" in terminal.run("workorder", "list", JUMPSEAT_LANGUAGE="fr").stdout
    (order,) = terminal.json("workorder", "list", "--account", "hub")
    assert terminal.read("workorder", "done", order["id"][-8:]) == "Done.\n"
    assert "closed already: done" in terminal.read("workorder", "done", order["id"])
    assert "There is nothing to do" in terminal.read("workorder", "list")
    assert "There is no open work order" in terminal.refused("workorder", "done", "0")


def test_the_trail_is_exported_as_json_lines(terminal: Terminal, company: Company) -> None:
    """One event a line, from where the last export ended, with personal values unless they are not wanted."""
    company.person("ada", displayName="Ada Lovelace")
    lines = [json.loads(line) for line in terminal.read("audit", "export").splitlines()]
    assert [line["seq"] for line in lines] == sorted(line["seq"] for line in lines)
    assert lines[0]["kind"] == "tenant:created"
    assert lines[-1]["values_after"]["displayName"] == "Ada Lovelace"
    rest = terminal.read("audit", "export", "--since", str(lines[2]["seq"]), "--tenant", "main").splitlines()
    assert [json.loads(line) for line in rest] == lines[3:]
    assert "Lovelace" not in terminal.read("audit", "export", "--no-values")
    assert "There is no tenant" in terminal.refused("audit", "export", "--tenant", "other")
    assert terminal.read("audit", "export", "--since", str(lines[-1]["seq"])) == ""


def test_the_consoles_link_is_good_once_for_whoever_asked_for_it(terminal: Terminal, company: Company) -> None:
    """The address alone is on standard output, so that it can be opened by a script."""
    link = terminal.read("console", "link").strip()
    assert link.startswith("http://localhost:8080/console/enter?key=")
    token = company.write(operators.enter, link.partition("key=")[2])
    assert company.read(operators.operator, token) == "tess"
    assert terminal.json("console", "link")["minutes"] == 10


def test_doctor_is_content_with_what_is_in_order(terminal: Terminal, company: Company) -> None:
    """Exit status 0, one line a check."""
    said = terminal.read("doctor")
    assert said.count("✓") == len(said.splitlines())
    assert terminal.json("doctor") == []


def test_doctor_says_what_is_wrong_and_how_to_mend_it(terminal: Terminal, company: Company) -> None:
    """Exit status 1, so that a monitor sees it."""
    company.directory("entra", signs_in=False)
    result = terminal.run("doctor", exit_code=1)
    assert "✗ Every directory has sign-in settings" in result.stdout
    assert "→ jumpseat directory oidc entra" in result.stdout
    (finding,) = json.loads(terminal.run("doctor", "--json", exit_code=1).stdout)
    assert (finding["check"], finding["wrong"]) == ("sign-in", True)


def test_doctor_is_content_with_what_is_only_worth_knowing(terminal: Terminal, company: Company) -> None:
    """It is told, and the exit status is 0."""
    company.person("ada", externalId="00uabcdefghijklmnopq", roles=[{"value": "auditor"}])
    said = terminal.read("doctor")
    assert "! Stated roles" in said
    assert "auditor" in said


def test_doctor_looks_at_settings_and_database_first(terminal: Terminal, company: Company) -> None:
    """Nothing else can be looked at while they are not in order."""
    settings = terminal.run("doctor", exit_code=1, JUMPSEAT_SECRET_KEY="short").stdout
    assert settings.startswith("✗ Settings")
    gone = terminal.run("doctor", exit_code=1, JUMPSEAT_DATABASE_URL="postgresql+psycopg://u:pw@127.0.0.1:1/x").stdout
    assert "✗ Database" in gone
    assert "u:***@" in gone
    fresh = terminal.run("doctor", exit_code=1, JUMPSEAT_DATABASE_URL=f"sqlite:///{terminal.folder}/new.db").stdout
    assert "jumpseat migrate" in fresh
    assert "tokens" not in fresh.lower()


def test_a_name_that_looks_like_markup_is_shown_as_it_is(terminal: Terminal, company: Company) -> None:
    """Tables are drawn from text, never from what a directory states as if it were a style."""
    company.person("ada", displayName="[bold red]Ada[/]")
    assert "[bold red]Ada[/]" in terminal.read("person", "list")
    assert "[bold red]Ada[/]" in terminal.read("person", "explain", "okta", "ada@acme.example")


def test_a_directory_that_is_off_is_explained(terminal: Terminal, company: Company) -> None:
    """The gate's own reason, in words."""
    company.account()
    company.everybody()
    company.accept(company.person("ada"))
    terminal.run("directory", "disable", "okta")
    assert company.read(directories.directory_named, "okta").active is False
    assert "her directory is switched off" in terminal.read("person", "explain", "okta", "ada@acme.example")
