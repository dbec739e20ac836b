"""HubSpot's article on seats and permissions, sentence by sentence."""

# ruff: noqa: RUF001 - French labels have typographic apostrophes

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from connector.domain.catalogue import Catalogue, Nature
from connector.domain.errors import SeatsAssigned, SuspendFirst
from connector.domain.grants import Given
from connector.domain.invitees import Invitee
from connector.domain.memberships import State
from connector.domain.permissions import Reason, check, check_role
from connector.lifecycle import granting, history, importing, invitations, invoicing, members, own_sets, seating
from connector.mappers.catalogues import load_catalogue

from ..lifecycle.company import OPERATOR, Company
from .articles import Row, plays

HUBSPOT = load_catalogue("hubspot")
LOOKS = [
    "contacts.view",
    "companies.view",
    "deals.view",
    "tickets.view",
    "tasks.view",
    "custom_objects.view",
    "invoices.view",
    "reports.access",
]


def _held_on(seat: str) -> list[str]:
    """Return the permissions that a seat may hold."""
    return [key for key in HUBSPOT.permissions if HUBSPOT.may_hold(seat, key)]


def _free(seat: str) -> bool:
    """Tell whether the seats come with every plan, without limit."""
    return all(plan.offer(key).free for plan in HUBSPOT.plans.values() for key in HUBSPOT.seat_type(seat).draws)


def _offences(plan: str, seat: str | None, *wanted: str) -> list[object]:
    found = check(HUBSPOT, HUBSPOT.plan(plan), seat, frozenset(wanted))
    return [(one.subject, one.reason, one.cures) for one in found]


def _core(h: Catalogue) -> list[int | None]:
    """Return how many core seats each plan has by itself; None is what was bought."""
    return [plan.offer("core").included for plan in h.plans.values()]


ROWS = [
    Row(
        "intro",
        1,
        "a super admin gives seats",
        lambda h: h.giving.needs | h.giving.needs_for_paid <= (h.role("super_admin").permissions or set()),
        True,
    ),
    Row("intro", 2, "free to look, paid to work", lambda _: (_free("view_only"), _free("core")), (True, False)),
    Row("intro", 4, "how many there are follows from the plan", _core, [5, None, 3, 5, None, None]),
    Row(
        "adding",
        1,
        "who gives paid seats manages users and billing",
        lambda h: h.giving.needs | h.giving.needs_for_paid,
        {"users.add_edit", "billing.modify"},
    ),
    Row(
        "adding",
        2,
        "exactly one seat each",
        lambda h: (h.nature, _offences("starter", None, "contacts.view")[0][1]),
        (Nature.CHOSEN, Reason.SEAT_TYPE_MISSING),
    ),
    Row("adding", 5, "100 in one file", lambda h: h.invitation.batch, 100),
    Row("adding", 7, "the same permissions for the whole file", lambda h: h.invitation.same_for_batch, True),
    Row(
        "seats",
        1,
        "core: marketing, content, operations and the shared tools",
        lambda _: [
            key
            for key in ("marketing.access", "forms.access", "files.access", "crm.import", "lists.access")
            if not HUBSPOT.may_hold("core", key)
        ],
        [],
    ),
    Row("seats", 2, "core is paid, what it opens depends on the plan", lambda _: _free("core"), False),
    Row(
        "seats", 3, "view-only looks, and is free", lambda _: (_held_on("view_only"), _free("view_only")), (LOOKS, True)
    ),
    Row(
        "seats",
        4,
        "view-only makes, changes and deletes nothing",
        lambda _: _offences("starter", "view_only", "contacts.view", "contacts.edit"),
        [("contacts.edit", Reason.SEAT_TYPE, ("core", "sales_service", "partner"))],
    ),
    Row(
        "seats",
        5,
        "view-only has neither account access nor super admin",
        lambda _: [one[0] for one in _offences("starter", "view_only", "account.access", "super_admin")],
        ["account.access", "super_admin"],
    ),
    Row(
        "seats",
        6,
        "Sales and Service seats are of Pro and Enterprise",
        lambda _: _offences("starter", "sales_service")[0],
        (
            "sales_service",
            Reason.PLAN,
            ("marketing_pro", "marketing_enterprise", "sales_or_service_pro", "sales_or_service_enterprise"),
        ),
    ),
    Row(
        "seats",
        7,
        "they have what core has, and more",
        lambda h: (
            h.covered_by(frozenset({"sales_service"})) >= {"core"},
            set(_held_on("core")) < set(_held_on("sales_service")),
        ),
        (True, True),
    ),
    Row("seats", 8, "a partner seat has everything", lambda h: _held_on("partner"), list(HUBSPOT.permissions)),
    Row("seats", 9, "a partner seat is free", lambda _: _free("partner"), True),
    Row(
        "seats",
        10,
        "Partner Admin is for partner seats, and has all that a super admin has",
        lambda h: (
            h.role("partner_admin").seat_types,
            h.role("partner_admin").permissions == h.role("super_admin").permissions,
        ),
        ({"partner"}, True),
    ),
    Row(
        "access",
        1,
        "not limited: what the seat has by itself",
        lambda h: (h.role("default_by_seat").label.fr, h.role("default_by_seat").permissions),
        ("Ne pas limiter l’accès", None),
    ),
    Row("letters", 1, "a letter leaves by itself", lambda h: "invited" in h.invitation.states, True),
    Row("letters", 2, "and can be held back", lambda h: h.invitation.suppress_mail, True),
    Row("letters", 3, "its link can be copied", lambda h: h.invitation.copy_link, True),
    Row(
        "managing",
        4,
        "deactivated, then removed",
        lambda h: (h.departure.action, h.departure.suspends_first),
        ("deactivate", True),
    ),
    Row(
        "billing",
        1,
        "who may change billing adds and removes seats",
        lambda h: h.permission("billing.modify").seat_types,
        {"core"},
    ),
]

