"""The demo tells the same story each time, plays it to the end, and says so when something in it is not so."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from rich.console import Console

from connector.domain.work_orders import Task
from connector.lifecycle import Lifecycle, directories, outstanding, reporting
from connector.settings import Settings
from connector.storage.database import Database
from demo import books, leaving, letters
from demo.browser import GateAnswer
from demo.cast import GROUPS, HOUSES, Colleague, company
from demo.claims import NotSo
from demo.company import main
from demo.letters import Letters
from demo.lines import Lines
from demo.offers import ACCOUNTS, BREVO_SALES, RULES, STUDIO, Seat
from demo.play import Play
from demo.plot import DECLINE, IMPOSTOR, LEAVINGS, MOVES, NEVER_ANSWER, who
from demo.setting_up import CAUSE, Estate, set_up
from demo.speaking import Speech
from demo.stage import Stage

Start = Callable[..., Any]

CAST = company("test")
SECRET_KEY = "a-key-for-tests-that-nobody-guesses-0123456789"


# The cast and the plot.


def test_the_cast_is_the_same_each_time() -> None:
    """The same run gives the same people with the same ids; another run gives other addresses and ids."""
    assert company("test") == CAST
    others = company("else").people
    assert [one.name for one in others] == [one.name for one in CAST.people]
    assert not {one.external_id for one in others} & {one.external_id for one in CAST.people}


def test_sixty_people_half_of_each_house() -> None:
    """Thirty come as Okta states them and thirty as Entra ID does; no address and no id is there twice."""
    assert Counter(one.house for one in CAST.people) == {Speech.OKTA: 30, Speech.ENTRA: 30}
    assert len({one.user_name for one in CAST.people}) == 60
    assert len({one.external_id for one in CAST.people}) == 60


def test_everybody_in_the_plot_is_there() -> None:
    """Every part of the plot, and every member of a group, is played by somebody, and nobody plays two that clash."""
    parts = [part for part, _ in (*DECLINE, *NEVER_ANSWER)] + [move.who for move in MOVES]
    parts += [one.who for one in LEAVINGS] + [IMPOSTOR]
    assert len({who(CAST, part) for part in parts}) == len(parts)
    for house in HOUSES:
        assert all(CAST.group(house, name) for name in GROUPS)


def test_some_pools_are_too_small() -> None:
    """More people are due a seat than there are in three pools at least, or no line would form."""
    wanted = Counter[Seat]()
    for rule, house in product(RULES, HOUSES):
        in_department = [one for one in CAST.of(house) if one.department == rule.department]
        wanted[rule.seat] += len(CAST.group(house, rule.group) if rule.group else in_department)
    assert sum(seat.room is not None and number > seat.room for seat, number in wanted.items()) >= 3


def test_lines_serve_in_order_of_arrival() -> None:
    """Who finds a seat has it; who does not waits; who leaves a seat gives it to whoever has waited longest."""
    lines, people = Lines(), CAST.people[:6]
    assert [lines.arrive(BREVO_SALES, one) for one in people] == [True] * 4 + [False] * 2
    assert lines.leave(BREVO_SALES, people[0]) == people[4]
    assert lines.leave(BREVO_SALES, people[5]) is None
    assert lines.leave(BREVO_SALES, people[1]) is None
    assert lines.seated[BREVO_SALES] == [people[2], people[3], people[4]]


# The performance.


def play(*arguments: str) -> tuple[int, str]:
    """Play the demo, and return the exit status with everything it wrote, in one line."""
    written = io.StringIO()
    status = main(arguments, Console(file=written, width=100))
    return status, " ".join(written.getvalue().split())


@pytest.mark.slow
def test_the_demo_plays_to_its_end(start: Start) -> None:
    """The whole story holds: the tables name every account and every leaver, and the ledger says the same."""
    running = start()
    status, told = play()
    assert status == 0, told
    for expected in (
        "Everything held",
        "refused (identity-mismatch)",
        "the link now says invitation-cancelled",
        "53 of 360 gates open, as reckoned",
        "Brevo: Marketing 3 1 2 0 1 0",
        *(offer.name for offer in ACCOUNTS),
        *(who(CAST, one.who).name for one in LEAVINGS),
    ):
        assert expected in told
    assert running.lifecycle.read(reporting.directories)[0].tenant == "main"
    still_open = Counter(one.order.task for one in running.lifecycle.read(outstanding.open_orders))
    assert set(still_open) == {Task.GRANT, Task.REVOKE}


def test_a_second_run_on_the_same_database_has_names_of_its_own(start: Start) -> None:
    """Directories, accounts and rules of an earlier run are not in the way; among several tenants it has its own."""
    lifecycle = start(with_worker=False).lifecycle
    with ExitStack() as stack:
        first = set_up(lifecycle, stack).company.run
        second = set_up(lifecycle, stack).company.run
        assert first != second
        lifecycle.write(directories.create_tenant, "another", CAUSE)
        third = set_up(lifecycle, stack).company.run
    rules = lifecycle.read(reporting.rules)
    assert len(rules) == 3 * len(RULES) * len(HOUSES)
    assert all(str(one.directory).rpartition("-")[2] == one.account.rpartition("-")[2] for one in rules)
    tenants = {one.directory.slug: one.tenant for one in lifecycle.read(reporting.directories)}
    assert [tenants[f"demo-okta-{run}"] for run in (first, second, third)] == ["main", "main", "demo"]


def test_where_letters_leave_by_a_mail_server_it_asks_for_the_link(start: Start) -> None:
    """A mail server's letters are not the demo's to read: it does as `jumpseat invitation link` does."""
    running = start(with_worker=False)
    settings = replace(running.settings, mail_url="smtp://127.0.0.1:1")
    with ExitStack() as stack:
        estate = set_up(replace(running.lifecycle, settings=settings), stack)
        one = estate.company.one(Speech.ENTRA, "Engineering", 1)
        estate.clients[Speech.ENTRA].state(one)
        links = Letters(estate).wait_for([(one, STUDIO.account)])
    assert links[one, STUDIO.account].startswith(f"{settings.public_url}/invitations/")


# What is not so.


def test_without_a_connector_it_says_what_to_type(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing listens at the address: one sentence, exit status 1, and no directory was made."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JUMPSEAT_PUBLIC_URL", "http://localhost:1")
    monkeypatch.setenv("JUMPSEAT_DATABASE_URL", sqlite_url)
    written = io.StringIO()
    assert main([], Console(file=written, width=200)) == 1
    assert written.getvalue() == (
        "✗ Nothing answers at http://localhost:1. Type `make run` in another terminal first.\n"
    )


def test_on_another_database_than_the_connectors_it_says_so(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connector that does not know the new directory reads another database: nothing is played."""
    start(with_worker=False)
    other = f"sqlite:///{tmp_path / 'other.db'}"
    monkeypatch.setenv("JUMPSEAT_DATABASE_URL", other)
    status, told = play()
    assert (status, "is not ready" in told) == (1, True), told
    database = Database(other)
    database.create_schema()
    database.dispose()
    status, told = play()
    assert (status, "it uses another" in told) == (1, True), told


