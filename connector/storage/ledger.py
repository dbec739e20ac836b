"""The ledger: who waits for, is promised, or holds what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, bindparam, func, select, tuple_, update

from connector.domain.memberships import Answer, Membership, State
from connector.storage.prepared import Prepared, Rows, among
from connector.storage.rows import membership_of, membership_row
from connector.storage.tables import account, invitation, membership

_OF_PEOPLE = Prepared(select(membership).where(membership.c.person_id.in_(among())).order_by(membership.c.id))
_ACCOUNTS_OF = Prepared(select(membership.c.account_id).where(membership.c.person_id.in_(among())).distinct())
_WITH_ACCOUNTS = Prepared(
    select(membership, account.c.slug, account.c.name, account.c.vendor)
    .join(account, account.c.id == membership.c.account_id)
    .where(membership.c.person_id.in_(among()))
    .order_by(account.c.slug)
)
_EXPIRED = Prepared(
    select(membership)
    .join(invitation, invitation.c.membership_id == membership.c.id)
    .where(
        invitation.c.account_id.in_(among()),
        invitation.c.state == "pending",
        invitation.c.expires_at <= bindparam("now"),
    )
    .order_by(membership.c.id)
)
_MEMBERSHIPS = Rows(membership)
_place = tuple_(membership.c.waiting_rank, membership.c.waiting_number)
_LINE = Prepared(
    select(membership)
    .where(
        membership.c.account_id == bindparam("account_id"),
        # SQLite uses the index of the waiting line only where told that nobody else is meant.
        membership.c.waiting_number.is_not(None),
        _place > tuple_(bindparam("rank", type_=Integer), bindparam("behind", type_=BigInteger)),
        membership.c.obstacle.is_(None),
    )
    .order_by(membership.c.waiting_rank, membership.c.waiting_number)
    .limit(bindparam("at_most"))
)
_LAST_NUMBER = Prepared(
    select(func.max(membership.c.waiting_number)).where(
        membership.c.account_id == bindparam("account_id"),
        membership.c.waiting_number.is_not(None),
    )
)
_WRITE = Prepared(
    update(membership)
    .where(membership.c.id == bindparam("row_id"))
    .values(
        {
            column.name: bindparam(f"new_{column.name}", type_=column.type)
            for column in membership.c
            if column.name not in ("id", "tenant_id", "account_id", "person_id")
        }
    )
)

LOWEST = -(2**31)
"""A rank before every other."""


class Ledger:
    """Memberships. The rows of an account change only under the locks of its pools."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def of_people(self, person_ids: Iterable[str]) -> dict[str, list[Membership]]:
        """Return person -> memberships in all accounts, the ended ones too."""
        found: dict[str, list[Membership]] = {}
        for row in _OF_PEOPLE.over(self.connection, person_ids):
            found.setdefault(row.person_id, []).append(membership_of(row))
        return found

    def accounts_of(self, person_ids: Iterable[str]) -> set[str]:
        """Return the accounts in which any of these people has, or had, a membership."""
        return {row.account_id for row in _ACCOUNTS_OF.over(self.connection, person_ids)}

    def by_id(self, membership_id: str) -> Membership:
        return membership_of(self.connection.execute(select(membership).where(membership.c.id == membership_id)).one())

    def line(self, account_id: str) -> Iterator[Membership]:
        """Read the waiting line from its head: two at first, for most often the first is short, then more at a time."""
        rank, behind, at_most = LOWEST, 0, 2
        while True:
            rows = _LINE.all(self.connection, account_id=account_id, rank=rank, behind=behind, at_most=at_most)
            for row in rows:
                yield membership_of(row)
            if len(rows) < at_most:
                return
            rank, behind, at_most = rows[-1].waiting_rank, rows[-1].waiting_number, min(at_most * 8, 256)

    def next_number(self, account_id: str) -> int:
        """Return the place behind everybody who waits."""
        return (_LAST_NUMBER.scalar(self.connection, account_id=account_id) or 0) + 1

    def expired(self, account_ids: Iterable[str], now: datetime) -> list[Membership]:
        """Return the memberships of these accounts whose invitation is pending and past its time."""
        return [membership_of(row) for row in _EXPIRED.over(self.connection, account_ids, now=now)]

    def due_in(self, account_id: str) -> list[str]:
        """Return the ids of everybody to whom something was last found due in this account, ascending."""
        query = select(membership.c.person_id).where(
            membership.c.account_id == account_id, membership.c.due.is_not(None)
        )
        return list(self.connection.execute(query.order_by(membership.c.person_id)).scalars())

    def answered(self, account_id: str, answer: Answer) -> list[str]:
        """Return the people whose membership ended with this answer, and to whom the same is due still."""
        query = select(membership.c.person_id).where(
            membership.c.account_id == account_id,
            membership.c.state == State.ENDED.value,
            membership.c.answer == answer.value,
            membership.c.due.is_not(None),
        )
        return list(self.connection.execute(query.order_by(membership.c.id)).scalars())

    def add(self, members: Iterable[Membership]) -> None:
        _MEMBERSHIPS.add(self.connection, [membership_row(member) for member in members])

    def write(self, members: Iterable[Membership]) -> None:
        rows = [
            {"row_id": member.id, **{f"new_{name}": value for name, value in membership_row(member).items()}}
            for member in members
        ]
        for row in rows:
            for fixed in ("id", "tenant_id", "account_id", "person_id"):
                del row[f"new_{fixed}"]
        _WRITE.run_all(self.connection, rows)

    def counts(self, account_ids: Iterable[str]) -> dict[str, dict[State, int]]:
        """Return account -> state -> how many."""
        found: dict[str, dict[State, int]] = {account_id: {} for account_id in account_ids}
        query = (
            select(membership.c.account_id, membership.c.state, func.count().label("number"))
            .where(membership.c.account_id.in_(sorted(found)))
            .group_by(membership.c.account_id, membership.c.state)
        )
        for row in self.connection.execute(query):
            found[row.account_id][State(row.state)] = row.number
        return found

    def with_accounts(self, person_ids: Iterable[str]) -> list[dict[str, Any]]:
        """Return, for each membership of these people, the account's slug, name and vendor beside it."""
        return [
            {"membership": membership_of(row), "slug": row.slug, "name": row.name, "vendor": row.vendor}
            for row in _WITH_ACCOUNTS.over(self.connection, person_ids)
        ]

    # For reports.

    def lines(self, account_ids: Iterable[str]) -> list[tuple[str, frozenset[str], bool, int]]:
        """Return (account, the pools waited for, whether something other than a seat is missing, how many wait)."""
        columns = (membership.c.account_id, membership.c.due, membership.c.pools, membership.c.obstacle)
        query = (
            select(*columns, func.count().label("number"))
            .where(membership.c.account_id.in_(sorted(account_ids)), membership.c.waiting_number.is_not(None))
            .group_by(*columns)
        )
        return [
            (row.account_id, frozenset(row.due["pools"]) - set(row.pools), row.obstacle is not None, row.number)
            for row in self.connection.execute(query)
            if row.due is not None
        ]

    def in_account(self, account_id: str, at_most: int, after: str = "") -> list[Membership]:
        """Return the memberships of an account that have not ended, in order of arrival, those behind an id."""
        query = (
            select(membership)
            .where(membership.c.account_id == account_id, membership.c.state != State.ENDED.value)
            .where(membership.c.id > after)
            .order_by(membership.c.id)
        )
        return [membership_of(row) for row in self.connection.execute(query.limit(at_most))]

    def ahead(self, member: Membership) -> int:
        """Return how many stand before somebody on the waiting line of the account."""
        query = select(func.count()).where(
            membership.c.account_id == member.account_id,
            membership.c.waiting_number.is_not(None),
            _place < member.place,
            membership.c.obstacle.is_(None),
        )
        return self.connection.execute(query).scalar_one()

    def waiting(self, account_ids: Iterable[str], at_most: int) -> list[Membership]:
        """Return who waits, account by account, each in the order of its line."""
        query = (
            select(membership)
            .where(membership.c.account_id.in_(sorted(account_ids)), membership.c.waiting_number.is_not(None))
            .order_by(membership.c.account_id, membership.c.waiting_rank, membership.c.waiting_number)
        )
        return [membership_of(row) for row in self.connection.execute(query.limit(at_most))]

    def cut(self, tenant_ids: Iterable[str], at_most: int) -> list[Membership]:
        """Return the memberships whose holders lost access, the latest first."""
        query = (
            select(membership)
            .where(
                membership.c.tenant_id.in_(sorted(tenant_ids)),
                membership.c.state == State.ENDED.value,
                membership.c.answer.in_([Answer.ACCEPTED.value, Answer.REVOKED.value]),
            )
            .order_by(membership.c.ended_at.desc(), membership.c.id)
        )
        return [membership_of(row) for row in self.connection.execute(query.limit(at_most))]
