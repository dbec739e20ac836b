"""What a listing shows: who matches, in which order, and which part of them."""

from __future__ import annotations

from dataclasses import dataclass

from connector.domain.attributes import AttributePath
from connector.domain.filter import Filter


@dataclass(frozen=True, slots=True)
class Order:
    """An order by one attribute; those without a value come last, or first when it descends."""

    path: AttributePath
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of those who match; in order of arrival unless another order is asked for.

    The page begins at `start_index`, counted from 1; or, in order of arrival, right after or right before an id, which
    costs the same however far down it is. A `total` that is known already is not counted again.
    """

    where: Filter | None = None
    start_index: int = 1
    count: int = 100
    order: Order | None = None
    after: str | None = None
    before: str | None = None
    total: int | None = None
