"""`jumpseat invitation`."""

from __future__ import annotations

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import cell, document, json_option, listing
from connector.domain.invitations import InvitationState
from connector.lifecycle import invitations, outstanding


@click.group()
def command() -> None:
    """See invitations, send them again, take them back, hand their links over."""


@command.command("list")
@click.option("--state", type=click.Choice([one.value for one in InvitationState]), help="Those in this state alone.")
@click.option("--account", help="Those to this account alone.")
@click.option("--limit", type=click.IntRange(min=1), default=200, show_default=True)
@json_option
@pass_operator
def list_(operator: Operator, state: str | None, account: str | None, limit: int, as_json: bool) -> None:
    """List invitations, the latest first."""
    wanted = InvitationState(state) if state else None
    rows = [
        {
            "account": one.account,
            "directory": one.directory,
            "user_name": one.person.stated.user_name,
            "state": one.state.value,
            "created_at": one.invitation.created_at,
            "expires_at": one.invitation.expires_at,
            "answered_at": one.invitation.answered_at,
        }
        for one in operator.read(outstanding.invitations, wanted, account, limit)
    ]
    columns = {
        "account": "Account",
        "directory": "Directory",
        "user_name": "Person",
        "state": "State",
        "created_at": "Sent",
        "expires_at": "Expires",
    }
    listing(rows, columns, as_json, "There is no such invitation.")


@command.command()
@click.argument("account")
@click.argument("directory")
@click.argument("user_name")
@json_option
@pass_operator
def resend(operator: Operator, account: str, directory: str, user_name: str, as_json: bool) -> None:
    """Invite again: a new link for a pending invitation; a refusal is forgotten."""
    sent = operator.write(invitations.resend, account, directory, user_name, operator.cause)
    if as_json:
        document({"account": account, "user_name": user_name, "expires_at": sent.expires_at if sent else None})
    elif sent is None:
        click.echo(f"{user_name} is on the waiting line again, and gets a letter when a seat frees.")
    else:
        click.echo(f"{user_name} gets a new letter; its link is good until {cell(sent.expires_at)}.")


@command.command()
@click.argument("account")
@click.argument("directory")
@click.argument("user_name")
@pass_operator
def cancel(operator: Operator, account: str, directory: str, user_name: str) -> None:
    """Take a pending invitation back; the seat goes to whoever waits, and nobody is invited again by itself."""
    operator.write(invitations.cancel, account, directory, user_name, operator.cause)
    click.echo(f"The invitation of {user_name} to {account} is taken back. To lift that: jumpseat invitation resend")


@command.command()
@click.argument("account")
@click.argument("directory")
@click.argument("user_name")
@json_option
@pass_operator
def link(operator: Operator, account: str, directory: str, user_name: str, as_json: bool) -> None:
    """Print the link of a pending invitation, to hand it over by another way than mail."""
    url = operator.read(invitations.pending_link, account, directory, user_name)
    if as_json:
        document({"account": account, "user_name": user_name, "link": url})
    else:
        click.echo(url)
