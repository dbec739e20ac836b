"""Break-glass: one person, let in past a provider that is down, and everybody told."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from connector.domain.errors import AccountFrozen, InvalidValue, NotFound, NothingToAnswer
from connector.domain.events import Kind
from connector.domain.step_up import StepUp
from connector.lifecycle import (
    accounts,
    breaking_glass,
    delivery,
    diagnosis,
    freezing,
    invitations,
    own_sessions,
    ruling,
    stepping_up,
)
from connector.lifecycle.accounts import account_named
from connector.lifecycle.diagnosis import Check
from connector.worker import written
from demo.openid import OpenIdProvider

from ..installation import CAUSE, Browser, Installation
from .conftest import ADA, BOB, Clock

HOUR = timedelta(hours=1)


@pytest.fixture
def installation(database_url: str, provider: OpenIdProvider, clock: Clock) -> Iterator[Installation]:
    """Return an installation that allows it, on each kind of database; Ada holds a seat in `crm`."""
    installation = Installation(database_url, clock.get, provider)
    allow(installation)
    installation.state(ADA)
    installation.browser().accept(ADA)
    yield installation
    installation.lifecycle.database.dispose()


def allow(installation: Installation, allowed: bool = True) -> None:
    before = installation.lifecycle
    settings = dataclasses.replace(before.settings, break_glass=allowed)
    installation.lifecycle = dataclasses.replace(before, settings=settings)
    installation.app.extensions["jumpseat"] = installation.lifecycle


def break_glass(
    installation: Installation, name: str = ADA.user_name, lasting: timedelta = HOUR, reason: str = "Okta is down"
) -> str:
    """Break it, and return the path of the link."""
    _, link = installation.lifecycle.write(breaking_glass.break_glass, "crm", "acme", name, lasting, reason, CAUSE)
    assert link.startswith(installation.public_url)
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}"


def enter(installation: Installation, path: str) -> Browser:
    browser = installation.browser()
    browser.post("/break-glass", browser.get(path), key=path.partition("key=")[2])
    return browser


def test_the_link_opens_one_account_once_without_the_provider(installation: Installation) -> None:
    """Looking at it does not use it up; the second browser gets nothing, and the provider is never asked."""
    path = break_glass(installation)
    installation.idp.requests.clear()
    installation.browser().get(path)
    first, second = enter(installation, path), enter(installation, path)
    assert first.get("/gate/crm").headers["X-Jumpseat-User-Name"] == ADA.user_name
    assert second.get("/gate/crm").headers["X-Jumpseat-Reason"] == "signed-out"
    assert installation.idp.requests == []


def test_it_opens_no_other_account(installation: Installation) -> None:
    """Though she holds a seat there too."""
    write = installation.lifecycle.write
    write(accounts.open_account, "erp", "plain", "standard", CAUSE, capacities={"seats": 5})
    write(ruling.add_rule, "all-erp", "erp", CAUSE, where="active eq true", seat_type="seat", role="member")
    usual = installation.browser()
    usual.sign_in(ADA)
    link = installation.lifecycle.read(invitations.pending_link, "erp", "acme", ADA.user_name)
    there = urlsplit(link).path
    usual.post(there, usual.get(there), answer="accept")
    assert usual.get("/gate/erp").status_code == 200
    browser = enter(installation, break_glass(installation))
    assert browser.get("/gate/crm").status_code == 200
    assert browser.get("/gate/erp").headers["X-Jumpseat-Reason"] == "no-such-account"


def test_link_and_session_end_by_themselves(installation: Installation, clock: Clock) -> None:
    """At the minute that was said, however much the session is used."""
    entered, unused = enter(installation, break_glass(installation)), break_glass(installation)
    for _ in range(3):
        clock.pass_time(minutes=20, seconds=-1)
        assert entered.get("/gate/crm").status_code == 200
    clock.pass_time(seconds=3)
    assert entered.get("/gate/crm").headers["X-Jumpseat-Reason"] == "session-ended"
    assert enter(installation, unused).get("/gate/crm").status_code == 401


def test_nobody_gets_in_whom_her_directory_wants_out(installation: Installation) -> None:
    """Neither by a link of before nor by a session that it started; nor can glass be broken for her."""
    ada = installation.lifecycle.read(lambda work: work.people.named(installation.access().directory.id, ADA.user_name))
    assert ada is not None
    entered, unused = enter(installation, break_glass(installation)), break_glass(installation)
    installation.leave(ada)
    assert entered.get("/gate/crm").headers["X-Jumpseat-Reason"] == "session-ended"
    assert enter(installation, unused).get("/gate/crm").headers["X-Jumpseat-Reason"] == "signed-out"
    with pytest.raises(NothingToAnswer):
        break_glass(installation)


def test_it_is_off_unless_the_settings_allow_it(installation: Installation) -> None:
    """Neither made nor, once made, used."""
    path = break_glass(installation)
    allow(installation, False)
    with pytest.raises(InvalidValue, match="JUMPSEAT_BREAK_GLASS=yes"):
        break_glass(installation)
    assert enter(installation, path).get("/gate/crm").status_code == 401


def test_what_it_is_not_for_is_refused(installation: Installation) -> None:
    """Nobody without a seat, no endless time, no missing reason, no frozen account, none that asks for more."""
    installation.state(BOB)
    for error, facts in (
        (NothingToAnswer, {"name": BOB.user_name}),
        (NotFound, {"name": "nobody@acme.example"}),
        (InvalidValue, {"lasting": timedelta(hours=5)}),
        (InvalidValue, {"lasting": timedelta(seconds=59)}),
        (InvalidValue, {"reason": "  no "}),
        (InvalidValue, {"reason": "x" * 501}),
    ):
        with pytest.raises(error):
            break_glass(installation, **facts)  # type: ignore[arg-type]
    write = installation.lifecycle.write
    write(stepping_up.ask_for, "crm", StepUp(amr=frozenset({"mfa"})), CAUSE)
    with pytest.raises(InvalidValue, match="step-up"):
        break_glass(installation)
    write(stepping_up.ask_for, "crm", StepUp(), CAUSE)
    write(freezing.freeze, "crm", CAUSE)
    with pytest.raises(AccountFrozen):
        break_glass(installation)


def test_log_trail_and_doctor_tell(installation: Installation, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """The doctor while it lasts; the log and the trail for good, with who did it and why, and no link."""
    path = break_glass(installation)
    with caplog.at_level(logging.WARNING):
        enter(installation, path)
    assert "break-glass:used" in caplog.messages
    assert path.partition("key=")[2] not in caplog.text
    events = installation.lifecycle.read(lambda work: list(work.trail.events()))
    (broken,) = [one for one in events if one["kind"] == Kind.GLASS_BROKEN.value]
    assert (broken["actor"], broken["person_id"] is not None) == (CAUSE.actor, True)
    (started,) = [one for one in events if "break_glass" in (one["after"] or {})]
    assert started["after"] == {"break_glass": broken["subject_id"]}
    (finding,) = installation.lifecycle.read(diagnosis.diagnose)[Check.BROKEN_GLASS]
    assert (finding.wrong, "60 more minutes; used" in finding.sentence) == (True, True)
    assert ADA.user_name not in finding.sentence
    clock.pass_time(hours=1)
    assert installation.lifecycle.read(diagnosis.diagnose)[Check.BROKEN_GLASS] == []


@pytest.mark.parametrize(("language", "word"), [("en", "Operator"), ("fr", "Ouvert par")])
def test_the_owner_of_the_account_gets_a_letter(
    installation: Installation, clock: Clock, language: str, word: str
) -> None:
    """Who, into what, by whom, why and until when; and no link. Without an owner's address there is none to send."""
    path = break_glass(installation)
    (post,) = [one for one in installation.lifecycle.write(delivery.claim) if one.kind == breaking_glass.GLASS_MAIL]
    assert installation.lifecycle.read(delivery.letter, post) is None
    installation.lifecycle.write(
        lambda work: work.accounts.write(
            dataclasses.replace(account_named(work, "crm"), owner_email="owner@acme.example")
        )
    )
    letter = installation.lifecycle.read(delivery.letter, post)
    assert letter is not None
    settings = dataclasses.replace(installation.lifecycle.settings, language=language)
    message = written(letter, settings, clock.get())
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert str(message["To"]) == "owner@acme.example"
    for fact in ("Ada Lovelace", "Acme CRM", "Okta is down", CAUSE.actor, word):
        assert fact in text
    assert path.partition("key=")[2] not in message.as_string()


