"""How surely somebody has to have signed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.domain.step_up import Assurance, StepUp

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
AT_NOON = int(NOON.timestamp())
FIFTEEN = timedelta(minutes=15)

MET: list[tuple[StepUp, dict[str, Any], bool]] = [
    (StepUp(), {}, True),
    (StepUp(acr=frozenset({"gold", "silver"})), {"acr": "silver"}, True),
    (StepUp(acr=frozenset({"gold"})), {"acr": "silver"}, False),
    (StepUp(acr=frozenset({"gold"})), {}, False),
    (StepUp(acr=frozenset({"c1"})), {"acrs": ["c2", "c1"]}, True),
    (StepUp(acr=frozenset({"c1"})), {"acrs": "c1"}, True),
    (StepUp(amr=frozenset({"mfa"})), {"amr": ["pwd", "mfa"]}, True),
    (StepUp(amr=frozenset({"mfa", "hwk"})), {"amr": ["pwd", "mfa"]}, False),
    (StepUp(amr=frozenset({"mfa"})), {"amr": {"mfa": True}}, False),
    (StepUp(amr=frozenset({"mfa"})), {"amr": [["mfa"], None, 1]}, False),
    (StepUp(acr=frozenset({"gold"}), amr=frozenset({"mfa"})), {"acr": "gold"}, False),
    (StepUp(max_age=FIFTEEN), {"auth_time": AT_NOON - 930}, True),
    (StepUp(max_age=FIFTEEN), {"auth_time": AT_NOON - 931}, False),
    (StepUp(max_age=FIFTEEN), {}, False),
    (StepUp(max_age=FIFTEEN), {"auth_time": "now"}, False),
    (StepUp(max_age=FIFTEEN), {"auth_time": True}, False),
    (StepUp(max_age=FIFTEEN), {"auth_time": 10**30}, False),
]


@pytest.mark.parametrize(("asked", "claims", "met"), MET)
def test_what_the_provider_does_not_vouch_for_is_not_met(asked: StepUp, claims: dict[str, Any], met: bool) -> None:
    """One of the contexts, all of the methods, within the time and 30 seconds for clocks that differ."""
    assert asked.met_by(Assurance.of(claims), NOON) is met


def test_both_are_read_as_they_were_kept() -> None:
    """What is written to the database means the same when it is read."""
    asked = StepUp(frozenset({"gold"}), frozenset({"mfa"}), FIFTEEN)
    assert StepUp.of(asked.as_kept()) == asked
    assert StepUp().as_kept() is None
    reached = Assurance.of({"acr": "gold", "acrs": ["c1"], "amr": ["pwd"], "auth_time": AT_NOON})
    assert Assurance.of(reached.as_claims()) == reached
