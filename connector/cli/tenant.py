"""`jumpseat tenant`."""

from __future__ import annotations

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import document, json_option, listing
from connector.lifecycle import directories, freezing


@click.group()
def command() -> None:
    """Keep customer organisations apart. A single company needs none by hand: its first directory makes it."""


@command.command()
@click.argument("name")
@click.option("--display-name", help="What letters to its people call it.")
@json_option
@pass_operator
def create(operator: Operator, name: str, display_name: str | None, as_json: bool) -> None:
    """Create a customer organisation."""
    tenant = operator.write(directories.create_tenant, name, operator.cause, display_name)
    if as_json:
        document({"tenant": tenant.slug, "created_at": tenant.created_at})
    else:
        click.echo(f"The tenant {tenant.slug} is there. Next: jumpseat directory create NAME --tenant {tenant.slug}")


@command.command()
@click.argument("name")
@click.argument("display_name")
@pass_operator
def rename(operator: Operator, name: str, display_name: str) -> None:
    """Set what letters call a customer organisation."""
    tenant = operator.write(directories.name_tenant, name, display_name, operator.cause)
    click.echo(f"Letters now speak of {tenant.display_name}.")


@command.command()
@click.argument("name")
@pass_operator
def disable(operator: Operator, name: str) -> None:
    """Switch a customer organisation off: no token of it opens anything, and nobody of it is admitted."""
    operator.write(freezing.switch_tenant, name, operator.cause, active=False)
    click.echo(f"{name} is off: its tokens open nothing and nobody of it is admitted. Seats stay held.")


@command.command()
@click.argument("name")
@pass_operator
def enable(operator: Operator, name: str) -> None:
    """Switch a customer organisation on again."""
    operator.write(freezing.switch_tenant, name, operator.cause, active=True)
    click.echo(f"{name} is on: its tokens open it, and who holds a seat is admitted.")


@command.command("list")
@json_option
@pass_operator
def list_(operator: Operator, as_json: bool) -> None:
    """List the customer organisations."""
    from connector.lifecycle import reporting

    tenants = operator.read(reporting.tenants_meant, None)
    rows = [
        {"tenant": one.slug, "display_name": one.display_name, "active": one.active, "created_at": one.created_at}
        for one in tenants
    ]
    columns = {"tenant": "Tenant", "display_name": "Name", "active": "Active", "created_at": "Since"}
    listing(rows, columns, as_json, "There is no tenant yet; the first directory makes one.")
