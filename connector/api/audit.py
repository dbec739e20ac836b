"""`/events` and `/deliveries`: the audit trail, and what could not be delivered."""

from __future__ import annotations

from itertools import islice
from typing import Any

from marshmallow import Schema

from connector.api import fields
from connector.api.access import access, own_tenant
from connector.api.operations import Operations, read
from connector.api.paging import Paged, cut, page, page_of, read_number
from connector.domain.operator_tokens import Scope
from connector.lifecycle import outstanding, reporting
from connector.lifecycle.outstanding import FailedDelivery
from connector.storage.work import Work

noun = Operations("audit", "The audit trail, and what could not be delivered.")

MOST = 10_000
"""Failed deliveries that are looked at, the latest ones."""


class EventSchema(Schema):
    """One line of the audit trail."""

    seq = fields.number("Its number; they ascend.", most=2**53)
    at = fields.moment("When.")
    tenant = fields.text("Whose trail it is.")
    kind = fields.text("What happened, as `subject:action`.", example="membership:changed")
    subject_id = fields.text("To what.")
    person_id = fields.text("About whom.")
    account_id = fields.text("In which account.")
    cause = fields.text("What set it off.", example="operator")
    actor = fields.text("Who.", example="api:ci")
    reference = fields.text("The request, its X-Request-Id.")
    before = fields.anything("States and names of attributes before.")
    after = fields.anything("States and names of attributes afterwards.")
    values_before = fields.anything("Personal values before, with `values`.")
    values_after = fields.anything("Personal values afterwards, with `values`.")


class DeliverySchema(Schema):
    """A letter that could not be delivered."""

    id = fields.text("Its id.")
    kind = fields.text("What it is.", example="mail.invitation")
    tenant = fields.text("Whose.")
    given_up = fields.yes_no("Whether it is not tried again.")
    attempts = fields.number("How often it was tried.")
    next_try = fields.moment("When it is tried again.")
    error = fields.text("What went wrong.")


class Trail(Paged):
    tenant = fields.text("The events of this tenant alone.", **fields.OPTIONAL)
    values = fields.yes_no("With personal values.", load_default=False)


@noun.reads("/events", Scope.AUDIT_READ, page_of(EventSchema), query=Trail)
def events(asked: dict[str, Any]) -> dict[str, Any]:
    """List the events of the audit trail in the order they happened; the cursor of the last page can be kept."""
    return cut(read(_events, asked), lambda one: str(one["seq"]), asked["limit"])


@noun.reads("/deliveries", Scope.DELIVERIES_READ, page_of(DeliverySchema), query=Paged)
def deliveries(asked: dict[str, Any]) -> dict[str, Any]:
    """List deliveries that have failed, the latest first, whether or not they are tried again."""
    return page(read(_failures), lambda one: str(one.id), asked, latest_first=True)


def _events(work: Work, asked: dict[str, Any]) -> list[dict[str, Any]]:
    tenant, after = own_tenant(asked["tenant"]), read_number(asked)
    return list(islice(reporting.events(work, tenant, after, with_values=asked["values"]), asked["limit"] + 1))


def _failures(work: Work) -> list[FailedDelivery]:
    own = access().tenant_slug
    return [one for one in outstanding.failed_deliveries(work, MOST) if own in (None, one.tenant)]
