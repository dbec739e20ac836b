"""Mailjet's article on account sharing, sentence by sentence."""

from __future__ import annotations

import pytest

from connector.domain.catalogue import Catalogue, Nature
from connector.domain.grants import Given
from connector.domain.memberships import State
from connector.domain.permissions import Reason, check, check_role
from connector.domain.work_orders import Task
from connector.lifecycle import granting, members, sub_accounts
from connector.mappers.catalogues import load_catalogue

from ..lifecycle.company import OPERATOR, Company
from .articles import Row, caps, plays, steps

MAILJET = load_catalogue("mailjet")


def _role(key: str) -> object:
    return MAILJET.role(key).permissions


def _lacking(key: str) -> set[str]:
    """Return what a role does not have of everything that there is."""
    return set(MAILJET.permissions) - (MAILJET.role(key).permissions or set())


def _offered(plan: str) -> bool:
    return MAILJET.plan(plan).offer("users").offered


ROWS = [
    Row("intro", 1, "permissions for each person, by part of the account", lambda m: len(m.areas) > 1, True),
    Row(
        "intro",
        2,
        "sharing on Premium and Custom alone",
        lambda m: [p for p in m.plans if _offered(p)],
        ["premium", "custom"],
    ),
    Row("number", 1, "15 shared users on Premium", lambda m: caps(m, "premium", "users"), (15, 15)),
    Row("number", 2, "the account and those below it can be shared", lambda m: m.sub_accounts, {"sub_accounts"}),
    Row(
        "number",
        3,
        "more by contract, on Custom",
        lambda m: (m.plan("custom").offer("users").by_contract, m.owner_seats),
        (True, {}),
    ),
    Row("page", 1, "pending users count as active ones do", lambda m: m.invitation.counts_in_quota, True),
    Row(
        "inviting",
        2,
        "a letter asks to join",
        lambda m: (m.invitation.states, m.invitation.suppress_mail),
        (("pending", "active"), False),
    ),
    Row(
        "inviting",
        3,
        "whoever has no account of hers makes one",
        lambda m: "Sans compte Mailjet" in steps(m, "invite"),
        True,
    ),
    Row(
        "sub_accounts",
        4,
        "which is for access alone and sends, builds, stores nothing",
        lambda m: "accès uniquement" in steps(m, "invite"),
        True,
    ),
    Row(
        "roles",
        1,
        "roles are of Custom alone",
        lambda m: {r.key for r in m.roles.values() if r.plan_features != {"role_based_access"}},
        {"owner", "custom"},
    ),
    Row(
        "roles",
        2,
        "the owner has all, users included, and is who made the account",
        lambda m: (_lacking("owner"), m.role("owner").assignable),
        (set(), False),
    ),
    Row("roles", 3, "an administrator has all but users", lambda m: _lacking("administrator"), {"account.share"}),
    Row(
        "roles",
        4,
        "a marketer has lists, campaigns, workflows, and suggests for templates",
        lambda m: _role("marketer"),
        {
            "contacts.manage",
            "campaigns.access",
            "campaigns.send",
            "automation.manage",
            "transactional_templates.suggest",
        },
    ),
    Row(
        "roles",
        5,
        "a developer has keys, publishes, locks",
        lambda m: _role("developer"),
        {
            "api_credentials.manage",
            "transactional_templates.suggest",
            "transactional_templates.publish",
            "templates.lock_sections",
        },
    ),
    Row(
        "roles",
        6,
        "a designer suggests and locks",
        lambda m: _role("designer"),
        {"templates.edit_drafts", "templates.lock_sections"},
    ),
    Row("roles", 7, "an accountant sees billing alone", lambda m: _role("accountant"), {"billing.view"}),
    Row("roles", 8, "or boxes, one by one", lambda m: _role("custom"), set()),
    Row("managing", 1, "roles and boxes change at any time", lambda m: m.invitation.changes_while_pending, True),
]

RULED = {"intro": 2, "number": 3, "page": 1, "inviting": 4, "sub_accounts": 4, "roles": 8, "managing": 3}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_catalogue_says_what_the_article_says(row: Row) -> None:
    """Sentence by sentence, in our words."""
    assert row.fact(MAILJET) == row.expected, row.says


