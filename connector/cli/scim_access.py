"""`jumpseat directory entra-tokens` and `rate`: whose JWTs a directory takes, and how much it may ask."""

from __future__ import annotations

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import document, json_option
from connector.domain.scim_clients import GLOBAL
from connector.lifecycle import directories, scim_clients


@click.command("entra-tokens")
@click.argument("name")
@click.option("--tenant-id", metavar="GUID", help="The tenant whose tokens are taken, and no other's.")
@click.option("--audience", help="For whom the tokens are; for applications that are in no gallery it is known.")
@click.option(
    "--app-id", metavar="GUID", help="The application that they are issued to; any of the tenant, unless told."
)
@click.option(
    "--authority",
    metavar="URL",
    default=GLOBAL,
    show_default=True,
    help="Of a national cloud, like https://login.microsoftonline.us.",
)
@click.option("--off", is_flag=True, help="Take none any more.")
@json_option
@pass_operator
def entra_tokens(
    operator: Operator,
    name: str,
    tenant_id: str | None,
    audience: str | None,
    app_id: str | None,
    authority: str,
    off: bool,
    as_json: bool,
) -> None:
    """Let a directory also take the JWTs that Entra ID sends where its Secret Token is left blank."""
    if off == (tenant_id is not None):
        raise click.UsageError("Name the tenant by --tenant-id, or take no token any more by --off.")
    if tenant_id is None:
        operator.write(scim_clients.distrust_entra, name, operator.cause)
        if as_json:
            document({"directory": name, "entra_tenant_id": None})
        else:
            click.echo(f"No token of Entra ID opens {name}; its own tokens do.")
        return
    trust = operator.write(
        scim_clients.trust_entra,
        name,
        operator.cause,
        tenant_id=tenant_id,
        authority=authority,
        audience=audience,
        app_id=app_id,
    )
    if as_json:
        issuers = list(trust.issuers)
        facts = {"entra_tenant_id": trust.entra_tenant_id, "audience": trust.audience, "app_id": trust.app_id}
        document({"directory": name, **facts, "issuers": issuers})
        return
    click.echo(f"{name} takes tokens for {trust.audience}, issued by:\n  " + "\n  ".join(trust.issuers))
    if trust.app_id is None:
        click.echo("Any application of the tenant that gets one can use it; --app-id names the one that may.")


@click.command()
@click.argument("name")
@click.option("--per-second", type=int, metavar="N", help="At most so many requests a second, in each process.")
@click.option("--off", is_flag=True, help="No limit, as at the beginning.")
@json_option
@pass_operator
def rate(operator: Operator, name: str, per_second: int | None, off: bool, as_json: bool) -> None:
    """Limit how many SCIM requests a directory may make; beyond them it is answered 429, and tries again."""
    if off == (per_second is not None):
        raise click.UsageError("Say how many by --per-second, or set no limit by --off.")
    operator.write(directories.set_rate, name, operator.cause, per_second)
    if as_json:
        document({"directory": name, "requests_per_second": per_second})
    elif per_second is None:
        click.echo(f"{name} may make as many requests as it likes.")
    else:
        click.echo(
            f"{name} may make {per_second} requests a second, and twice as many at once after a pause;"
            f" each of the {operator.settings.processes} processes counts for itself."
        )
