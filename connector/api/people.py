"""`/people` and `/person`: whom directories have stated, what they hold and why, their history, their erasure.

A userName may hold anything, slashes too, so it stands in the query or the body and never in the path.
"""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema
from marshmallow import fields as plain

from connector.api import fields
from connector.api.access import cause
from connector.api.changing import changed, told
from connector.api.explanations import ExplanationSchema, as_document
from connector.api.members import Whom
from connector.api.operations import Operations, read
from connector.api.paging import Paged, cursor, page_of, read_number
from connector.domain.operator_tokens import Scope
from connector.lifecycle import explaining, reporting
from connector.lifecycle.erasure import erase_everywhere, preview_erasure
from connector.web.context import lifecycle

noun = Operations("people", "Whom directories have stated, what they hold and why, and their erasure.")


class PersonSchema(Schema):
    """Somebody whom a directory has stated."""

    id = fields.text("Her id.", attribute="person.id")
    user_name = fields.text("Her userName.", attribute="person.stated.user_name")
    name = fields.text("Her name.", attribute="person.display_name")
    external_id = fields.text("Her externalId.", attribute="person.stated.external_id", allow_none=True)
    email = fields.text("Her address at work.", attribute="person.work_email", allow_none=True)
    directory = fields.text("Her directory.")
    active = fields.yes_no("Whether it wants her in.", attribute="person.active")
    accounts = plain.Function(
        lambda one: {slug: member.state.value for slug, member in one.places},
        metadata={"description": "By account: where her membership stands.", "type": "object"},
    )


class KeptRowsSchema(Schema):
    """What an erasure leaves."""

    where = fields.text("Where.")
    rows = fields.number("How many rows.")
    why = fields.text("Why.")


class ErasedSchema(Schema):
    """What an erasure comes to."""

    id = fields.text("The id, which is kept.", attribute="person_id")
    blanked = fields.keyed("By kind: how many were blanked.", fields.number("How many."))
    kept = fields.many("What is not blanked, and why.", KeptRowsSchema)


class Listed(Paged):
    directory = fields.text("Those of this directory alone.", required=True)
    filter = fields.text("A SCIM filter.", example='emails.value ew "@acme.example"', **fields.OPTIONAL)


@noun.reads("/people", Scope.PEOPLE_READ, page_of(PersonSchema), query=Listed)
def index(asked: dict[str, Any]) -> dict[str, Any]:
    """List a directory's people in the order in which it stated them."""
    start, limit = read_number(asked), asked["limit"]
    total, found = read(reporting.people, asked["directory"], asked["filter"], start + 1, limit)
    reached = start + len(found)
    return {"items": found, "next": cursor(str(reached)) if found and reached < total else None}


@noun.reads("/person", Scope.PEOPLE_READ, PersonSchema, query=Whom)
def show(asked: dict[str, Any]) -> Any:
    """Show a person and where she stands in each account."""
    return read(reporting.person, asked["directory"], asked["user_name"])


@noun.reads("/person/explanation", Scope.PEOPLE_READ, ExplanationSchema, query=Whom)
def explain(asked: dict[str, Any]) -> dict[str, Any]:
    """Explain why a person holds what she holds, and why not more."""
    return as_document(read(explaining.explain, asked["directory"], asked["user_name"]))


@noun.changes("POST", "/person/erase", Scope.PEOPLE_ERASE, changed(ErasedSchema), takes=Whom, secret=True)
def erase(asked: dict[str, Any], body: dict[str, Any]) -> Response:
    """Blank everything that names somebody who has left; ids and the trail stay. It cannot be undone.

    Erasing twice comes to the same.
    """
    use_case = preview_erasure if asked["dry_run"] else erase_everywhere
    report = use_case(lifecycle(), body["directory"], body["user_name"], cause())
    return told(report, dry_run=asked["dry_run"])
