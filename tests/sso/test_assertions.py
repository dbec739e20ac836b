"""What the gate hands to back ends that verify."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from werkzeug.test import TestResponse

from connector.domain.access import Admission
from connector.domain.people import Person, StatedPerson
from connector.lifecycle import Lifecycle, gate_keys, provisioning
from connector.settings import Settings
from connector.sso.assertions import REMEMBERED, Assertions
from connector.storage.database import Database

from ..installation import Browser, Installation
from .conftest import ADA, BOB, Clock

HEADER = "X-Jumpseat-Assertion"


@pytest.fixture
def admitted(installation: Installation) -> Browser:
    """Give Ada's browser, in which the gate lets her pass."""
    installation.state(ADA)
    browser = installation.browser()
    browser.accept(ADA)
    return browser


def key_set(installation: Installation) -> dict[str, Any]:
    document: dict[str, Any] = installation.request("/gate/jwks.json").json
    return document


def believed(installation: Installation, answer: TestResponse) -> jwt.Token:
    """Check the assertion of an answer as a back end does, with the published keys alone."""
    return jwt.decode(answer.headers[HEADER], KeySet.import_key_set(key_set(installation)), algorithms=["ES256"])


def test_a_back_end_can_verify_who_was_admitted(installation: Installation, admitted: Browser, clock: Clock) -> None:
    """Signed with a published key: who, into what, with what, from whom, for whom, and for 60 seconds."""
    answer = admitted.get("/gate/crm")
    token = believed(installation, answer)
    now = int(clock.now.timestamp())
    assert token.claims == {
        "iss": "http://localhost:8080",
        "aud": "http://localhost:8080/gate/crm",
        "sub": answer.headers["X-Jumpseat-Person"],
        "iat": now,
        "exp": now + 60,
        "account": "crm",
        "user_name": ADA.user_name,
        "seats": ["seat"],
        "permissions": ["use"],
    }
    assert token.header["typ"] == "JWT"


def test_the_key_set_shows_no_private_key(installation: Installation) -> None:
    """It is public, may be kept for an hour, and is there before anybody was admitted."""
    answer = installation.request("/gate/jwks.json")
    (key,) = answer.json["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert answer.headers["Cache-Control"] == "public, max-age=3600"


def test_nobody_refused_gets_an_assertion(installation: Installation, admitted: Browser) -> None:
    """Neither a stranger nor somebody without a seat there."""
    assert HEADER not in installation.request("/gate/crm").headers
    assert HEADER not in admitted.get("/gate/other").headers


def test_an_assertion_is_used_again_while_the_ledger_says_the_same(admitted: Browser, clock: Clock) -> None:
    """For forty seconds; what is handed out lasts twenty more at least."""
    first = admitted.get("/gate/crm").headers[HEADER]
    clock.pass_time(seconds=40)
    assert admitted.get("/gate/crm").headers[HEADER] == first
    clock.pass_time(seconds=1)
    assert admitted.get("/gate/crm").headers[HEADER] != first


def test_another_session_and_another_person_get_their_own(installation: Installation, admitted: Browser) -> None:
    """An assertion is remembered for a session and what it was admitted as."""
    bob = installation.state(BOB)
    browser = installation.browser()
    browser.accept(BOB)
    assert believed(installation, browser.get("/gate/crm")).claims["sub"] == bob.id
    assert believed(installation, admitted.get("/gate/crm")).claims["sub"] != bob.id


def test_a_changed_user_name_is_told_at_once(installation: Installation, admitted: Browser) -> None:
    """What the ledger says now is what is signed now."""
    person_id = admitted.get("/gate/crm").headers["X-Jumpseat-Person"]

    def renamed(person: Person) -> StatedPerson:
        old = person.stated
        return StatedPerson("ada.king@acme.example", old.external_id, True, {**old.attributes, "userName": "ada.king"})

    installation.lifecycle.write(provisioning.change_person, installation.access(), person_id, renamed)
    answer = admitted.get("/gate/crm")
    assert believed(installation, answer).claims["user_name"] == "ada.king@acme.example"


def test_keys_change_without_an_assertion_that_cannot_be_verified(
    installation: Installation, admitted: Browser, clock: Clock
) -> None:
    """Day by day for two months, with the worker's clock: who read the keys a day ago believes what is signed now."""
    kids = set()
    for _ in range(62):
        yesterday = KeySet.import_key_set(key_set(installation))
        clock.pass_time(days=1)
        installation.lifecycle.write(gate_keys.look_after)
        admitted.sign_in(ADA)
        token = jwt.decode(admitted.get("/gate/crm").headers[HEADER], yesterday, algorithms=["ES256"])
        kids.add(token.header["kid"])
        assert len(key_set(installation)["keys"]) <= 2
    assert len(kids) == 3


def test_a_key_can_be_replaced_at_once(installation: Installation, admitted: Browser, clock: Clock) -> None:
    """After a leak: the old one is published no more, and within a minute every process signs with the new one."""
    old = admitted.get("/gate/crm").headers[HEADER]
    installation.lifecycle.write(gate_keys.replace_at_once)
    with pytest.raises((JoseError, ValueError)):
        jwt.decode(old, KeySet.import_key_set(key_set(installation)), algorithms=["ES256"])
    clock.pass_time(seconds=61)
    assert believed(installation, admitted.get("/gate/crm"))


def test_another_secret_key_signs_with_a_key_of_its_own(
    installation: Installation, admitted: Browser, clock: Clock
) -> None:
    """A private half that cannot be opened any more is replaced; what was signed with it is still believed."""
    old = admitted.get("/gate/crm")
    settings = Settings(secret_key="another key of thirty-two characters", public_url="http://localhost:8080")
    elsewhere = Lifecycle(Database(installation.url), settings, clock.get)
    elsewhere.write(gate_keys.look_after)
    assert elsewhere.read(gate_keys.signing_key) is not None
    assert len(key_set(installation)["keys"]) == 2
    assert believed(installation, old)
    elsewhere.database.dispose()


def test_what_is_remembered_is_bounded(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand sessions a process; only who is admitted is remembered at all."""
    signed: list[Admission] = []
    monkeypatch.setattr(Assertions, "_sign", lambda _self, admission, *_: str(signed.append(admission)))
    assertions = Assertions(installation.lifecycle)
    admission = Admission("p", "a", "ada", "crm", frozenset({"seat"}), frozenset())
    for number in range(REMEMBERED + 1):
        assertions.of(str(number), admission)
    assertions.of("1", admission)
    assert len(signed) == REMEMBERED + 1
    assertions.of("0", admission)
    assert len(signed) == REMEMBERED + 2
