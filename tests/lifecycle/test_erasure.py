"""Erasure and retention: names go, ids and the trail stay."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, String, Text, cast, select

from connector.domain.attributes import ENTERPRISE_USER
from connector.domain.erasure import Names, names_of
from connector.domain.errors import DepartureUnfinished, NotFound, PersonActive
from connector.domain.events import Kind
from connector.domain.exchanges import Exchange
from connector.domain.identifiers import new_id
from connector.domain.people import Person, StatedPerson
from connector.lifecycle import delivery, erasure, handovers, provisioning, reserving
from connector.lifecycle.erasure import erase_everywhere, preview_erasure
from connector.storage.journal import JournalStore
from connector.storage.tables import metadata

from .company import OPERATOR, Company

SAID = ("Zénobie", "Quarrington", "zenobie.q@acme.example", "zq-0815", "+33 1 99 88 77")
PROFILE: dict[str, Any] = {
    "userName": "zenobie.q@acme.example",
    "externalId": "zq-0815",
    "displayName": "Zénobie Quarrington",
    "name": {"givenName": "Zénobie", "familyName": "Quarrington"},
    "emails": [{"value": "zenobie.q@acme.example", "primary": True}],
    "phoneNumbers": [{"value": "+33 1 99 88 77"}],
}


@pytest.fixture
def left(company: Company) -> Person:
    """Give somebody of many traces, who has left: a seat at a vendor, sessions, a manager's role, exchanges."""
    company.account("hub", "hubspot", "starter", core=9)
    company.rule(account="hub", name="all", where="active eq true", seat_type="core", permissions=["contacts.view"])
    stated = StatedPerson(PROFILE["userName"], PROFILE["externalId"], True, {**PROFILE, "active": True})
    zoe = company.write(provisioning.create_person, company.access(), stated)
    company.group("Team", zoe)
    company.accept(zoe, "hub")
    company.sign_in(zoe, name="Zénobie Quarrington", email="zenobie.q@acme.example")
    manager = {"value": "zq-0815", "displayName": "Zénobie Quarrington"}
    ben = company.person("ben", **{ENTERPRISE_USER: {"manager": manager, "department": "Sales"}})
    company.change(ben, **{ENTERPRISE_USER: {"manager": manager, "department": "Design"}})
    company.accept(ben, "hub")
    company.deactivate(ben)
    company.change(zoe, displayName="Zénobie Q. Quarrington")
    company.deactivate(zoe)
    company.write(handovers.assign, _open(company, ben), OPERATOR, address="Zenobie.Q@acme.example")
    return zoe


def _open(company: Company, person: Person) -> str:
    (one,) = company.read(handovers.handovers_of, person.id)
    return one.handover.id


def finish(company: Company, *people: Person) -> None:
    for person in people:
        company.finish_orders(person)
        for one in company.read(handovers.handovers_of, person.id):
            company.write(handovers.finish, one.handover.id, [], OPERATOR)


def exchanges(company: Company, *bodies: tuple[str, str, str | None]) -> JournalStore:
    store = JournalStore(company.lifecycle.database)
    store.add(
        Exchange(new_id(), "okta", company.clock.now, "POST", path, query, {}, body, 200, body)
        for path, query, body in bodies
    )
    return store


def everything_kept(company: Company, store: JournalStore) -> str:
    """Return every text and every document of every table, and of the journal's own, as one text."""
    found: list[str] = []
    for engine, tables in (
        (company.lifecycle.database.engine, metadata.sorted_tables),
        (store.engine, [metadata.tables["exchange"]]),
    ):
        with engine.connect() as connection:
            for table in tables:
                columns = [cast(one, Text) for one in table.c if isinstance(one.type, String | Text | JSON)]
                found += [str(value) for row in connection.execute(select(*columns)) for value in row]
    return re.sub(r"\\u([0-9a-f]{4})", lambda escaped: chr(int(escaped[1], 16)), "\n".join(found))


def files_of(company: Company) -> bytes:
    """Return what the files of an SQLite database hold, with what was deleted in them."""
    path = Path(str(company.lifecycle.database.url.database))
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.stem}*") if each.is_file())


def test_nothing_names_her_after_her_erasure_and_the_trail_is_whole(company: Company, left: Person) -> None:
    """Every column of every table, the journal and the files themselves are searched; ids and events are all there."""
    everybody = company.read(lambda work: list(work.people.by_id(_ids(work)).values()))
    ben = next(one for one in everybody if one.id != left.id)
    finish(company, left, ben)
    store = exchanges(
        company,
        (f"/Users/{left.id}", "", '{"title": "Captain"}'),
        ("/Users", "filter=userName%20eq%20%22zenobie.q%40acme.example%22", None),
        ("/Users", "", '{"displayName": "Z\\u00e9nobie Quarrington"}'),
        ("/Users", "", '{"userName": "nzenobie.q@acme.example"}'),
    )
    assert all(text in everything_kept(company, store) for text in SAID)
    before = company.events()
    shown = preview_erasure(company.lifecycle, "okta", "zenobie.q@acme.example", OPERATOR)
    assert company.events() == before
    assert shown.blanked["exchanges"] == 3
    done = erase_everywhere(company.lifecycle, "okta", "zenobie.q@acme.example", OPERATOR)
    assert dict(done.blanked) == dict(shown.blanked)
    assert done.kept == ()
    kept = everything_kept(company, store)
    assert "nzenobie.q@acme.example" in kept
    kept = kept.replace("nzenobie.q@acme.example", "")
    assert [text for text in (*SAID, "zenobie", "Captain") if text.casefold() in kept.casefold()] == []
    after = company.events()
    trail = [{key: one[key] for key in one if not key.startswith("values")} for one in before]
    assert [{key: one[key] for key in one if not key.startswith("values")} for one in after[: len(before)]] == trail
    assert [one["kind"] for one in after[len(before) :]] == ["person:erased"]
    assert after[-1]["after"]["blanked"]["people who name her as manager"] == 1
    if company.lifecycle.database.url.get_backend_name() == "sqlite":
        store.dispose()
        assert b"Quarrington" not in files_of(company)
    # What others have is as it was, but for her name.
    stated = company.read(lambda work: work.people.by_id([ben.id]))[ben.id].stated.attributes[ENTERPRISE_USER]
    assert stated == {"manager": {"value": left.id}, "department": "Design"}
    with pytest.raises(NotFound):
        erase_everywhere(company.lifecycle, "okta", "zenobie.q@acme.example", OPERATOR)
    assert erase_everywhere(company.lifecycle, "okta", left.id, OPERATOR).blanked["person"] == 1