def test_at_another_address_than_the_links_it_says_so(start: Start) -> None:
    """Cookies belong to one host name, so people could not sign in at another one than letters lead to."""
    start(with_worker=False)
    status, told = play("--url", "http://127.0.0.1:1/")
    assert (status, "JUMPSEAT_PUBLIC_URL=http://127.0.0.1:1." in told) == (1, True), told


def test_it_does_not_play_on_an_installation_that_others_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Sixty people who do not exist have no business in a database that the world reaches."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "SECRET_KEY": SECRET_KEY,
        "PUBLIC_URL": "https://seats.example.com",
        "MAIL_URL": "smtp://localhost",
        "MAIL_FROM": "Jumpseat <jumpseat@example.com>",
    }.items():
        monkeypatch.setenv(f"JUMPSEAT_{name}", value)
    status, told = play()
    assert (status, "plays only where JUMPSEAT_PUBLIC_URL is on this machine" in told) == (1, True), told


def test_what_a_server_answers_is_shown_as_it_is() -> None:
    """Brackets in an answer are text, not markup that could hide part of a sentence or break it."""
    written = io.StringIO()
    Stage(Console(file=written, width=100)).failed("was answered 400: members[value eq [/red]]")
    assert written.getvalue() == "✗ was answered 400: members[value eq [/red]]\n"


