"""`jumpseat tenant`."""

from __future__ import annotations

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import document, json_option, listing
from connector.lifecycle import directories


@click.group()
def command() -> None:
    """Keep customer organisations apart. A single company needs none by hand: its first directory makes it."""


@command.command()
@click.argument("name")
@json_option
@pass_operator
def create(operator: Operator, name: str, as_json: bool) -> None:
    """Create a customer organisation."""
    tenant = operator.write(directories.create_tenant, name, operator.cause)
    if as_json:
        document({"tenant": tenant.slug, "created_at": tenant.created_at})
    else:
        click.echo(f"The tenant {tenant.slug} is there. Next: jumpseat directory create NAME --tenant {tenant.slug}")


@command.command("list")
@json_option
@pass_operator
def list_(operator: Operator, as_json: bool) -> None:
    """List the customer organisations."""
    from connector.lifecycle import reporting

    tenants = operator.read(reporting.tenants_meant, None)
    rows = [{"tenant": one.slug, "active": one.active, "created_at": one.created_at} for one in tenants]
    columns = {"tenant": "Tenant", "active": "Active", "created_at": "Since"}
    listing(rows, columns, as_json, "There is no tenant yet; the first directory makes one.")
