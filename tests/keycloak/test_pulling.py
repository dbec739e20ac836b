"""A realm that cannot push is read, and what it says is stated as if it had been told over SCIM."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.domain.errors import InvalidValue, PullUnderWay, TooManyLeaving
from connector.domain.events import Kind
from connector.domain.memberships import State
from connector.domain.people import Person
from connector.keycloak.pull import Pull
from connector.keycloak.server import KeycloakFailure
from connector.keycloak.worker import RealmPuller
from connector.lifecycle import directories, pulling, realms
from connector.lifecycle.diagnosis import Check, diagnose
from connector.lifecycle.pulling import Report

from ..lifecycle.company import OPERATOR
from .conftest import Shop
from .fake_realm import FakeRealm

EVERY = timedelta(minutes=5)


@pytest.fixture
def realm(shop: Shop) -> FakeRealm:
    """Give the realm of `acme`, which is read every five minutes."""
    return shop.connect("acme", pull_every=EVERY)


def pull(shop: Shop, *, anyway: bool = False) -> Report:
    return Pull(shop.lifecycle, shop.read(realms.access_to, "acme"), shop.administrate).run(anyway=anyway)


def people(shop: Shop) -> dict[str, Person]:
    """Return userName -> person, of those who are not deleted."""
    one = shop.read(directories.directory_named, "acme")
    return {p.stated.user_name: p for p in shop.read(lambda work: list(work.people.present_of(one.id)))}


def members(shop: Shop) -> dict[str, set[str]]:
    """Return displayName -> userNames."""
    one = shop.read(directories.directory_named, "acme")
    groups = shop.read(lambda work: list(work.groups.all_of(one.id)))
    found = shop.read(lambda work: work.groups.members_of([group.id for group in groups]))
    return {group.stated.display_name: {member.display for member in found[group.id]} for group in groups}


def test_what_a_realm_says_is_stated(shop: Shop, realm: FakeRealm) -> None:
    """People as a SCIM extension would state them, groups by path, members; whoever is disabled already is left out."""
    realm.add("u-1", username="ada", firstName="Ada", lastName="King", email="ada@acme.example", createdTimestamp=1)
    realm.users["u-1"]["attributes"]["locale"] = ["fr"]
    realm.add("u-2", username="bob")
    realm.add("u-3", username="gone", enabled=False)
    below = {"id": "g-2", "name": "France", "path": "/Sales/France"}
    realm.groups["g-1"] = {"id": "g-1", "name": "Sales", "path": "/Sales", "subGroups": [below]}
    realm.members = {"g-1": ["u-1", "u-3"], "g-2": ["u-2"]}
    report = pull(shop)
    assert (report.counts, report.losing, report.problems) == ({"new": 2, "groups_new": 2}, 0, [])
    assert people(shop)["ada"].stated.attributes == {
        "externalId": "u-1",
        "userName": "ada",
        "active": True,
        "displayName": "Ada King",
        "name": {"givenName": "Ada", "familyName": "King", "formatted": "Ada King"},
        "emails": [{"value": "ada@acme.example", "type": "work", "primary": True}],
        "preferredLanguage": "fr",
    }
    assert people(shop)["bob"].stated.attributes == {"externalId": "u-2", "userName": "bob", "active": True}
    assert members(shop) == {"Sales": {"ada"}, "Sales/France": {"bob"}}
    assert shop.state(people(shop)["ada"]) is State.INVITED
    assert shop.events(Kind.PERSON_STATED)[0]["actor"] == "pulled:acme"
    assert pull(shop).counts == {}
    assert [event["after"] for event in shop.events(Kind.REALM_READ)] == [
        {"new": 2, "groups_new": 2, "losing": 0, "problems": 0}
    ]


def test_every_way_out_of_a_realm_is_a_way_out_here(shop: Shop, realm: FakeRealm) -> None:
    """Disabled, deleted, taken out of a group, the group deleted; each cuts what it made due, and the session."""
    shop.remove_rule("everybody-crm")
    shop.rule("Staff", directory_slug="acme")
    shop.rule("Guests", directory_slug="acme")
    for name in ("disabled", "deleted", "removed", "grouped", "stays"):
        realm.add(name)
    realm.groups = {key: {"id": key, "name": key} for key in ("Staff", "Guests")}
    realm.members = {"Staff": ["disabled", "deleted", "removed", "stays"], "Guests": ["grouped"]}
    pull(shop)
    here = people(shop)
    sessions = {name: shop.accept(person, directory="acme") for name, person in here.items()}
    assert all(shop.admits(one) for one in sessions.values())
    realm.users["disabled"]["enabled"] = False
    del realm.users["deleted"], realm.groups["Guests"]
    realm.members["Staff"] = ["disabled", "stays"]
    report = pull(shop)
    assert report.counts == {"gone": 1, "disabled": 1, "groups_gone": 1, "groups_changed": 1}
    assert report.losing == 4
    assert [name for name, one in sessions.items() if shop.admits(one)] == ["stays"]
    assert shop.live_sessions(here["disabled"]) == 0
    assert not people(shop)["disabled"].active
    assert "deleted" not in people(shop)
    realm.users["disabled"]["enabled"] = True
    assert pull(shop).counts == {"changed": 1}
    assert people(shop)["disabled"].id == here["disabled"].id


def test_nobody_is_gone_for_having_been_on_a_page_that_shifted(shop: Shop, realm: FakeRealm) -> None:
    """Whoever the list passes by is asked for by herself, as a user and as a member."""
    realm.add("ada")
    realm.groups["Staff"] = {"id": "Staff", "name": "Staff"}
    realm.members["Staff"] = ["ada"]
    pull(shop)
    realm.unlisted.add("ada")
    assert pull(shop).counts == {}


@pytest.mark.parametrize(
    ("before", "leave", "trips"), [(60, 12, False), (60, 13, True), (12, 10, False), (12, 11, True)]
)
def test_the_breaker_trips_when_more_leave_than_on_any_day(
    shop: Shop, realm: FakeRealm, before: int, leave: int, trips: bool
) -> None:
    """Ten may always leave, and a fifth; beyond that nothing at all is changed until an operator says so."""
    for number in range(before):
        realm.add(f"u-{number:02}")
    pull(shop)
    for number in range(leave):
        realm.users[f"u-{number:02}"]["enabled"] = False
    realm.add("new")
    if trips:
        with pytest.raises(TooManyLeaving, match=f"{leave} of the {before} people of acme.*sync acme --yes"):
            pull(shop)
        assert sum(one.active for one in people(shop).values()) == before
        assert "new" not in people(shop)
        (finding,) = shop.read(diagnose)[Check.REALMS]
        assert "leavers of acme may still be in" in finding.sentence
    assert pull(shop, anyway=True).losing == leave
    assert sum(one.active for one in people(shop).values()) == before - leave + 1
    assert shop.read(diagnose)[Check.REALMS] == []


def test_a_realm_that_empties_at_once_is_held_back(shop: Shop, realm: FakeRealm) -> None:
    """A restored backup, or a group by which everybody is due: members count as those who leave do."""
    for number in range(20):
        realm.add(f"u-{number:02}")
    realm.groups["Staff"] = {"id": "Staff", "name": "Staff"}
    realm.members["Staff"] = list(realm.users)
    pull(shop)
    realm.members["Staff"] = []
    with pytest.raises(TooManyLeaving):
        pull(shop)
    realm.groups.clear()
    with pytest.raises(TooManyLeaving):
        pull(shop)
    assert len(members(shop)["Staff"]) == 20


def test_names_can_be_exchanged(shop: Shop, realm: FakeRealm) -> None:
    """One after the other: who takes a name that is still borne is tried again."""
    realm.add("u-1", username="ada")
    realm.add("u-2", username="bob")
    pull(shop)
    realm.users["u-1"]["username"], realm.users["u-2"]["username"] = "bob", "eve"
    assert pull(shop).problems == []
    assert {name: one.stated.external_id for name, one in people(shop).items()} == {"bob": "u-1", "eve": "u-2"}


def test_what_cannot_be_stated_of_one_keeps_no_other_back(shop: Shop, realm: FakeRealm) -> None:
    """Two groups whose paths are one name here: the second is told of, the rest is stated."""
    realm.groups = {"g-1": {"id": "g-1", "name": "Staff"}, "g-2": {"id": "g-2", "name": "STAFF"}}
    realm.add("ada")
    realm.members = {"g-1": ["ada"]}
    report = pull(shop)
    assert len(report.problems) == 1
    assert "STAFF" in report.problems[0]
    assert members(shop) == {"Staff": {"ada"}}
    (finding,) = shop.read(diagnose)[Check.REALMS]
    assert "1 of what it says could not be stated" in finding.sentence
    assert "STAFF" not in finding.sentence


def test_people_whom_somebody_else_stated_are_let_be(shop: Shop, realm: FakeRealm) -> None:
    """Whoever has no externalId did not come from the realm; whoever bears a user's id is that user."""
    byhand = shop.person("byhand", "acme", externalId=None)
    before = shop.person("ada", "acme", externalId="u-1")
    realm.add("u-1", username="ada")
    pull(shop)
    assert people(shop)["ada"].id == before.id
    assert people(shop)["byhand@acme.example"].id == byhand.id


