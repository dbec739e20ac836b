"""Accounts and their seat pools."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from connector.domain.accounts import Account
from connector.domain.seats import LineOrder, SeatPool, WhenFull
from connector.domain.step_up import StepUp
from connector.storage.prepared import Prepared, among
from connector.storage.tables import account, seat_pool

_POOLS = select(seat_pool).where(seat_pool.c.account_id.in_(among())).order_by(seat_pool.c.id)
_POOLS_FREE, _POOLS_LOCKED = Prepared(_POOLS), Prepared(_POOLS.with_for_update())
_COUNT = Prepared(
    update(seat_pool)
    .where(seat_pool.c.id == bindparam("pool_id"))
    .values(
        held=bindparam("now_held"),
        promised=bindparam("now_promised"),
        released=bindparam("now_released"),
        release_at=bindparam("now_release_at"),
        grace_until=bindparam("now_grace_until"),
        reserved=bindparam("now_reserved"),
    )
)


class Accounts:
    """Accounts at vendors, with their pools."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def add(self, one: Account, pools: Iterable[SeatPool]) -> None:
        self.connection.execute(
            insert(account),
            {
                "id": one.id,
                "tenant_id": one.tenant_id,
                "slug": one.slug,
                "name": one.name,
                "vendor": one.vendor,
                "plan": one.plan,
                "addons": list(one.addons),
                "owner_email": one.owner_email,
                "active": one.active,
                "created_at": one.created_at,
                "line_order": one.line_order.value,
                **_own_row(one),
            },
        )
        self.connection.execute(insert(seat_pool), [_pool_row(pool) for pool in pools])

    def all(self, tenant_id: str | None = None) -> list[Account]:
        query = select(account).order_by(account.c.id)
        if tenant_id is not None:
            query = query.where(account.c.tenant_id == tenant_id)
        return [_account(row) for row in self.connection.execute(query)]

    def named(self, slug: str) -> Account | None:
        row = self.connection.execute(select(account).where(account.c.slug == slug)).first()
        return _account(row) if row else None

    def pools(self, account_ids: Iterable[str], *, lock: bool = False) -> dict[str, dict[str, SeatPool]]:
        """Return account -> key -> pool; locked for change by ascending id when `lock`."""
        ids = sorted(account_ids)
        found: dict[str, dict[str, SeatPool]] = {account_id: {} for account_id in ids}
        for row in (_POOLS_LOCKED if lock else _POOLS_FREE).over(self.connection, ids):
            found[row.account_id][row.key] = _pool(row)
        return found

    def write_counts(self, pools: Iterable[SeatPool]) -> None:
        """Write what settlement counted; the table's own checks hold that no pool is ever oversold."""
        rows = [
            {
                "pool_id": pool.id,
                "now_held": pool.held,
                "now_promised": pool.promised,
                "now_released": pool.released,
                "now_release_at": pool.release_at,
                "now_grace_until": pool.grace_until,
                "now_reserved": pool.reserved,
            }
            for pool in pools
        ]
        _COUNT.run_all(self.connection, rows)

    def write_pools(self, pools: Iterable[SeatPool]) -> None:
        """Write capacity and counts of each pool at once, so that it is not oversold in between."""
        for pool in pools:
            values = {key: value for key, value in _pool_row(pool).items() if key not in ("id", "account_id", "key")}
            self.connection.execute(update(seat_pool).where(seat_pool.c.id == pool.id).values(values))

    def write_capacity(self, pool: SeatPool) -> None:
        self.connection.execute(
            update(seat_pool)
            .where(seat_pool.c.id == pool.id)
            .values(
                capacity=pool.capacity,
                owner=pool.owner,
                pending_counts=pool.pending_counts,
                released=pool.released,
                release_at=pool.release_at,
                grace_until=pool.grace_until,
            )
        )

    def fallbacks(self, tenant_id: str) -> dict[str, dict[str, str]]:
        """Return account -> pool -> the seat type that is given when it is full, where a pool has one."""
        query = (
            select(seat_pool.c.account_id, seat_pool.c.key, seat_pool.c.fallback)
            .join(account, account.c.id == seat_pool.c.account_id)
            .where(account.c.tenant_id == tenant_id, seat_pool.c.fallback.is_not(None))
        )
        found: dict[str, dict[str, str]] = {}
        for row in self.connection.execute(query):
            found.setdefault(row.account_id, {})[row.key] = row.fallback
        return found

    def write(self, one: Account) -> None:
        self.connection.execute(
            update(account)
            .where(account.c.id == one.id)
            .values(
                name=one.name,
                plan=one.plan,
                addons=list(one.addons),
                owner_email=one.owner_email,
                active=one.active,
                line_order=one.line_order.value,
                **_own_row(one),
            )
        )

    def freeze(self, account_id: str, since: datetime | None) -> None:
        """Note since when nobody gets in; None when somebody may again."""
        self.connection.execute(update(account).where(account.c.id == account_id).values(frozen_at=since))

    def step_up(self, account_id: str) -> StepUp | None:
        return StepUp.of(self.connection.execute(select(account.c.step_up).where(account.c.id == account_id)).scalar())

    def write_step_up(self, account_id: str, wanted: StepUp) -> None:
        self.connection.execute(update(account).where(account.c.id == account_id).values(step_up=wanted.as_kept()))


def _account(row: Row[Any]) -> Account:
    return Account(
        row.id,
        row.tenant_id,
        row.slug,
        row.name,
        row.vendor,
        row.plan,
        tuple(row.addons),
        row.owner_email,
        row.active,
        row.created_at,
        LineOrder(row.line_order),
        row.frozen_at,
        row.owner_id,
        {name: frozenset(held) for name, held in (row.sets or {}).items()},
        tuple(row.sub_accounts or ()),
        row.mails,
        row.reminder_hours,
    )


def _own_row(one: Account) -> dict[str, Any]:
    return {
        "owner_id": one.owner_id,
        "sets": {name: sorted(held) for name, held in one.sets.items()} or None,
        "sub_accounts": list(one.sub_accounts) or None,
        "mails": one.mails,
        "reminder_hours": one.reminder_hours,
    }


def _pool(row: Row[Any]) -> SeatPool:
    return SeatPool(
        row.id,
        row.account_id,
        row.key,
        row.capacity,
        row.held,
        row.promised,
        row.owner,
        row.pending_counts,
        row.released,
        row.release_at,
        WhenFull(row.when_full),
        row.grace,
        row.grace_days,
        row.grace_until,
        row.reserved,
        row.fallback,
    )


def _pool_row(pool: SeatPool) -> dict[str, Any]:
    return {
        "id": pool.id,
        "account_id": pool.account_id,
        "key": pool.key,
        "capacity": pool.capacity,
        "held": pool.held,
        "promised": pool.promised,
        "owner": pool.owner,
        "pending_counts": pool.pending_counts,
        "released": pool.released,
        "release_at": pool.release_at,
        "when_full": pool.when_full.value,
        "grace": pool.grace,
        "grace_days": pool.grace_days,
        "grace_until": pool.grace_until,
        "reserved": pool.reserved,
        "fallback": pool.fallback,
    }
