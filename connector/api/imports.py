"""`/accounts/<account>/imports`: people to invite, from a CSV file."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

from flask import Response
from marshmallow import Schema

from connector.api import fields
from connector.api.access import cause, read_body
from connector.api.changing import changed, told
from connector.api.operations import Change, Operations, read
from connector.domain.grants import Given
from connector.domain.invitees import RowOutcome
from connector.domain.operator_tokens import Scope
from connector.lifecycle import importing, people_lists
from connector.lifecycle.ruling import problems_of
from connector.mappers.invitees import InviteeReader, find_columns
from connector.mappers.sheets import open_sheet
from connector.web.context import lifecycle

noun = Operations("imports", "People to invite, from a CSV file.")

LARGEST = 1024 * 1024
"""Bytes of a file that is sent; `jumpseat person import` takes larger ones, and shows how far it is."""
MOST_ROWS = 1000
"""Rows of it: as many as are invited in some seconds."""
CSV = frozenset({"text/csv", "application/csv"})


class Import(Change):
    directory = fields.text("Look for people in this directory alone.", **fields.OPTIONAL)
    address_column = fields.text("The heading, or the number, of the column of addresses.", **fields.OPTIONAL)
    seat_type = fields.text("The seat type of rows that name none.", **fields.OPTIONAL)
    role = fields.text("The role of rows that name neither role nor permissions.", **fields.OPTIONAL)


class RowSchema(Schema):
    """What becomes of a row."""

    row = fields.number("Its number, as a spreadsheet program counts.")
    address = fields.text("The address.")
    outcome = fields.choice("What becomes of it.", RowOutcome)
    directory = fields.text("Where somebody was found, or is kept.", allow_none=True)
    was_known = fields.yes_no("Whether a directory had stated her.", attribute="matched")
    duplicate_of = fields.number("The row that it repeats.", attribute="of", allow_none=True)
    batch = fields.number("With which rows it is invited.", allow_none=True)


class ImportSchema(Schema):
    """What becomes of a list."""

    encoding = fields.text("How it was read.")
    separator = fields.text("What separates its columns.")
    rows = fields.many("Row by row.", RowSchema)


@noun.changes(
    "POST",
    "/accounts/<account>/imports",
    Scope.PEOPLE_WRITE,
    changed(ImportSchema),
    query=Import,
    secret=True,
    document={"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def create(asked: dict[str, Any], account: str) -> Response:
    """Invite the people of a CSV file, each one once, however often it is sent.

    One row that cannot be used keeps all from being done. At most 1,000 rows; `jumpseat person import` takes more.
    """
    file = io.BytesIO(read_body(CSV, LARGEST))
    terms = read(importing.terms_for, account)
    sheet = open_sheet(file, "body", MOST_ROWS)
    columns = find_columns(sheet, asked["address_column"])
    given = Given(asked["seat_type"], asked["role"], frozenset())
    reader = InviteeReader(sheet, columns, terms, partial(problems_of, terms=terms), given)
    people = people_lists.checked_list(reader, account, asked["directory"])
    run = people_lists.rehearse_list if asked["dry_run"] else people_lists.invite_list
    rows = run(lifecycle(), people, cause(), lambda: None)
    return told({"encoding": sheet.encoding, "separator": sheet.separator, "rows": rows}, dry_run=asked["dry_run"])