def test_an_operator_ends_it_before_its_time(installation: Installation) -> None:
    """The session and the link that was not used yet; of one person, or of everybody."""
    for whom in (ADA.user_name, None):
        entered, unused = enter(installation, break_glass(installation)), break_glass(installation)
        installation.lifecycle.write(own_sessions.end_sessions_of, "acme", whom, CAUSE)
        assert entered.get("/gate/crm").status_code == 401
        assert enter(installation, unused).get("/gate/crm").status_code == 401


def test_its_session_accepts_nothing(installation: Installation) -> None:
    """No provider has vouched for her, so no invitation can be accepted with it, and no identity is bound."""
    write = installation.lifecycle.write
    browser = enter(installation, break_glass(installation))
    write(accounts.open_account, "erp", "plain", "standard", CAUSE, capacities={"seats": 5})
    write(ruling.add_rule, "all-erp", "erp", CAUSE, where="active eq true", seat_type="seat", role="member")
    path = urlsplit(installation.lifecycle.read(invitations.pending_link, "erp", "acme", ADA.user_name)).path
    answer = browser.post(path, browser.get(path), answer="accept")
    assert answer.headers["X-Jumpseat-Reason"] == "identity-mismatch"


def test_a_form_of_another_site_uses_no_link_up(installation: Installation) -> None:
    """Login CSRF: whoever has a link of hers cannot put others into her session."""
    path = break_glass(installation)
    key = path.partition("key=")[2]
    answer = installation.app.test_client().post("/break-glass", data={"key": key})
    assert answer.headers["X-Jumpseat-Reason"] == "form-too-old"
    assert enter(installation, path).get("/gate/crm").status_code == 200
