"""A prepared statement and its Core form are the same to whoever runs them, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Select, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import TypeEngine

from connector.storage import accounts, groups, invitations, ledger, people, scim_clients, sessions, tenancy, trail
from connector.storage.database import Database
from connector.storage.prepared import Prepared, Rows, among
from connector.storage.tables import Utc, event, outbox, tenant

NOON = datetime(2026, 11, 23, 12, 30, 0, 125000, tzinfo=UTC)
STATEMENTS = {
    f"{module.__name__}.{name}": one
    for module in (accounts, groups, invitations, ledger, people, scim_clients, sessions, tenancy, trail)
    for name, one in vars(module).items()
    if isinstance(one, Prepared)
}


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    database = Database(database_url)
    with database.engine.begin() as connection:
        yield connection
    database.dispose()


def a_tenant(slug: str) -> dict[str, object]:
    return {"id": slug * 6, "slug": slug, "created_at": NOON, "active": True, "display_name": None}


def _example(type_: TypeEngine[Any]) -> object:
    if isinstance(type_, Utc):
        return NOON
    return {str: "x", bool: True, dict: {"a": "b"}}.get(type_.python_type, 1)


def test_both_databases_run_every_statement(connection: Connection) -> None:
    """Each names tables, columns and parameters that there are, with the types that they have."""
    assert len(STATEMENTS) > 25
    for statement in STATEMENTS.values():
        compiled = statement.statement.compile()
        values = {
            name: ["x", "y"] if parameter.expanding else _example(parameter.type)
            for parameter, name in compiled.bind_names.items()
            if compiled.params[name] is None
        }
        if compiled.isinsert:
            with pytest.raises(IntegrityError), connection.begin_nested():
                statement.run(connection, **values)
        elif isinstance(statement.statement, Select):
            statement.all(connection, **values)
        else:
            statement.run(connection, **values)


def test_rows_come_out_as_they_would_from_core(connection: Connection) -> None:
    """Times with their zone, truths as truths, JSON as objects."""
    Rows(tenant).add(connection, [a_tenant("acme")])
    row = {"id": "o", "tenant_id": "acme" * 6, "kind": "mail", "payload": {"a": ["é", 1, None]}, "state": "open"}
    Rows(outbox).add(connection, [{**row, "due_at": NOON, "created_at": NOON}])
    for table in (tenant, outbox):
        (prepared,) = Prepared(select(table)).all(connection)
        core = connection.execute(select(table)).one()
        assert prepared._asdict() == core._asdict()
    assert core.payload == {"a": ["é", 1, None]}
    assert core.due_at == NOON
    assert core.attempts == 0  # the column's own default


def test_nothing_is_stored_as_null(connection: Connection) -> None:
    """None in a JSON column is SQL's NULL and not JSON's, which would be a value."""
    Rows(tenant).add(connection, [a_tenant("acme")])
    facts = {"at": NOON, "tenant_id": "acme" * 6, "kind": "k", "subject_id": "s", "cause": "c", "actor": "a"}
    Rows(event).add(connection, [{**facts, "before": None, "after": {"x": 1}}])
    assert connection.execute(select(event.c.seq).where(event.c.before.is_(None))).scalar() is not None


def test_several_rows_are_added_and_many_are_found(connection: Connection) -> None:
    """More than fit into one list of parameters, each found once, in order."""
    slugs = [f"t{number:05}" for number in range(2000)]
    Rows(tenant).add(connection, [a_tenant(slug) for slug in slugs])
    found = Prepared(select(tenant.c.slug).where(tenant.c.slug.in_(among())).order_by(tenant.c.slug))
    assert [row.slug for row in found.over(connection, [*reversed(slugs), "t00007", "unknown"])] == slugs
    rename = Prepared(
        update(tenant)
        .where(tenant.c.slug.in_(among()))
        .values(display_name=bindparam("name", type_=tenant.c.slug.type))
    )
    rename.run_over(connection, slugs, name="Same")
    assert Prepared(select(tenant.c.display_name).distinct()).scalars(connection) == ["Same"]
    assert list(found.over(connection, [])) == []
    Rows(tenant).add(connection, [])


def test_what_the_driver_raises_is_raised_as_by_core_without_the_values(connection: Connection) -> None:
    """A name taken is an IntegrityError; the values, which may be personal, stand in no message and no log."""
    Rows(tenant).add(connection, [a_tenant("acme")])
    with pytest.raises(IntegrityError) as raised:
        Rows(tenant).add(connection, [a_tenant("acme") | {"display_name": "Ada Lovelace"}])
    assert "Ada" not in str(raised.value)
    assert raised.value.orig is not None


def test_an_index_of_some_rows_is_found_by_a_constant_of_the_statement(connection: Connection) -> None:
    """A constant is part of the text, quoted as the database quotes: `%`, a quote and a colon included."""
    odd = "50% of 'a:b'"
    Rows(tenant).add(connection, [a_tenant("acme") | {"display_name": odd}, a_tenant("other") | {"display_name": "x"}])
    named = Prepared(select(tenant.c.slug).where(tenant.c.display_name == odd, tenant.c.slug == bindparam("slug")))
    assert named.scalars(connection, slug="acme") == ["acme"]
    assert named.scalars(connection, slug="other") == []


def test_a_statement_belongs_to_the_transaction_of_its_connection(database_url: str) -> None:
    """What is rolled back there is gone."""
    database = Database(database_url)
    with database.engine.connect() as connection, connection.begin() as transaction:
        Rows(tenant).add(connection, [a_tenant("acme")])
        transaction.rollback()
    with database.engine.begin() as connection:
        assert Prepared(select(tenant)).all(connection) == []
        connection.execute(insert(tenant), [a_tenant("acme")])
        assert Prepared(select(tenant.c.slug)).scalar(connection) == "acme"
    database.dispose()
