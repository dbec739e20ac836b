"""When the gate's keys begin, sign and are forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.domain.signing_keys import SigningKey, due, outlived, signer

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def key(kid: str, signs_from: datetime) -> SigningKey:
    return SigningKey(kid, {}, "sealed", signs_from, signs_from)


def test_the_first_key_signs_at_once() -> None:
    """Nobody has read a key set yet that would lack it."""
    assert due([], NOON) == NOON
    assert signer([key("a", NOON)], NOON) == key("a", NOON)


@pytest.mark.parametrize(
    ("days", "made"), [(0, None), (28.99, None), (29, 30), (29.5, 30), (31, 30)], ids=lambda days: str(days)
)
def test_the_next_key_is_published_a_day_before_it_signs(days: float, made: int | None) -> None:
    """Thirty days after the last one began; a day earlier it is there to be read."""
    expected = NOON + made * DAY if made is not None else None
    assert due([key("a", NOON)], NOON + days * DAY) == expected


def test_a_key_that_is_published_ahead_does_not_sign_yet() -> None:
    """It takes over at its moment, to the second."""
    keys = [key("a", NOON), key("b", NOON + 30 * DAY)]
    assert due(keys, NOON + 29.5 * DAY) is None
    assert signer(keys, NOON + 30 * DAY - timedelta(seconds=1)) == keys[0]
    assert signer(keys, NOON + 30 * DAY) == keys[1]


def test_a_key_is_published_for_a_day_after_it_signed_last() -> None:
    """Then it is forgotten, and the one that signs stays."""
    keys = [key("a", NOON), key("b", NOON + 30 * DAY), key("c", NOON + 60 * DAY)]
    assert outlived(keys, keys[1], NOON + 31 * DAY - timedelta(seconds=1)) == []
    assert outlived(keys, keys[1], NOON + 31 * DAY) == [keys[0]]
