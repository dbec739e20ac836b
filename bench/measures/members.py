"""PATCHes that add one member to a group and remove her again, at three sizes of the group."""

from __future__ import annotations

from bench import people
from bench.contenders import Contender, Floor
from bench.load import Connection
from bench.measuring import Bench, connected, latency
from bench.parameters import Parameters
from bench.results import Row, Sample

FIRST = 6_000_000
"""The number of the first of those who come and go; they belong to no group."""
AT_ONCE = 1_000
"""Members added by one PATCH while a group is made."""

NAMES = ("small", "middle", "large")


def sizes(parameters: Parameters) -> set[int]:
    return {parameters.middle}


def run(bench: Bench, size: int) -> None:
    """Measure the median time of an answer, adding and removing apart; no rule is about the groups."""
    parameters = bench.parameters
    contenders = [one for one in bench.taking_part if not isinstance(one, Floor)]
    outsiders: dict[str, list[str]] = {}
    for name, members, slow in zip(NAMES, parameters.groups, parameters.slow_member_changes, strict=True):
        paths: dict[str, str] = {}
        for verb in ("add", "remove"):

            def sample(
                contender: Contender,
                number: int,
                verb: str = verb,
                members: int = members,
                slow: int = slow,
                paths: dict[str, str] = paths,
            ) -> Sample:
                if contender.key not in outsiders:
                    outsiders[contender.key] = _outsiders(
                        contender, parameters.rounds * (1 + parameters.member_changes)
                    )
                if contender.key not in paths:
                    paths[contender.key] = make_group(contender, f"group-of-{members}", contender.ids[:members])
                count = 1 + (slow if contender.slow_reader else parameters.member_changes)
                these = outsiders[contender.key][number * count : (number + 1) * count]
                changes = [people.adding([one]) if verb == "add" else contender.removing(one) for one in these]
                path, patch = paths[contender.key], contender.address.request
                return latency(contender, [patch("PATCH", path, people.body(one)) for one in changes], 200, 204)

            row = Row(f"member {verb} {name}", f"PATCH {verb} 1 member, group of {members:,}, p50", "ms")
            bench.take_turns(row, contenders, sample)


def _outsiders(contender: Contender, count: int) -> list[str]:
    """Create people who belong to no group, and return their ids."""
    with connected(contender, 1) as ((connection,), _):
        return [_created(contender, connection, people.person(FIRST + at), "/Users") for at in range(count)]


def make_group(contender: Contender, name: str, ids: list[str]) -> str:
    """Make a group of these members, and return its path."""
    with connected(contender, 1) as ((connection,), _):
        path = f"/Groups/{_created(contender, connection, people.group(name), '/Groups')}"
        for first in range(0, len(ids), AT_ONCE):
            body = people.body(people.adding(ids[first : first + AT_ONCE]))
            connection.must(contender.address.request("PATCH", path, body), 200, 204)
    return path


def _created(contender: Contender, connection: Connection, document: people.Document, path: str) -> str:
    answer = connection.must(contender.address.request("POST", path, people.body(document)), 201)
    return str(answer.json()["id"])
