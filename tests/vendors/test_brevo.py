"""Brevo's article on users, sentence by sentence; the newer model, of accounts opened since October 2025."""

from __future__ import annotations

from datetime import date

import pytest

from connector.domain.catalogue import Catalogue, Nature
from connector.domain.errors import GrantRefused, InvitationUnusable, NothingToAnswer
from connector.domain.grants import Given
from connector.domain.invitations import InvitationState
from connector.domain.memberships import State
from connector.domain.permissions import Reason, check, check_role
from connector.domain.work_orders import Task
from connector.lifecycle import granting, invitations, invoicing, seating
from connector.mappers.catalogues import load_catalogue

from ..lifecycle.company import OPERATOR, Company
from .articles import Row, caps, plays
from .brevo_boxes import BOXES

BREVO = load_catalogue("brevo")

# plan: marketing seats included and at most, sales seats likewise, users
PLANS = {
    "free": ((1, 1), (1, 1), 1),
    "starter": ((1, 1), (1, 1), 1),
    "starter_sales_essentials": ((1, 1), (1, 1), 1),
    "standard": ((1, 3), (1, 1), 3),
    "standard_sales_essentials": ((1, 3), (1, 5), 7),
    "pro": ((10, 10), (1, 1), 10),
    "pro_sales": ((10, 10), (1, 50), 50),
    "enterprise": ((None, None), (None, None), None),
}


def noted(*keys: str) -> tuple[bool, ...]:
    """Return, for each permission, whether the catalogue tells what its label does not."""
    return tuple(BREVO.permission(key).note is not None for key in keys)


def offences(plan: str, *wanted: str, addons: tuple[str, ...] = ()) -> list[tuple[str, Reason, tuple[str, ...]]]:
    """Return what speaks against permissions on a plan: what, why, and the cures."""
    found = check(BREVO, BREVO.plan(plan).with_addons(addons), None, frozenset(wanted))
    return [(one.subject, one.reason, one.cures) for one in found]


def _plan(key: str) -> object:
    return caps(BREVO, key, "marketing"), caps(BREVO, key, "sales"), caps(BREVO, key, "users")[1]


def _price(plan: str, pool: str, currency: str) -> str:
    price = BREVO.plan(plan).offer(pool).price_in(currency)
    return "unknown" if price is None else str(price.amount)


ROWS = [
    Row(
        "who",
        1,
        "owner or who manages users adds users",
        lambda b: (b.giving.needs, b.giving.only_own),
        ({"users.manage"}, False),
    ),
    Row("limits", 1, "seats and users depend on plan and package", lambda b: list(b.plans), list(PLANS)),
    Row(
        "limits",
        2,
        "an owner, who has one seat of each",
        lambda b: b.owner_seats,
        {"users": 1, "marketing": 1, "sales": 1},
    ),
    *(
        Row("limits", number, f"the line {key} of the table", lambda _, key=key: _plan(key), line)
        for number, (key, line) in enumerate(PLANS.items(), start=3)
    ),
    Row(
        "limits",
        11,
        "a further marketing seat on Standard costs 12 EUR a month",
        lambda _: _price("standard", "marketing", "EUR"),
        "12.00",
    ),
    Row(
        "permissions",
        1,
        "everything, area by area",
        lambda b: [b.role(f"all_{area}").permissions for area in b.areas],
        [
            frozenset(p.key for p in BREVO.permissions.values() if p.area == area)
            for area in ("general", "marketing", "sales")
        ],
    ),
    Row(
        "permissions",
        2,
        "all of sales comes with a package",
        lambda b: b.role("all_sales").plan_features,
        {"sales_package"},
    ),
    Row(
        "permissions",
        3,
        "general features alone are refused",
        lambda _: offences("pro", "contacts.view"),
        [("contacts.view", Reason.NEVER_ALONE, ("marketing", "sales"))],
    ),
    Row(
        "permissions",
        4,
        "one of marketing or sales is enough",
        lambda _: offences("pro", "contacts.view", "landing_pages"),
        [],
    ),
    Row(
        "permissions",
        5,
        "the plan may not allow it",
        lambda _: offences("pro", "contacts.view", "meetings")[0][:2],
        ("meetings", Reason.PLAN),
    ),
    *(
        Row(
            section,
            number,
            f"the box {key}",
            lambda b, key=key: (b.permission(key).area, b.permission(key).label.fr),
            (area, label),
        )
        for section, (area, boxes) in BOXES.items()
        for number, (key, label) in enumerate(boxes.items(), start=1)
    ),
    Row(
        "contacts", 7, "the list of test addresses needs a box", lambda _: noted("contacts.create_edit_delete"), (True,)
    ),
    Row("contacts", 8, "logs of automations need a box", lambda _: noted("contacts.export"), (True,)),
    Row(
        "companies",
        4,
        "others' companies need one's own",
        lambda _: offences("pro", "landing_pages", "companies.manage_others"),
        [("companies.manage_others", Reason.REQUIRES, ("companies.manage_owned",))],
    ),
    Row("users", 2, "the list is seen without", lambda _: noted("users.manage"), (True,)),
    Row(
        "senders",
        4,
        "these are seen without",
        lambda _: noted("senders.manage", "domains.manage", "dedicated_ips.manage"),
        (True,) * 3,
    ),
    Row(
        "billing",
        2,
        "billing brings user management",
        lambda b: b.with_implied(["billing.manage"]),
        {"billing.manage", "users.manage"},
    ),
    Row(
        "email", 3, "resuming needs a box", lambda b: "resumed" in str(b.permission("email_campaigns.send").note), True
    ),
    Row(
        "email",
        4,
        "previews and reports are seen without",
        lambda _: noted("email_campaigns.create_edit_delete", "email_campaigns.send"),
        (True,) * 2,
    ),
    Row(
        "sms",
        3,
        "previews and reports are seen without",
        lambda _: noted("sms_campaigns.create_edit_delete", "sms_campaigns.send"),
        (True,) * 2,
    ),
    Row(
        "templates",
        3,
        "previews are seen without",
        lambda _: noted("templates.create_edit_delete", "templates.activate"),
        (True,) * 2,
    ),
    Row(
        "automations",
        4,
        "automations are seen without",
        lambda _: noted("automations.create_edit_delete_share", "automations.activate", "automations.settings"),
        (True,) * 3,
    ),
    Row(
        "sales",
        1,
        "sales needs a package: every box of it",
        lambda b: [
            p.key for p in b.permissions.values() if p.area == "sales" and "sales_package" not in b.features_for(p.key)
        ],
        [],
    ),
    Row(
        "sales",
        2,
        "sequences and phone need Sales Advanced",
        lambda b: [p.key for p in b.permissions.values() if "sales_advanced" in b.features_for(p.key)],
        ["sequences", "phone"],
    ),
    Row(
        "deals",
        6,
        "others' deals need one's own",
        lambda _: offences("enterprise", "deals.manage_others"),
        [("deals.manage_others", Reason.REQUIRES, ("deals.create_edit",))],
    ),
    Row("resend", 1, "an invitation is good for 72 hours", lambda b: b.invitation.ttl_hours, 72),
    Row(
        "remove",
        4,
        "a refusal shows as a state of its own",
        lambda b: b.invitation.states,
        ("pending", "active", "rejected"),
    ),
]