def _ids(work: Any) -> list[str]:
    return [row.id for row in work.connection.execute(select(metadata.tables["person"].c.id))]


def test_whoever_is_active_or_still_leaving_is_not_erased(company: Company, left: Person) -> None:
    """A clear sentence says what is in the way; nothing is blanked."""
    company.person("cy")
    with pytest.raises(PersonActive, match=r"cy@acme\.example is active in her directory"):
        preview_erasure(company.lifecycle, "okta", "cy@acme.example", OPERATOR)
    with pytest.raises(DepartureUnfinished, match="vendor steps open: 2, assets to hand over: 10"):
        erase_everywhere(company.lifecycle, "okta", "zenobie.q@acme.example", OPERATOR)
    assert company.events(Kind.PERSON_ERASED) == []


def test_what_is_kept_is_said_with_its_reason(company: Company, left: Person) -> None:
    """A rule that names her, and a seat that is kept for her, are the operator's to change."""
    finish(company, left)
    until = company.clock.now + timedelta(days=9)
    for _ in range(2):
        whom = "zenobie.q@acme.example"
        one = company.write(reserving.reserve, "hub", ["core"], whom, OPERATOR, ends_at=until, directory_slug="okta")
    company.write(reserving.cancel, one.id, OPERATOR)
    company.rule(account="hub", name="her", where='userName eq "zenobie.q@acme.example"', seat_type="core")
    company.remove_rule("all")
    report = preview_erasure(company.lifecycle, "okta", left.id, OPERATOR)
    kept = {one.where: one.why for one in report.kept}
    assert kept["rule.filter"] == "a rule names her; change or remove the rule"
    assert kept["reservation.kept_for"] == "a seat is kept for her; cancel the reservation"
    assert {one.where: one.rows for one in report.kept}["reservation.kept_for"] == report.blanked["reservations"] == 1


def test_a_person_who_gave_her_name_away_is_erased_by_her_id(company: Company) -> None:
    """Two bore the name: the one who has it now is another."""
    old = company.person("ada", displayName="Adalbertine Old")
    company.deactivate(old)
    new = company.person("ada", externalId="ext-new")
    with pytest.raises(NotFound, match="person"):
        preview_erasure(company.lifecycle, "okta", "ada@acme.example", OPERATOR)
    assert erase_everywhere(company.lifecycle, "okta", old.id, OPERATOR).person_id == old.id
    assert company.read(lambda work: work.people.by_id([new.id]))[new.id].stated.user_name == "ada@acme.example"


def test_values_and_letters_are_forgotten_when_their_time_is_over(company: Company) -> None:
    """The events stay; what is younger than the retention keeps its values."""
    company.account(seats=2)
    company.everybody()
    company.person("ada", displayName="Ada Lovelace")
    (claimed,) = company.write(delivery.claim)
    company.write(delivery.delivered, claimed, sent=True)
    company.clock.forward(days=200)
    company.person("ben", displayName="Ben Brown")
    company.clock.forward(days=166)
    told = len(company.events())
    assert company.write(erasure.forget_old) == (1, 1)
    assert company.write(erasure.forget_old) == (0, 0)
    stated = company.events(Kind.PERSON_STATED)
    assert [bool(one["values_after"]) for one in stated] == [False, True]
    assert stated[0]["after"] == {"active": True, "attributes": ["active", "displayName", "externalId", "userName"]}
    assert len(company.events()) == told
    assert company.lifecycle.settings.personal_retention == timedelta(days=365)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("write to Ada.L@acme.example.", True),
        ("userName+eq+%22ada.l%40acme.example%22", True),
        ('{"name": "Zo\\u00eb Quarr"}', True),
        ("nada.l@acme.example", False),
        ("ada.l@acme.example-not", False),
        ("Zoe Quarr", False),
    ],
)
def test_she_is_found_as_she_is_spelt_and_not_within_others(text: str, found: bool) -> None:
    """In a URL, in JSON, in capitals; a longer address is another's."""
    assert Names(frozenset({"ada.l@acme.example", "Zoë Quarr"})).spoken_of(text) is found


def test_short_words_are_no_names_to_look_for() -> None:
    """A given name alone would be found in others' words; with the family name it is hers."""
    names = names_of([{"userName": "ada", "displayName": "Ada", "name": {"givenName": "Ada", "familyName": "Ng"}}])
    assert names.texts == {"Ada Ng", "Ng Ada", "Ng, Ada"}
