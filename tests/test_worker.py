"""What the worker's clock brings about."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from connector.domain.events import Cause, CauseKind
from connector.domain.exchanges import Exchange
from connector.domain.grants import Given
from connector.domain.people import StatedPerson
from connector.domain.sessions import Identity
from connector.domain.tenancy import DirectoryAccess, Idp
from connector.lifecycle import (
    Lifecycle,
    accounts,
    admission,
    directories,
    granting,
    invitations,
    invoicing,
    outstanding,
    provisioning,
    reserving,
    seating,
)
from connector.mail import transport
from connector.settings import Settings
from connector.storage.database import Database
from connector.worker import Worker

OPERATOR = Cause(CauseKind.OPERATOR, "cli:tess")


class Letterbox:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    def send(self, letter: EmailMessage) -> None:
        self.letters.append(letter)


class Clock:
    """A clock that is moved by hand."""

    now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands at noon of 23 November."""
    return Clock()


@pytest.fixture
def lifecycle(database_url: str, clock: Clock) -> Iterator[Lifecycle]:
    """Give the use cases over a fresh database, each test on both kinds of it."""
    database = Database(database_url)
    yield Lifecycle(database, Settings(secret_key="k" * 40, public_url="https://seats.example"), clock)
    database.dispose()


def test_the_clock_carries_out_what_the_end_of_a_period_brings(lifecycle: Lifecycle, clock: Clock) -> None:
    """Seats are given back and the plan is changed on the day, once, and not before."""
    lifecycle.write(directories.create_directory, "okta", Idp.OKTA, OPERATOR)
    lifecycle.write(
        accounts.open_account, "crm", "brevo", "standard_sales_essentials", OPERATOR, capacities={"sales": 5}
    )
    lifecycle.write(invoicing.state_billing, "crm", OPERATOR, currency="EUR", time_zone="UTC", anchor=date(2026, 1, 1))
    lifecycle.write(seating.release_seats, "crm", "sales", 2, OPERATOR)
    lifecycle.write(seating.change_plan, "crm", "pro_sales", OPERATOR, at_renewal=True)
    worker = Worker(lifecycle, Letterbox())

    def sales() -> tuple[str, int | None]:
        account = lifecycle.read(accounts.account_named, "crm")
        return account.plan, lifecycle.read(lambda work: work.accounts.pools([account.id]))[account.id][
            "sales"
        ].capacity

    worker.turn()
    assert sales() == ("standard_sales_essentials", 5)
    for day in (1, 2):
        clock.now = datetime(2026, 12, day, tzinfo=UTC)
        worker.turn()
        assert sales() == ("pro_sales", 3)
    assert lifecycle.read(seating.accounts_due) == []


def test_all_that_is_overdue_happens_in_one_turn(lifecycle: Lifecycle, clock: Clock) -> None:
    """A reservation lapses and another begins, less by hand comes before the plan with fewer seats: in that order."""
    lifecycle.write(directories.create_directory, "okta", Idp.OKTA, OPERATOR)
    lifecycle.write(
        directories.set_sign_in, "okta", OPERATOR, issuer="https://idp.example", client_id="j", client_secret="s"
    )
    lifecycle.write(
        accounts.open_account,
        "crm",
        "brevo",
        "standard_sales_essentials",
        OPERATOR,
        capacities={"sales": 3, "marketing": 2},
    )
    lifecycle.write(invoicing.state_billing, "crm", OPERATOR, currency="EUR", time_zone="UTC", anchor=date(2026, 1, 1))
    access = DirectoryAccess(lifecycle.read(directories.directory_named, "okta"), "token", "request")
    for name in ("ada", "ben"):
        stated = StatedPerson(name, None, True, {"userName": name, "active": True})
        lifecycle.write(provisioning.create_person, access, stated)
        given = Given(permissions=frozenset({"deals.create_edit"}))
        lifecycle.write(granting.grant, "crm", "okta", name, given, OPERATOR)
    lifecycle.write(granting.withdraw, "crm", "okta", "ada", OPERATOR, at_renewal=True)
    lifecycle.write(granting.withdraw, "crm", "okta", "ben", OPERATOR, at_renewal=True)
    seats = {"sales": 2, "marketing": 2}
    plan = (seating.change_plan, "crm", "standard_sales_essentials", OPERATOR)
    lifecycle.write(*plan, at_renewal=True, seats=seats)
    december = datetime(2026, 12, 1, tzinfo=UTC)
    kept = {"starts_at": december, "ends_at": december + timedelta(days=7)}
    lifecycle.write(reserving.reserve, "crm", ["marketing"], "zoe", OPERATOR, **kept)

    clock.now = december + timedelta(seconds=30)
    Worker(lifecycle, Letterbox()).turn()
    account = lifecycle.read(accounts.account_named, "crm")
    pools = lifecycle.read(lambda work: work.accounts.pools([account.id]))[account.id]
    assert (pools["sales"].capacity, pools["sales"].held + pools["sales"].promised) == (2, 0)
    assert pools["marketing"].reserved == 1
    assert lifecycle.read(outstanding.coming, "crm")[0].what == "reservation for zoe lapses"
    clock.now = december + timedelta(days=7)
    Worker(lifecycle, Letterbox()).turn()
    assert lifecycle.read(outstanding.coming, "crm") == []


