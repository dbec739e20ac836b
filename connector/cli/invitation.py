"""`jumpseat invitation`."""

from __future__ import annotations

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import cell, count, document, json_option, listing
from connector.domain.invitations import InvitationState
from connector.lifecycle import invitations, outstanding, resending


@click.group()
def command() -> None:
    """See invitations, send them again, take them back, hand their links over."""


@command.command("list")
@click.option("--state", type=click.Choice([one.value for one in InvitationState]), help="Those in this state alone.")
@click.option("--account", help="Those to this account alone.")
@click.option("--limit", type=click.IntRange(min=1), default=200, show_default=True)
@click.option("--links", is_flag=True, help="With the links of those pending, to hand over by another way than mail.")
@json_option
@pass_operator
def list_(operator: Operator, state: str | None, account: str | None, limit: int, links: bool, as_json: bool) -> None:
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
            "by_mail": one.invitation.mails,
            "mailed_at": one.invitation.mailed_at,
            "vendor_state": one.vendor_state,
            **({"link": one.link} if links else {}),
        }
        for one in operator.read(outstanding.invitations, wanted, account, limit, links=links)
    ]
    columns = {
        "account": "Account",
        "directory": "Directory",
        "user_name": "Person",
        "state": "State",
        "created_at": "Made",
        "expires_at": "Expires",
    }
    if any(row["vendor_state"] for row in rows):
        columns["vendor_state"] = "At the vendor"
    if links:
        columns["link"] = "Link"
    listing(rows, columns, as_json, "There is no such invitation.")


@command.command()
@click.argument("account", required=False)
@click.argument("directory", required=False)
@click.argument("user_name", required=False)
@click.option("--all-pending", "whom", flag_value="pending", help="Everybody who has not answered.")
@click.option("--expired", "whom", flag_value="expired", help="Everybody whose time ran out.")
@click.option("--account", "of_account", metavar="ACCOUNT", help="Whose, with --all-pending or --expired.")
@click.option("--mail/--no-mail", "mails", default=None, help="By letter or not, whatever account and grant say.")
@json_option
@pass_operator
def resend(
    operator: Operator,
    account: str | None,
    directory: str | None,
    user_name: str | None,
    whom: str | None,
    of_account: str | None,
    mails: bool | None,
    as_json: bool,
) -> None:
    """Invite again: a new link for a pending invitation, the old one dead; a refusal is forgotten."""
    if whom is not None:
        named = of_account or account
        if named is None or directory is not None:
            raise click.UsageError("Say of which account: --account ACCOUNT, and name nobody.")
        _resend_many(operator, named, resending.Whom(whom), mails, as_json)
        return
    if account is None or directory is None or user_name is None:
        raise click.UsageError("Say whom: ACCOUNT DIRECTORY USER_NAME, or --all-pending or --expired.")
    sent = operator.write(invitations.resend, account, directory, user_name, operator.cause, mails=mails)
    if as_json:
        document({"account": account, "user_name": user_name, "expires_at": sent.expires_at if sent else None})
    elif sent is None:
        click.echo(f"{user_name} is on the waiting line again, and gets a letter when a seat frees.")
    elif sent.mails:
        click.echo(f"{user_name} gets a new letter; its link is good until {cell(sent.expires_at)}.")
    else:
        click.echo(f"{user_name} has a new link and gets no letter. To hand it over: jumpseat invitation link")


def _resend_many(operator: Operator, account: str, whom: resending.Whom, mails: bool | None, as_json: bool) -> None:
    resent = resending.resend_many(operator.lifecycle, account, whom, operator.cause, mails=mails)
    if as_json:
        document(
            [
                {"user_name": one.person.stated.user_name, "expires_at": one.invitation and one.invitation.expires_at}
                for one in resent
            ]
        )
        return
    invited = [one.invitation for one in resent if one.invitation is not None]
    letters = sum(one.mails for one in invited)
    people = (count(len(resent), "person", "people"), count(letters, "letter"))
    click.echo(f"{people[0]} invited again, with {people[1]}; every older link is dead.")
    if len(resent) > len(invited):
        click.echo(f"{len(resent) - len(invited)} of them wait for a seat.")


@command.command()
@click.argument("account")
@click.argument("directory")
@click.argument("user_name")
@pass_operator
def delete(operator: Operator, account: str, directory: str, user_name: str) -> None:
    """Take a declined invitation, or one whose time ran out, off the list; the answer is remembered all the same."""
    operator.write(invitations.delete_declined, account, directory, user_name, operator.cause)
    click.echo(f"The invitation of {user_name} to {account} is off the list. To ask again: jumpseat invitation resend")


@command.command("vendor-state")
@click.argument("account")
@click.argument("directory")
@click.argument("user_name")
@click.argument("state", required=False)
@click.option("--clear", is_flag=True, help="Forget what the vendor said.")
@pass_operator
def vendor_state(
    operator: Operator, account: str, directory: str, user_name: str, state: str | None, clear: bool
) -> None:
    """Note what the vendor says of its own invitation, in the vendor's word; it is shown, and opens nothing."""
    if clear is (state is not None):
        raise click.UsageError("Write the vendor's word for the state, or --clear.")
    operator.write(invitations.note_vendor_state, account, directory, user_name, state, operator.cause)
    told = f"says {state} of its invitation of {user_name}" if state else f"says nothing of {user_name}"
    click.echo(f"Noted: the vendor of {account} {told}. The gate goes by our own invitation alone.")


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
