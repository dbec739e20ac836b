"""The cut: from the answer to a SCIM deactivation to the first refusal at the gate, in the other process."""

from __future__ import annotations

import time
from statistics import median, quantiles

from bench import people
from bench.contenders import Contender, Jumpseat
from bench.load import MeasureFailed
from bench.measures.gate import ask, signed_in
from bench.measuring import Bench, connected
from bench.parameters import Parameters
from bench.results import Row, Sample

REFUSED = (401, 403)
LATEST = 5.0
"""Seconds after which a cut that nobody noticed fails the measure."""


def sizes(parameters: Parameters) -> set[int]:
    return {parameters.middle}


def run(bench: Bench, size: int) -> None:
    """Measure the median and the 99th percentile, of one departure after the other."""
    ours = [one for one in bench.taking_part if isinstance(one, Jumpseat)]
    times: dict[tuple[str, int], list[float]] = {}

    for percentile in (50, 99):

        def sample(contender: Contender, number: int, percentile: int = percentile) -> Sample:
            if (contender.key, number) not in times:
                first = bench.parameters.sessions + number * bench.parameters.cuts
                times[contender.key, number] = _cuts(contender, first, bench.parameters.cuts)
            taken = times[contender.key, number]
            value = median(taken) if percentile == 50 else quantiles(taken, n=100, method="inclusive")[98]
            return Sample(value * 1000, len(taken), 0.0)

        title = f"from the answer to a deactivation to the refusal at the gate, p{percentile}"
        bench.take_turns(Row(f"cut p{percentile}", title, "ms"), ours, sample)


def _cuts(contender: Contender, first: int, count: int) -> list[float]:
    patch = people.body(people.deactivating())
    taken = []
    people_signed_in = signed_in(contender, first, count)
    with connected(contender, 2) as ((directory, proxy), _):
        for person, session in people_signed_in:
            question = ask(contender, session)
            proxy.must(question, 200)
            directory.must(contender.address.request("PATCH", f"/Users/{person}", patch), 200, 204)
            answered = time.perf_counter()
            while proxy.must(question, 200, *REFUSED).status == 200:
                if time.perf_counter() - answered > LATEST:
                    raise MeasureFailed(f"{LATEST:.0f} s after the deactivation the gate still admits her")
            taken.append(time.perf_counter() - answered)
    return taken