def test_the_worker_reads_when_it_is_time(shop: Shop, realm: FakeRealm) -> None:
    """At once, and then after each interval; a failure is told of and tried again; one that is off is not read."""
    puller = RealmPuller(shop.lifecycle, shop.administrate)
    realm.add("ada")
    assert puller.turn()
    assert not puller.turn()
    assert set(people(shop)) == {"ada"}
    realm.add("bob")
    shop.clock.forward(seconds=299)
    assert not puller.turn()
    shop.clock.forward(seconds=1)
    realm.breaks_after = 1
    assert puller.turn()
    (finding,) = shop.read(diagnose)[Check.REALMS]
    assert "cannot be reached" in finding.sentence
    realm.breaks_after = None
    shop.clock.forward(seconds=300)
    assert puller.turn()
    assert set(people(shop)) == {"ada", "bob"}
    assert shop.read(diagnose)[Check.REALMS] == []
    shop.write(directories.set_active, "acme", OPERATOR, active=False)
    shop.clock.forward(hours=1)
    assert not puller.turn()


def test_a_realm_is_read_by_one_at_a_time(shop: Shop, realm: FakeRealm) -> None:
    """The command and the worker do not state everybody twice; one that died is followed by the next after a while."""
    access = shop.read(realms.access_to, "acme")
    puller = RealmPuller(shop.lifecycle, shop.administrate)
    shop.write(pulling.take, access.realm)
    assert not puller.turn()
    with pytest.raises(PullUnderWay, match="acme is being read"):
        shop.write(pulling.take, access.realm)
    shop.clock.forward(minutes=30)
    assert puller.turn()
    shop.write(pulling.take, access.realm)
    Pull(shop.lifecycle, access, shop.administrate).run()
    shop.write(pulling.take, access.realm)

    def interrupted(_: object) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Pull(shop.lifecycle, access, interrupted).run()
    shop.write(pulling.take, access.realm)


