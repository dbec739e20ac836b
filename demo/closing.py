"""The end: every gate once more, and the two tables."""

from __future__ import annotations

from rich import box
from rich.table import Table

from connector.domain.work_orders import Task
from demo.books import Watch, open_work, read_accounts, taken
from demo.claims import hold
from demo.joining import CLIENT_NAMES
from demo.offers import ACCOUNTS, RULES
from demo.play import Play

_TO_DO = {Task.GRANT: "people to add", Task.CHANGE: "to change", Task.REVOKE: "to remove"}
"""Removal comes last, for what is said next is about those."""


def the_books_are_closed(play: Play, watch: Watch) -> None:
    """Hold everything against everything once more, and show what stands."""
    play.stage.chapter(
        "The books are closed",
        "What the gates let in, what the pools say and what was reckoned here beside the connector must agree.",
    )
    total = len(play.estate.company.people) * len(ACCOUNTS)
    with play.stage.bar("The gates are asked once more", total) as advance:
        admitted = play.ask_every_gate(advance)
    play.balance()
    watch.look()
    hold(not watch.oversold, "".join(watch.oversold[:1]))
    play.letters.look()
    undue = ", ".join(f"{one.name} for {account}" for one, account in play.letters.links)
    hold(not undue, f"Letters came that were not due: {undue}.")
    play.stage.fact(
        f"{admitted} of {total} gates open, as reckoned; no pool was above its capacity at any of {watch.looks} looks; "
        f"{play.letters.count} letters, none of them twice or to anybody in line."
    )
    play.stage.table(accounts_table(play))
    play.stage.table(departures_table(play))
    play.stage.console.print()
    play.stage.fact(_open_work(play))


def accounts_table(play: Play) -> Table:
    """Return the accounts with their seats, and how many work orders are open at each vendor."""
    table = _table("Accounts", "Seats of")
    for heading in ("seats", "owner", "held", "promised", "waiting", "free", "to do"):
        table.add_column(heading, justify="right")
    named = {(rule.seat.account, rule.seat.pool) for rule in RULES}
    for offer, report in zip(ACCOUNTS, read_accounts(play.estate).values(), strict=True):
        work = str(sum(open_work(play.estate, offer.key).values()))
        for one in report.pools:
            pool = one.pool
            if (offer.key, pool.key) not in named and (pool.capacity is None or not taken(pool)):
                continue
            numbers = (pool.capacity, pool.owner, pool.held, pool.promised, one.waiting, pool.free)
            shown = ("any" if number is None else str(number) for number in numbers)
            table.add_row(f"{offer.name}: {one.label.en.removesuffix(' seats')}", *shown, work)
            work = ""
    return table


def departures_table(play: Play) -> Table:
    """Return who left how, how soon the gate refused, and who has the seat."""
    table = _table("Departures: from the answer to the directory to the first refusal", "Who")
    table.add_column("how", no_wrap=True)
    table.add_column("refused", justify="right", no_wrap=True)
    table.add_column("because", no_wrap=True)
    table.add_column("seat goes to", no_wrap=True)
    for departure in play.departures:
        one, leaving = departure.one, departure.leaving
        how = f"{CLIENT_NAMES[one.house].split()[0]} {leaving.how.value} {leaving.group}".rstrip()
        heirs = "\n".join(heir.name for heir in departure.heirs) or "nobody waits"
        table.add_row(one.name, how, f"{departure.milliseconds:.1f} ms", departure.reason, heirs)
    return table


def _table(title: str, first: str) -> Table:
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    table.add_column(first, no_wrap=True)
    return table


def _open_work(play: Play) -> str:
    counts: dict[Task, int] = {}
    for offer in ACCOUNTS:
        for task, number in open_work(play.estate, offer.key).items():
            counts[task] = counts.get(task, 0) + number
    told = ", ".join(f"{counts[task]} {words}" for task, words in _TO_DO.items())
    return (
        f"To be done by hand at the vendors: {told}. For those our gate is shut already; whoever knows a password at a "
        "vendor is out only when it is done there too."
    )
