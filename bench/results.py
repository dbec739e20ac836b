"""What was measured: one cell for each measure and contender, with the rounds behind its median."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class Sample:
    """One round of one measure."""

    value: float
    count: int
    """Requests behind it."""
    cpu: float
    """Milliseconds of CPU for a request, in all processes of the server."""
    database_cpu: float = 0.0
    """The same, in its PostgreSQL."""
    client_share: float = 0.0
    """How busy the load generator was, 1.0 being always."""
    connections: str = "1"
    """How the connections were spread over the server's processes."""


@dataclass(slots=True)
class Cell:
    """One contender's place in one row of the table."""

    row: str
    contender: str
    rounds: list[Sample] = field(default_factory=list)
    failure: str | None = None
    note: str = ""

    @property
    def value(self) -> float | None:
        """The median of the rounds; None when the measure failed."""
        return self._median("value")

    @property
    def cpu(self) -> float | None:
        return self._median("cpu")

    @property
    def database_cpu(self) -> float | None:
        return self._median("database_cpu")

    @property
    def client_share(self) -> float:
        return max((one.client_share for one in self.rounds), default=0.0)

    def _median(self, name: str) -> float | None:
        return None if self.failure or not self.rounds else median(getattr(one, name) for one in self.rounds)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    key: str
    title: str
    unit: str


@dataclass(slots=True)
class Results:
    """All cells of a run, and its rows in the order in which they were measured."""

    rows: dict[str, Row] = field(default_factory=dict)
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)

    def cell(self, row: Row, contender: str) -> Cell:
        """Return a cell, made where there is none."""
        self.rows.setdefault(row.key, row)
        return self.cells.setdefault((row.key, contender), Cell(row.key, contender))

    def of(self, row: str, contender: str) -> Cell | None:
        return self.cells.get((row, contender))

    def contenders(self) -> list[str]:
        return list(dict.fromkeys(contender for _, contender in self.cells))
