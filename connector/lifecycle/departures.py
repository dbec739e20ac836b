"""Whether a departure is finished: the gate is cut at once, the vendor's steps and the handover may still be open."""

from __future__ import annotations

from dataclasses import dataclass

from connector.lifecycle.handovers import handovers_of
from connector.lifecycle.outstanding import orders_of
from connector.storage.work import Work


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What one departure from one account still waits for; `heir` is nobody where nobody is known."""

    account: str
    open_steps: int
    open_assets: int
    heir: str | None


def unfinished(work: Work, person_id: str) -> list[Unfinished]:
    """Return what the departures of one person still wait for, by account; nothing when all are finished."""
    steps = {one.account: len(one.steps) for one in orders_of(work, person_id) if one.gate_cut}
    open_handovers = {one.account.slug: one for one in handovers_of(work, person_id)}
    found = []
    for slug in sorted(steps.keys() | open_handovers.keys()):
        handover = open_handovers.get(slug)
        assets = len(handover.handover.open_assets) if handover else 0
        heir = handover.heir_name.en if handover and handover.handover.heir.known else None
        found.append(Unfinished(slug, steps.get(slug, 0), assets, heir))
    return found
