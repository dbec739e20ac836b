"""The bucket behind a directory's rate, with a clock that is moved by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.domain.errors import InvalidValue
from connector.domain.rates import BURST_SECONDS, Bucket, checked_rate, taken

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def spent(bucket: Bucket | None, per_second: int, at: datetime, requests: int) -> tuple[Bucket | None, list[int]]:
    waits = []
    for _ in range(requests):
        bucket, wait = taken(bucket, per_second, at)
        waits.append(wait)
    return bucket, waits


def test_a_burst_of_two_seconds_is_had_at_once_and_the_next_waits() -> None:
    """Whole seconds, never none: a client that is told 0 comes back at once."""
    bucket, waits = spent(None, 25, NOON, 51)
    assert waits == [0] * 25 * BURST_SECONDS + [1]
    assert bucket is not None
    assert bucket.left < 1


@pytest.mark.parametrize(
    ("seconds", "granted"), [(0, 0), (0.039, 0), (0.04, 1), (1, 25), (1.99, 49), (2, 50), (3600, 50), (-3600, 0)]
)
def test_a_bucket_fills_steadily_and_not_beyond_its_burst(seconds: float, granted: int) -> None:
    """A clock that steps back fills nothing."""
    empty = Bucket(0.0, NOON)
    _, waits = spent(empty, 25, NOON + timedelta(seconds=seconds), 60)
    assert waits.count(0) == granted


def test_a_refusal_costs_nothing() -> None:
    """Whoever keeps asking too soon is served as fast as whoever waits."""
    bucket, _ = spent(None, 25, NOON, 500)
    _, waits = spent(bucket, 25, NOON + timedelta(seconds=1), 26)
    assert waits == [0] * 25 + [1]


def test_a_limit_can_be_lowered_while_the_bucket_is_full() -> None:
    """What is beyond the new burst is lost."""
    _, waits = spent(Bucket(200.0, NOON), 25, NOON, 60)
    assert waits.count(0) == 50


@pytest.mark.parametrize("rate", [25, 26, 100_000])
def test_a_rate_that_entra_can_live_with_is_set(rate: int) -> None:
    """Entra ID demands 25 a second."""
    assert checked_rate(rate) == rate


@pytest.mark.parametrize("rate", [24, 1, 0, -1, 100_001])
def test_a_rate_that_would_end_in_quarantine_is_refused(rate: int) -> None:
    """The sentence says what would do."""
    with pytest.raises(InvalidValue, match=f"{rate} requests a second .* up to 25, so write 25 to 100000"):
        checked_rate(rate)
