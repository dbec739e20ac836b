"""A scenario for each vendor: what the directory says over SCIM, and what ledger and gate say afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from connector.domain.access import Reason
from connector.domain.catalogue import Nature
from connector.domain.errors import OwnerStays
from connector.domain.memberships import State
from connector.domain.people import Person
from connector.domain.work_orders import Task
from connector.lifecycle import handovers, members, ordering_work, outstanding, ownership
from connector.lifecycle.diagnosis import Check, diagnose
from connector.lifecycle.explaining import Place, explain
from connector.mappers import catalogues
from connector.mappers.catalogues import load_catalogue

from ..lifecycle.company import OPERATOR, Company
from ..scim.conftest import Directory

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

Joins = Callable[..., str]


def person(company: Company, person_id: str) -> Person:
    """Return somebody by the id that SCIM gave her."""
    return company.read(lambda work: work.people.by_id([person_id]))[person_id]


def states(company: Company, account: str, ids: Iterable[str]) -> list[State | None]:
    """Return where each stands in an account."""
    return company.states(*(person(company, one) for one in ids), account=account)


def place(company: Company, name: str, account: str) -> Place:
    """Return what is explained of somebody in one account."""
    found = company.read(explain, "okta", f"{name}@acme.example")
    return next(one for one in found.places if one.account.slug == account)


def leaves(okta: Directory, person_id: str) -> None:
    """Let the directory want somebody out, as Okta says it."""
    answer = okta.patch(f"/Users/{person_id}", {"op": "replace", "value": {"active": False}})
    assert answer.status_code in (200, 204), answer.json


def test_brevo_seats_who_fits_under_three_caps_at_once(company: Company, okta: Directory, joins: Joins) -> None:
    """Standard with Sales Essentials: 3 marketing, 5 sales, 7 users, one of each the owner's; she and eight are due.

    The third marketer waits for a marketing seat, the fourth seller for a sales seat, and the last, who needs both,
    takes neither. Who leaves frees both of hers; the two who waited longer each get the one that they need.
    """
    company.account("brevo", "brevo", "standard_sales_essentials", marketing=3, sales=5)
    company.rule("Marketing", "brevo", name="marketing", role="all_marketing")
    company.rule("Sales", "brevo", name="sales", role="all_sales")
    owner = joins("owner")
    company.write(ownership.transfer_ownership, "brevo", "okta", "owner@acme.example", OPERATOR)
    ids = {name: joins(name) for name in ("m1", "both1", "m3", "s1", "s2", "s3", "s4", "both2")}
    groups = {
        "Marketing": okta.group("Marketing", owner)["id"],
        "Sales": okta.group("Sales", owner)["id"],
    }
    for name, one in ids.items():
        for group in (["Marketing"] if name[0] in "mb" else []) + (["Sales"] if name[0] in "sb" else []):
            answer = okta.patch(f"/Groups/{groups[group]}", {"op": "add", "path": "members", "value": [{"value": one}]})
            assert answer.status_code in (200, 204), answer.json
    invited, waiting = State.INVITED, State.WAITING
    assert states(company, "brevo", [owner]) == [invited]
    assert states(company, "brevo", ids.values()) == [
        invited,
        invited,
        waiting,
        invited,
        invited,
        invited,
        waiting,
        waiting,
    ]
    pools = {key: company.pool(key, "brevo") for key in ("users", "marketing", "sales")}
    assert {key: (pool.capacity, pool.owner, pool.promised) for key, pool in pools.items()} == {
        "users": (7, 1, 5),
        "marketing": (3, 1, 2),
        "sales": (5, 1, 4),
    }
    waiters = company.read(outstanding.waiting, 10, "brevo")
    assert [(one.person.id, one.place) for one in waiters] == [(ids["m3"], 1), (ids["s4"], 2), (ids["both2"], 3)]
    assert place(company, "m3", "brevo").gate is Reason.WAITING
    session = company.accept(person(company, ids["both1"]), "brevo")
    assert company.admits(session, "brevo")
    leaves(okta, ids["both1"])
    assert not company.admits(session, "brevo")
    assert states(company, "brevo", [ids["m3"], ids["s4"], ids["both2"]]) == [invited, invited, waiting]
    assert [company.pool(key, "brevo").free for key in pools] == [0, 0, 0]


def test_hubspot_moves_a_group_from_core_to_sales_seats_within_the_pool(
    company: Company, okta: Directory, joins: Joins
) -> None:
    """Who comes to Sales has a Sales seat while there is one, keeps hers meanwhile, and is in all the time."""
    company.account("hub", "hubspot", "sales_or_service_pro", core=2, sales_service=1)
    company.rule(account="hub", name="all", where="active eq true", seat_type="core", permissions=["contacts.view"])
    company.rule("Sales", "hub", name="sales", seat_type="sales_service", permissions=["sales.access"])
    ada, ben, cy = (joins(name) for name in ("ada", "ben", "cy"))
    sessions = {one: company.accept(person(company, one), "hub") for one in (ada, ben)}
    assert states(company, "hub", [cy]) == [State.WAITING]
    sales = okta.group("Sales")["id"]
    okta.patch(f"/Groups/{sales}", {"op": "add", "path": "members", "value": [{"value": ada}, {"value": ben}]})
    assert [_seats(company, one) for one in (ada, ben)] == [{"sales_service"}, {"core"}]
    assert [company.admits(one, "hub") for one in sessions.values()] == [True, True]
    # The core seat that she gave up is the next in line's; ben waits for a Sales seat, and keeps his core seat.
    assert states(company, "hub", [cy]) == [State.INVITED]
    assert place(company, "ben", "hub").place == 1
    member = company.member(person(company, ada), "hub")
    assert member is not None
    assert member.permissions == {"contacts.view", "sales.access"}
    assert (company.pool("core", "hub").in_use, company.pool("sales_service", "hub").in_use) == (2, 1)
    okta.patch(f"/Groups/{sales}", {"op": "remove", "path": f'members[value eq "{ada}"]'})
    assert [_seats(company, one) for one in (ada, ben)] == [{"core"}, {"sales_service"}]


def _seats(company: Company, person_id: str) -> frozenset[str]:
    member = company.member(person(company, person_id), "hub")
    assert member is not None
    return member.seat_types


def test_mailjets_sixteenth_waits_while_one_is_pending_and_gets_in_when_it_is_cancelled(
    company: Company, joins: Joins
) -> None:
    """Fourteen are in and one is invited: fifteen shared users, beside the owner."""
    company.account("mj", "mailjet", "premium")
    company.rule(account="mj", where="active eq true", permissions=["campaigns.access"])
    ids = [joins(f"p{number:02}") for number in range(16)]
    for one in ids[:14]:
        company.accept(person(company, one), "mj")
    assert states(company, "mj", ids[14:]) == [State.INVITED, State.WAITING]
    assert (company.pool("users", "mj").held, company.pool("users", "mj").promised) == (14, 1)
    company.act("cancel", person(company, ids[14]), "mj")
    assert states(company, "mj", ids[14:]) == [State.ENDED, State.INVITED]
    session = company.accept(person(company, ids[15]), "mj")
    assert company.admits(session, "mj")
    assert not company.admits(company.sign_in(person(company, ids[14])), "mj")


def test_activecampaigns_leaver_hands_over_her_deals_and_leaves_her_seat_to_the_next(
    company: Company, okta: Directory, joins: Joins
) -> None:
    """The manager takes over, the number of seats stays, and who waited is invited at once."""
    company.account("ac", "activecampaign", "plus", ["pipelines_addon"], users=3, pipelines=3)
    company.rule(account="ac", where='title eq "Sales"', seat_type="pipelines", permissions=["deals.view"])
    boss = joins("boss")
    ada, ben, cy = (
        joins(name, title="Sales", **{ENTERPRISE: {"manager": {"value": boss}}}) for name in ("a", "b", "c")
    )
    session = company.accept(person(company, ada), "ac")
    company.finish_orders(person(company, ada))
    assert states(company, "ac", [ben, cy]) == [State.INVITED, State.WAITING]
    leaves(okta, ada)
    assert not company.admits(session, "ac")
    assert states(company, "ac", [ada, ben, cy]) == [State.ENDED, State.INVITED, State.INVITED]
    users = company.pool("users", "ac")
    assert (users.capacity, users.promised, users.free) == (3, 2, 0)
    (handover,) = company.read(handovers.handovers_of, ada)
    assert (handover.handover.heir.person_id, handover.late) == (boss, False)
    assert {"deals", "tasks", "lists"} <= {asset.key for asset in handover.handover.open_assets}
    assert any("Boss" in step.en or "boss" in step.en for step in handover.steps)
    done = company.write(handovers.finish, handover.handover.id, ["deals"], OPERATOR)
    assert "deals" not in {asset.key for asset in done.handover.open_assets}
    company.write(handovers.finish, handover.handover.id, (), OPERATOR)
    assert [order.task for order in company.orders(person(company, ada))] == [Task.REVOKE]
    company.finish_orders(person(company, ada))
    assert place(company, "a", "ac").unfinished is None


def test_klaviyos_owner_leaves_and_stays_the_owner_until_ownership_is_transferred(
    company: Company, okta: Directory, joins: Joins
) -> None:
    """Her access here ends at once; at the vendor she cannot be removed, which is alarmed until another owns it."""
    company.account("klav", "klaviyo", "paid")
    company.rule(account="klav", where="active eq true", role="admin")
    boss = joins("boss")
    ada = joins("ada", **{ENTERPRISE: {"manager": {"value": boss}}})
    session = company.accept(person(company, ada), "klav")
    company.finish_orders(person(company, ada))
    company.write(ownership.transfer_ownership, "klav", "okta", "ada@acme.example", OPERATOR)
    with pytest.raises(OwnerStays):
        company.write(members.remove, "klav", "okta", "ada@acme.example", OPERATOR)
    assert company.admits(session, "klav")
    leaves(okta, ada)
    assert not company.admits(session, "klav")
    (alarm,) = company.read(diagnose)[Check.OWNERS]
    assert (alarm.wrong, "transfer-ownership klav" in alarm.cure) == (True, True)
    (handover,) = company.read(handovers.handovers_of, ada)
    assert (handover.handover.assets[0].key, handover.handover.heir.person_id) == ("ownership", boss)
    (order,) = company.orders(person(company, ada))
    with pytest.raises(OwnerStays):
        company.write(ordering_work.finish_order, order.id, OPERATOR)
    company.write(ownership.transfer_ownership, "klav", "okta", "boss@acme.example", OPERATOR)
    assert company.read(diagnose)[Check.OWNERS] == []
    company.write(ordering_work.finish_order, order.id, OPERATOR)
    company.write(handovers.finish, handover.handover.id, (), OPERATOR)
    assert place(company, "ada", "klav").unfinished is None


ACME = """\
key: acme
name: Acme
nature: chosen
owner:
  seats: {gold: 1}
  leaves: {en: Call Acme first., fr: Appeler Acme d'abord.}
pools:
  tin: {label_en: Tin seats, label_fr: Places étain}
  gold: {label_en: Gold seats, label_fr: Places or}
seat_types:
  tin: {label_en: Tin seat, label_fr: Place étain, draws: [tin], rank: 1}
  gold: {label_en: Gold seat, label_fr: Place or, draws: [gold], rank: 2, includes: [tin]}
plans:
  small:
    label_en: Small
    label_fr: Petit
    pools: {tin: unlimited, gold: 2}
areas:
  mine: {label_en: Mine, label_fr: Mine}
permissions:
  dig: {area: mine, label_en: Dig, label_fr: Creuser}
  dig_deep: {area: mine, label_en: Dig deep, label_fr: Creuser loin, requires: [dig], seat_types: [gold]}
roles:
  miner: {label_en: Miner, label_fr: Mineur, permissions: [dig, dig_deep]}
invitation:
  counts_in_quota: true
departure:
  action: revoke
  breaks: {lamp: {label_en: Lamp, label_fr: Lampe}}
work_orders:
  invite:
    - {en: "Hand {person} a lamp.", fr: "Remettre une lampe ({person})."}
  revoke:
    - {en: "Take the lamp of {person}.", fr: "Reprendre la lampe ({person})."}
"""


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a new vendor's file beside those that come with the product, and nothing else."""
    for key in catalogues.known_catalogues():
        text = (catalogues._folder() / f"{key}.yaml").read_text(encoding="utf-8")
        (tmp_path / f"{key}.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "acme.yaml").write_text(ACME, encoding="utf-8")
    monkeypatch.setattr(catalogues, "_folder", lambda: tmp_path)


@pytest.mark.usefixtures("acme")
def test_a_new_vendor_is_a_new_file_and_no_code(company: Company, okta: Directory, joins: Joins) -> None:
    """Opened, ruled, invited, accepted, left, handed over: all by what the file says."""
    assert load_catalogue("acme").nature is Nature.CHOSEN
    company.account("pit", "acme", "small")
    company.rule("Miners", "pit", name="miners", seat_type="gold", role="miner")
    company.rule(account="pit", name="all", where="active eq true", seat_type="tin", permissions=["dig"])
    ada, ben = joins("ada"), joins("ben")
    okta.group("Miners", ada, ben)
    session = company.accept(person(company, ada), "pit")
    assert company.admits(session, "pit")
    # The owner has one of two gold seats: ben has a tin seat while he waits for one.
    assert states(company, "pit", [ada, ben]) == [State.ACTIVE, State.INVITED]
    assert company.pool("gold", "pit").free == 0
    (order,) = company.read(outstanding.orders_of, ada)
    assert (order.vendor_name, order.steps[0].en) == ("Acme", "Hand ada@acme.example a lamp.")
    leaves(okta, ada)
    assert not company.admits(session, "pit")
    (handover,) = company.read(handovers.handovers_of, ada)
    assert [label.fr for _, label in handover.assets] == ["Lampe"]
    company.accept(person(company, ben), "pit")
    assert company.pool("gold", "pit").held == 1
