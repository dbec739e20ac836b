"""A list of people from its first row to its last: checked whole before anything is done, then done batch by batch.

Neither the list nor its people are held in memory, only the addresses' row numbers and what became of each row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from connector.domain.errors import ListRefused
from connector.domain.events import Cause
from connector.domain.folding import fold
from connector.domain.invitees import Invitee, RowOutcome, RowProblem, RowResult
from connector.lifecycle import Lifecycle
from connector.lifecycle.importing import invite_listed, rows_at_once
from connector.mappers.invitees import InviteeReader
from connector.storage.work import Work

PROBLEMS_TOLD = 1_000
"""Rows that are wrong of which each is told; of more, how many."""

Step = Callable[[], None]


@dataclass(frozen=True, slots=True)
class PeopleList:
    """A list of which every row can be used: `rows` of them, and for each address the first row that has it."""

    reader: InviteeReader
    account: str
    directory: str | None
    rows: int
    first: dict[str, int]

    def invited(self, invite: Callable[[list[Invitee]], list[RowResult]], step: Step) -> Iterator[RowResult]:
        """Yield what became of each row, in order: let `invite` have them, as many at once as the vendor takes."""
        rows = (one for one in self.reader.read() if isinstance(one, Invitee))
        size = rows_at_once(self.reader.terms)
        batch = 0
        while some := list(islice(rows, size)):
            batch += 1
            found = [RowResult(one.row, one.address, RowOutcome.DUPLICATE, of=self._of(one)) for one in some]
            done = invite([one for one in some if self._of(one) == one.row])
            found = done + [one for one in found if one.of != one.row]
            for each in sorted(found, key=lambda one: one.row):
                step()
                yield replace(each, batch=batch)

    def _of(self, one: Invitee) -> int:
        return self.first.get(fold(one.address), one.row)


def checked_list(reader: InviteeReader, account: str, directory: str | None) -> PeopleList:
    """Read a list to its end; raises ListRefused with the rows that cannot be used, SheetUnreadable for the file."""
    first: dict[str, int] = {}
    problems: list[RowProblem] = []
    rows = wrong = 0
    for one in reader.read():
        rows += 1
        if isinstance(one, Invitee):
            first.setdefault(fold(one.address), one.row)
        else:
            wrong += 1
            problems += one if wrong <= PROBLEMS_TOLD else []
    if wrong:
        raise ListRefused(reader.sheet.name, wrong, map(str, problems))
    return PeopleList(reader, account, directory, rows, first)


def invite_list(
    lifecycle: Lifecycle, people: PeopleList, cause: Cause, step: Step, *, mails: bool = True
) -> list[RowResult]:
    """Invite everybody of a list, each batch committed on its own, and return what became of each row.

    What was committed before a crash is found done when the list is read again. `step` is called for each row.
    """

    def one_batch(rows: list[Invitee]) -> list[RowResult]:
        return lifecycle.write(invite_listed, people.account, rows, cause, people.directory, mails=mails)

    return list(people.invited(one_batch, step))


def rehearse_list(
    lifecycle: Lifecycle, people: PeopleList, cause: Cause, step: Step, *, mails: bool = True
) -> list[RowResult]:
    """Return what inviting everybody of a list comes to, and do nothing: the same computation, undone."""

    def everybody(work: Work) -> list[RowResult]:
        def one_batch(rows: list[Invitee]) -> list[RowResult]:
            return invite_listed(work, people.account, rows, cause, people.directory, mails=mails)

        return list(people.invited(one_batch, step))

    return lifecycle.rehearse(everybody)
