"""`/accounts/<account>/members`: people's places in one account; given by hand, suspended, removed."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema

from connector.api import fields
from connector.api.access import cause
from connector.api.changing import change, changed
from connector.api.operations import Operations, read
from connector.api.paging import Paged, cut, page_of, read_cursor
from connector.domain.grants import By, Given
from connector.domain.memberships import State
from connector.domain.operator_tokens import Scope
from connector.lifecycle import granting, invitations, members

noun = Operations("members", "People's places in an account: given by hand, suspended, removed.")


class MemberSchema(Schema):
    """Somebody's place in an account."""

    user_name = fields.text("Her userName.", attribute="person.stated.user_name")
    directory = fields.text("Her directory.")
    state = fields.choice("Where it stands.", State, attribute="membership.state")
    seat_types = fields.sorted_names("Her seats.", attribute="membership.seat_types")
    permissions = fields.sorted_names("Her permissions.", attribute="membership.permissions")
    by = fields.choices("How it came to be due: by a rule, by hand, or stated over SCIM.", By)
    place = fields.number("Her place on the waiting line, from 1.", allow_none=True)
    suspended = fields.yes_no("Whether an operator keeps her out.", attribute="membership.suspended")


class Whom(Schema):
    """Who is meant."""

    directory = fields.text("Her directory.", required=True, example="okta")
    user_name = fields.text("Her userName.", required=True, example="ada@acme.example")


class Withdrawal(Whom):
    """From whom something is taken back."""

    at_renewal = fields.yes_no("When the billing period ends.", load_default=False)


class Grant(Withdrawal):
    """What is given by hand."""

    seat_type = fields.text("The seat; where seats follow from permissions, none.", **fields.OPTIONAL)
    role = fields.text("A role of the vendor's.", **fields.OPTIONAL)
    permissions = fields.names("Permissions.", load_default=list)


@noun.reads("/accounts/<account>/members", Scope.MEMBERS_READ, page_of(MemberSchema), query=Paged)
def index(asked: dict[str, Any], account: str) -> dict[str, Any]:
    """List who has a seat, is invited or waits, in order of arrival, and how it came to be due to them."""
    found = read(members.members, account, asked["limit"] + 1, read_cursor(asked) or "")
    return cut(found, lambda one: str(one.membership.id), asked["limit"])


@noun.changes("POST", "/accounts/<account>/members/grant", Scope.MEMBERS_WRITE, changed(None), takes=Grant)
def grant(_: dict[str, Any], body: dict[str, Any], account: str) -> Response:
    """Give somebody a seat, a role or permissions by hand, in the place of what was given by hand before.

    It stays when rules end, and is due only while her directory wants her in.
    """
    given = Given(body["seat_type"], body["role"], frozenset(body["permissions"]))
    return change(granting.grant, account, *_whom(body), given, cause(), at_renewal=body["at_renewal"])


@noun.changes("POST", "/accounts/<account>/members/withdraw", Scope.MEMBERS_WRITE, changed(None), takes=Withdrawal)
def withdraw(_: dict[str, Any], body: dict[str, Any], account: str) -> Response:
    """Take back what was given by hand; what rules make due stays."""
    return change(granting.withdraw, account, *_whom(body), cause(), at_renewal=body["at_renewal"])


@noun.changes("POST", "/accounts/<account>/members/keep", Scope.MEMBERS_WRITE, changed(None), takes=Whom)
def keep(_: dict[str, Any], body: dict[str, Any], account: str) -> Response:
    """Take back what was planned for the end of the billing period."""
    return change(granting.keep, account, *_whom(body), cause())


@noun.changes("POST", "/accounts/<account>/members/suspend", Scope.MEMBERS_WRITE, changed(None), takes=Whom)
def suspend(_: dict[str, Any], body: dict[str, Any], account: str) -> Response:
    """Keep somebody out; she keeps her seat, unless the vendor does not count it."""
    return change(members.suspend, account, *_whom(body), cause())


@noun.changes("POST", "/accounts/<account>/members/reactivate", Scope.MEMBERS_WRITE, changed(None), takes=Whom)
def reactivate(_: dict[str, Any], body: dict[str, Any], account: str) -> Response:
    """Let somebody in again who was suspended."""
    return change(members.reactivate, account, *_whom(body), cause())


@noun.changes("POST", "/accounts/<account>/members/remove", Scope.MEMBERS_WRITE, changed(None), takes=Whom)
def remove(_: dict[str, Any], body: dict[str, Any], account: str) -> Response:
    """End somebody's access until she is invited again; some vendors want her suspended first."""
    return change(members.remove, account, *_whom(body), cause())


@noun.changes("POST", "/accounts/<account>/members/revoke", Scope.MEMBERS_WRITE, changed(None), takes=Whom)
def revoke(_: dict[str, Any], body: dict[str, Any], account: str) -> Response:
    """End somebody's access at once, whatever her directory and the vendor say; the seat goes to whoever waits."""
    return change(invitations.revoke, account, *_whom(body), cause())


def _whom(body: dict[str, Any]) -> tuple[str, str]:
    return body["directory"], body["user_name"]
