"""The performance so far: what everybody has in hand, and what must be true of them by now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import product
from typing import TypeVar

from demo.books import read_accounts
from demo.browser import Browser, GateAnswer
from demo.cast import Colleague
from demo.claims import hold
from demo.letters import Invited, Letters
from demo.lines import Lines
from demo.offers import ACCOUNTS, RULES, Seat
from demo.plot import Leaving, Part, who
from demo.scim import ScimClient
from demo.setting_up import Estate
from demo.stage import Advance, Stage

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 8
"""How many people do something at the same time."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody who left: milliseconds from the answer to the directory to the first refusal, and what came of it."""

    one: Colleague
    leaving: Leaving
    milliseconds: float
    reason: str
    heirs: tuple[Colleague, ...]


@dataclass
class Play:
    """Everything that the chapters share; `members` are those who have accepted and hold a seat, by account."""

    estate: Estate
    stage: Stage
    letters: Letters
    stack: ExitStack
    lines: Lines = field(default_factory=Lines)
    members: set[Invited] = field(default_factory=set)
    departures: list[Departure] = field(default_factory=list)
    browsers: dict[Colleague, Browser] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.estate.company.people:
            self.browsers[one] = Browser(one, self.estate.public_url)
            self.stack.callback(self.browsers[one].close)

    def who(self, part: Part) -> Colleague:
        return who(self.estate.company, part)

    def client(self, one: Colleague) -> ScimClient:
        return self.estate.clients[one.house]

    def gate(self, one: Colleague, account: str) -> GateAnswer:
        return self.browsers[one].gate(self.estate.account(account))

    def accept(self, one: Colleague, seat: Seat, link: str) -> None:
        """Let somebody accept, and see that the gate opens."""
        self.browsers[one].accept(link)
        self.members.add((one, seat.account))
        answer = self.gate(one, seat.account)
        hold(
            answer.admitted,
            f"{one.name} accepted, and the gate of {seat.account} answered {answer.status} {answer.reason}.",
        )

    def serve(self, heirs: Iterable[tuple[Colleague, Seat]]) -> None:
        """See that each of those next in line is written to, accepts, and enters."""
        expected = {(one, seat.account): seat for one, seat in heirs}
        for (one, account), link in self.letters.wait_for(expected).items():
            self.accept(one, expected[one, account], link)

    def ask_every_gate(self, advance: Advance) -> int:
        """Ask the gate of every account for everybody: exactly the members must be let in. Return how many are."""
        asked = list(product(self.estate.company.people, (offer.key for offer in ACCOUNTS)))
        admitted = 0
        for (one, account), answer in self.at_once(asked, lambda pair: self.gate(*pair), advance):
            let_in = f"{one.name} was answered {answer.status} {answer.reason} at the gate of {account}"
            due = (one, account) in self.members
            hold(answer.admitted == due, f"{let_in}, and should{'' if due else ' not'} be let in.")
            admitted += answer.admitted
        return admitted

    def balance(self) -> None:
        """Hold the connector's books against what was reckoned here."""
        reports = read_accounts(self.estate)
        for seat in {rule.seat: None for rule in RULES}:
            pool = next(one for one in reports[seat.account].pools if one.pool.key == seat.pool)
            found = (pool.pool.held + pool.pool.promised, pool.waiting)
            due = (len(self.lines.seated[seat]), len(self.lines.waiting[seat]))
            hold(
                found == due,
                f"Of the {seat.pool} of {seat.account}, {found[0]} are given and {found[1]} people wait; "
                f"{due[0]} and {due[1]} were due.",
            )

    @staticmethod
    def at_once(items: Iterable[T], do: Callable[[T], R], advance: Advance) -> Iterator[tuple[T, R]]:
        """Do something for several at the same time, and yield each with its outcome."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            futures = {pool.submit(do, item): item for item in items}
            try:
                for future in as_completed(futures):
                    advance()
                    yield futures[future], future.result()
            finally:
                pool.shutdown(cancel_futures=True)