def test_users_are_flat_and_managed_by_the_owner_alone() -> None:
    """The one permission that would let somebody give others something cannot be given."""
    assert MAILJET.nature is Nature.FLAT
    assert MAILJET.giving.needs == {key for key, one in MAILJET.permissions.items() if not one.grantable}


@pytest.mark.parametrize(
    ("plan", "role", "wanted", "said"),
    [
        ("premium", "designer", set(), [("designer", Reason.PLAN, ("custom",))]),
        ("custom", "designer", set(), []),
        ("premium", "custom", {"campaigns.send", "billing.view"}, []),
        ("custom", "owner", set(), [("owner", Reason.OWNER_ONLY, ()), ("account.share", Reason.OWNER_ONLY, ())]),
        (
            "premium",
            "custom",
            {"templates.publish"},
            [("templates.publish", Reason.REQUIRES, ("templates.edit_drafts",))],
        ),
    ],
)
def test_what_the_plan_does_not_have_is_refused_with_its_cure(
    plan: str, role: str, wanted: set[str], said: list[object]
) -> None:
    """Roles are for Custom, boxes for both; publishing needs drafts; the owner's own is never given."""
    found = check_role(MAILJET, MAILJET.plan(plan), None, role, frozenset(wanted))
    assert [(one.subject, one.reason, one.cures) for one in found] == said


def test_a_plan_without_sharing_seats_nobody(company: Company) -> None:
    """Boxes are in order, and there is no seat for them: on Essential nobody gets in."""
    company.account("mj", "mailjet", "essential")
    company.rule(account="mj", where="active eq true", permissions=["campaigns.access"])
    assert company.states(*company.people("ada"), account="mj") == [State.WAITING]
    assert check(MAILJET, MAILJET.plan("essential"), None, frozenset({"campaigns.access"})) == []


@plays(inviting=(1, 4), sub_accounts=(1, 2, 3), managing=(2, 3))
def test_boxes_here_and_below_pending_and_active(company: Company) -> None:
    """Ticked one by one, per account below or everywhere; sent again while pending; ended before or after a yes."""
    company.account("mj", "mailjet", "premium")
    for name in ("shop", "blog"):
        company.write(sub_accounts.add_sub_account, "mj", name, OPERATOR)
    ada, ben = company.people("ada", "ben")
    boxes = frozenset({"campaigns.send@shop", "billing.view", "contacts.manage@all"})
    company.write(granting.grant, "mj", "okta", "ada@acme.example", Given(None, None, boxes), OPERATOR)
    only_below = Given(None, None, frozenset({"campaigns.access@blog"}))
    company.write(granting.grant, "mj", "okta", "ben@acme.example", only_below, OPERATOR)
    everywhere = {"contacts.manage", "contacts.manage@shop", "contacts.manage@blog"}
    assert _held(company, ada.id) == boxes | everywhere
    assert _held(company, ben.id) == {"campaigns.access@blog"}
    assert company.pool("users", "mj").promised == 2
    first = company.invitation(ada, "mj")
    company.act("resend", ada, "mj")
    assert company.invitation(ada, "mj") != first
    assert company.state(ada, "mj") is State.INVITED
    company.accept(ada, "mj")
    assert company.state(ada, "mj") is State.ACTIVE
    fewer = Given(None, None, frozenset({"billing.view@shop"}))
    for name in ("ada", "ben"):
        company.write(granting.grant, "mj", "okta", f"{name}@acme.example", fewer, OPERATOR)
    assert _held(company, ada.id) == _held(company, ben.id) == {"billing.view@shop"}
    company.act("cancel", ben, "mj")
    company.write(members.remove, "mj", "okta", "ada@acme.example", OPERATOR)
    assert company.states(ada, ben, account="mj") == [State.ENDED, State.ENDED]
    assert [one.task for one in company.orders(ada)] == [Task.REVOKE]
    assert company.pool("users", "mj").in_use == 0


def _held(company: Company, person_id: str) -> frozenset[str]:
    (member,) = company.read(lambda work: work.ledger.of_people([person_id])[person_id])
    return member.permissions


def test_the_named_boxes_are_those_that_texts_name() -> None:
    """The vendor publishes no list; what is here is said somewhere, in both languages."""
    catalogue: Catalogue = MAILJET
    assert all(one.label.en and one.label.fr for one in catalogue.permissions.values())
    assert {one.area for one in catalogue.permissions.values()} == set(catalogue.areas)
