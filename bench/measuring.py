"""How every measure is taken: contenders take turns, CPU is read around each turn, a wrong answer is a failure."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

from bench.contenders import Contender, Place
from bench.load import Answer, Connection, MeasureFailed, Outcome, drive
from bench.parameters import CONNECTIONS, LONGEST_ROUND, Parameters
from bench.results import Results, Row, Sample


@dataclass
class Bench:
    """A run: its numbers, who takes part, and what came out so far."""

    parameters: Parameters
    place: Place
    contenders: list[Contender]
    results: Results = field(default_factory=Results)
    absent: dict[str, str] = field(default_factory=dict)
    """Contender -> why it does not take part any more."""
    busy_before: float = 0.0
    """How busy the machine was before the run, 1.0 being all processors always."""
    begun: float = field(default_factory=time.monotonic)

    @property
    def taking_part(self) -> list[Contender]:
        return [one for one in self.contenders if one.key not in self.absent]

    def guard(self, contender: Contender, step: Callable[..., None], *args: int) -> None:
        """Take a step of a contender; one that fails puts it out of the run."""
        try:
            step(*args)
        except (MeasureFailed, OSError) as failure:
            self.absent[contender.key] = str(failure)
            self.say(f"{contender.key} is out: {failure}")

    def fill(self, size: int) -> None:
        """Bring every directory to this many people, two at a time."""
        self._two_at_a_time(lambda one: self.guard(one, one.fill, size))
        self.place.postgresql.analyze()
        self.say(f"{size:,} people are filled in")

    def start(self) -> None:
        """Start everybody on an empty database, two at a time."""
        self._two_at_a_time(lambda one: self.guard(one, one.start))
        self.say(f"started: {', '.join(one.key for one in self.taking_part)}")

    def _two_at_a_time(self, step: Callable[[Contender], None]) -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(step, self.taking_part))

    def take_turns(
        self,
        row: Row,
        contenders: Iterable[Contender],
        sample: Callable[[Contender, int], Sample],
        *,
        rounds: int | None = None,
        note: str = "",
    ) -> None:
        """Measure a row: each contender once in every round. Whoever fails takes no further part in it."""
        taking_part = list(contenders)
        self.say(f"{row.title} ...")
        for number in range(self.parameters.rounds if rounds is None else rounds):
            for contender in list(taking_part):
                cell = self.results.cell(row, contender.key)
                cell.note = cell.note or note
                try:
                    cell.rounds.append(sample(contender, number))
                except (MeasureFailed, OSError) as failure:
                    cell.failure = str(failure)
                    taking_part.remove(contender)
                    self.say(f"  FAILED, {contender.key}: {failure}")
        told = (self.results.of(row.key, contender.key) for contender in taking_part)
        values = ", ".join(f"{cell.contender} {cell.value:.4g}" for cell in told if cell and cell.value is not None)
        self.say(f"  {row.unit}: {values}")

    def say(self, line: str) -> None:
        """Tell how far the run is, on standard error."""
        print(f"{time.monotonic() - self.begun:6.0f} s  {line}", file=sys.stderr, flush=True)


@contextmanager
def connected(contender: Contender, number: int = CONNECTIONS) -> Iterator[tuple[list[Connection], str]]:
    """Give connections that are spread evenly over the contender's processes, and how they are."""
    spread = min(contender.processes, number)
    connections, how = contender.server.connections(number, spread)
    try:
        yield connections, how
    finally:
        for connection in connections:
            connection.close()


def rate(
    contender: Contender,
    requests: list[bytes],
    *expected: int,
    keep: Callable[[Answer], None] | None = None,
    warm_up: list[bytes] | None = None,
) -> Sample:
    """Return requests a second over all connections; those of the warm-up are sent before the clock runs."""
    with connected(contender) as (connections, how):
        drive(connections, warm_up or [], *expected)
        before = contender.cpu()
        outcome = drive(connections, requests, *expected, keep=keep, longest=LONGEST_ROUND)
        return sample_of(contender, outcome, before, outcome.rate, how)


def latency(
    contender: Contender,
    requests: list[bytes],
    *expected: int,
    check: Callable[[Answer], None] | None = None,
) -> Sample:
    """Return the median time of an answer in milliseconds, over one connection: no request waits for another.

    The first request is not counted; its answer is given to `check`.
    """
    with connected(contender, 1) as (connections, how):
        first = connections[0].must(requests[0], *expected)
        if check is not None:
            check(first)
        before = contender.cpu()
        outcome = drive(connections, requests[1:], *expected, longest=LONGEST_ROUND)
        return sample_of(contender, outcome, before, median(outcome.latencies) * 1000, how)


def sample_of(
    contender: Contender, outcome: Outcome, before: tuple[float, float], value: float, connections: str
) -> Sample:
    """Return a sample of this value, with the CPU that was used since `before`."""
    server, database = (now - was for now, was in zip(contender.cpu(), before, strict=True))
    each = 1000 / outcome.count
    return Sample(value, outcome.count, server * each, database * each, outcome.client_share, connections)
