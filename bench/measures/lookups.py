"""GETs of one person by `userName eq` and by `externalId eq`, as identity providers ask before they create."""

from __future__ import annotations

import random
from urllib.parse import quote

from bench import people
from bench.contenders import Contender, Floor
from bench.load import Answer, MeasureFailed
from bench.measuring import Bench, latency
from bench.parameters import Parameters
from bench.results import Row, Sample

ATTRIBUTES = {"userName": people.user_name, "externalId": people.external_id}


def sizes(parameters: Parameters) -> set[int]:
    return {parameters.small, parameters.middle, parameters.large}


def run(bench: Bench, size: int) -> None:
    """Measure the median time of a lookup, of people all over the directory."""
    contenders = [one for one in bench.taking_part if not isinstance(one, Floor)]
    for attribute in ATTRIBUTES:

        def sample(contender: Contender, number: int, attribute: str = attribute) -> Sample:
            count = bench.parameters.slow_lookups if contender.slow_reader else bench.parameters.lookups
            chosen = random.Random(number).sample(range(size), count + 1)  # noqa: S311
            return latency(contender, [lookup(contender, attribute, one) for one in chosen], 200, check=_found)

        title = f'GET /Users?filter={attribute} eq "..." at {size:,} users, p50'
        bench.take_turns(Row(f"lookup {attribute} {bench.parameters.name_of(size)}", title, "ms"), contenders, sample)


def lookup(contender: Contender, attribute: str, number: int) -> bytes:
    """Return the request that asks for one person of those filled in."""
    asked = f'{attribute} eq "{ATTRIBUTES[attribute](number)}"'
    return contender.address.request("GET", f"/Users?filter={quote(asked)}")


def _found(answer: Answer) -> None:
    total = answer.json()["totalResults"]
    if total != 1:
        raise MeasureFailed(f"the lookup found {total} instead of 1")
