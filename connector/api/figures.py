"""What a change of plan, seats or configuration comes to, in people, seats and money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import Schema, post_dump
from marshmallow import fields as plain

from connector.api import fields
from connector.domain.configuration import Sign
from connector.lifecycle.configuring import Rollout
from connector.lifecycle.proposals import Preview


class Amount(plain.Decimal):
    """An amount as a decimal string, never a float."""

    def __init__(self, said: str, **how: Any) -> None:
        super().__init__(as_string=True, metadata={"description": said, "example": "12.00"}, **how)

    def _to_string(self, value: Decimal) -> str:
        return f"{value:f}"


class TotalSchema(Schema):
    """A sum, of which parts may be unknown."""

    amount = plain.Function(
        lambda one: f"{one.amount.amount:f}" if one.amount is not None else None,
        metadata={"description": "A decimal string; null when it is not known.", "type": ["string", "null"]},
    )
    currency = fields.text("An ISO 4217 code.", attribute="known.currency", example="EUR")
    known = Amount("Of it, what is known.", attribute="known.amount")
    unpriced = fields.names("The items whose price nobody has said.", attribute="unknown", data_key="unknown")


class PoolChangeSchema(Schema):
    """A seat pool before and after."""

    before = fields.number("Seats before; null is without limit.", allow_none=True)
    after = fields.number("Seats afterwards; null is without limit.", allow_none=True)
    in_use = fields.number("The owner's, held, reserved, and promised where promises count.")
    released = fields.number("Given back at the renewal, unless somebody gets them before.")


class PreviewSchema(Schema):
    """What an operation on an account's plan and seats comes to."""

    account = fields.text("The account.", attribute="account.slug")
    plan_before = fields.text("The plan before.", attribute="before.plan")
    plan = fields.text("The plan afterwards.", attribute="account.plan")
    addons_before = fields.names("The add-ons before.", attribute="before.addons")
    addons = fields.names("The add-ons afterwards.", attribute="account.addons")
    takes_effect = fields.moment("When; null is at once.", allow_none=True)
    pools = plain.Function(
        lambda one: {
            key: {
                "before": one.pools_before[key].capacity,
                "after": pool.capacity,
                "in_use": pool.in_use,
                "released": pool.released,
            }
            for key, pool in one.pools.items()
        },
        metadata={"description": "By pool: seats before and after.", "type": "object"},
    )
    charge = fields.one(
        "What is charged at once; null where nobody has said how the account is billed.",
        TotalSchema,
        attribute="bill.charge",
        allow_none=True,
    )
    next_invoice = fields.one(
        "What the next invoice will be.", TotalSchema, attribute="bill.next_invoice", allow_none=True
    )
    next_invoice_on = fields.day("When.", attribute="bill.period.end", allow_none=True)
    budget = Amount("The account's budget for a period.", attribute="budget.amount", allow_none=True)
    needs_approval = fields.yes_no("Whether it is above the budget, or not known; confirm with `approve`.")
    holders = fields.keyed("Of pools that would be too small: who has their seats.", plain.List(plain.String()))
    version = fields.text("Confirm exactly this with it.", example="5f2b9c0e1d3a4b68")


class DifferenceSchema(Schema):
    """One thing that is not as the file has it."""

    sign = fields.choice("Whether it is added, changed or removed.", Sign)
    kind = fields.text("What it is.", example="rule")
    name = fields.text("Its name.")
    before = fields.anything("What differs, as it is.")
    after = fields.anything("What differs, as the file has it.")
    notes = fields.names("What else there is to know.")


class RolloutSchema(Schema):
    """What a file comes to."""

    differences = fields.many("What is not as the file has it.", DifferenceSchema)
    accounts = fields.many("What it does in each account.", PreviewSchema, attribute="previews")
    unmentioned = fields.names("What is there and not in the file; it stays, unless pruned.")
    version = fields.text("Apply exactly this with it.")

    @post_dump
    def _plain(self, document: dict[str, Any], **_: Any) -> dict[str, Any]:
        for one in document["differences"]:
            for side in ("before", "after"):
                one[side] = {key: _simple(value) for key, value in one[side].items()}
        return document


def figures(preview: object) -> Any:
    """Return the new figures of a ledger that has moved."""
    schema = {Preview: PreviewSchema, Rollout: RolloutSchema}.get(type(preview))
    return schema().dump(preview) if schema else None


def _simple(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case list() | tuple() | set() | frozenset():
            return [_simple(one) for one in value]
        case _:
            return str(value)
