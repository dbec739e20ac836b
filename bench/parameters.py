"""Every number of the benchmark, in one place."""

from __future__ import annotations

from dataclasses import dataclass

CONNECTIONS = 8
"""Keep-alive connections that the load generator holds, spread evenly over the server's processes."""

PROCESSES = 2
"""Processes of every server that can share its data between processes."""

PATIENCE = 60.0
"""Seconds that a single answer may take before the measure is called failed."""

LONGEST_ROUND = 12.0
"""Seconds after which a round of a measure sends no more: a slow server is measured by fewer requests."""

LONGEST_SYNC = 180.0
"""Seconds after which an initial sync is called failed."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """How much of everything a run does."""

    small: int = 1_000
    middle: int = 10_000
    large: int = 100_000
    """People in the directory, at the three sizes."""

    rounds: int = 3
    """Rounds of every measure that can be repeated, the contenders taking turns; the median is shown."""

    creates: int = 1_500
    """POSTs of a person in one round."""

    floor_requests: int = 4_000
    """Requests to the bare-Flask floor in one round."""

    lookups: int = 200
    """GETs by filter in one round, over one connection."""

    slow_lookups: int = 40
    """The same, for a peer that reads the whole table for each."""

    pages: int = 20
    """GETs of one page in one round, over one connection."""

    slow_pages: int = 2

    groups: tuple[int, ...] = (10, 1_000, 10_000)
    """Sizes of the groups to which one member is added, and from which she is removed."""

    member_changes: int = 40
    """PATCHes adding one member, and as many removing her, in one round."""

    slow_member_changes: tuple[int, ...] = (20, 5, 2)
    """The same for a peer, by the size of the group: it answers with all members."""

    sync_people: int = 10_000
    sync_groups: int = 100
    sync_members: int = 100
    peer_sync_part: int = 10
    """A peer synchronises this part of it, a tenth, and is shown as such: each would take more than a minute."""

    gate_requests: int = 4_000
    """Requests to the gate in one round."""

    sessions: int = 64
    """People who are signed in while the gate is measured."""

    cuts: int = 100
    """Departures in one round whose first refusal is timed."""

    def name_of(self, size: int) -> str:
        """Return what a size of the directory is called in the keys of rows."""
        return {self.small: "small", self.middle: "middle", self.large: "large"}[size]


FULL = Parameters()
QUICK = Parameters(
    small=200,
    middle=500,
    large=1_000,
    rounds=1,
    creates=150,
    floor_requests=400,
    lookups=20,
    slow_lookups=10,
    pages=5,
    groups=(10, 100, 400),
    member_changes=5,
    slow_member_changes=(2, 2, 2),
    sync_people=200,
    sync_groups=4,
    sync_members=20,
    peer_sync_part=1,
    gate_requests=400,
    sessions=8,
    cuts=10,
)
