"""The statements that every request takes: written in SQLAlchemy's words, compiled to text once, run on the driver.

To hand a short statement over costs SQLAlchemy ten times what it costs the database to answer it. Here only the driver
stands between: same connection, same transaction, same text, same types, same exceptions.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import BindParameter, Connection, Dialect, Table, bindparam, insert, literal_column
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import visitors
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.sql.selectable import Select

from connector.storage.rows import chunks

Processor = Callable[[Any], Any]

_LIST = re.compile(r"IN \(__\[POSTCOMPILE_(\w+).*?\]\)")


def among() -> BindParameter[Any]:
    """Return the parameter of `column.in_(among())`: the list that `over` is given."""
    return bindparam("among", expanding=True)


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as one database takes it: its text, and how values go in and come out."""

    dialect: Dialect
    sql: str
    order: Sequence[str] | None
    """The names of the parameters by place; None where the driver takes them by name."""
    given: Mapping[str, Any]
    into: Sequence[tuple[str, Processor]]
    row: Callable[[Iterable[Any]], Any]
    out: Sequence[tuple[int, Processor]]

    def parameters(self, values: Mapping[str, Any]) -> Any:
        merged = {**self.given, **values}
        for name, processor in self.into:
            merged[name] = processor(merged[name])
        if self.order is None:
            return merged
        places: list[Any] = []
        for name in self.order:
            value = merged[name]
            if isinstance(value, list):
                places += value
            else:
                places.append(value)
        return places

    def read(self, raw: Sequence[Any]) -> Any:
        if self.out:
            raw = list(raw)
            for place, processor in self.out:
                raw[place] = processor(raw[place])
        return self.row(raw)


