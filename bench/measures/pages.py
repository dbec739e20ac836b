"""GETs of a page of 100 people, the first and the last of the directory, by index and by cursor (RFC 9865)."""

from __future__ import annotations

from collections.abc import Callable

from bench.contenders import Contender, Floor
from bench.load import Answer, MeasureFailed
from bench.measuring import Bench, connected, latency
from bench.parameters import Parameters
from bench.results import Row, Sample

PAGE = 100
Asked = Callable[[Contender], str]


def sizes(parameters: Parameters) -> set[int]:
    return {parameters.large}


def run(bench: Bench, size: int) -> None:
    """Measure the median time of a page."""
    asked = {"first": _by_index, "last": _by_last_index, "first cursor": _by_cursor, "last cursor": _by_last_cursor}
    for key, path_of in asked.items():
        by_cursor = key.endswith("cursor")
        paths: dict[str, str] = {}

        def sample(contender: Contender, _: int, path_of: Asked = path_of, paths: dict[str, str] = paths) -> Sample:
            if contender.key not in paths:
                paths[contender.key] = path_of(contender)
            count = bench.parameters.slow_pages if contender.slow_reader else bench.parameters.pages
            get = contender.address.request("GET", paths[contender.key])
            return latency(contender, [get] * (count + 1), 200, check=_whole)

        contenders = [one for one in bench.taking_part if not isinstance(one, Floor) and (one.keyset or not by_cursor)]
        how = "cursor" if by_cursor else "index"
        title = f"GET /Users, the {key.split()[0]} page of {PAGE} at {size:,} users, by {how}, p50"
        bench.take_turns(Row(f"page {key}", title, "ms"), contenders, sample)


def _by_index(_: Contender) -> str:
    return f"/Users?startIndex=1&count={PAGE}"


def _by_last_index(contender: Contender) -> str:
    with connected(contender, 1) as ((connection,), _):
        listed = connection.must(contender.address.request("GET", "/Users?startIndex=1&count=1"), 200).json()
    return f"/Users?startIndex={listed['totalResults'] - PAGE + 1}&count={PAGE}"


def _by_cursor(_: Contender) -> str:
    return f"/Users?cursor=&count={PAGE}"


def _by_last_cursor(contender: Contender) -> str:
    """Walk through the whole directory, to the last page that is full."""
    with connected(contender, 1) as ((connection,), _):
        cursor, full = "", ""
        while True:
            path = f"/Users?cursor={cursor}&count={PAGE}&attributes=userName"
            listed = connection.must(contender.address.request("GET", path), 200).json()
            if listed["itemsPerPage"] == PAGE:
                full = cursor
            cursor = listed.get("nextCursor", "")
            if not cursor:
                return f"/Users?cursor={full}&count={PAGE}"


def _whole(answer: Answer) -> None:
    found = len(answer.json()["Resources"])
    if found != PAGE:
        raise MeasureFailed(f"the page has {found} people instead of {PAGE}")
