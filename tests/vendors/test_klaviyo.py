"""Klaviyo's article on users, sentence by sentence."""

from __future__ import annotations

import pytest

from connector.domain.catalogue import Nature
from connector.domain.errors import OwnerStays
from connector.domain.grants import Given
from connector.domain.memberships import State
from connector.domain.permissions import Reason, check_role
from connector.lifecycle import granting, invitations, members, ownership
from connector.mappers.catalogues import load_catalogue

from ..lifecycle.company import OPERATOR, Company
from .articles import Row, plays

KLAVIYO = load_catalogue("klaviyo")
ROLES = {
    "admin": "Administrateur",
    "manager": "Gestionnaire",
    "analyst": "Analyste",
    "support": "Soutien",
    "campaign_coordinator": "Coordinateur de campagne",
    "content_creator": "Créateur de contenu",
}

ROWS = [
    Row(
        "who",
        1,
        "owners and administrators add and remove",
        lambda k: [r.key for r in k.roles.values() if k.giving.needs <= (r.permissions or set())],
        ["owner", "admin"],
    ),
    Row("adding", 1, "American English and French", lambda k: k.invitation.languages, ("en-US", "fr")),
    Row(
        "adding",
        3,
        "six roles to choose from",
        lambda k: {r.key: r.label.fr for r in k.roles.values() if r.assignable and not r.plan_features},
        ROLES,
    ),
    Row("answering", 1, "a letter with a link", lambda k: k.invitation.states, ("invited", "active", "declined")),
    Row(
        "removing",
        1,
        "the owner is not removed, nor made by giving a role",
        lambda k: (k.role("owner").assignable, k.permission("ownership.transfer").grantable),
        (False, False),
    ),
    Row(
        "removing",
        2,
        "ownership goes to somebody else first",
        lambda k: "transférer la propriété" in str(k.owner_leaves),
        True,
    ),
]

RULED = {"who": 1, "adding": 3, "answering": 3, "resending": 2, "removing": 4, "managing": 4}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_catalogue_says_what_the_article_says(row: Row) -> None:
    """Sentence by sentence, in our words."""
    assert row.fact(KLAVIYO) == row.expected, row.says


def test_users_are_flat_free_and_without_limit() -> None:
    """No plan has a cap or a price, pending ones take nothing, and a role of one's own is bought."""
    assert KLAVIYO.nature is Nature.FLAT
    assert all(offer.free and not offer.prices for plan in KLAVIYO.plans.values() for offer in plan.pools.values())
    assert not KLAVIYO.invitation.counts_in_quota
    found = check_role(KLAVIYO, KLAVIYO.plan("paid"), None, "custom", frozenset({"set.api_key_write"}))
    assert {(one.reason, one.cures) for one in found} == {(Reason.PLAN, ("custom_roles",))}


@pytest.fixture
def klaviyo(company: Company) -> Company:
    """Give a company with a Klaviyo account, where everybody is due the role of an analyst."""
    company.account("klav", "klaviyo", "paid")
    company.rule(account="klav", name="all", where="active eq true", role="analyst")
    return company


@plays(adding=(2,), answering=(2, 3), resending=(1, 2), removing=(4,), managing=(1, 2, 3, 4))
def test_who_accepts_is_in_who_declines_is_not_and_others_are_asked_again(klaviyo: Company) -> None:
    """Several at once; the list says who is in, and each has a role that can change, until she is removed."""
    ada, ben, cy, dan = (
        klaviyo.person(name, preferredLanguage="fr", displayName=name.title()) for name in ("ada", "ben", "cy", "dan")
    )
    offer = klaviyo.read(invitations.look, klaviyo.invitation(ada, "klav"))
    assert (offer.languages[0], "fr" in KLAVIYO.invitation.languages) == ("fr", True)
    session = klaviyo.accept(ada, "klav")
    assert klaviyo.admits(session, "klav")
    klaviyo.decline(ben, "klav")
    assert not klaviyo.admits(klaviyo.sign_in(ben), "klav")
    before = [klaviyo.invitation(one, "klav") for one in (cy, dan)]
    for one in (cy, dan):
        klaviyo.act("resend", one, "klav")
    assert not set(before) & {klaviyo.invitation(one, "klav") for one in (cy, dan)}
    found = {one.person.display_name: one for one in klaviyo.read(members.members, "klav", 10)}
    states = {name: one.membership.state for name, one in found.items()}
    assert states == {"Ada": State.ACTIVE, "Cy": State.INVITED, "Dan": State.INVITED}
    given = Given(None, "manager")
    klaviyo.write(granting.grant, "klav", "okta", "ada@acme.example", given, OPERATOR)
    member = klaviyo.member(ada, "klav")
    assert member is not None
    assert member.permissions >= (KLAVIYO.role("manager").permissions or set())
    klaviyo.write(members.remove, "klav", "okta", "ada@acme.example", OPERATOR)
    assert not klaviyo.admits(session, "klav")


@plays(removing=(3,))
def test_removing_the_owner_is_told_what_comes_first(klaviyo: Company) -> None:
    """The refusal names the transfer; afterwards she is removed as anybody is."""
    ada, ben = klaviyo.people("ada", "ben")
    klaviyo.accept(ada, "klav")
    klaviyo.write(ownership.transfer_ownership, "klav", "okta", "ada@acme.example", OPERATOR)
    with pytest.raises(OwnerStays, match="jumpseat account transfer-ownership klav"):
        klaviyo.write(members.remove, "klav", "okta", "ada@acme.example", OPERATOR)
    klaviyo.write(ownership.transfer_ownership, "klav", "okta", ben.stated.user_name, OPERATOR)
    klaviyo.write(members.remove, "klav", "okta", "ada@acme.example", OPERATOR)
    assert klaviyo.states(ada, ben, account="klav") == [State.ENDED, State.INVITED]
