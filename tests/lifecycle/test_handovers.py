"""Handover: what a cut leaves behind goes to somebody, and never stands in the way of the cut."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from connector.domain.attributes import ENTERPRISE_USER
from connector.domain.errors import InvalidValue, NotFound
from connector.domain.events import Kind
from connector.domain.handovers import HandoverState
from connector.domain.memberships import State
from connector.domain.people import Person
from connector.lifecycle import accounts, delivery, diagnosis, handovers
from connector.lifecycle.departures import Unfinished, unfinished
from connector.lifecycle.handovers import HandoverLetter, HandoverReport
from connector.worker import written

from .company import OPERATOR, Company

MAIL = [{"value": "mia@acme.example", "primary": True}]


@pytest.fixture
def company(company: Company) -> Company:
    """Give a company with an ActiveCampaign account whose owner is olga@acme.example, for everybody."""
    _account(company, "ac", "activecampaign", "plus", users=20)
    company.rule(account="ac", name="all", where="active eq true", permissions=["lists.add"])
    return company


def _account(company: Company, slug: str, vendor: str, plan: str, **seats: int) -> None:
    company.write(
        accounts.open_account,
        slug,
        vendor,
        plan,
        OPERATOR,
        name="Marketing",
        capacities=seats,
        owner_email="olga@acme.example",
    )


def managed_by(value: str) -> dict[str, Any]:
    return {ENTERPRISE_USER: {"manager": {"value": value}}}


def leaver(company: Company, name: str = "ada", account: str = "ac", **attributes: Any) -> Person:
    """Let somebody join, accept and leave."""
    person = company.person(name, **attributes)
    company.accept(person, account)
    return company.deactivate(person)


def only(company: Company, **wanted: Any) -> HandoverReport:
    (report,) = company.read(handovers.handovers, **wanted)
    return report


def letters(company: Company) -> list[HandoverLetter]:
    """Return the letters to heirs that are to be delivered now."""
    claimed = company.write(delivery.claim)
    found = (company.read(delivery.letter, one) for one in claimed)
    return [one for one in found if isinstance(one, HandoverLetter)]


def test_a_leavers_assets_go_to_her_manager_asset_by_asset(company: Company) -> None:
    """All that the vendor's catalogue names is there, the cut is done, and the seat is free for the next."""
    mia = company.person("mia", displayName="Mia", emails=MAIL)
    ada = leaver(company, displayName="Ada", **managed_by(mia.id))
    assert (company.state(ada, "ac"), company.pool("users", "ac").held) == (State.ENDED, 0)
    report = only(company)
    assert (report.heir, report.handover.heir.named_by) == (mia, "manager")
    assert [asset.key for asset, _ in report.assets] == ["integrations", "lists", "accounts", "deals", "tasks"]
    assert {label.fr for _, label in report.assets} >= {"Listes", "Contrats", "Tâches"}
    assert report.steps[1].en == "Give lists, accounts, deals and tasks to Mia."
    assert "Ada" in report.steps[0].fr
    # Done one by one; the last one ends it.
    one = company.write(handovers.finish, report.handover.id[-8:], ["lists", "deals"], OPERATOR)
    assert [asset.key for asset in one.handover.open_assets] == ["integrations", "accounts", "tasks"]
    one = company.write(handovers.finish, report.handover.id, [], OPERATOR)
    assert (one.handover.state, one.handover.closed_by) == (HandoverState.DONE, "cli:tess")
    assert company.read(handovers.handovers) == []
    told = [one["kind"] for one in company.events(person=ada) if one["kind"].startswith("handover")]
    assert told == ["handover:opened", "handover:progressed", "handover:done"]


@pytest.mark.parametrize("named", ["id", "externalId", "userName"])
def test_a_manager_is_found_by_whatever_the_directory_calls_her(company: Company, named: str) -> None:
    """By the id that we gave her, which is right; else by an externalId or a userName of the same directory."""
    mia = company.person("mia")
    value = {"id": mia.id, "externalId": "ext-mia", "userName": "Mia@Acme.example"}[named]
    leaver(company, **managed_by(value))
    assert only(company).heir == mia


