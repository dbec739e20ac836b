"""The measures, by the name under which `make bench ONLY=...` asks for one, in the order in which they run.

Each says at which sizes of the directory it runs; one that says none starts contenders of its own.
"""

from __future__ import annotations

from typing import Protocol

from bench.measures import at_once, creates, cut, gate, lookups, members, memory, pages, sync
from bench.measuring import Bench
from bench.parameters import Parameters


class Measure(Protocol):
    """A module of this package."""

    def sizes(self, parameters: Parameters) -> set[int]: ...

    def run(self, bench: Bench, size: int) -> None: ...


ALL: dict[str, Measure] = {
    "lookups": lookups,
    "creates": creates,
    "members": members,
    "at-once": at_once,
    "gate": gate,
    "cut": cut,
    "pages": pages,
    "memory": memory,
    "sync": sync,
}
