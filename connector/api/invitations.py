"""`/invitations`: listed, sent again, taken back, their links handed over."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema

from connector.api import fields
from connector.api.access import access, cause
from connector.api.changing import change, changed
from connector.api.members import Whom
from connector.api.operations import Operations, read
from connector.api.paging import Paged, page, page_of
from connector.domain.invitations import InvitationState
from connector.domain.operator_tokens import Scope
from connector.lifecycle import invitations, outstanding
from connector.lifecycle.outstanding import InvitationReport
from connector.lifecycle.reach import within
from connector.storage.work import Work

noun = Operations("invitations", "Invitations: sent again, taken back, their links handed over.")

MOST = 10_000
"""Invitations that are looked at, the latest ones."""


class InvitationSchema(Schema):
    """An invitation as it stands now."""

    id = fields.text("Its id.", attribute="invitation.id")
    account = fields.text("The account.")
    directory = fields.text("Whose person is invited.")
    user_name = fields.text("Her userName.", attribute="person.stated.user_name")
    state = fields.choice("How it stands.", InvitationState)
    created_at = fields.moment("When it was sent.", attribute="invitation.created_at")
    expires_at = fields.moment("Until when it can be answered.", attribute="invitation.expires_at")
    answered_at = fields.moment("When it was answered.", attribute="invitation.answered_at", allow_none=True)


class SentSchema(Schema):
    """What came of inviting again."""

    expires_at = fields.moment("Until when the new link is good; null while she waits for a seat.", allow_none=True)


class LinkSchema(Schema):
    """The link of a pending invitation; whoever has it can show it, and only the invited person can accept."""

    link = fields.text("The address.")


class VendorState(Whom):
    """What the vendor says of its own invitation."""

    state = fields.text("In its own word; null forgets it.", required=True, allow_none=True, longest=100)


class Listed(Paged):
    account = fields.text("Those to this account alone.")
    state = fields.choice("Those in this state alone.", InvitationState)


@noun.reads("/invitations", Scope.INVITATIONS_READ, page_of(InvitationSchema), query=Listed)
def index(asked: dict[str, Any]) -> dict[str, Any]:
    """List invitations, the latest first."""
    found = read(_of_tenant, asked.get("state"), asked.get("account"))
    return page(found, lambda one: str(one.invitation.id), asked, latest_first=True)


@noun.changes(
    "POST", "/accounts/<account>/invitations/resend", Scope.INVITATIONS_WRITE, changed(SentSchema), takes=Whom
)
def resend(_: dict[str, Any], body: dict[str, Any], account: str) -> Response:
    """Invite again: a new link for a pending invitation, the old one dead; a refusal is forgotten."""
    shown = {"shown": lambda _, sent: {"expires_at": sent.expires_at if sent else None}}
    return change(invitations.resend, account, body["directory"], body["user_name"], cause(), **shown)


@noun.changes("POST", "/accounts/<account>/invitations/cancel", Scope.INVITATIONS_WRITE, changed(None), takes=Whom)
def cancel(_: dict[str, Any], body: dict[str, Any], account: str) -> Response:
    """Take a pending invitation back; the seat goes to whoever waits, and nobody is invited again by itself."""
    return change(invitations.cancel, account, body["directory"], body["user_name"], cause())


@noun.changes("POST", "/accounts/<account>/invitations/delete", Scope.INVITATIONS_WRITE, changed(None), takes=Whom)
def delete(_: dict[str, Any], body: dict[str, Any], account: str) -> Response:
    """Take a declined invitation, or one whose time ran out, off the list; the answer is remembered all the same."""
    return change(invitations.delete_declined, account, body["directory"], body["user_name"], cause())


@noun.changes(
    "PUT", "/accounts/<account>/invitations/vendor-state", Scope.INVITATIONS_WRITE, changed(None), takes=VendorState
)
def vendor_state(_: dict[str, Any], body: dict[str, Any], account: str) -> Response:
    """Note what the vendor says of its own invitation; it is shown, and opens nothing."""
    said = body["state"]
    return change(invitations.note_vendor_state, account, body["directory"], body["user_name"], said, cause())


@noun.reads("/accounts/<account>/invitations/link", Scope.INVITATIONS_WRITE, LinkSchema, query=Whom)
def link(asked: dict[str, Any], account: str) -> dict[str, Any]:
    """Give the link of a pending invitation, to hand it over by another way than mail."""
    return {"link": read(invitations.pending_link, account, asked["directory"], asked["user_name"])}


def _of_tenant(work: Work, state: InvitationState | None, account: str | None) -> list[InvitationReport]:
    found = outstanding.invitations(work, state, account, MOST)
    return within(work, access().tenant, found, lambda one: one.account)
