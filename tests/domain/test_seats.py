"""How many seats of a pool can still be given."""

from __future__ import annotations

import pytest

from connector.domain.seats import SeatPool

# capacity, held, promised, owner, pending_counts -> free
ROOM = [
    (10, 0, 0, 0, True, 10),
    (10, 3, 2, 0, True, 5),
    (10, 3, 2, 0, False, 7),
    (10, 3, 2, 1, True, 4),
    (10, 5, 5, 0, True, 0),
    (10, 5, 50, 0, False, 5),
    (0, 0, 0, 0, True, 0),
    (3, 5, 0, 0, True, 0),
    (None, 1_000, 1_000, 1, True, None),
]


@pytest.mark.parametrize(("capacity", "held", "promised", "owner", "pending_counts", "free"), ROOM)
def test_what_is_free_is_what_nobody_has(
    capacity: int | None, held: int, promised: int, owner: int, pending_counts: bool, free: int | None
) -> None:
    """The owner's seats and the held ones are taken, the promised ones where they count; never less than none."""
    pool = SeatPool("pool", "account", "seats", capacity, held, promised, owner, pending_counts)
    assert pool.free == free
    assert pool.has_room is (free is None or free > 0)
