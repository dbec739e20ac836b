"""Pages of people and of groups: filtered, ordered, counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, func, select

from connector.domain.listing import Listing
from connector.domain.people import Page
from connector.storage.filtering import compile_filter, sort_key

T = TypeVar("T")
Condition = ColumnElement[bool]


def page_of(
    connection: Connection, table: Table, scope: Condition, listing: Listing, read: Callable[[Row[Any]], T]
) -> Page[T]:
    """Return the page of the rows within `scope`. Equal places in an order are told apart by order of arrival."""
    condition = scope
    if listing.where is not None:
        condition &= compile_filter(listing.where, table, connection.dialect.name)
    total = listing.total
    if total is None:
        total = connection.execute(select(func.count()).select_from(table).where(condition)).scalar_one()
    if listing.count == 0 or listing.start_index > total:
        return Page(total)
    # One row more than the page holds tells whether there is another page.
    query = _placed(select(table).where(condition), table, listing, connection.dialect.name).limit(listing.count + 1)
    rows = connection.execute(query).all()
    items = [read(row) for row in rows[: listing.count]]
    if listing.before is not None:
        items.reverse()
    return Page(total, items, more=len(rows) > listing.count)


def _placed(query: Select[Any], table: Table, listing: Listing, dialect: str) -> Select[Any]:
    if listing.after is not None:
        return query.where(table.c.id > listing.after).order_by(table.c.id)
    if listing.before is not None:
        return query.where(table.c.id < listing.before).order_by(table.c.id.desc())
    key = sort_key(listing.order.path, table, dialect) if listing.order is not None else None
    if listing.order is not None and key is not None:
        query = query.order_by(key.desc().nulls_first() if listing.order.descending else key.asc().nulls_last())
    return query.order_by(table.c.id).offset(listing.start_index - 1)
