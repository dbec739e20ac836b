"""What a request to the gate costs the database."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, event

from connector.lifecycle import admission
from connector.storage import prepared
from connector.storage.prepared import execute

from ..lifecycle.company import Company
from ..lifecycle.conftest import clock, company, empty, lifecycle

__all__ = ["clock", "company", "empty", "lifecycle"]


@pytest.mark.parametrize("case", ["admitted", "left", "frozen", "stranger"])
def test_the_gate_asks_one_statement(company: Company, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks, and whatever the answer is: everything that it rests on is read at one moment."""
    company.account(seats=5)
    company.everybody()
    ada = company.person("ada")
    session: str | None = company.accept(ada)
    if case == "left":
        company.deactivate(ada)
    elif case == "frozen":
        company.sql("UPDATE account SET frozen_at = created_at")
    elif case == "stranger":
        session = None
    asked: list[str] = []
    engine = company.lifecycle.database.engine

    def note(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    def run(connection: Connection, statement: str, parameters: Any, *, many: bool = False) -> Any:
        asked.append(statement)
        return execute(connection, statement, parameters, many=many)

    monkeypatch.setattr(prepared, "execute", run)
    event.listen(engine, "before_cursor_execute", note)
    try:
        company.read(admission.decide, session, "crm")
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert [one.split()[0] for one in asked if not one.startswith("BEGIN")] == ["SELECT"]
