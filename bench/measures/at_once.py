"""One PATCH that adds 10,000 members to an empty group: without a rule, and with one that gives each of them a seat.

Peers are left out: they add members one by one.
"""

from __future__ import annotations

from bench import people
from bench.contenders import Contender, Jumpseat
from bench.load import drive
from bench.measures.members import make_group
from bench.measuring import Bench, connected, sample_of
from bench.parameters import Parameters
from bench.results import Row, Sample


def sizes(parameters: Parameters) -> set[int]:
    return {parameters.middle}


def run(bench: Bench, size: int) -> None:
    """Measure the seconds of the one answer; each round has a group, and with a rule an account, of its own."""
    ours = [one for one in bench.taking_part if isinstance(one, Jumpseat)]
    for key, settled in (("members at once", False), ("members at once, settled", True)):

        def sample(contender: Contender, number: int, settled: bool = settled) -> Sample:
            name = f"{'settled' if settled else 'plain'}-{number}"
            path = make_group(contender, name, [])
            if settled and isinstance(contender, Jumpseat):
                contender.prepare("account", name)
            request = contender.address.request("PATCH", path, people.body(people.adding(contender.ids[:size])))
            with connected(contender, 1) as (connections, how):
                before = contender.cpu()
                outcome = drive(connections, [request], 200, 204)
                return sample_of(contender, outcome, before, outcome.seconds, how)

        told = ", each settled by a rule about the group" if settled else ", no rule"
        bench.take_turns(Row(key, f"PATCH adding {size:,} members in one request{told}", "s"), ours, sample)
