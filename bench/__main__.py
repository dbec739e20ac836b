"""`python -m bench`: run the measures that the environment asks for (ONLY, QUICK), print the table and keep it.

The exit status is 1 when a measure failed or a contender could not be started; a missed aim is no failure.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench import measures, report
from bench.aims import verdicts
from bench.contenders import PEERS, ROOT, DjangoScim2, Floor, Jumpseat, Place, Scim2Server
from bench.load import MeasureFailed
from bench.measuring import Bench
from bench.parameters import FULL, QUICK
from bench.postgresql import Postgresql
from bench.processes import busy_share


def main() -> int:
    """Run, and return the exit status."""
    # As an interrupt does: the servers are stopped and the files removed on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("The benchmark was told to stop."))
    quick, begun = bool(os.environ.get("QUICK")), time.monotonic()
    wanted = [word for word in os.environ.get("ONLY", "").replace(",", " ").split() if word]
    if unknown := sorted(set(wanted) - set(measures.ALL)):
        sys.exit(f"There is no measure {unknown[0]}. ONLY takes some of: {', '.join(measures.ALL)}.")
    if not (PEERS / "python").exists():
        sys.exit("The peers are not installed. `make bench` installs them into .venv-bench and runs this.")
    chosen = {name: measure for name, measure in measures.ALL.items() if not wanted or name in wanted}
    busy_before = busy_share()
    with ExitStack() as stack:
        place = _place(stack)
        everybody = [
            Jumpseat(place),
            Jumpseat(place, on_postgresql=True),
            Scim2Server(place),
            DjangoScim2(place),
            DjangoScim2(place, on_postgresql=True),
            Floor(place),
        ]
        bench = Bench(QUICK if quick else FULL, place, everybody, busy_before=busy_before)
        _run(bench, chosen, stack)
        about = report.facts(bench, time.monotonic() - begun)
        judged = verdicts(bench.results, whole=not wanted)
        told = report.markdown(bench, about, judged, quick=quick)
        name = "results" if not wanted and not quick else "results-part"
        (ROOT / "bench" / f"{name}.md").write_text(told)
        (ROOT / "bench" / f"{name}.json").write_text(report.document(bench, about, judged))
    print(told)
    failed = any(cell.failure for cell in bench.results.cells.values())
    return 1 if bench.absent or failed or any(one.reached is None for one in judged) else 0


def _run(bench: Bench, chosen: dict[str, measures.Measure], stack: ExitStack) -> None:
    """Start everybody whom the measures ask for, and go through the sizes, the smallest first."""
    sizes = {name: measure.sizes(bench.parameters) for name, measure in chosen.items()}
    if any(sizes.values()):
        for contender in bench.contenders:
            stack.callback(contender.stop)
        bench.start()
    for size in sorted(set().union(*sizes.values())):
        bench.fill(size)
        for name, measure in chosen.items():
            if size in sizes[name]:
                measure.run(bench, size)
    for contender in bench.contenders:
        contender.stop()
    for name, measure in chosen.items():
        if not sizes[name]:
            measure.run(bench, 0)


def _place(stack: ExitStack) -> Place:
    """Make a folder that is gone afterwards, with a PostgreSQL in it; BENCH_FOLDER says on which disk."""
    above = os.environ.get("BENCH_FOLDER")
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="jumpseat-bench-", dir=above)))
    postgresql = Postgresql(folder)
    stack.callback(postgresql.stop)
    try:
        postgresql.start()
    except RuntimeError as error:
        raise MeasureFailed(f"PostgreSQL did not start: {error}") from error
    return Place(folder, postgresql)


if __name__ == "__main__":
    sys.exit(main())