RULED = {"intro": 4, "adding": 7, "seats": 10, "access": 3, "letters": 4, "managing": 4, "billing": 6}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_catalogue_says_what_the_article_says(row: Row) -> None:
    """Sentence by sentence, in our words."""
    assert row.fact(HUBSPOT) == row.expected, row.says


PRICES = [
    ("free", None),
    ("starter", "15.00"),
    ("marketing_pro", "45.00"),
    ("marketing_enterprise", "75.00"),
    ("sales_or_service_pro", "45.00"),
    ("sales_or_service_enterprise", "75.00"),
]


@pytest.mark.parametrize(("plan", "price"), PRICES)
def test_a_core_seat_costs_what_is_published(plan: str, price: str | None) -> None:
    """In dollars a month; what a Sales or Service seat costs nobody publishes, so it is unknown, never nothing."""
    found = HUBSPOT.plan(plan).offer("core").price_in("USD")
    assert (found and str(found.amount)) == price
    assert HUBSPOT.plan(plan).offer("sales_service").price_in("USD") is None


def test_a_role_on_the_wrong_seat_is_refused_with_all_that_is_wrong() -> None:
    """Super admin on a view-only seat: the role itself, and the seats that it could have."""
    found = check_role(HUBSPOT, HUBSPOT.plan("starter"), "view_only", "super_admin")
    assert [(one.subject, one.reason) for one in found] == [("super_admin", Reason.SEAT_TYPE)]
    found = check_role(HUBSPOT, HUBSPOT.plan("starter"), "core", "partner_admin")
    assert (found[0].subject, found[0].cures) == ("partner_admin", ("partner",))


@pytest.fixture
def hub(company: Company) -> Company:
    """Give a company with Sales Hub Professional, two core seats and one Sales seat, billed from the first on."""
    company.account("hub", "hubspot", "sales_or_service_pro", core=2, sales_service=1)
    facts: dict[str, Any] = {"currency": "USD", "time_zone": "Europe/Paris", "anchor": date(2026, 1, 1)}
    company.write(invoicing.state_billing, "hub", OPERATOR, **facts)
    company.write(invoicing.state_price, "hub", "plan/sales_or_service_pro", "0.00 USD", OPERATOR)
    company.write(invoicing.state_price, "hub", "seats/sales_service", "90.00 USD", OPERATOR)
    return company


def give(company: Company, name: str, seat: str, *boxes: str, role: str | None = None) -> None:
    """Give somebody a seat by hand."""
    company.write(granting.grant, "hub", "okta", f"{name}@acme.example", Given(seat, role, frozenset(boxes)), OPERATOR)


