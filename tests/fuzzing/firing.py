"""Firing at a target: so many requests of both kinds, the same ones for the same seed."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as some

from .hostile import any_requests, scim_requests
from .target import Target

TOGETHER = 4
"""Requests of one example. Two thirds are about SCIM's resources, the others about any route there is."""


def fire(target: Target, requests: int, number: int) -> None:
    """Send about so many requests, then check what must hold of the books. Raises AssertionError for what does not."""
    one = scim_requests() | scim_requests() | any_requests(target.rules)

    @seed(number)
    @settings(
        max_examples=requests // TOGETHER,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # what the server holds changes with each request, so a smaller example proves nothing
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(some.lists(one, min_size=TOGETHER, max_size=TOGETHER))
    def run(batch: list) -> None:  # type: ignore[type-arg]
        for request in batch:
            target.send(request)

    run()
    target.check()
