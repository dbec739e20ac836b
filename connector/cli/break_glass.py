"""`jumpseat break-glass`."""

from __future__ import annotations

from datetime import timedelta

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import cell, document, json_option
from connector.lifecycle import breaking_glass


@click.command()
@click.argument("directory")
@click.argument("user_name")
@click.option("--account", required=True, help="The one account that it opens.")
@click.option("--minutes", type=click.IntRange(1, 240), default=60, show_default=True, help="Of link and session.")
@click.option("--reason", required=True, help="Why; it stands in the trail and in the letter to the account's owner.")
@json_option
@pass_operator
def command(
    operator: Operator, directory: str, user_name: str, account: str, minutes: int, reason: str, as_json: bool
) -> None:
    """Let somebody who holds a seat in while her identity provider is down; needs JUMPSEAT_BREAK_GLASS=yes.

    Prints a link that opens the account once, for her alone. It ends by itself, or by: jumpseat access end
    """
    whom, lasting = (account, directory, user_name), timedelta(minutes=minutes)
    glass, link = operator.write(breaking_glass.break_glass, *whom, lasting, reason, operator.cause)
    if as_json:
        document({"account": account, "user_name": user_name, "link": link, "ends_at": glass.ends_at})
        return
    click.echo(link)
    click.echo(
        f"It lets {user_name} into {account} once, until {cell(glass.ends_at)}. Hand it to nobody else.", err=True
    )
