"""`jumpseat operator-token`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import cell, document, json_option, listing
from connector.domain.operator_tokens import OperatorToken, Scope
from connector.lifecycle import operator_tokens


@click.group()
def command() -> None:
    """Make and revoke the tokens with which programs use the operator API."""


@command.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    metavar="SCOPE",
    help="What it may do, for example accounts:read; may be given several times. jumpseat operator-token scopes",
)
@click.option("--tenant", help="It sees this customer organisation alone; without it, the whole installation.")
@click.option("--days", type=click.IntRange(min=1, max=3650), help="Expire after so many days; without it, never.")
@json_option
@pass_operator
def create(
    operator: Operator, name: str, scopes: tuple[str, ...], tenant: str | None, days: int | None, as_json: bool
) -> None:
    """Make a token, shown this once; the trail calls what is done with it api:NAME."""
    lifetime = timedelta(days=days) if days else None
    token, secret = operator.write(
        operator_tokens.create_token, name, scopes, operator.cause, lifetime=lifetime, tenant_slug=tenant
    )
    if as_json:
        document({**_facts(token, tenant, operator.lifecycle.clock()), "token": secret})
        return
    until = f"It expires on {cell(token.expires_at)}." if token.expires_at else "It does not expire."
    click.echo(f"{secret}\n")
    click.echo(f"The token is shown this once. {until} What it opens:\n  {operator.settings.public_url}/api/v1/")


@command.command("list")
@json_option
@pass_operator
def list_(operator: Operator, as_json: bool) -> None:
    """List the operator tokens, those that are over too; secrets are kept nowhere."""
    now = operator.lifecycle.clock()
    rows = [_facts(one.token, one.tenant, now) for one in operator.read(operator_tokens.tokens)]
    columns = {
        "name": "Name",
        "hint": "Begins with",
        "state": "State",
        "tenant": "Tenant",
        "scopes": "Scopes",
        "expires_at": "Expires",
        "last_used_at": "Last used",
    }
    listing(rows, columns, as_json, "There is no operator token. Next: jumpseat operator-token create NAME --scope ...")


@command.command()
@click.argument("token")
@json_option
@pass_operator
def revoke(operator: Operator, token: str, as_json: bool) -> None:
    """Let a token, named by its name, its beginning or its id, open nothing from now on."""
    revoked = operator.write(operator_tokens.revoke_token, token, operator.cause)
    if as_json:
        document({"name": revoked.name, "revoked": revoked.hint})
    else:
        click.echo(f"{revoked.name} ({revoked.hint}) opens nothing any more.")


@command.command()
@json_option
def scopes(as_json: bool) -> None:
    """List what a token can be allowed to do."""
    listing([{"scope": one.value} for one in Scope], {"scope": "Scope"}, as_json, "")


def _facts(one: OperatorToken, tenant: str | None, now: datetime) -> dict[str, Any]:
    state = "revoked" if one.revoked_at else "valid" if one.valid(now) else "expired"
    return {
        "id": one.id,
        "name": one.name,
        "hint": one.hint,
        "state": state,
        "tenant": tenant,
        "scopes": sorted(one.scopes),
        "created_at": one.created_at,
        "created_by": one.created_by,
        "expires_at": one.expires_at,
        "last_used_at": one.last_used_at,
    }
