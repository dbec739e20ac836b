"""`/tenants`: customer organisations."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema

from connector.api import fields
from connector.api.access import access, cause, own_tenant
from connector.api.changing import change, changed
from connector.api.operations import Operations, read
from connector.api.paging import Paged, page, page_of
from connector.api.problems import Refused
from connector.domain.events import Cause
from connector.domain.operator_tokens import Scope
from connector.domain.tenancy import Tenant
from connector.lifecycle import directories, freezing, reporting
from connector.storage.work import Work

noun = Operations("tenants", "Customer organisations.")


class TenantSchema(Schema):
    """A customer organisation."""

    tenant = fields.text("Its name.", attribute="slug", example="acme")
    display_name = fields.text("What letters to its people call it.", allow_none=True)
    active = fields.yes_no("Whether its tokens open anything, and its people are admitted.")
    created_at = fields.moment("Since when it is here.")


class NewTenant(Schema):
    """A customer organisation to create."""

    name = fields.text("Its name: a-z, 0-9 and '-'.", required=True, longest=63, example="acme")
    display_name = fields.text("What letters to its people call it.", load_default=None, allow_none=True)


class TenantChange(Schema):
    """What is to be different; what is left out stays."""

    display_name = fields.text("What letters to its people call it.")
    active = fields.yes_no("Off, its tokens open nothing and nobody of it is admitted; seats stay held.")


@noun.reads("/tenants", Scope.TENANTS_READ, page_of(TenantSchema), query=Paged)
def index(asked: dict[str, Any]) -> dict[str, Any]:
    """List the customer organisations."""
    return page(read(reporting.tenants_meant, own_tenant(None)), lambda one: str(one.slug), asked)


@noun.changes("POST", "/tenants", Scope.TENANTS_WRITE, changed(TenantSchema), takes=NewTenant, status=201)
def create(_: dict[str, Any], body: dict[str, Any]) -> Response:
    """Create a customer organisation, with its local directory and one account of its own product."""
    if access().tenant is not None:
        raise Refused(403, "token-of-one-tenant", "A token of one tenant makes no other tenant.")
    return change(directories.create_tenant, body["name"], cause(), body["display_name"])


@noun.changes("PATCH", "/tenants/<tenant>", Scope.TENANTS_WRITE, changed(TenantSchema), takes=TenantChange)
def update(_: dict[str, Any], body: dict[str, Any], tenant: str) -> Response:
    """Rename a customer organisation, or switch it off or on."""
    return change(_changed, tenant, body, cause())


def _changed(work: Work, tenant: str, wanted: dict[str, Any], by: Cause) -> Tenant:
    reporting.tenants_meant(work, tenant)
    if "display_name" in wanted:
        directories.name_tenant(work, tenant, wanted["display_name"], by)
    if "active" in wanted:
        freezing.switch_tenant(work, tenant, by, active=wanted["active"])
    return reporting.tenants_meant(work, tenant)[0]