def test_without_a_manager_who_is_there_the_owner_is_the_heir(company: Company) -> None:
    """A manager who has left, one of another directory, the leaver herself and an unknown one are none."""
    company.directory("entra")
    gone, elsewhere = company.person("gone"), company.person("elsewhere", "entra")
    company.deactivate(gone)
    for number, value in enumerate([gone.id, elsewhere.id, "ext-p2", "nobody", None]):
        leaver(company, f"p{number}", **(managed_by(value) if value else {}))
    found = company.read(handovers.handovers)
    assert [(one.handover.heir.named_by, one.address) for one in found] == [("owner", "olga@acme.example")] * 5


def test_an_owner_who_leaves_is_not_her_own_heir(company: Company) -> None:
    """Nobody is known then, nobody is written to, and an operator names an heir."""
    leaver(company, "olga", emails=[{"value": "Olga@acme.example"}])
    report = only(company)
    assert not report.handover.heir.known
    assert letters(company) == []
    given = company.write(handovers.assign, report.handover.id, OPERATOR, address="new@acme.example")
    assert (given.address, given.handover.heir.named_by) == ("new@acme.example", "cli:tess")
    assert [letter.report.address for letter in letters(company)] == ["new@acme.example"]


@pytest.mark.parametrize(
    ("vendor", "plan", "permissions", "renewed"),
    [
        ("brevo", "standard_sales_essentials", ["email_campaigns.send", "api_keys"], ["api_keys"]),
        ("brevo", "standard_sales_essentials", ["email_campaigns.send", "smtp"], ["smtp_keys"]),
        ("brevo", "standard_sales_essentials", ["email_campaigns.send"], []),
        ("mailjet", "premium", ["campaigns.access"], ["api_keys"]),
        ("klaviyo", "paid", [], ["api_keys", "sso_exemption"]),
    ],
)
def test_account_keys_that_outlive_the_person_are_to_be_renewed(
    company: Company, vendor: str, plan: str, permissions: list[str], renewed: list[str]
) -> None:
    """At Brevo only those that she was allowed to read; where the vendor does not say who reads them, all."""
    seats = {"brevo": {"sales": 5, "marketing": 3}}.get(vendor, {})
    _account(company, "other", vendor, plan, **seats)
    facts: dict[str, Any] = {"permissions": permissions} if permissions else {"role": "admin"}
    company.rule(account="other", name="other", where='title eq "T"', **facts)
    leaver(company, account="other", title="T")
    report = only(company, account_slug="other")
    assert [asset.key for asset, _ in report.assets if asset.duty == "renew"] == renewed


def test_hubspots_records_and_workflows_are_handed_over(company: Company) -> None:
    """HubSpot reassigns nothing by itself; meeting links break besides, and are named once."""
    _account(company, "hub", "hubspot", "starter", core=3)
    company.rule(account="hub", name="hub", where="active eq true", seat_type="core", permissions=["contacts.view"])
    leaver(company, account="hub")
    keys = [asset.key for asset, _ in only(company, account_slug="hub").assets]
    assert {"contacts", "deals", "tickets", "workflows", "meetings"} <= set(keys)
    assert len(keys) == len(set(keys))


def test_whoever_never_held_a_seat_leaves_nothing_behind(company: Company) -> None:
    """An invitation that was not answered, and one's own product, make no handover."""
    company.deactivate(company.person("ada"))
    company.account("own", seats=2)
    company.everybody("own")
    company.remove_rule("all")
    leaver(company, "ben", "own")
    assert company.read(handovers.handovers) == []


def test_a_returners_open_handover_is_closed_and_nothing_is_handed_back(company: Company) -> None:
    """What was done stays done and is told; a second departure is a handover of its own."""
    ada = leaver(company)
    company.write(handovers.finish, only(company).handover.id, ["lists"], OPERATOR)
    company.person("ada")
    assert company.state(ada, "ac") is State.ACTIVE
    (closed,) = company.read(handovers.handovers, also_closed=True)
    assert (closed.handover.state, closed.handover.reason) == (HandoverState.CLOSED, "returned")
    assert [asset.key for asset in closed.handover.assets if asset.done] == ["lists"]
    (told,) = company.events(Kind.HANDOVER_CLOSED)
    assert told["after"] == {"reason": "returned", "done": ["lists"]}
    assert told["before"]["open"] == ["integrations", "accounts", "deals", "tasks"]
    company.deactivate(ada)
    assert len(only(company).handover.open_assets) == 5