def test_the_journal_is_forgotten_after_its_retention(lifecycle: Lifecycle, clock: Clock) -> None:
    """Fourteen days, unless told otherwise; no sooner."""
    said = Exchange("1", "okta", clock.now, "GET", "/Users", "", {}, None, 200, None)
    worker = Worker(lifecycle, Letterbox())
    worker.journal.add([said])
    for days, left in ((14, [said]), (15, [])):
        clock.now = said.at + timedelta(days=days)
        worker.turn()
        assert worker.journal.of_directory("okta", None) == left
    worker.journal.dispose()


def test_the_clock_forgets_personal_values_when_their_time_is_over(lifecycle: Lifecycle, clock: Clock) -> None:
    """Looked through once an hour; a worker that has just looked looks again after that."""
    lifecycle.write(directories.create_directory, "okta", Idp.OKTA, OPERATOR)
    access = DirectoryAccess(lifecycle.read(directories.directory_named, "okta"), "token", "request")
    ada = StatedPerson("ada", None, True, {"userName": "ada", "active": True})
    lifecycle.write(provisioning.create_person, access, ada)
    worker = Worker(lifecycle, Letterbox())

    def remembered() -> bool:
        events = lifecycle.read(lambda work: list(work.trail.events()))
        return any(event["values_after"] for event in events)

    clock.now += timedelta(days=364, hours=23, minutes=30)
    worker.turn()
    assert remembered()
    clock.now += timedelta(minutes=31)
    worker.turn()
    assert remembered()
    clock.now += timedelta(minutes=30)
    worker.turn()
    assert not remembered()


class Sink:
    """A mail server that keeps what it gets."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=SMTP)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"


@pytest.fixture
def sink() -> Iterator[tuple[Sink, str]]:
    """Give a mail server that runs, and its URL."""
    sink = Sink()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    yield sink, f"smtp://127.0.0.1:{port}"
    controller.stop()


def test_every_letter_of_an_invitation_arrives(lifecycle: Lifecycle, clock: Clock, sink: tuple[Sink, str]) -> None:
    """Invitation, reminder, withdrawal and a seat after waiting, by a real server, each in its reader's language."""
    server, url = sink
    worker = Worker(lifecycle, transport(url))
    lifecycle.write(directories.create_directory, "okta", Idp.OKTA, OPERATOR)
    lifecycle.write(
        directories.set_sign_in, "okta", OPERATOR, issuer="https://idp.example", client_id="j", client_secret="s"
    )
    # At Klaviyo a pending invitation takes no seat, so that who accepts may have to wait.
    lifecycle.write(accounts.open_account, "shop", "klaviyo", "paid", OPERATOR, capacities={"users": 1})
    access = DirectoryAccess(lifecycle.read(directories.directory_named, "okta"), "token", "request")
    for name, language in (("ada", "fr-FR"), ("ben", "en"), ("cy", "de")):
        document = {"userName": name, "active": True, "externalId": name, "preferredLanguage": language}
        document["emails"] = [{"value": f"{name}@acme.example"}]
        lifecycle.write(provisioning.create_person, access, StatedPerson(name, name, True, document))
        lifecycle.write(granting.grant, "shop", "okta", name, Given(role="analyst"), OPERATOR)

    def after(**amount: float) -> list[tuple[str, str]]:
        clock.now += timedelta(**amount)
        while worker.turn():
            pass
        found, server.letters = server.letters, []
        for letter in found:
            forms = [part.get_content_type() for part in letter.walk()]
            assert forms == ["multipart/alternative", "text/plain", "text/html"]
        return sorted((str(one["Subject"]), str(one["Content-Language"])) for one in found)

    def accept(name: str) -> None:
        token = lifecycle.read(invitations.pending_link, "shop", "okta", name).rpartition("/")[2]
        session = lifecycle.write(admission.sign_in, "okta", Identity("https://idp.example", name, {})).session_token
        lifecycle.write(invitations.accept, token, session)

    assert after() == [
        ("Votre place dans shop : à accepter ou à refuser", "fr"),
        ("Your seat in shop: please accept or decline", "en"),
        ("Your seat in shop: please accept or decline", "en"),
    ]
    accept("ben")
    accept("ada")
    assert [subject for subject, _ in after(days=6)] == ["Reminder: your seat in shop waits for your answer"]
    lifecycle.write(invitations.cancel, "shop", "okta", "cy", OPERATOR)
    lifecycle.write(invitations.revoke, "shop", "okta", "ben", OPERATOR)
    assert after(minutes=1) == [
        ("Vous avez maintenant une place dans shop", "fr"),
        ("Your invitation to shop was withdrawn", "en"),
    ]
    assert after(days=8) == []
