"""What the project aims at, as data, and whether a run reached it: computed from the cells, never written by hand."""

from __future__ import annotations

from dataclasses import dataclass

from bench.results import Cell, Results

SQLITE, POSTGRESQL = "Jumpseat SQLite", "Jumpseat PostgreSQL"
PEERS = ("scim2-server", "django-scim2 SQLite", "django-scim2 PostgreSQL")
FLOOR = ("Flask floor",)


@dataclass(frozen=True, slots=True)
class Verdict:
    """An aim beside what was measured; `reached` is None where a measure failed or was not run."""

    aim: str
    contender: str
    measured: str
    reached: bool | None


@dataclass(frozen=True, slots=True)
class Below:
    """A value, or the server's CPU for a request, must be below a number."""

    row: str
    contender: str
    bound: float
    cpu: bool = False

    def judge(self, results: Results) -> Verdict | None:
        """Return the verdict; None where the run has no such row."""
        row = results.rows.get(self.row)
        if row is None:
            return None
        cell = results.of(self.row, self.contender)
        unit, name = ("ms", "server CPU for each: ") if self.cpu else (row.unit, "")
        value = None if cell is None else cell.cpu if self.cpu else cell.value
        aim = f"{row.title}, {name}below {self.bound:g} {unit}"
        if value is None:
            return Verdict(aim, self.contender, _why(cell), None)
        return Verdict(aim, self.contender, f"{value:.3g} {unit}", value < self.bound)


@dataclass(frozen=True, slots=True)
class NotBelow:
    """A rate must be at least a number."""

    row: str
    contender: str
    bound: float

    def judge(self, results: Results) -> Verdict | None:
        """Return the verdict; None where the run has no such row."""
        row = results.rows.get(self.row)
        if row is None:
            return None
        cell = results.of(self.row, self.contender)
        aim = f"{row.title}, at least {self.bound:,.0f} {row.unit}"
        if cell is None or cell.value is None:
            return Verdict(aim, self.contender, _why(cell), None)
        return Verdict(aim, self.contender, f"{cell.value:,.0f} {row.unit}", cell.value >= self.bound)


@dataclass(frozen=True, slots=True)
class TimesTheBest:
    """A rate must be at least so many times the best of others, in the same run."""

    row: str
    contender: str
    times: float
    others: tuple[str, ...]

    def judge(self, results: Results) -> Verdict | None:
        """Return the verdict; None where the run has no such row, or where no other was measured."""
        row = results.rows.get(self.row)
        if row is None:
            return None
        cell = results.of(self.row, self.contender)
        rates = {name: other.value for name in self.others if (other := results.of(self.row, name)) and other.value}
        among = "the best of " + ", ".join(self.others) if len(self.others) > 1 else self.others[0]
        aim = f"{row.title}, at least {self.times:g} x {among}"
        if cell is None or cell.value is None:
            return Verdict(aim, self.contender, _why(cell), None)
        if not rates:
            return Verdict(aim, self.contender, "there is nothing to compare with", None)
        best = max(rates, key=lambda name: rates[name])
        ratio = cell.value / rates[best]
        measured = f"{ratio:.2f} x ({cell.value:,.0f} beside {rates[best]:,.0f} {row.unit} of {best})"
        return Verdict(aim, self.contender, measured, ratio >= self.times)


Aim = Below | NotBelow | TimesTheBest


def _both(row: str, sqlite: float, postgresql: float, *, cpu: bool = False) -> list[Aim]:
    return [Below(row, SQLITE, sqlite, cpu), Below(row, POSTGRESQL, postgresql, cpu)]


AIMS: tuple[Aim, ...] = (
    TimesTheBest("creates", SQLITE, 1.3, PEERS),
    TimesTheBest("creates", POSTGRESQL, 1.3, PEERS),
    *_both("creates", 1.8, 2.2, cpu=True),
    *(
        aim
        for size in ("small", "middle", "large")
        for attribute in ("userName", "externalId")
        for aim in _both(f"lookup {attribute} {size}", 1.5, 2.5)
    ),
    *(aim for page in ("first", "last", "first cursor", "last cursor") for aim in _both(f"page {page}", 10, 15)),
    *(
        aim
        for group in ("small", "middle", "large")
        for change in ("add", "remove")
        for aim in _both(f"member {change} {group}", 3, 5)
    ),
    *_both("members at once", 0.5, 0.5),
    *_both("members at once, settled", 5, 5),
    *_both("sync", 30, 60),
    *_both("memory", 100, 100),
    *_both("memory after", 100, 100),
    *(NotBelow("gate", one, 3_000) for one in (SQLITE, POSTGRESQL)),
    *(TimesTheBest("gate", one, 0.5, FLOOR) for one in (SQLITE, POSTGRESQL)),
    *_both("cut p99", 50, 50),
)


def verdicts(results: Results, *, whole: bool = False) -> list[Verdict]:
    """Return how each aim fared whose measure was run; of a whole run, every aim."""
    judged = []
    for aim in AIMS:
        verdict = aim.judge(results)
        if verdict is None and whole:
            verdict = Verdict(aim.row, aim.contender, "no measure wrote this row", None)
        if verdict is not None:
            judged.append(verdict)
    return judged


def _why(cell: Cell | None) -> str:
    return "not measured" if cell is None else f"failed: {cell.failure}"
