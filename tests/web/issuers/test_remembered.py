"""What is kept of a provider's answers when it is slow, or fails."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from connector.web.issuers.failures import Fault, ProviderFailure
from connector.web.issuers.remembered import Remembered

NOW = datetime(2026, 11, 22, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Source:
    """Counts how often it is asked; fails, or waits, when told."""

    def __init__(self) -> None:
        self.asked = 0
        self.fails = False
        self.entered, self.may_go = threading.Event(), threading.Event()
        self.may_go.set()

    def __call__(self, now: datetime) -> int:
        self.asked += 1
        self.entered.set()
        assert self.may_go.wait(10)
        if self.fails:
            raise ProviderFailure(Fault.UNREACHABLE)
        return self.asked


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def remembered(source: Source) -> Remembered[int]:
    return Remembered(source, fresh=10 * MINUTE, stale=60 * MINUTE)


def test_an_answer_is_asked_for_once_while_it_is_fresh(remembered: Remembered[int]) -> None:
    """Ten minutes less a moment it serves, then it is asked for again."""
    assert remembered.get(NOW) == 1
    assert remembered.get(NOW + 10 * MINUTE - timedelta(seconds=1)) == 1
    assert remembered.get(NOW + 10 * MINUTE) == 2


def test_an_old_answer_serves_until_it_is_stale(remembered: Remembered[int], source: Source) -> None:
    """When it cannot be had anew; at an hour nothing serves."""
    remembered.get(NOW)
    source.fails = True
    assert remembered.get(NOW + 59 * MINUTE) == 1
    with pytest.raises(ProviderFailure):
        remembered.get(NOW + 60 * MINUTE)


def test_nobody_waits_for_a_slow_provider_while_something_is_known(remembered: Remembered[int], source: Source) -> None:
    """One thread asks anew, the others go on with what is known."""
    remembered.get(NOW)
    source.entered.clear()
    source.may_go.clear()
    later = NOW + 10 * MINUTE
    asking = threading.Thread(target=remembered.get, args=[later])
    asking.start()
    assert source.entered.wait(10)
    assert remembered.get(later) == 1
    source.may_go.set()
    asking.join()
    assert remembered.get(later) == 2
    assert source.asked == 2


def test_many_at_once_ask_a_single_time(remembered: Remembered[int], source: Source) -> None:
    """A hundred sign-ins after a restart are one request."""
    source.may_go.clear()
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(remembered.get(NOW))) for _ in range(20)]
    for thread in threads:
        thread.start()
    source.may_go.set()
    for thread in threads:
        thread.join()
    assert found == [1] * 20
    assert source.asked == 1
