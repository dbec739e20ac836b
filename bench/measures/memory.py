"""Resident memory of the largest process at 100,000 users, before and after it was read from for a while."""

from __future__ import annotations

from bench.contenders import Contender, Floor
from bench.measures.lookups import lookup
from bench.measuring import Bench, rate
from bench.parameters import Parameters
from bench.results import Row, Sample


def sizes(parameters: Parameters) -> set[int]:
    return {parameters.large}


def run(bench: Bench, size: int) -> None:
    """Measure what stays: once as the other measures left it, and once after as many lookups as a round of creates."""

    def sample(contender: Contender, _: int) -> Sample:
        memory = contender.server.memory()
        return Sample(max(memory.values()), len(memory), 0.0)

    contenders = [one for one in bench.taking_part if not isinstance(one, Floor)]
    bench.take_turns(
        Row("memory", f"resident memory of the largest process at {size:,} users", "MB"), contenders, sample, rounds=1
    )

    def sample_after(contender: Contender, number: int) -> Sample:
        count = bench.parameters.slow_lookups if contender.slow_reader else bench.parameters.creates
        rate(contender, [lookup(contender, "userName", at % size) for at in range(count)], 200)
        return sample(contender, number)

    bench.take_turns(Row("memory after", "the same after more lookups", "MB"), contenders, sample_after, rounds=1)
