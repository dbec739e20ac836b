"""Two processes, several threads each, one database: what must hold whoever comes first."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from connector.domain.events import Kind
from connector.domain.memberships import State
from connector.domain.people import Group, Person
from connector.domain.tenancy import Bind
from connector.lifecycle import grouping

from .company import SECRET_KEY, Company

ROOT = Path(__file__).parents[2]
THREADS = 4
Jobs = list[list[str]]


class Contenders:
    """Two processes that work on the database at once."""

    def __init__(self, processes: list[subprocess.Popen[str]]) -> None:
        self.processes = processes

    def open(self, url: str) -> None:
        """Let both work on this database from now on."""
        assert self._ask(url, url) == ["ready", "ready"]

    def run(self, *jobs: Jobs) -> list[str]:
        """Give each process a list of jobs at the same moment, and return all outcomes, process by process."""
        return [outcome for outcomes in self._ask(*jobs) for outcome in outcomes]

    def share(self, jobs: Jobs) -> list[str]:
        """Deal jobs out to both processes."""
        return self.run(jobs[::2], jobs[1::2])

    def _ask(self, *questions: object) -> list[Any]:
        for process, question in zip(self.processes, questions, strict=True):
            assert process.stdin is not None
            process.stdin.write(json.dumps(question) + "\n")
            process.stdin.flush()
        return [json.loads(answer(process)) for process in self.processes]


def answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the contender has failed; its error is above"
    return line


@pytest.fixture(scope="module")
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    """Start the two processes, once for all tests: that takes longer than most of them."""
    command = [sys.executable, str(ROOT / "tests/lifecycle/contender.py"), SECRET_KEY, "okta", str(THREADS)]
    environment = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    cwd=ROOT,
                    env=environment,
                )
            )
            for _ in range(2)
        ]


@pytest.fixture
def contenders(company: Company, processes: list[subprocess.Popen[str]]) -> Contenders:
    """Give two processes that contend for the company's database."""
    both = Contenders(processes)
    both.open(company.lifecycle.database.url.render_as_string(hide_password=False))
    return both


def people(company: Company, number: int) -> list[Person]:
    return [company.person(f"p{index:03}") for index in range(number)]


def consistent(company: Company, key: str = "seats") -> None:
    """Assert that the pool counts what the memberships say."""
    rows = company.sql("SELECT state, count(*) AS number FROM membership GROUP BY state")
    states = Counter({row.state: row.number for row in rows})
    pool = company.pool(key)
    assert (pool.held, pool.promised) == (states["active"], states["invited"])
    pending = company.sql("SELECT count(*) FROM invitation WHERE state = 'pending'")[0][0]
    assert pending == states["invited"]


def test_a_hundred_joiners_at_once_for_fifty_seats(company: Company, contenders: Contenders) -> None:
    """Exactly fifty are promised a seat, fifty wait in the order in which they arrived, and fifty mails are posted."""
    company.account(seats=50)
    company.everybody()
    outcomes = contenders.share([["create", f"p{number:03}"] for number in range(100)])
    assert outcomes == ["done"] * 100
    invited = company.sql("SELECT count(*) FROM membership WHERE state = 'invited'")[0][0]
    assert (invited, len(company.line()), len(company.mails())) == (50, 50, 50)
    # The trail is written in the order in which the units of work got the pool, and so in the order of arrival.
    arrived = [event["person_id"] for event in company.events(Kind.MEMBERSHIP_CHANGED)]
    assert company.line() == arrived[50:]
    consistent(company)


def test_two_groups_grant_one_seat_and_two_requests_each_remove_the_person_from_one(
    company: Company, contenders: Contenders
) -> None:
    """The seat is gone after each round: neither request may think that the other group still grants it.

    A thousand rounds, or as many as fit in twenty seconds where the machine is busy with something else.
    """
    company.account(seats=200)
    everyone = people(company, 50)
    groups = [company.group("First"), company.group("Second")]
    company.rule("First")
    company.rule("Second")
    rounds, started_at = 0, time.monotonic()
    while rounds < 1000 and time.monotonic() - started_at < 20:
        for group in groups:
            company.regroup(group, add=everyone)
        for person in everyone:
            outcomes = contenders.run(*[[["remove", group.id, person.id]] for group in groups])
            assert outcomes == ["done", "done"]
            rounds += 1
            (member,) = company.sql("SELECT state, pools FROM membership WHERE person_id = :id", id=person.id)
            assert (member.state, member.pools) in [("ended", "[]"), ("ended", [])], f"in round {rounds}"
    assert rounds >= 50
    assert company.pool().promised == 0
    consistent(company)


def test_one_name_created_by_eight_at_once_is_one_person(company: Company, contenders: Contenders) -> None:
    """One creates her, the rest is told that she exists; one membership, one mail."""
    company.account(seats=5)
    company.everybody()
    for number in range(5):
        outcomes = contenders.share([["create", f"ada{number}"]] * 8)
        assert Counter(outcomes) == {"done": 1, "already-exists": 7}
    assert len(company.mails()) == 5
    consistent(company)