@dataclass(frozen=True)
class Prepared:
    """A statement that is compiled when it is first run, once for each kind of database.

    Rows are named tuples. What the driver raises is raised as SQLAlchemy would, without the parameters, which may be
    personal.
    """

    statement: Select[Any] | UpdateBase
    _texts: dict[str, _Text] = field(default_factory=dict, repr=False)

    def all(self, connection: Connection, **values: Any) -> list[Any]:
        """Return every row."""
        text = self._text(connection.dialect)
        read = text.read
        return [read(raw) for raw in self._send(connection, text, values).fetchall()]

    def first(self, connection: Connection, **values: Any) -> Any:
        """Return the first row, None without any."""
        text = self._text(connection.dialect)
        raw = self._send(connection, text, values).fetchone()
        return None if raw is None else text.read(raw)

    def scalar(self, connection: Connection, **values: Any) -> Any:
        """Return the first column of the first row, None without any."""
        row = self.first(connection, **values)
        return None if row is None else row[0]

    def scalars(self, connection: Connection, **values: Any) -> list[Any]:
        """Return the first column of every row."""
        return [row[0] for row in self.all(connection, **values)]

    def over(self, connection: Connection, listed: Iterable[str], **values: Any) -> Iterator[Any]:
        """Yield the rows for all that is listed, by ascending order, as many at a time as a database takes."""
        for some in chunks(sorted(set(listed))):
            yield from self.all(connection, among=some, **values)

    def run_over(self, connection: Connection, listed: Iterable[str], **values: Any) -> None:
        """Run a statement that returns no rows for all that is listed."""
        for some in chunks(sorted(set(listed))):
            self.run(connection, among=some, **values)

    def run(self, connection: Connection, **values: Any) -> None:
        """Run a statement that returns no rows."""
        self._send(connection, self._text(connection.dialect), values)

    def run_all(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement that returns no rows once for each of these, which may be none."""
        if len(rows) == 1:
            self.run(connection, **rows[0])
        elif rows:
            text = self._text(connection.dialect)
            several = [text.parameters(row) for row in rows]
            execute(connection, text.sql, several, many=True)

    def _send(self, connection: Connection, text: _Text, values: Mapping[str, Any]) -> Any:
        sql = text.sql
        if "\0" in sql:
            sql = _spelled_out(sql, values)
        return execute(connection, sql, text.parameters(values))

    def _text(self, dialect: Dialect) -> _Text:
        text = self._texts.get(dialect.name)
        if text is None:
            text = self._texts[dialect.name] = _compile(self.statement, dialect)
        return text


class Rows:
    """INSERT into a table of rows that state the same columns each time; a column's own default fills in the others."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def add(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert these rows, which may be none."""
        if rows:
            defaults = self._defaults
            self._statement(tuple(rows[0])).run_all(connection, [{**defaults, **row} for row in rows])

    @cached_property
    def _defaults(self) -> dict[str, Any]:
        return {
            column.name: column.default.arg
            for column in self.table.c
            if isinstance(column.default, ScalarElementColumnDefault)
        }

    def _statement(self, stated: tuple[str, ...]) -> Prepared:
        statement = self._statements.get(stated)
        if statement is None:
            names = {**self._defaults, **dict.fromkeys(stated)}
            values = {name: bindparam(name, type_=self.table.c[name].type) for name in names}
            statement = self._statements[stated] = Prepared(insert(self.table).values(values))
        return statement

    @cached_property
    def _statements(self) -> dict[tuple[str, ...], Prepared]:
        return {}


def execute(connection: Connection, sql: str, parameters: Any, *, many: bool = False) -> Any:
    """Run text on the driver, within the transaction of `connection`, and return the driver's cursor."""
    driver: Any = connection.connection.dbapi_connection
    try:
        return driver.cursor().executemany(sql, parameters) if many else driver.execute(sql, parameters)
    except Exception as error:
        dialect = connection.dialect
        known: Any = getattr(dialect.dbapi, "Error", None)
        if known is None or not isinstance(error, known):
            raise
        raise DBAPIError.instance(sql, None, error, known, hide_parameters=True, dialect=dialect) from error


def _compile(statement: Select[Any] | UpdateBase, dialect: Dialect) -> _Text:
    compiled: Any = _with_constants(statement, dialect).compile(dialect=dialect)
    sql = str(compiled)
    if dialect.name == "postgresql":
        sql = _LIST.sub(lambda match: f"= ANY(%({match[1]})s)", sql)
    else:
        sql = _LIST.sub(lambda match: f"IN (\0{match[1]}\0)", sql)
    columns = list(compiled._result_columns)
    into, out = [], []
    for parameter, name in compiled.bind_names.items():
        processor = None if parameter.expanding else parameter.type.dialect_impl(dialect).bind_processor(dialect)
        if processor is not None:
            into.append((name, processor))
    for place, column in enumerate(columns):
        processor = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if processor is not None:
            out.append((place, processor))
    row = namedtuple("row", [column.keyname for column in columns], rename=True)  # type: ignore[misc]
    order = compiled.positiontup if compiled.positional else None
    given = {name: value for name, value in compiled.params.items() if value is not None}
    return _Text(dialect, sql, order, given, into, row._make, out)


def _with_constants(statement: Any, dialect: Dialect) -> Any:
    """Return the statement with its constants as part of its text.

    An index of some rows alone is used where the text says that only those are meant. Told by a parameter, SQLite works
    out the plan anew each time, which takes far longer than what is planned, and PostgreSQL cannot keep one.
    """

    def constant(element: Any, **_: Any) -> Any:
        if not isinstance(element, BindParameter) or element.required or element.expanding or element.value is None:
            return None
        write = element.type.dialect_impl(dialect).literal_processor(dialect)
        if write is None or "%" in str(element.value):  # which both sides would double
            return None
        return literal_column(write(element.value), element.type)

    return visitors.replacement_traverse(statement, {}, constant)


def _spelled_out(sql: str, values: Mapping[str, Any]) -> str:
    """Return the text with as many places in each list as it is given values."""
    parts = sql.split("\0")
    for place in range(1, len(parts), 2):
        parts[place] = ",".join("?" * len(values[parts[place]]))
    return "".join(parts)
