"""`/configuration`: everything as one YAML file."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema

from connector.api import fields
from connector.api.access import access, cause, own_tenant, read_body
from connector.api.changing import change, changed
from connector.api.figures import RolloutSchema
from connector.api.operations import Change, Operations, read
from connector.api.problems import Refused
from connector.domain.configuration import Configuration
from connector.domain.errors import NotFound
from connector.domain.operator_tokens import Scope
from connector.lifecycle import configuring, exporting
from connector.mappers.configuration import read_configuration, written

noun = Operations("configuration", "Tenants, directories, accounts and rules as one YAML file.")

LARGEST = 1024 * 1024
"""Bytes of a file that is sent; `jumpseat apply` takes larger ones."""
YAML = frozenset({"application/yaml", "application/x-yaml", "text/yaml"})

_FILE = {"content": {"application/yaml": {"schema": {"type": "string", "description": "The file."}}}}


class Export(Schema):
    tenant = fields.text("This tenant alone.", **fields.OPTIONAL)


class Rolling(Change):
    prune = fields.yes_no("Remove rules of the file's tenants that it does not name.", load_default=False)
    version = fields.text("Only if it is still what the dry run of this version showed.", longest=64, **fields.OPTIONAL)
    approve = fields.yes_no("Though a next invoice is above the budget.", load_default=False)


@noun.reads(
    "/configuration",
    Scope.CONFIGURATION_READ,
    None,
    query=Export,
    document={"responses": {200: {**_FILE, "description": "The file, without secrets and people."}}},
)
def export(asked: dict[str, Any]) -> Response:
    """Write tenants, directories, accounts and rules as YAML, without secrets."""
    text = written(read(exporting.exported, own_tenant(asked["tenant"])))
    return Response(text, content_type="application/yaml; charset=utf-8")


@noun.changes(
    "POST",
    "/configuration",
    Scope.CONFIGURATION_WRITE,
    changed(RolloutSchema),
    query=Rolling,
    document={"requestBody": {**_FILE, "required": True}},
)
def apply(asked: dict[str, Any]) -> Response:
    """Make everything as the file says, all of it or nothing; what it does not mention stays as it is.

    Its dry run is `jumpseat plan`: what would change, for whom, for how many seats and how much money.
    """
    wanted = _file()
    if asked["dry_run"]:
        return change(configuring.compare, wanted, cause(), prune=asked["prune"])
    confirmed = {"version": asked["version"], "approved": asked["approve"]}
    return change(configuring.apply_configuration, wanted, cause(), prune=asked["prune"], **confirmed)


def _file() -> Configuration:
    """Read the file that is sent; a token of one tenant names no other in it."""
    try:
        text = read_body(YAML, LARGEST).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(422, "invalid-request", "The file must be UTF-8.") from None
    wanted = read_configuration(text, "body")
    bound = access().tenant_slug
    for name in wanted.tenants:
        if bound not in (None, name):
            raise NotFound("tenant", name)
    return wanted
