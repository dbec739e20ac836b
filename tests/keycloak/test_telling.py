"""The outbox tells realms how people stand: at once, however often, after an outage, and never an old word last."""

from __future__ import annotations

from typing import Any

import pytest

from connector.domain.events import Kind
from connector.keycloak.worker import RealmTeller
from connector.lifecycle import delivery, mirroring, realms
from connector.lifecycle.diagnosis import Check, diagnose

from ..lifecycle.company import OPERATOR
from .conftest import Shop
from .fake_realm import FakeRealm


@pytest.fixture
def realm(shop: Shop) -> FakeRealm:
    """Give the realm of `okta`, which gets its users from us."""
    return shop.connect("okta", mirrors=True)


@pytest.fixture
def teller(shop: Shop) -> RealmTeller:
    """Give the worker's part."""
    return RealmTeller(shop.lifecycle, shop.administrate)


def standings(realm: FakeRealm) -> dict[str, str | None]:
    """Return name -> what the realm's gate reads."""
    return {user["username"].partition("@")[0]: realm.standing(key) for key, user in realm.users.items()}


def test_a_realm_follows_whatever_changes_how_somebody_stands(
    shop: Shop, realm: FakeRealm, teller: RealmTeller
) -> None:
    """Joining, accepting, losing the last rule, leaving and returning; each is told in the next turn."""
    ada = shop.person("ada")
    seen = []

    def told() -> None:
        assert teller.turn()
        shop.clock.forward(seconds=2)
        teller.turn()
        seen.append((realm.standing("user-1"), realm.users["user-1"]["enabled"]))

    told()
    shop.accept(ada)
    told()
    shop.act("revoke", ada)
    told()
    shop.act("resend", ada)
    shop.accept(ada)
    told()
    shop.deactivate(ada)
    told()
    shop.change(ada, active=True)
    told()
    shop.delete(ada)
    told()
    enabled = [("pending", True), ("accepted", True), ("pending", True), ("accepted", True)]
    assert seen == [*enabled, ("revoked", False), ("accepted", True), ("revoked", False)]
    assert shop.left_to_tell() == 0
    assert not teller.turn()


def test_the_cut_here_does_not_wait_for_the_realm(shop: Shop, realm: FakeRealm, teller: RealmTeller) -> None:
    """A realm that is away is told when it is back; the gate refuses from the commit on, and letters leave."""
    ada = shop.person("ada")
    session = shop.accept(ada)
    teller.turn()
    realm.breaks_after = 0
    shop.deactivate(ada)
    assert not shop.admits(session)
    bob = shop.person("bob")
    teller.turn()
    assert realm.standing("user-1") == "accepted"
    assert len(shop.write(delivery.claim)) == 2
    assert shop.mails() == [ada.id, bob.id]
    realm.breaks_after = None
    assert not teller.turn(), "not before its time"
    shop.clock.forward(seconds=3)
    teller.turn()
    assert standings(realm) == {"ada": "leaving", "bob": "pending"}
    assert not realm.let_in("user-1")
    shop.clock.forward(seconds=2)
    teller.turn()
    assert standings(realm) == {"ada": "revoked", "bob": "pending"}


def test_a_realm_that_is_away_is_asked_once_a_turn(shop: Shop, realm: FakeRealm, teller: RealmTeller) -> None:
    """Twenty people do not wait for twenty time-outs in a row."""
    asked = []

    def away(*_: Any, **__: Any) -> Any:
        asked.append(1)
        realm.breaks_after = 0
        return FakeRealm.get_users(realm, {})

    realm.get_users = away  # type: ignore[method-assign]
    shop.people("ada", "bob", "eve")
    teller.turn()
    assert len(asked) == 1
    assert shop.left_to_tell() == 3
    (finding,) = shop.read(diagnose)[Check.REALMS]
    assert "3" in finding.sentence


def test_what_no_retry_mends_is_left_for_an_operator(shop: Shop, realm: FakeRealm, teller: RealmTeller) -> None:
    """A name that is taken in the realm: the doctor says how many, the trail that it was given up, without the name."""
    realm.add("root", username="ada@acme.example")
    ada = shop.person("ada")
    teller.turn()
    assert shop.left_to_tell() == 0
    assert [event["after"] for event in shop.events(Kind.REALM_FAILED, ada)] == [{"attempts": 1}]
    (finding,) = shop.read(diagnose)[Check.REALMS]
    assert "okta" in finding.cure
    del realm.users["root"]
    shop.write(realms.tell_of_everybody, "okta")
    teller.turn()
    assert standings(realm) == {"ada": "pending"}
    assert shop.events(Kind.REALM_TOLD, ada)[0]["after"] == {"done": ["created", "linked"]}
    found = shop.read(diagnose)
    assert (found[Check.DELIVERIES], found[Check.REALMS]) == ([], [])