def test_two_hundred_additions_to_one_group_make_two_hundred_members(company: Company, contenders: Contenders) -> None:
    """None is lost; each that is in is promised a seat."""
    company.account(seats=200)
    team = company.group("Team")
    company.rule("Team")
    everyone = people(company, 200)
    outcomes = contenders.share([["add", team.id, person.id] for person in everyone])
    assert outcomes == ["done"] * 200
    assert company.read(grouping.count_members, team.id) == 200
    assert len(company.mails()) == 200
    consistent(company)


def test_one_invitation_is_accepted_once_however_many_try(company: Company, contenders: Contenders) -> None:
    """Eight clicks at once: one is the acceptance, seven find it accepted."""
    company.account(seats=1)
    company.everybody()
    ada = company.person("ada")
    token, session = company.invitation(ada), company.sign_in(ada)
    outcomes = contenders.share([["accept", token, session]] * 8)
    assert Counter(outcomes) == {"done": 1, "invitation-unusable": 7}
    assert company.pool().held == 1
    consistent(company)


def test_accepting_while_being_deactivated_leaves_neither_session_nor_seat(
    company: Company, contenders: Contenders
) -> None:
    """Whichever comes first, the leaver has nothing afterwards, and the next in line is invited."""
    company.account(seats=1)
    company.everybody()
    seen: Counter[str] = Counter()
    for ada in people(company, 20):
        token, session = company.invitation(ada), company.sign_in(ada)
        accepted, left = contenders.run([["accept", token, session]], [["deactivate", ada.id]])
        seen[accepted] += 1
        assert left == "done"
        assert company.state(ada) is State.ENDED
        assert company.live_sessions(ada) == 0
        assert not company.admits(session)
        assert company.pool().held == 0
    assert set(seen) <= {"done", "invitation-unusable"}
    consistent(company)


def test_one_identity_cannot_become_two_people_at_once(company: Company, contenders: Contenders) -> None:
    """Where the first acceptance binds, two invitations presented by one identity at once bind it to one person."""
    company.sign_in_at("okta", bind=Bind.FIRST_ACCEPTANCE)
    company.account(seats=20)
    company.everybody()
    for number in range(10):
        mail = [{"value": f"shared{number}@acme.example"}]
        pair = [company.person(f"{side}{number}", emails=mail) for side in ("ada", "ben")]
        session = company.sign_in(pair[0], subject=f"s{number}", email=mail[0]["value"], email_verified=True)
        outcomes = contenders.run(*[[["accept", company.invitation(person), session]] for person in pair])
        assert sorted(outcomes) == ["done", "identity-mismatch"]
    assert company.pool().held == 10
    consistent(company)


def test_one_logout_notice_delivered_twice_at_once_counts_once(company: Company, contenders: Contenders) -> None:
    """The provider repeats itself: nobody fails, and the sessions end once."""
    company.account(seats=1)
    company.everybody()
    ada = company.person("ada")
    company.accept(ada)
    assert contenders.share([["log_out", "ext-ada"]] * 8) == ["done"] * 8
    assert company.live_sessions(ada) == 0
    assert len(company.events(Kind.SESSIONS_ENDED)) == 1


def test_people_with_two_accounts_answer_and_leave_at_once(company: Company, contenders: Contenders) -> None:
    """Answers in the one account and departures from both meet in the pools of both, and nothing is lost."""
    for account in ("crm", "erp"):
        company.account(account, seats=40)
        company.everybody(account)
    everyone = people(company, 40)
    staying, leaving = everyone[::2], everyone[1::2]
    accepting = [["accept", company.invitation(person, "erp"), company.sign_in(person)] for person in staying]
    outcomes = contenders.run(accepting, [["deactivate", person.id] for person in leaving])
    assert outcomes == ["done"] * 40
    assert company.states(*everyone, account="erp") == [State.ACTIVE, State.ENDED] * 20
    pools = {account: company.pool(account=account) for account in ("crm", "erp")}
    assert (pools["crm"].promised, pools["erp"].held, pools["erp"].promised) == (20, 20, 0)


def test_groups_that_rules_await_may_arrive_at_once(company: Company, contenders: Contenders) -> None:
    """Each arrival binds a rule, for which it needs the policy alone; every one is bound, and its member invited."""
    company.account(seats=8)
    everyone = people(company, 8)
    for number in range(8):
        company.rule(f"Group {number}")
    jobs = [["create_group", f"Group {number}", person.id] for number, person in enumerate(everyone)]
    assert contenders.share(jobs) == ["done"] * 8
    assert company.states(*everyone) == [State.INVITED] * 8
    consistent(company)


def test_groups_with_rules_deleted_at_once_all_go(company: Company, contenders: Contenders) -> None:
    """Each deletion changes rules, for which it needs the policy alone; none fails for want of it."""
    company.account(seats=8)
    groups: list[Group] = []
    for number, person in enumerate(people(company, 8)):
        groups.append(company.group(f"Group {number}", person))
        company.rule(f"Group {number}")
    outcomes = contenders.share([["delete_group", group.id] for group in groups])
    assert outcomes == ["done"] * 8
    assert company.pool().promised == 0
    consistent(company)
