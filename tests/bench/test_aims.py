"""The benchmark's table says what was measured: aims are computed from the cells, and a failure is never a success."""

from __future__ import annotations

import pytest

from bench.aims import AIMS, Below, NotBelow, TimesTheBest, verdicts
from bench.results import Results, Row, Sample

ROW = Row("creates", "POST /Users", "/s")


def results(**rates: float | str) -> Results:
    """Return a run in which each had this rate, and as many milliseconds of CPU, or failed with these words."""
    found = Results()
    for contender, rate in rates.items():
        cell = found.cell(ROW, contender)
        if isinstance(rate, str):
            cell.failure = rate
        else:
            cell.rounds = [Sample(value, 100, value) for value in (rate * 2, rate, rate / 2)]
    return found


@pytest.mark.parametrize(
    ("aim", "reached"),
    [
        (Below("creates", "ours", 101), True),
        (Below("creates", "ours", 100), False),
        (Below("creates", "ours", 101, cpu=True), True),
        (Below("creates", "ours", 99, cpu=True), False),
        (NotBelow("creates", "ours", 100), True),
        (NotBelow("creates", "ours", 101), False),
        (TimesTheBest("creates", "ours", 1.25, ("slow", "fast")), True),
        (TimesTheBest("creates", "ours", 1.26, ("slow", "fast")), False),
        (TimesTheBest("creates", "ours", 1.3, ("slow",)), True),
        (TimesTheBest("creates", "ours", 1.3, ("broken",)), None),
        (Below("creates", "broken", 101), None),
        (NotBelow("creates", "broken", 1), None),
        (TimesTheBest("creates", "broken", 0.1, ("slow",)), None),
        (NotBelow("creates", "absent", 1), None),
    ],
)
def test_an_aim_is_judged_by_the_median_and_by_nothing_where_there_is_none(
    aim: Below | NotBelow | TimesTheBest, reached: bool | None
) -> None:
    """An aim is reached or missed by the median of the rounds; a measure that failed leaves it not known."""
    verdict = aim.judge(results(ours=100.0, slow=40.0, fast=80.0, broken="answered 500 instead of 201"))
    assert verdict is not None
    assert verdict.reached is reached


def test_a_measure_that_was_not_run_has_no_verdict() -> None:
    """A part of the benchmark shows the aims of that part alone."""
    assert {verdict.aim.split(",")[0] for verdict in verdicts(results(ours=1.0))} == {"POST /Users"}


def test_a_contender_that_failed_in_a_later_round_shows_no_median_of_the_earlier_ones() -> None:
    """What worked twice and failed once failed."""
    found = results(ours=100.0)
    cell = found.of("creates", "ours")
    assert cell is not None
    cell.failure = "answered 500 instead of 201"
    assert cell.value is None
    assert cell.cpu is None


def test_an_aim_whose_row_no_measure_wrote_is_shown_in_a_whole_run() -> None:
    """A row that was renamed hides no aim."""
    shown = verdicts(results(ours=1.0), whole=True)
    assert len(shown) == len(AIMS)
    assert {verdict.reached for verdict in shown} == {None}
