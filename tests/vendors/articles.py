"""How a vendor's article is kept as a table: one row for each of its sentences that states a rule, a number or a state.

A row names its sentence by section and number, counted among the section's sentences of that kind, and says in our
words what it comes to. What only happens is played: a test that is marked with the sentences that it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from inspect import isfunction
from types import ModuleType
from typing import TypeVar

from connector.domain.catalogue import Catalogue

F = TypeVar("F", bound=Callable[..., None])


@dataclass(frozen=True)
class Row:
    """One sentence: what it says, where that is to be found in the catalogue, and what stands there."""

    section: str
    number: int
    says: str
    fact: Callable[[Catalogue], object]
    expected: object

    def __str__(self) -> str:
        return f"{self.section}-{self.number}"


def plays(**sentences: Iterable[int]) -> Callable[[F], F]:
    """Mark a test with the sentences that it plays: section -> numbers."""

    def marked(test: F) -> F:
        test.sentences = {section: tuple(numbers) for section, numbers in sentences.items()}  # type: ignore[attr-defined]
        return test

    return marked


def held_by(module: ModuleType) -> dict[str, list[int]]:
    """Return section -> the numbers of the sentences that a module holds, by rows or by plays."""
    found: dict[str, list[int]] = {}
    for row in module.ROWS:
        found.setdefault(row.section, []).append(row.number)
    for thing in vars(module).values():
        # Of a play alone: other things that a module speaks of may make up an attribute of any name.
        sentences: Mapping[str, Iterable[int]] = vars(thing).get("sentences", {}) if isfunction(thing) else {}
        for section, numbers in sentences.items():
            found.setdefault(section, []).extend(numbers)
    return {section: sorted(numbers) for section, numbers in found.items()}


def caps(catalogue: Catalogue, plan: str, pool: str) -> tuple[int | None, int | None]:
    """Return how many seats a plan has in a pool, and how many one can have by buying; None is without limit."""
    offer = catalogue.plan(plan).offer(pool)
    return offer.included, offer.most


def steps(catalogue: Catalogue, task: str) -> str:
    """Return the French steps of a work order."""
    return " ".join(step.fr for step in catalogue.work_orders[task])
