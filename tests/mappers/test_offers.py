"""What an account offers by name, and what stating a name makes due."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.domain.accounts import Account
from connector.domain.people import Person, StatedPerson
from connector.mappers.offers import OfferKind, offers_of
from connector.mappers.rulebook import Rulebook, compile_rulebook, terms_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def account(slug: str, vendor: str, plan: str, *, active: bool = True) -> Account:
    return Account(slug, "tenant", slug, slug, vendor, plan, (), None, active, NOON)


APP, HUB = account("app", "plain", "standard"), account("hub", "hubspot", "sales_or_service_pro")


def person(*, active: bool = True, **attributes: Any) -> Person:
    document = {"userName": "ada", "active": active, **attributes}
    return Person("ada", "tenant", "okta", StatedPerson("ada", None, active, document), 1, NOON, NOON)


def book(*accounts: Account) -> Rulebook:
    return compile_rulebook((), accounts)


def names(of: Account, kind: OfferKind) -> set[str]:
    terms = terms_of(of)
    return {offer.name for offer in offers_of(of, terms.catalogue, terms.plan) if offer.kind is kind}


def test_only_what_the_plan_has_is_offered() -> None:
    """A seat type of a dearer plan, and the owner's own role, are not."""
    free = account("free", "hubspot", "free")
    assert "hub:sales_service" in names(HUB, OfferKind.ENTITLEMENT)
    assert "free:sales_service" not in names(free, OfferKind.ENTITLEMENT)
    assert names(APP, OfferKind.ROLE) == {"app:member"}
    assert "k:owner" not in names(account("k", "klaviyo", "free"), OfferKind.ROLE)


@pytest.mark.parametrize(
    ("attributes", "due"),
    [
        ({"entitlements": [{"value": "app:seat"}]}, {"app": {"seat"}}),
        ({"entitlements": [{"value": "APP:Seat", "type": "License", "primary": True}]}, {"app": {"seat"}}),
        ({"roles": [{"value": "app:member"}]}, {"app": {"seat"}}),
        ({"entitlements": [{"value": "hub:core"}, {"value": "app:seat"}]}, {"hub": {"core"}, "app": {"seat"}}),
        ({"entitlements": [{"value": "hub:core"}, {"value": "hub:sales_service"}]}, {"hub": {"sales_service"}}),
        ({"roles": [{"value": "hub:super_admin"}]}, {}),
        ({"roles": [{"value": "app:seat"}]}, {}),
        ({"entitlements": [{"value": "app:member"}, {"value": "seat"}, {"value": ""}, {"display": "x"}]}, {}),
        ({}, {}),
    ],
    ids=str,
)
def test_stating_a_name_makes_it_due(attributes: dict[str, Any], due: dict[str, set[str]]) -> None:
    """A seat type by `entitlements`, a role by `roles`, in any case; unknown ones nothing, a role no dear seat."""
    found = book(APP, HUB).due(person(**attributes), frozenset())
    assert {key: set(entitlement.seat_types) for key, entitlement in found.items()} == due


def test_nothing_is_due_to_a_leaver_nor_in_a_closed_account() -> None:
    """As with rules."""
    stated = {"entitlements": [{"value": "app:seat"}]}
    assert book(APP).due(person(active=False, **stated), frozenset()) == {}
    assert book(account("app", "plain", "standard", active=False)).due(person(**stated), frozenset()) == {}


def test_a_role_brings_its_permissions_and_says_by_what() -> None:
    """What is due names the attribute and the value that made it due."""
    (due,) = book(APP).due(person(roles=[{"value": "app:member"}]), frozenset()).values()
    assert (due.permissions, due.sets, due.rules) == (frozenset({"use"}), frozenset({"member"}), ("roles:app:member",))
