"""POSTs of people into a directory of 10,000, settlement and audit included where there is any."""

from __future__ import annotations

from bench import people
from bench.contenders import Contender, Floor
from bench.measuring import Bench, rate
from bench.parameters import Parameters
from bench.results import Row, Sample

ROW = Row("creates", "POST /Users at {middle:,} users, 8 connections", "/s")
FIRST = 5_000_000
"""The number of the first person created here; those filled in begin at 0."""
WARM_UP = 80
"""POSTs before the clock runs: the first ones of a process compile statements and rules."""


def sizes(parameters: Parameters) -> set[int]:
    return {parameters.middle}


def run(bench: Bench, size: int) -> None:
    """Measure creates a second."""

    def sample(contender: Contender, number: int) -> Sample:
        count = bench.parameters.floor_requests if isinstance(contender, Floor) else bench.parameters.creates
        first = FIRST + number * (count + WARM_UP)
        requests = [_post(contender, first + at) for at in range(count + WARM_UP)]
        return rate(contender, requests[WARM_UP:], 201, warm_up=requests[:WARM_UP])

    row = Row(ROW.key, ROW.title.format(middle=size), ROW.unit)
    bench.take_turns(row, bench.taking_part, sample)


def _post(contender: Contender, number: int) -> bytes:
    return contender.address.request("POST", "/Users", people.body(people.person(number)))
