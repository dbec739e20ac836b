"""What a human still has to do at a vendor that has no gateway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Task(StrEnum):
    """What is to be done at the vendor."""

    GRANT = "grant"
    CHANGE = "change"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """One task at one vendor for one person; its steps stand in the vendor's catalogue."""

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