def test_a_pull_that_broke_off_has_changed_nothing(shop: Shop, realm: FakeRealm) -> None:
    """Nobody leaves because Keycloak stopped answering in the middle of its list of members."""
    for name in ("ada", "bob"):
        realm.add(name)
    realm.groups["Staff"] = {"id": "Staff", "name": "Staff"}
    realm.members["Staff"] = ["ada", "bob"]
    pull(shop)
    for calls in range(3):
        realm.breaks_after = calls
        with pytest.raises(KeycloakFailure, match="cannot be reached"):
            pull(shop)
        assert members(shop) == {"Staff": {"ada", "bob"}}


@pytest.mark.parametrize("seconds", [0, 9, 86401])
def test_an_interval_that_could_not_be_is_refused(shop: Shop, seconds: int) -> None:
    """Less than ten seconds would burden the realm, more than a day would be no cut."""
    with pytest.raises(InvalidValue, match="10 to 86400"):
        shop.connect("acme", pull_every=timedelta(seconds=seconds))


def test_a_pulled_directory_needs_no_token(shop: Shop, realm: FakeRealm) -> None:
    """The doctor asks for one only where somebody is to push."""
    facts: Any = [one.sentence for one in shop.read(diagnose)[Check.TOKENS]]
    shop.sql("DELETE FROM directory_token")
    assert [one.sentence for one in shop.read(diagnose)[Check.TOKENS]] != facts
    assert not [one for one in shop.read(diagnose)[Check.TOKENS] if "acme" in one.sentence]
