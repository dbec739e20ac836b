"""What a realm shows of people, and that whoever lost her access is out of it, wherever telling it breaks off."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from connector.domain.realms import Likeness, Standing
from connector.keycloak.people import RealmPeople
from connector.keycloak.provisioned import ProvisionedUsers
from connector.keycloak.server import KeycloakFailure

from .fake_realm import URL, FakeRealm

PENDING, ACCEPTED, REVOKED = Standing.PENDING, Standing.ACCEPTED, Standing.REVOKED
MORE_THAN_ANY_TAKES = 30


@pytest.fixture
def realm() -> FakeRealm:
    """Give a realm without anybody."""
    return FakeRealm()


def likeness(standing: Standing, external_id: str | None = "ext-ada", **facts: Any) -> Likeness:
    described = {"user_name": "Ada@acme.example", "email": "Ada@acme.example", "given_name": "Ada", "family_name": None}
    return Likeness(facts.pop("person_id", "p-1"), standing, external_id, **(described | facts))


def states_itself(realm: FakeRealm) -> RealmPeople:
    return RealmPeople(URL, realm)  # type: ignore[arg-type]


def gets_from_us(realm: FakeRealm) -> ProvisionedUsers:
    return ProvisionedUsers(URL, realm, "okta")  # type: ignore[arg-type]


def shown(people: RealmPeople | ProvisionedUsers, likeness: Likeness) -> list[str]:
    """Return what is done for somebody until it is finished."""
    first = people.show(likeness)
    return list(first.done) + ([] if first.finished else list(people.show(likeness, sent_out=True).done))


@pytest.mark.parametrize(
    ("before", "after", "log"),
    [
        (None, PENDING, ["mark pending"]),
        ("pending", ACCEPTED, ["mark accepted"]),
        ("pending", PENDING, []),
        ("accepted", ACCEPTED, []),
        ("accepted", PENDING, ["mark leaving", "log out", "revoke wiki", "log out", "mark pending"]),
        ("accepted", REVOKED, ["mark leaving", "log out", "revoke wiki", "log out", "mark revoked"]),
        ("pending", REVOKED, ["mark leaving", "log out", "revoke wiki", "log out", "mark revoked"]),
        (None, REVOKED, ["mark leaving", "log out", "revoke wiki", "log out", "mark revoked"]),
        ("leaving", REVOKED, ["log out", "revoke wiki", "log out", "mark revoked"]),
        ("leaving", ACCEPTED, ["log out", "revoke wiki", "log out", "mark accepted"]),
        ("revoked", REVOKED, []),
        ("revoked", ACCEPTED, ["mark accepted"]),
    ],
)
def test_a_user_is_turned_by_as_little_as_is_needed(
    realm: FakeRealm, before: str | None, after: Standing, log: list[str]
) -> None:
    """The door is shut before anybody is sent out, which is done twice; a pending joiner keeps her session."""
    realm.add("ada", before)
    people = states_itself(realm)
    done = shown(people, likeness(after, "ada"))
    assert realm.log == log
    assert done == ((["sent out"] if "log out" in log else []) + [after.value] if log else [])
    assert realm.standing("ada") == after
    assert shown(people, likeness(after, "ada")) == []


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize(
    "external_id", [None, "", "nobody", "../clients/x", "a/b", ".", "ada?x=1", "ada%2fb", "x" * 256]
)
def test_whoever_the_realm_does_not_know_is_let_be(
    realm: FakeRealm, external_id: str | None, standing: Standing
) -> None:
    """And an externalId never becomes the address of something else that an administrator could write."""
    realm.add("ada")
    realm.users |= dict.fromkeys(("../clients/x", "a/b", ".", "ada?x=1", "ada%2fb", "x" * 256), realm.users["ada"])
    assert shown(states_itself(realm), likeness(standing, external_id)) == []
    assert realm.log == []


@pytest.mark.parametrize("after", [PENDING, REVOKED])
def test_a_departure_that_breaks_off_anywhere_is_finished_by_the_next_attempt(after: Standing) -> None:
    """No session and no offline token outlives it, and nobody stands as let in while it is under way."""
    for calls in range(MORE_THAN_ANY_TAKES):
        realm = FakeRealm()
        realm.add("ada", "accepted")
        realm.breaks_after = calls
        with suppress(KeycloakFailure):
            shown(states_itself(realm), likeness(after, "ada"))
        assert realm.standing("ada") != after or not realm.let_in("ada")
        realm.breaks_after = None
        shown(states_itself(realm), likeness(after, "ada"))
        assert (realm.standing("ada"), realm.let_in("ada")) == (after, False)


# A realm that gets its users from us.


def test_a_joiner_is_made_linked_and_marked(realm: FakeRealm) -> None:
    """With what her directory states, and what it does not state left out; a second time nothing is to be done."""
    people = gets_from_us(realm)
    assert shown(people, likeness(PENDING)) == ["created", "linked"]
    (user,) = realm.users.values()
    assert realm.links == {user["id"]: {"okta": "ext-ada"}}
    assert user == {
        "id": user["id"],
        "username": "ada@acme.example",
        "email": "ada@acme.example",
        "firstName": "Ada",
        "enabled": True,
        "attributes": {
            "jumpseat_person": ["p-1"],
            "jumpseat_subject": ["ext-ada"],
            "jumpseat_invite": ["pending"],
        },
    }
    assert shown(people, likeness(PENDING)) == []
    assert shown(people, likeness(ACCEPTED)) == ["accepted"]


def test_a_mover_bears_her_new_name_and_keeps_what_the_realm_knows_besides(realm: FakeRealm) -> None:
    """Somebody who married keeps her user, her sessions and her password."""
    people = gets_from_us(realm)
    shown(people, likeness(ACCEPTED))
    (user_id,) = realm.users
    realm.users[user_id]["attributes"]["phone"] = ["1"]
    realm.sign_in(user_id)
    shown(people, likeness(ACCEPTED, user_name="ada.king@acme.example", family_name="King"))
    assert list(realm.users) == [user_id]
    assert realm.users[user_id]["username"] == "ada.king@acme.example"
    assert realm.users[user_id]["lastName"] == "King"
    assert realm.users[user_id]["attributes"]["phone"] == ["1"]
    assert realm.let_in(user_id)


def test_a_leaver_is_logged_out_then_revoked_then_disabled_then_unlinked(realm: FakeRealm) -> None:
    """In this order: for a user who is disabled already, Keycloak tells no client that her session is over."""
    people = gets_from_us(realm)
    shown(people, likeness(ACCEPTED))
    (user_id,) = realm.users
    realm.sign_in(user_id)
    realm.log.clear()
    assert shown(people, likeness(REVOKED)) == ["sent out", "revoked"]
    first = ["mark leaving", "log out", "revoke wiki", "disable", "unlink okta"]
    assert realm.log == [*first, "log out", "mark revoked"]
    assert shown(people, likeness(REVOKED)) == []


def test_what_breaks_off_anywhere_is_finished_by_the_next_attempt() -> None:
    """Joining, leaving and returning; each is one user, linked once, and out when she has left."""
    for calls in range(MORE_THAN_ANY_TAKES):
        realm = FakeRealm()
        people = gets_from_us(realm)
        for standing in (ACCEPTED, REVOKED, PENDING):
            realm.breaks_after = calls
            with suppress(KeycloakFailure):
                shown(people, likeness(standing))
            realm.breaks_after = None
            shown(people, likeness(standing))
            (user_id,) = realm.users
            assert realm.standing(user_id) == standing
            assert realm.users[user_id]["enabled"] is (standing is not REVOKED)
            assert realm.links[user_id] == ({} if standing is REVOKED else {"okta": "ext-ada"})
            assert standing is not REVOKED or not realm.let_in(user_id)
            realm.sign_in(user_id)


def test_somebody_who_was_never_made_is_not_made_to_leave(realm: FakeRealm) -> None:
    """A leaver whom the realm never had stays unknown to it."""
    assert shown(gets_from_us(realm), likeness(REVOKED)) == []
    assert realm.users == {}


def test_a_user_who_is_not_ours_is_never_taken_over(realm: FakeRealm) -> None:
    """The directory states somebody with the name of the realm's own user: linking would be a gift."""
    realm.add("root", username="ada@acme.example")
    with pytest.raises(KeycloakFailure, match="did not come from this directory") as refused:
        gets_from_us(realm).show(likeness(ACCEPTED))
    assert refused.value.permanent
    assert realm.links == {}
    assert realm.log == []


