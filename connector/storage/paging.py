"""Pages of people and of groups: filtered, ordered, counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, bindparam, func, select

from connector.domain.listing import Listing
from connector.domain.people import Page
from connector.storage.filtering import UNIQUE, compile_filter, sort_key, sought
from connector.storage.prepared import Prepared
from connector.storage.tables import person, scim_group

T = TypeVar("T")
Condition = ColumnElement[bool]


FEW = 1000
"""Rows that are sorted sooner than found one by one along the index that has their order."""


def _of_directory(table: Table, directory_id: Any) -> Condition:
    listed: Condition = table.c.directory_id == directory_id
    return listed & table.c.deleted_at.is_(None) if "deleted_at" in table.c else listed


_ONE = {
    (table.name, column): Prepared(
        select(table).where(_of_directory(table, bindparam("directory_id")), table.c[column] == bindparam("value"))
    )
    for table in (person, scim_group)
    for column in UNIQUE[table.name].values()
}


def page_of(
    connection: Connection, table: Table, directory_id: str, listing: Listing, read: Callable[[Row[Any]], T]
) -> Page[T]:
    """Return a page of a directory's rows. Equal places in an order are told apart by order of arrival."""
    one = sought(listing.where, table)
    if one is not None and listing.total is None:
        rows = _ONE[table.name, one[0]].all(connection, directory_id=directory_id, value=one[1])
        return Page(len(rows), [read(row) for row in rows if listing.count and listing.start_index == 1])
    condition = _of_directory(table, directory_id)
    if listing.where is not None:
        condition &= compile_filter(listing.where, table, connection.dialect.name)
    total = listing.total
    if total is None:
        total = connection.execute(select(func.count()).select_from(table).where(condition)).scalar_one()
    if listing.count == 0 or listing.start_index > total:
        return Page(total)
    if _is_nearer_the_end(connection, listing, total):
        # Past the middle of a long list the way from its end is the shorter one.
        held = min(listing.count, total - listing.start_index + 1)
        rest = select(table).where(condition).order_by(table.c.id.desc())
        found = connection.execute(rest.limit(held).offset(total - listing.start_index + 1 - held)).all()
        return Page(total, [read(row) for row in reversed(found)])
    # One row more than the page holds tells whether there is another page.
    placed = _placed(select(table).where(condition), table, listing, connection.dialect.name, few=total <= FEW)
    found = connection.execute(placed.limit(listing.count + 1)).all()
    items = [read(row) for row in found[: listing.count]]
    if listing.before is not None:
        items.reverse()
    return Page(total, items, more=len(found) > listing.count)


def _is_nearer_the_end(connection: Connection, listing: Listing, total: int) -> bool:
    """Tell so only where the total and the page are of one moment, as within any transaction of SQLite."""
    in_order_of_arrival = listing.order is None and listing.after is None and listing.before is None
    return (
        connection.dialect.name == "sqlite"
        and in_order_of_arrival
        and listing.total is None
        and (listing.start_index - 1 > total // 2)
    )


def _placed(query: Select[Any], table: Table, listing: Listing, dialect: str, *, few: bool) -> Select[Any]:
    if listing.after is not None:
        return query.where(table.c.id > listing.after).order_by(table.c.id)
    if listing.before is not None:
        return query.where(table.c.id < listing.before).order_by(table.c.id.desc())
    if listing.order is not None:
        key = sort_key(listing.order.path, table, dialect)
        if key is not None:
            query = query.order_by(key.desc().nulls_first() if listing.order.descending else key.asc().nulls_last())
        return query.order_by(table.c.id).offset(listing.start_index - 1)
    skipped = listing.start_index - 1
    if few and listing.where is not None:
        # Both databases take the order's index where a limit is given, and would look at everybody to find few.
        return query.order_by(func.coalesce(table.c.id, "")).offset(skipped)
    if not skipped:
        return query.order_by(table.c.id)
    # The index alone leads to the first id of the page; the rows before it are not read.
    first = query.with_only_columns(table.c.id).order_by(table.c.id).limit(1).offset(skipped).correlate(None)
    return query.where(table.c.id >= first.scalar_subquery()).order_by(table.c.id)
