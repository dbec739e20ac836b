"""What a human still has to do at a vendor that has no gateway."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from connector.domain.text import Text

PLACEHOLDERS = ("person", "address", "account", "seats", "permissions", "heir")
"""What a step in a catalogue may name as `{person}`, for its place to be taken by the facts of one order."""

_PLACEHOLDER = re.compile(r"\{(\w*)\}")


class Task(StrEnum):
    """What is to be done at the vendor."""

    GRANT = "grant"
    CHANGE = "change"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """One task at one vendor for one person; its steps stand in the vendor's catalogue.

    `details` has what is to be held afterwards, and under `replaces` the task of the open order whose place it took:
    nobody knows whether somebody had begun with that. `assignee` is whoever does it, `done_by` whoever confirmed it.
    """

    id: str
    tenant_id: str
    account_id: str
    person_id: str
    task: Task
    details: Mapping[str, Any]
    state: str
    created_at: datetime
    due_at: datetime
    done_at: datetime | None = None
    done_by: str | None = None
    assignee: str | None = None

    @property
    def replaces(self) -> Task | None:
        """The task of the open order whose place it took."""
        replaced = self.details.get("replaces")
        return Task(replaced) if replaced else None


def merged(task: Task, open_task: Task | None) -> Task:
    """Return what is to be done when this follows an order for the same person that nobody has confirmed.

    Whoever was not let in yet is not changed there but let in, with what is due now.
    """
    return Task.GRANT if (task, open_task) == (Task.CHANGE, Task.GRANT) else task


def placeholders(words: str) -> list[str]:
    """Return what a text in a catalogue wants to have filled in."""
    return _PLACEHOLDER.findall(words)


def filled(step: Text, facts: Mapping[str, Text]) -> Text:
    """Return a step with an order's facts in it; what a fact says is never itself filled in."""
    return Text(
        en=_PLACEHOLDER.sub(lambda found: facts[found[1]].en, step.en),
        fr=_PLACEHOLDER.sub(lambda found: facts[found[1]].fr, step.fr),
    )