def test_whoever_leaves_is_sent_out_twice(shop: Shop, realm: FakeRealm, teller: RealmTeller) -> None:
    """More than a second apart, and each delivery by itself: a token of the first logout's second outlives that one."""
    ada = shop.person("ada")
    shop.accept(ada)
    teller.turn()
    realm.log.clear()
    shop.deactivate(ada)
    teller.turn()
    assert realm.log == ["mark leaving", "log out", "disable", "unlink okta"]
    assert not teller.turn()
    shop.write(realms.tell_of_everybody, "okta")
    teller.turn()
    assert realm.standing("user-1") == "leaving", "another delivery does not count the first one's"
    shop.clock.forward(seconds=2)
    teller.turn()
    assert realm.log.count("log out") >= 3
    assert realm.standing("user-1") == "revoked"
    assert shop.left_to_tell() == 0


def test_a_change_while_the_realm_is_told_is_told_too(shop: Shop, realm: FakeRealm, teller: RealmTeller) -> None:
    """Two workers tell of one person; the one with the older word, if it writes last, looks again and mends it."""
    ada = shop.person("ada")
    shop.accept(ada)
    link = realm.add_user_social_login

    def she_leaves_meanwhile(*given: str) -> None:
        link(*given)
        realm.add_user_social_login = link  # type: ignore[method-assign]
        shop.deactivate(ada)
        other = RealmTeller(shop.lifecycle, shop.administrate)
        other.turn()
        shop.clock.forward(seconds=2)
        other.turn()
        assert realm.standing("user-1") == "revoked"

    realm.add_user_social_login = she_leaves_meanwhile  # type: ignore[method-assign]
    teller.turn()
    assert (realm.standing("user-1"), realm.users["user-1"]["enabled"]) == ("leaving", False)
    assert not realm.let_in("user-1")
    shop.clock.forward(seconds=2)
    teller.turn()
    assert (realm.standing("user-1"), realm.users["user-1"]["enabled"]) == ("revoked", False)


def test_a_realm_that_states_its_people_is_told_of_those_it_knows(shop: Shop, teller: RealmTeller) -> None:
    """By externalId; nobody is made there, disabled or unlinked."""
    realm = shop.connect("acme", mirrors=True)
    realm.add("ext-ada")
    shop.person("ada", "acme")
    shop.person("bob", "acme")
    teller.turn()
    assert list(realm.users) == ["ext-ada"]
    assert realm.standing("ext-ada") == "pending"
    shop.deactivate(shop.person("eve", "acme"), "acme")
    teller.turn()
    assert realm.users["ext-ada"]["enabled"]


def test_whoever_was_there_before_is_told_of_when_it_begins(shop: Shop, teller: RealmTeller) -> None:
    """Leavers too; and nobody is told of by a directory without a realm, or after its realm was released."""
    ada, bob = shop.people("ada", "bob")
    shop.deactivate(bob)
    assert shop.left_to_tell() == 0
    realm = shop.connect("okta", mirrors=True)
    assert shop.left_to_tell() == 2
    teller.turn()
    assert standings(realm) == {"ada": "pending"}
    shop.accept(ada)
    shop.write(realms.forget_realm, "okta", OPERATOR)
    teller.turn()
    shop.person("eve")
    assert standings(realm) == {"ada": "pending"}
    assert shop.sql("SELECT count(*) FROM realm")[0][0] == 0


def test_one_unit_of_work_tells_of_somebody_once(shop: Shop, realm: FakeRealm) -> None:
    """A joiner is stated and invited in one commit."""
    shop.person("ada")
    assert shop.left_to_tell() == 1


def test_letters_and_realms_are_claimed_apart(shop: Shop, realm: FakeRealm) -> None:
    """Neither waits for the other."""
    shop.person("ada")
    assert {one.kind for one in shop.write(delivery.claim)} == {"mail.invitation"}
    assert {one.kind for one in shop.write(mirroring.claim)} == {"realm.person"}


def test_connecting_twice_changes_nothing(shop: Shop) -> None:
    """The secret is sealed once, and the trail has one entry."""
    shop.connect("okta", mirrors=True)
    shop.connect("okta", mirrors=True)
    facts = {"directory": "okta", "realm": "okta", "mirrors": True, "broker": "okta", "pull_every": None}
    changed = [event["after"] for event in shop.events(Kind.DIRECTORY_CHANGED) if "realm" in event["after"]]
    assert changed == [facts]
    sealed = shop.sql("SELECT secret_sealed FROM realm")[0][0]
    assert "s3cret" not in sealed
