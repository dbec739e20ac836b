"""What becomes of those for whom a pool has no seat: she waits, her directory is refused, or a grace lets her in."""

from __future__ import annotations

from collections.abc import Iterable

from connector.domain.errors import NoSeatLeft
from connector.domain.seats import WhenFull
from connector.domain.settlement import Change, Changes, Why
from connector.mappers.rulebook import Rulebook
from connector.storage.work import Work


def refuse_newcomers(work: Work, book: Rulebook, weighed: Iterable[Changes]) -> None:
    """Raise NoSeatLeft when somebody would have to wait for a pool that refuses, so that nothing of it is recorded.

    A request that also takes something from somebody is never refused, for it would keep access from ending: whom it
    brings waits.
    """
    all_changes = [(one.account_id, change) for one in weighed for change in one.changes]
    if any(_takes_away(change) for _, change in all_changes):
        return
    waiting = [(account_id, change.after) for account_id, change in all_changes if _begins_to_wait(change)]
    pools = work.accounts.pools({account_id for account_id, _ in waiting}) if waiting else {}
    for account_id, member in waiting:
        wanted = member.due.pools if member.due else frozenset()
        for key in sorted(wanted - member.pools):
            pool = pools[account_id][key]
            if pool.when_full is WhenFull.REFUSE and pool.capacity is not None:
                raise NoSeatLeft(book.terms[account_id].account.slug, key, pool.capacity)


def _begins_to_wait(change: Change) -> bool:
    waited = change.before is not None and change.before.waiting_number is not None
    return change.after.waiting_number is not None and change.after.obstacle is None and not waited


def _takes_away(change: Change) -> bool:
    return change.why is not Why.EXPIRED and (change.cuts or change.withdraws or change.alters)
