"""`jumpseat client`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import cell, document, json_option, listing
from connector.domain.scim_clients import ClientSecret
from connector.lifecycle import scim_clients


@click.group()
def command() -> None:
    """Make and revoke the OAuth 2.0 client secrets of a directory, for SCIM clients that want short-lived tokens.

    The client id is the directory's name. Two secrets are valid at once, so that one can follow the other.
    """


@command.command()
@click.argument("directory")
@click.option("--days", type=click.IntRange(min=1), help="Expire after so many days; without it, never.")
@json_option
@pass_operator
def create(operator: Operator, directory: str, days: int | None, as_json: bool) -> None:
    """Give a directory another client secret, shown this once."""
    lifetime = timedelta(days=days) if days else None
    secret, plain = operator.write(scim_clients.create_secret, directory, operator.cause, lifetime)
    token_url = f"{operator.settings.public_url}/scim/{directory}/token"
    if as_json:
        facts = _facts(secret, operator.lifecycle.clock())
        access = {"client_id": directory, "client_secret": plain, "token_url": token_url}
        document({"directory": directory, **facts, **access})
        return
    click.echo(f"  Token URL      {token_url}\n  Client id      {directory}\n  Client secret  {plain}\n")
    until = f"It expires on {cell(secret.expires_at)}." if secret.expires_at else "It does not expire."
    click.echo(f"The secret is shown this once. {until} The grant type is client_credentials, the scope scim or none.")
    click.echo(f"When the provider uses it, revoke the one before:\n  jumpseat client list {directory}")


@command.command("list")
@click.argument("directory")
@json_option
@pass_operator
def list_(operator: Operator, directory: str, as_json: bool) -> None:
    """List a directory's client secrets, those that are over too; they are kept as hashes alone."""
    now = operator.lifecycle.clock()
    rows = [_facts(one, now) for one in operator.read(scim_clients.secrets, directory)]
    columns = {
        "hint": "Begins with",
        "state": "State",
        "created_at": "Since",
        "expires_at": "Expires",
        "last_used_at": "Last used",
    }
    listing(rows, columns, as_json, f"{directory} has no client secret. Next: jumpseat client create {directory}")


@command.command()
@click.argument("directory")
@click.argument("secret")
@json_option
@pass_operator
def revoke(operator: Operator, directory: str, secret: str, as_json: bool) -> None:
    """Let a client secret, named by its beginning or its id, and every token given for it open nothing from now on."""
    revoked = operator.write(scim_clients.revoke_secret, directory, secret, operator.cause)
    if as_json:
        document({"directory": directory, "revoked": revoked.hint})
        return
    click.echo(f"{revoked.hint} opens nothing any more, and neither does any token that was given for it.")


def _facts(one: ClientSecret, now: datetime) -> dict[str, Any]:
    state = "revoked" if one.revoked_at else "valid" if one.valid(now) else "expired"
    return {
        "id": one.id,
        "hint": one.hint,
        "state": state,
        "created_at": one.created_at,
        "expires_at": one.expires_at,
        "revoked_at": one.revoked_at,
        "last_used_at": one.last_used_at,
    }