def test_what_was_to_go_to_somebody_who_leaves_goes_to_the_next_heir(company: Company) -> None:
    """Her own manager has nothing to do with it: it is the leaver's, so it falls to the account's owner."""
    mia = company.person("mia")
    leaver(company, **managed_by(mia.id))
    company.deactivate(mia)
    report = only(company)
    assert (report.heir, report.address) == (None, "olga@acme.example")
    assert company.events(Kind.HANDOVER_ASSIGNED)[-1]["cause"] == "scim"


def test_whom_an_operator_may_name(company: Company) -> None:
    """Somebody active other than the leaver, or an address; a handover that is over has no heir to name."""
    gone, ben = company.person("gone"), company.person("ben")
    company.deactivate(gone)
    ada = leaver(company)
    one = only(company).handover.id
    for refused in ({"user_name": "gone@acme.example"}, {"user_name": ada.stated.user_name}):
        with pytest.raises(InvalidValue, match="heir"):
            company.write(handovers.assign, one, OPERATOR, directory="okta", **refused)
    for address in ("not an address", None):
        with pytest.raises(InvalidValue, match="e-mail address"):
            company.write(handovers.assign, one, OPERATOR, address=address)
    given = company.write(handovers.assign, one, OPERATOR, directory="okta", user_name="ben@acme.example")
    assert given.heir == ben
    with pytest.raises(NotFound, match="Known: lists"):
        company.write(handovers.finish, one, ["list"], OPERATOR)
    company.write(handovers.finish, one, [], OPERATOR)
    with pytest.raises(NotFound, match="open handover"):
        company.write(handovers.assign, one, OPERATOR, address="x@acme.example")


def test_the_letter_to_the_heir_is_in_her_language_and_names_what_is_left(company: Company) -> None:
    """It is not written any more once the handover is over."""
    mia = company.person("mia", emails=MAIL, preferredLanguage="fr-FR", displayName="Mia")
    leaver(company, displayName="Ada Lovelace", **managed_by(mia.id))
    company.write(handovers.finish, only(company).handover.id, ["lists"], OPERATOR)
    (letter,) = letters(company)
    mail = written(letter, company.lifecycle.settings, company.clock.now)
    text = mail.get_body(("plain",))
    assert text is not None
    said = text.get_content()
    assert mail["To"] == "Mia <mia@acme.example>"
    assert "Ada Lovelace n\u2019a plus accès à Marketing chez ActiveCampaign" in said
    assert "- Contrats" in said
    assert "- Listes" not in said
    company.write(handovers.finish, only(company).handover.id, [], OPERATOR)
    company.clock.forward(hours=1)
    assert letters(company) == []


def test_many_handovers_cost_few_statements(company: Company) -> None:
    """A mass departure reads managers and writes handovers by the hundred, not one by one."""
    mia = company.person("mia")
    people = [company.person(f"p{number}", **managed_by(mia.id)) for number in range(15)]
    for person in people:
        company.accept(person, "ac")
    statements: list[str] = []

    @event.listens_for(company.lifecycle.database.engine, "before_cursor_execute")
    def _heard(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    company.remove_rule("all")
    assert len(company.read(handovers.handovers)) == 15
    assert sum("INTO handover" in one for one in statements) == 2
    assert sum("FROM person" in one for one in statements) < 15


def test_a_departure_is_not_finished_while_steps_or_assets_are_open(company: Company) -> None:
    """Said of the person, and counted by the doctor; a handover that nobody takes over, or late, is wrong."""

    def told() -> list[tuple[str, bool]]:
        found = company.read(diagnosis.diagnose)[diagnosis.Check.DEPARTURES]
        return [(one.sentence, one.wrong) for one in found]

    olga = leaver(company, "olga", emails=[{"value": "olga@acme.example"}])
    assert company.read(unfinished, olga.id) == [Unfinished("ac", 2, 5, None)]
    first, second = told()
    assert first == (
        "Departures not finished: 1. The gate is cut; open at vendors: 1, to hand over: 1.",
        False,
    )
    assert second == ("Handovers that nobody takes over: 1.", True)
    company.write(handovers.assign, only(company).handover.id, OPERATOR, address="new@acme.example")
    company.clock.forward(days=15)
    assert told()[1] == ("Handovers past their time: 1.", True)
    company.finish_orders(olga)
    assert company.read(unfinished, olga.id) == [Unfinished("ac", 0, 5, "new@acme.example")]
    company.write(handovers.finish, only(company).handover.id, [], OPERATOR)
    assert company.read(unfinished, olga.id) == []
    assert told() == []
