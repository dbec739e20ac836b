"""The connector's own books, as `jumpseat account show` and `jumpseat workorder list` read them; nothing is written."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from connector.domain.seats import SeatPool
from connector.domain.work_orders import Task
from connector.lifecycle import outstanding, reporting
from connector.lifecycle.reporting import AccountReport
from demo.offers import ACCOUNTS
from demo.setting_up import Estate


def read_accounts(estate: Estate) -> dict[str, AccountReport]:
    """Return the demo's accounts by key, with their pools as they stand."""
    ours = {estate.account(one.key): one.key for one in ACCOUNTS}
    found = {one.account.slug: one for one in estate.lifecycle.read(reporting.accounts)}
    return {key: found[slug] for slug, key in ours.items()}


def open_work(estate: Estate, key: str) -> dict[Task, int]:
    """Return how many work orders are open at an account's vendor, by what is to be done."""
    orders = estate.lifecycle.read(outstanding.open_orders, estate.account(key))
    return {task: sum(order.order.task is task for order in orders) for task in Task}


def taken(pool: SeatPool) -> int:
    """Return how many seats of a pool are in use, the owner's and the promised ones included."""
    return pool.owner + pool.held + (pool.promised if pool.pending_counts else 0)


@dataclass
class Watch:
    """Looks at every pool again and again while the story goes on, and notes what was ever above its capacity."""

    estate: Estate
    every: float = 0.1
    looks: int = 0
    oversold: list[str] = field(default_factory=list)

    def __enter__(self) -> Watch:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="demo-watch", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def look(self) -> None:
        """Look once."""
        for report in read_accounts(self.estate).values():
            for one in report.pools:
                capacity = one.pool.capacity
                if capacity is not None and taken(one.pool) > capacity:
                    used = f"{taken(one.pool)} of {capacity} seats in use"
                    self.oversold.append(f"The pool {one.pool.key} of {report.account.slug} had {used}.")
        self.looks += 1

    def _run(self) -> None:
        while not self._stop.wait(self.every):
            self.look()
