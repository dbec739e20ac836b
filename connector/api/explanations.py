"""Why somebody holds what she holds, as JSON."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema

from connector.api import fields
from connector.domain.access import Reason
from connector.domain.grants import By
from connector.domain.memberships import Answer, Obstacle, State
from connector.lifecycle.explaining import Explanation, Place, Verdict


class VerdictSchema(Schema):
    """A rule, and what it comes to for this person."""

    rule = fields.text("The rule.", attribute="report.rule.name")
    fires = fields.yes_no("Whether it makes something due.", attribute="verdict.fires")
    why = fields.choice("What decided it.", Verdict, attribute="verdict")
    by = fields.choice("Whether it is a rule, given by hand, or stated over SCIM.", By)
    group = fields.text("Its group.", attribute="report.group", allow_none=True)
    filter = fields.text("Its filter.", attribute="report.rule.filter", allow_none=True)


class UnfinishedSchema(Schema):
    """What a departure still waits for; the gate is cut."""

    open_steps = fields.number("Steps open at the vendor.")
    open_assets = fields.number("Assets to hand over.")
    heir = fields.text("To whom.", allow_none=True)


class ExplainedPlaceSchema(Schema):
    """Her place in one account."""

    account = fields.text("The account.", attribute="account.slug")
    state = fields.choice("Where it stands; null where nothing is or was due.", State, allow_none=True)
    seat_types = fields.sorted_names("Her seats.")
    permissions = fields.sorted_names("Her permissions.")
    answer = fields.choice("Her answer, or an operator's, that is remembered.", Answer, allow_none=True)
    obstacle = fields.choice("What is missing, other than a seat.", Obstacle, allow_none=True)
    place = fields.number("Her place on the waiting line, from 1.", allow_none=True)
    suspended = fields.yes_no("Whether an operator keeps her out.")
    invitation_expires_at = fields.moment("Until when she can answer.", allow_none=True)
    gate = fields.choice("Why the gate refuses; null where it admits.", Reason, allow_none=True)
    rules = fields.many("Every rule that could be about her.", VerdictSchema, attribute="verdicts")
    withheld = fields.names("What is due and cannot be given, and why.")
    open_work_orders = fields.names("Ids of what is still to be done at the vendor.")
    unfinished = fields.one("What her departure still waits for.", UnfinishedSchema, allow_none=True)


class IdentitySchema(Schema):
    """As whom she signs in."""

    issuer = fields.text("Who vouches for her.")
    subject = fields.text("As whom.")


class HappenedSchema(Schema):
    """An event of the trail, without personal values."""

    seq = fields.number("Its number.", most=2**53)
    at = fields.moment("When.")
    kind = fields.text("What happened.", example="membership:changed")
    actor = fields.text("Who or what set it off.")
    before = fields.anything("States before.")
    after = fields.anything("States afterwards.")


class ExplanationSchema(Schema):
    """Why somebody holds what she holds, and why not more."""

    user_name = fields.text("Her userName.")
    directory = fields.text("Her directory.")
    active = fields.yes_no("Whether it wants her in.")
    signs_in = fields.yes_no("Whether people of the directory can sign in.")
    identity = fields.one("As whom she signs in; null before she has.", IdentitySchema, allow_none=True)
    groups = fields.names("The groups that she is in.")
    accounts = fields.many("Her place in each account.", ExplainedPlaceSchema)
    events = fields.many("Her latest events, the latest first.", HappenedSchema)


def as_document(found: Explanation) -> dict[str, Any]:
    """Return what the schema writes."""
    return {
        "user_name": found.person.stated.user_name,
        "directory": found.directory,
        "active": found.person.active,
        "signs_in": found.signs_in,
        "identity": dict(zip(("issuer", "subject"), found.identity, strict=True)) if found.identity else None,
        "groups": [one.display for one in found.groups],
        "accounts": [_place(one) for one in found.places],
        "events": found.events,
    }


def _place(one: Place) -> dict[str, Any]:
    member = one.membership
    return {
        "account": one.account,
        "state": member.state if member else None,
        "seat_types": member.seat_types if member else (),
        "permissions": member.permissions if member else (),
        "answer": member.answer if member else None,
        "obstacle": member.obstacle if member else None,
        "place": one.place,
        "suspended": member.suspended if member else False,
        "invitation_expires_at": one.invitation.expires_at if one.invitation else None,
        "gate": one.gate,
        "verdicts": one.verdicts,
        "withheld": [str(problem) for problem in one.withheld],
        "open_work_orders": [order.order.id for order in one.orders],
        "unfinished": one.unfinished,
    }
