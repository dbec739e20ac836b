"""User documents read as people."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.domain.people import Person, StatedPerson
from connector.mappers.people import patched_person, stated_person

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
BEFORE = stated_person({"userName": "bo", "externalId": "e1", "active": False})


def test_somebody_new_is_active_unless_stated_otherwise() -> None:
    """An absent `active` must not lock a joiner out; the answer tells it (RFC 7643 section 4.1.1)."""
    assert stated_person({"userName": "bo"}).active is True
    assert stated_person({"userName": "bo"}).attributes["active"] is True
    assert stated_person({"userName": "bo", "active": False}).active is False


def test_a_replacement_silent_about_active_and_external_id_keeps_them() -> None:
    """OneLogin replaces without `active`; a lost externalId would unbind an identity."""
    stated = stated_person({"userName": "bo", "title": "T"}, BEFORE)
    assert (stated.active, stated.external_id) == (False, "e1")
    assert stated.attributes == {"userName": "bo", "title": "T", "active": False, "externalId": "e1"}


def test_a_replacement_clears_what_else_it_does_not_mention() -> None:
    """RFC 7644 section 3.5.1: absent readWrite attributes are cleared."""
    before = stated_person({"userName": "bo", "title": "T", "emails": [{"value": "a@x"}]})
    assert set(stated_person({"userName": "bo"}, before).attributes) == {"userName", "active"}


def test_a_null_clears_the_external_id_and_a_null_active_says_nothing() -> None:
    """Null is `unassigned` (RFC 7643 section 2.5)."""
    stated = stated_person({"userName": "bo", "externalId": None, "active": None}, BEFORE)
    assert stated.external_id is None
    assert "externalId" not in stated.attributes
    assert stated.active is False


@pytest.mark.parametrize("nothing", [None, [], {}])
def test_what_has_no_value_is_not_kept(nothing: object) -> None:
    """Absent, null and empty are the same (RFC 7643 section 2.5), and equal documents must be equal."""
    assert stated_person({"userName": "bo", "x": nothing}) == stated_person({"userName": "bo"})


def test_a_patched_document_is_taken_as_it_is() -> None:
    """What a PATCH removed is gone, except that a person without `active` stays as active as she was."""
    person = Person("1", "t", "d", BEFORE, 1, NOON, NOON)
    stated = patched_person({"userName": "bo"}, person)
    assert stated == StatedPerson("bo", None, False, {"userName": "bo"})