RULED = {
    "who": 1, "limits": 11, "permissions": 5, "contacts": 8, "companies": 4, "users": 2, "senders": 4, "billing": 2,
    "smtp_api": 3, "transactional": 2, "email": 4, "sms": 3, "templates": 3, "automations": 4, "landing_pages": 1,
    "push": 5, "sales": 2, "deals": 6, "sequences": 1, "conversations": 2, "phone": 1, "meetings": 1,
    "inviting": 3, "cancel": 3, "resend": 2, "change": 2, "remove": 6,
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_catalogue_says_what_the_article_says(row: Row) -> None:
    """Sentence by sentence, in our words."""
    assert row.fact(BREVO) == row.expected, row.says


def test_every_box_is_in_the_article_and_every_box_of_the_article_here() -> None:
    """None is made up, none is missing; seats follow from them."""
    assert list(BREVO.permissions) == [key for _, boxes in BOXES.values() for key in boxes]
    assert BREVO.nature is Nature.DERIVED


PRICES = [
    ("standard", "marketing", "EUR", "12.00"),
    ("standard", "marketing", "USD", "12.00"),
    ("standard_sales_essentials", "marketing", "EUR", "unknown"),
    ("standard_sales_essentials", "sales", "USD", "31.00"),
    ("pro_sales", "sales", "EUR", "unknown"),
]


@pytest.mark.parametrize(("plan", "pool", "currency", "price"), PRICES)
def test_prices_are_those_that_are_published(plan: str, pool: str, currency: str, price: str) -> None:
    """The article prints one; a later page has those in dollars; the rest is unknown, never nothing."""
    assert _price(plan, pool, currency) == price


def test_a_refusal_names_every_offending_permission_and_its_cure_at_once() -> None:
    """Plan, dependency and add-on in one answer; a whole role means what the plan has of it."""
    wanted = ("companies.manage_others", "deals.manage_others", "phone")
    assert offences("standard", *wanted) == [
        ("companies.manage_others", Reason.REQUIRES, ("companies.manage_owned",)),
        (
            "deals.manage_others",
            Reason.PLAN,
            ("starter_sales_essentials", "standard_sales_essentials", "pro_sales", "enterprise"),
        ),
        ("deals.manage_others", Reason.REQUIRES, ("deals.create_edit",)),
        ("phone", Reason.PLAN, ("pro_sales", "enterprise")),
    ]
    assert offences("pro_sales", "phone") == [("phone", Reason.PLAN, ("sales_advanced",))]
    assert offences("pro_sales", "phone", addons=("sales_advanced",)) == []
    (problem,) = check_role(BREVO, BREVO.plan("standard"), None, "owner")[:1]
    assert problem.reason is Reason.OWNER_ONLY
    held = BREVO.role("full_access").expand(BREVO, BREVO.plan("standard"))
    assert {BREVO.permission(key).area for key in held} == {"general", "marketing"}


@pytest.fixture
def standard(company: Company) -> Company:
    """Give a company with Brevo Standard, billed in euros on the first of each month, and a rule for everybody."""
    company.account("brevo", "brevo", "standard", marketing=2)
    facts = {"currency": "EUR", "time_zone": "Europe/Paris", "anchor": date(2026, 1, 1)}
    company.write(invoicing.state_billing, "brevo", OPERATOR, **facts)
    company.write(invoicing.state_price, "brevo", "plan/standard", "25.00 EUR", OPERATOR)
    company.rule(account="brevo", name="all", where="active eq true", role="all_marketing")
    return company


@plays(inviting=(1, 2, 3), change=(1, 2))
def test_more_seats_are_paid_from_the_day_on_and_told_beforehand(standard: Company) -> None:
    """It is noon on 23 November: 8 of 30 days are left. Then the invitation leaves, and permissions can change."""
    ada, ben = standard.people("ada", "ben")
    assert standard.states(ada, ben, account="brevo") == [State.INVITED, State.WAITING]
    shown = standard.read(seating.preview_purchase, "brevo", "marketing", 1)
    assert shown.bill is not None
    # 12.00 a month for 8 of 30 days; from the next period on the plan and two seats beyond the one included.
    assert (str(shown.bill.charge), str(shown.bill.next_invoice)) == ("3.20 EUR", "49.00 EUR")
    assert [(one.person_id, one.outcome.value) for one in shown.effects] == [(ben.id, "gains")]
    assert standard.mails() == [ada.id]
    standard.write(seating.buy_seats, "brevo", "marketing", 1, OPERATOR, version=shown.version)
    assert standard.mails() == [ada.id, ben.id]
    standard.accept(ada, "brevo")
    standard.finish_orders(ada)
    more = Given(None, None, frozenset({"users.manage"}))
    with pytest.raises(GrantRefused, match="without something of these areas"):
        standard.write(granting.grant, "brevo", "okta", "ada@acme.example", more, OPERATOR)
    more = Given(None, None, frozenset({"users.manage", "landing_pages"}))
    standard.write(granting.grant, "brevo", "okta", "ada@acme.example", more, OPERATOR)
    member = standard.member(ada, "brevo")
    assert member is not None
    assert "users.manage" in member.permissions
    assert [one.task for one in standard.orders(ada)] == [Task.CHANGE]


@plays(cancel=(1, 2, 3), resend=(2,))
def test_an_invitation_is_taken_back_until_it_is_accepted_and_sent_again_for_whatever_reason(
    standard: Company,
) -> None:
    """Who was cancelled cannot accept and gets in nowhere; sent again, or after 72 hours, there is a new one."""
    (ada,) = standard.people("ada")
    token = standard.invitation(ada, "brevo")
    standard.act("cancel", ada, "brevo")
    session = standard.sign_in(ada)
    with pytest.raises(InvitationUnusable, match="cancelled"):
        standard.write(invitations.accept, token, session)
    assert not standard.admits(session, "brevo")
    assert standard.pool("marketing", "brevo").promised == 0
    standard.act("resend", ada, "brevo")
    standard.let_time_pass("brevo", hours=72, seconds=1)
    assert standard.closed_as(lapsed := _last_token(standard, ada.id)) is InvitationState.EXPIRED
    standard.act("resend", ada, "brevo")
    assert _last_token(standard, ada.id) != lapsed
    standard.accept(ada, "brevo")
    with pytest.raises(NothingToAnswer):
        standard.act("cancel", ada, "brevo")


@plays(remove=(1, 2, 3, 5, 6))
def test_somebody_is_removed_whether_she_accepted_or_not(standard: Company) -> None:
    """Active: revoked, and out at once. Declined: taken off the list. Neither gets in again."""
    ada, ben = standard.people("ada", "ben")
    session = standard.accept(ada, "brevo")
    standard.act("revoke", ada, "brevo")
    assert standard.state(ada, "brevo") is State.ENDED
    assert not standard.admits(session, "brevo")
    assert standard.state(ben, "brevo") is State.INVITED
    standard.decline(ben, "brevo")
    standard.act("delete_declined", ben, "brevo")
    assert standard.sql("SELECT count(*) FROM invitation WHERE person_id = :id", id=ben.id)[0][0] == 0
    assert not standard.admits(standard.sign_in(ben), "brevo")


def _last_token(company: Company, person_id: str) -> str:
    query = "SELECT id FROM invitation WHERE person_id = :id ORDER BY id DESC"
    return _token_of(company, str(company.sql(query, id=person_id)[0][0]))


def _token_of(company: Company, invitation_id: str) -> str:
    found = company.read(lambda work: work.invitations.by_id(invitation_id))
    assert found is not None
    return company.read(invitations.link, found).rpartition("/")[2]


def test_the_older_model_stands_beside_and_is_chosen_per_account() -> None:
    """Other areas take other seats; both bear the vendor's name."""
    classic: Catalogue = load_catalogue("brevo-classic")
    assert (classic.vendor, BREVO.vendor) == ("brevo", "brevo")
    assert set(classic.pools) != set(BREVO.pools)
    assert classic.nature is Nature.DERIVED
