"""`/rules`: who is due a seat."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema

from connector.api import fields
from connector.api.access import access, cause, own_tenant
from connector.api.changing import change, changed
from connector.api.operations import Change, Operations, read
from connector.api.paging import Paged, page, page_of
from connector.domain.operator_tokens import Scope
from connector.lifecycle import reporting, ruling
from connector.lifecycle.reporting import RuleReport
from connector.storage.work import Work

noun = Operations("rules", "Who is due a seat: members of a group, or people whom a filter matches.")


class RuleSchema(Schema):
    """A rule."""

    rule = fields.text("Its name.", attribute="rule.name", example="sales")
    account = fields.text("The account in which a seat is due.")
    directory = fields.text("Whose group, or whose people.", allow_none=True)
    group = fields.text("The group, by its name as it is now.", allow_none=True)
    bound = fields.yes_no("Whether the group was seen.")
    filter = fields.text("A SCIM filter on people.", attribute="rule.filter", allow_none=True)
    seat_type = fields.text("The seat type.", attribute="rule.seat_type", allow_none=True)
    role = fields.text("The role.", attribute="rule.role", allow_none=True)
    permissions = fields.sorted_names("The permissions.", attribute="rule.permissions")
    priority = fields.number("Higher goes first.", attribute="rule.priority", least=-fields.MOST)


class NewRule(Schema):
    """A rule to write."""

    name = fields.text("Its name: a-z, 0-9 and '-'.", required=True, longest=63, example="sales")
    account = fields.text("The account in which a seat is due.", required=True, example="crm")
    directory = fields.text(
        "Whose group, or whose people; a filter without it looks at every directory.", **fields.OPTIONAL
    )
    group = fields.text("The group's displayName; it need not have been seen yet.", **fields.OPTIONAL)
    group_external_id = fields.text("The group's externalId, in place of its name.", **fields.OPTIONAL)
    filter = fields.text("A SCIM filter on people.", example='title eq "Sales manager"', **fields.OPTIONAL)
    seat_type = fields.text("A seat type of the account's vendor.", **fields.OPTIONAL)
    role = fields.text("A role of the vendor.", **fields.OPTIONAL)
    permissions = fields.names("Permissions.", load_default=list)
    priority = fields.number("Higher goes first.", least=-fields.MOST, load_default=0)


class Listed(Paged):
    tenant = fields.text("Those of this tenant alone.")


class Removal(Change):
    tenant = fields.text("Whose rule; needed where two tenants have one of the name.", **fields.OPTIONAL)


@noun.reads("/rules", Scope.RULES_READ, page_of(RuleSchema), query=Listed)
def index(asked: dict[str, Any]) -> dict[str, Any]:
    """List the rules by name."""
    found = read(reporting.rules, own_tenant(asked.get("tenant")))
    return page(found, lambda one: f"{one.rule.name} {one.rule.id}", asked)


@noun.changes("POST", "/rules", Scope.RULES_WRITE, changed(RuleSchema), takes=NewRule, status=201)
def create(_: dict[str, Any], body: dict[str, Any]) -> Response:
    """Write a rule, and settle everybody whom it is about."""
    about = {key: body[key] for key in ("group", "group_external_id", "seat_type", "role", "permissions", "priority")}
    return change(
        ruling.add_rule,
        body["name"],
        body["account"],
        cause(),
        directory_slug=body["directory"],
        where=body["filter"],
        shown=_shown,
        **about,
    )


@noun.changes("DELETE", "/rules/<rule>", Scope.RULES_WRITE, changed(None), query=Removal)
def remove(asked: dict[str, Any], rule: str) -> Response:
    """Remove a rule; what it alone made due ends."""
    return change(_removed, rule, asked["tenant"])


def _shown(work: Work, made: Any) -> RuleReport:
    rule, _ = made
    return next(one for one in reporting.rules(work) if one.rule.id == rule.id)


def _removed(work: Work, name: str, tenant: str | None) -> Any:
    slug = own_tenant(tenant)
    tenant_id = reporting.tenants_meant(work, slug)[0].id if slug else None
    return ruling.remove_rule(work, name, access().cause, tenant_id)
