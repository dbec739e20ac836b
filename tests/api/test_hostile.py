"""A program that may do everything and sends whatever it likes is refused with a reason, or served; never a failure."""

from __future__ import annotations

from itertools import cycle
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from marshmallow import Schema, fields

from connector.api.operations import OPERATIONS, PREFIX, Change
from connector.lifecycle import diagnosis

from ..fuzzing.target import books
from ..lifecycle.company import Company
from .conftest import Program

WORDS = (
    "crm",
    "okta",
    "main",
    "ada@acme.example",
    "seats",
    "seat",
    "member",
    "",
    "x" * 999,
    "../..",
    "%00",
    "ﬁ\u0131'\";--",
    "\ud7ff\U0010ffff",
    "12.00 EUR",
    "nan",
    "EUR",
    "0",
    "-1",
)
NUMBERS = (0, 1, 2, -1, 500, 1_000_000, 2**31, 2**63, 10**40)
MOMENTS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-12-24T00:00:00Z", "2026-02-30T00:00:00Z")
DAYS = ("0001-01-01", "9999-12-31", "2026-01-31", "2026-02-30")
ODD = (None, True, 1.5, [], {}, [None], {"a": {"b": []}}, "x", 7)


class Typing:
    """Values of the type that a field wants, one after the other, and now and then of another."""

    def __init__(self) -> None:
        self.kinds = {
            kind: cycle(values) for kind, values in (("w", WORDS), ("n", NUMBERS), ("m", MOMENTS), ("d", DAYS))
        }
        self.odd, self.count = cycle(ODD), 0

    def value(self, field: Any) -> Any:
        self.count += 1
        if self.count % 11 == 0:
            return next(self.odd)
        match field:
            case fields.Integer():
                return next(self.kinds["n"])
            case fields.Boolean():
                return self.count % 2 == 0
            case fields.AwareDateTime():
                return next(self.kinds["m"])
            case fields.Date():
                return next(self.kinds["d"])
            case fields.Enum():
                return list(field.enum)[self.count % len(field.enum)].value
            case fields.List():
                return [self.value(field.inner) for _ in range(self.count % 3)]
            case fields.Dict():
                return {next(self.kinds["w"]): self.value(field.value_field) for _ in range(self.count % 3)}
            case _:
                return next(self.kinds["w"])

    def body(self, schema: Schema) -> dict[str, Any]:
        return {key: self.value(one) for key, one in schema.fields.items() if one.required or self.count % 3 != 1}


@pytest.mark.parametrize("rounds", [6])
def test_whatever_a_program_sends_is_refused_or_done(
    company: Company, app: Flask, everything: Program, rounds: int
) -> None:
    """No 5xx, no address unanswered, and the books agree with the ledger afterwards."""
    company.everybody()
    for name in ("ada", "bob", "cyd", "dan"):
        company.person(name)
    typing, statuses = Typing(), set[int]()
    wrong: list[object] = []
    for endpoint, one in sorted(OPERATIONS.items()):
        rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
        method = next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        for turn in range(rounds):
            path = rule.rule.removeprefix(PREFIX)
            known = {"account": "crm", "directory": "okta", "pool": "seats", "tenant": "main"}
            for name in rule.arguments:
                value = known.get(name) if turn % 2 == 0 else None
                path = path.replace(f"<{name}>", value or quote(next(typing.kinds["w"]) or "-", safe=""))
            query = {key: _in_query(typing.value(field)) for key, field in one.query.fields.items()} if turn % 3 else {}
            if isinstance(one.query, Change):
                query["dry_run"] = "true" if turn % 2 else "false"
            body = typing.body(one.takes) if one.takes is not None else None
            answer = everything.ask(method, f"{path}?{urlencode(query)}", body)
            statuses.add(answer.status_code)
            if answer.status_code >= 500 or (answer.status_code >= 400 and answer.json["status"] != answer.status_code):
                wrong.append((method, path, query, body, answer.get_data(as_text=True)))
    assert wrong == []
    assert {200, 404, 409, 422} <= statuses
    assert company.read(books) == []
    company.read(diagnosis.diagnose)


def _in_query(value: Any) -> str:
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
