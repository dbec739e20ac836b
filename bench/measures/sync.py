"""An initial sync: everybody created, then the groups, then one PATCH for each member, over 8 connections.

Groups are filled eight at a time, so that the connections work on different ones, as an identity provider's do.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench import people
from bench.contenders import Contender, Floor, Jumpseat
from bench.load import Answer, MeasureFailed, Outcome, drive
from bench.measuring import Bench, connected, sample_of
from bench.parameters import CONNECTIONS, LONGEST_SYNC, Parameters
from bench.results import Row, Sample


def sizes(_: Parameters) -> set[int]:
    """Return none: each contender starts anew, on an empty database."""
    return set()


def run(bench: Bench, _: int) -> None:
    """Measure a part of it for everybody, and all of it for ours; once, for a round takes minutes."""
    everybody = [one for one in bench.taking_part if not isinstance(one, Floor)]
    ours = [one for one in everybody if isinstance(one, Jumpseat)]
    part, members = bench.parameters.peer_sync_part, bench.parameters.sync_members
    for key, contenders, parts in (("sync part", everybody, part), ("sync", ours if part > 1 else everybody, 1)):
        if key == "sync part" and part == 1:
            continue
        number, groups = bench.parameters.sync_people // parts, bench.parameters.sync_groups // parts

        def sample(contender: Contender, _: int, number: int = number, groups: int = groups) -> Sample:
            return _sync(contender, number, groups, members)

        title = f"initial sync of {number:,} users and {groups} groups of {members}, one PATCH for each member"
        bench.take_turns(Row(key, title, "s"), contenders, sample, rounds=1)


def _sync(contender: Contender, count: int, groups: int, members: int) -> Sample:
    contender.start()
    try:
        with connected(contender) as (connections, how):
            before, whole = contender.cpu(), Outcome()
            ids, paths = _Ids(), _Ids()
            for requests, expected, keep in (
                (_posts(contender, "/Users", (people.person(at) for at in range(count))), (201,), ids),
                (_posts(contender, "/Groups", (people.group(f"team-{at}") for at in range(groups))), (201,), paths),
                (_patches(contender, ids, paths, members), (200, 204), None),
            ):
                whole += drive(connections, requests, *expected, keep=keep, longest=LONGEST_SYNC - whole.seconds)
                if whole.seconds > LONGEST_SYNC:
                    raise MeasureFailed(f"not done after {LONGEST_SYNC:.0f} s, with {whole.count:,} requests answered")
            return sample_of(contender, whole, before, whole.seconds, how)
    finally:
        contender.stop()


class _Ids(list[str]):
    """Keeps the ids of what was created."""

    def __call__(self, answer: Answer) -> None:
        self.append(str(answer.json()["id"]))


def _posts(contender: Contender, path: str, documents: Iterator[people.Document]) -> Iterator[bytes]:
    return (contender.address.request("POST", path, people.body(one)) for one in documents)


def _patches(contender: Contender, ids: list[str], groups: list[str], members: int) -> Iterator[bytes]:
    for first in range(0, len(groups), CONNECTIONS):
        for member in range(members):
            for at in range(first, min(first + CONNECTIONS, len(groups))):
                chosen = ids[(at * members + member) % len(ids)]
                yield contender.address.request("PATCH", f"/Groups/{groups[at]}", people.body(people.adding([chosen])))