def test_a_name_goes_from_whoever_left_to_whoever_comes(realm: FakeRealm) -> None:
    """She gets a user of her own; nothing of the one before carries over."""
    people = gets_from_us(realm)
    shown(people, likeness(ACCEPTED))
    shown(people, likeness(REVOKED))
    shown(people, likeness(PENDING, "ext-new", person_id="p-2"))
    names = {user["attributes"]["jumpseat_person"][0]: user["username"] for user in realm.users.values()}
    assert names == {"p-1": "left-p-1", "p-2": "ada@acme.example"}


def test_a_name_is_not_taken_from_somebody_who_is_in(realm: FakeRealm) -> None:
    """Nobody is thrown out for it; it is tried again, since she may be leaving just now."""
    people = gets_from_us(realm)
    shown(people, likeness(ACCEPTED))
    newcomer = likeness(PENDING, "ext-new", person_id="p-2")
    for leaving in (False, True):
        if leaving:
            people.show(likeness(REVOKED))
        with pytest.raises(KeycloakFailure, match="still that of the person p-1") as refused:
            people.show(newcomer)
        assert not refused.value.permanent
    people.show(likeness(REVOKED), sent_out=True)
    assert shown(people, newcomer) == ["created", "linked"]


def test_a_sign_in_that_is_somebody_elses_is_not_taken(realm: FakeRealm) -> None:
    """An identity at the broker that is linked to another user stays his, and she is not let in under it."""
    realm.add("bob")
    realm.links["bob"] = {"okta": "ext-ada"}
    with pytest.raises(KeycloakFailure, match="linked to another user") as refused:
        gets_from_us(realm).show(likeness(ACCEPTED))
    assert refused.value.permanent
    assert realm.links["bob"] == {"okta": "ext-ada"}
    assert [realm.standing(key) for key in realm.users if key != "bob"] == ["pending"]


def test_another_external_id_is_another_sign_in(realm: FakeRealm) -> None:
    """The directory's word replaces the link that was made by it."""
    people = gets_from_us(realm)
    shown(people, likeness(ACCEPTED))
    shown(people, likeness(ACCEPTED, "ext-other"))
    (user_id,) = realm.users
    assert realm.links == {user_id: {"okta": "ext-other"}}


def test_without_a_broker_nobody_is_linked(realm: FakeRealm) -> None:
    """The realm's own passwords are then how people sign in."""
    ProvisionedUsers(URL, realm, None).show(likeness(ACCEPTED))  # type: ignore[arg-type]
    assert realm.links == {}