def test_without_a_worker_it_says_that_no_letter_came(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody delivers letters: it does not wait for ever, and names what is missing."""
    monkeypatch.setattr(letters, "PATIENCE", 0.2)
    start(with_worker=False)
    status, told = play()
    assert (status, "is the worker running?" in told) == (1, True), told


def test_a_pending_invitee_shown_inactive_is_found_out(start: Start) -> None:
    """Okta would try to reactivate for ever whoever is created inactive (reference, idp-clients 1.1)."""

    def deactivate(app: Flask) -> None:
        @app.after_request
        def answer(response: Any) -> Any:
            if response.status_code == 201:
                response.data = response.data.replace(b'"active":true', b'"active":false')
            return response

    start(with_worker=False, change=deactivate)
    status, told = play()
    assert (status, "was created inactive" in told) == (1, True), told


class OpenDoors(Play):
    """A play in which every gate lets everybody in, and directories' requests change nothing."""

    def gate(self, one: Colleague, account: str) -> GateAnswer:
        return GateAnswer(200, "", "", 0.0)

    def client(self, one: Colleague) -> Any:
        class Deaf:
            def __getattr__(self, name: str) -> Callable[..., None]:
                return lambda *words: None

        return Deaf()


@pytest.fixture
def open_doors(sqlite_url: str, tmp_path: Path) -> Iterator[OpenDoors]:
    settings = Settings(SECRET_KEY, sqlite_url, mail_url=f"file:{tmp_path / 'mail'}")
    lifecycle = Lifecycle(Database(sqlite_url), settings)
    estate = Estate(lifecycle, CAST)
    with ExitStack() as stack:
        stack.callback(lifecycle.database.dispose)
        yield OpenDoors(estate, Stage(Console(file=io.StringIO())), Letters(estate), stack)


def test_a_leaver_who_is_let_in_is_found_out(open_doors: OpenDoors) -> None:
    """A gate that opens after the directory had its answer ends the demo."""
    with pytest.raises(NotSo, match=r"has left, and the gate of studio let her in once more"):
        leaving._leave(open_doors, LEAVINGS[0])


def test_a_stranger_who_is_let_in_is_found_out(open_doors: OpenDoors) -> None:
    """Only who has accepted and holds a seat may be let in; asking every gate finds each other one."""
    with pytest.raises(NotSo, match="and should not be let in"):
        open_doors.ask_every_gate(lambda: None)


def test_a_seat_too_many_is_found_out(open_doors: OpenDoors, monkeypatch: pytest.MonkeyPatch) -> None:
    """The watch notes every pool of which more seats are in use than there are."""
    pool = books.SeatPool("p", "a", "seats", 12, held=11, promised=1)
    shown = reporting.PoolReport(pool, label=Any)  # type: ignore[arg-type]
    account: Any = type("Account", (), {"slug": "demo-studio"})
    report = reporting.AccountReport(account, "main", "", Any, (shown,), {})  # type: ignore[arg-type]
    monkeypatch.setattr(books, "read_accounts", lambda estate: {"studio": report})
    watch = books.Watch(open_doors.estate)
    watch.look()
    assert watch.oversold == []
    monkeypatch.setattr(
        books,
        "read_accounts",
        lambda estate: {"studio": replace(report, pools=(replace(shown, pool=replace(pool, owner=1)),))},
    )
    watch.look()
    assert watch.oversold == ["The pool seats of demo-studio had 13 of 12 seats in use."]