@plays(intro=(3,), adding=(3, 4, 6), letters=(4,))
def test_many_are_invited_from_a_file_a_hundred_at_a_time_and_each_as_herself(hub: Company) -> None:
    """Each with boxes of her own; whoever signs in with another address accepts nothing."""
    terms = hub.read(importing.terms_for, "hub")
    assert importing.rows_at_once(terms) == 100
    hub.sign_in_at("main-local")
    rows = [
        Invitee(number, f"p{number}@acme.example", Given("view_only", None, frozenset({box})))
        for number, box in enumerate(("contacts.view", "deals.view"), start=2)
    ]
    results = hub.write(importing.invite_listed, "hub", rows, OPERATOR)
    assert [one.outcome.value for one in results] == ["invited", "invited"]
    (ada,) = hub.people("ada")
    give(hub, "ada", "core", "contacts.view")
    other = hub.sign_in(hub.person("ben"))
    with pytest.raises(Exception, match="not that of the invited person"):
        hub.write(invitations.accept, hub.invitation(ada, "hub"), other)
    hub.accept(ada, "hub")


@plays(access=(2, 3))
def test_permissions_begin_with_a_template_or_from_nothing(hub: Company) -> None:
    """A set of one's own is made like a role and adjusted, or box by box."""
    hub.write(own_sets.create_set, "hub", "readers", ["companies.view"], OPERATOR, like="contacts_base")
    hub.write(own_sets.create_set, "hub", "editors", ["deals.view", "deals.edit"], OPERATOR)
    found = {one.name: one.permissions for one in hub.read(own_sets.sets_of, "hub")}
    assert found == {"readers": {"contacts.view", "companies.view"}, "editors": {"deals.view", "deals.edit"}}


@plays(managing=(1, 2, 3))
def test_a_seat_is_exchanged_and_view_only_takes_it_away(hub: Company) -> None:
    """And what was given when, by whom, can be read afterwards."""
    (ada,) = hub.people("ada")
    give(hub, "ada", "core", "contacts.view", "contacts.edit")
    hub.accept(ada, "hub")
    give(hub, "ada", "sales_service", "contacts.view", "contacts.edit")
    assert (hub.pool("core", "hub").held, hub.pool("sales_service", "hub").held) == (0, 1)
    give(hub, "ada", "view_only", "contacts.view")
    member = hub.member(ada, "hub")
    assert member is not None
    assert (member.seat_types, member.permissions, hub.pool("sales_service", "hub").held) == (
        {"view_only"},
        {"contacts.view"},
        0,
    )
    entries = hub.read(history.history_of_person, "okta", "ada@acme.example")
    assert [one.seats_after for one in entries if one.after == "active"] == [
        ("core",),
        ("sales_service",),
        ("view_only",),
    ]
    assert entries[-1].by == OPERATOR.actor
    with pytest.raises(SuspendFirst):
        hub.write(members.remove, "hub", "okta", "ada@acme.example", OPERATOR)
    hub.write(members.suspend, "hub", "okta", "ada@acme.example", OPERATOR)
    hub.write(members.remove, "hub", "okta", "ada@acme.example", OPERATOR)
    assert hub.state(ada, "hub") is State.ENDED


@plays(billing=(2, 3, 4, 5, 6))
def test_seats_are_bought_at_once_and_given_back_at_the_renewal(hub: Company) -> None:
    """Only those that nobody has; taken back, or given to somebody before that date, they stay."""
    hub.write(seating.buy_seats, "hub", "core", 1, OPERATOR)
    ada, ben, cy = hub.people("ada", "ben", "cy")
    give(hub, "ada", "core", "contacts.view")
    with pytest.raises(SeatsAssigned):
        hub.write(seating.release_seats, "hub", "core", 3, OPERATOR)
    shown = hub.write(seating.release_seats, "hub", "core", 2, OPERATOR)
    assert shown.bill is not None
    # Three seats until the period ends, one from then on, and the Sales seat; nothing comes back before.
    assert (str(shown.bill.charge), str(shown.bill.next_invoice)) == ("0.00 USD", "135.00 USD")
    assert hub.pool("core", "hub").capacity == 3
    assert hub.write(seating.cancel_release, "hub", "core", OPERATOR) == 2
    hub.write(seating.release_seats, "hub", "core", 2, OPERATOR)
    give(hub, "ben", "core", "contacts.view")
    assert hub.pool("core", "hub").released == 1
    give(hub, "cy", "core", "contacts.view")
    assert hub.pool("core", "hub").released == 0
    assert hub.states(ada, ben, cy, account="hub") == [State.INVITED] * 3
