"""`jumpseat token`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import cell, document, json_option, listing
from connector.domain.tenancy import DirectoryToken
from connector.lifecycle import directories


@click.group()
def command() -> None:
    """Make and revoke the SCIM tokens of a directory. Two are valid at once, so that one can follow the other."""


@command.command()
@click.argument("directory")
@click.option("--days", type=click.IntRange(min=1), help="Expire after so many days; without it, never.")
@json_option
@pass_operator
def create(operator: Operator, directory: str, days: int | None, as_json: bool) -> None:
    """Give a directory another token, shown this once."""
    lifetime = timedelta(days=days) if days else None
    token, secret = operator.write(directories.create_token, directory, operator.cause, lifetime)
    if as_json:
        document({"directory": directory, **_facts(token, operator.lifecycle.clock()), "token": secret})
        return
    click.echo(f"{secret}\n")
    until = f"It expires on {cell(token.expires_at)}." if token.expires_at else "It does not expire."
    click.echo(f"The token is shown this once. {until} When the provider uses it, revoke the one before:")
    click.echo(f"  jumpseat token list {directory}")


@command.command("list")
@click.argument("directory")
@json_option
@pass_operator
def list_(operator: Operator, directory: str, as_json: bool) -> None:
    """List a directory's tokens, those that are over too; secrets are kept nowhere."""
    from connector.lifecycle import reporting

    now = operator.lifecycle.clock()
    rows = [_facts(one, now) for one in operator.read(reporting.directory, directory).tokens]
    columns = {
        "hint": "Begins with",
        "state": "State",
        "created_at": "Since",
        "expires_at": "Expires",
        "last_used_at": "Last used",
    }
    listing(rows, columns, as_json, f"{directory} has no token. Next: jumpseat token create {directory}")


@command.command()
@click.argument("directory")
@click.argument("token")
@json_option
@pass_operator
def revoke(operator: Operator, directory: str, token: str, as_json: bool) -> None:
    """Let a token, named by its beginning or its id, open nothing from now on."""
    from connector.lifecycle import reporting

    revoked = operator.write(directories.revoke_token, directory, token, operator.cause)
    now = operator.lifecycle.clock()
    left = sum(one.valid(now) for one in operator.read(reporting.directory, directory).tokens)
    if as_json:
        document({"directory": directory, "revoked": revoked.hint, "valid_tokens": left})
    elif left:
        click.echo(f"{revoked.hint} opens nothing any more. {directory} has {left} valid token left.")
    else:
        click.echo(f"{revoked.hint} opens nothing any more, and {directory} has no valid token left.")


def _facts(one: DirectoryToken, now: datetime) -> dict[str, Any]:
    expired = one.expires_at is not None and one.expires_at <= now
    state = "revoked" if one.revoked_at else "expired" if expired else "valid"
    return {
        "id": one.id,
        "hint": one.hint,
        "state": state,
        "created_at": one.created_at,
        "expires_at": one.expires_at,
        "revoked_at": one.revoked_at,
        "last_used_at": one.last_used_at,
    }
