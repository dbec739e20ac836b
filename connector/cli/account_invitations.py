"""`jumpseat account invitations`."""

from __future__ import annotations

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import count, document, json_option
from connector.lifecycle import invitation_settings
from connector.lifecycle.accounts import account_named

NEVER, USUAL = "never", "usual"


@click.command("invitations")
@click.argument("name")
@click.option("--mail/--no-mail", "mails", default=None, help="Send them by letter, or hand the links over yourself.")
@click.option(
    "--reminder", metavar="HOURS", help="So long before the end; never, or usual (as vendor and settings say)."
)
@json_option
@pass_operator
def invitations(operator: Operator, name: str, mails: bool | None, reminder: str | None, as_json: bool) -> None:
    """Say how the invitations made from now on are sent, and when one is reminded of; without options, show it."""
    hours = _hours(reminder) if reminder is not None else None
    if mails is not None:
        operator.write(invitation_settings.set_mails, name, operator.cause, mails=mails)
    if reminder is not None:
        operator.write(invitation_settings.set_reminder, name, hours, operator.cause)
    account = operator.read(account_named, name)
    if as_json:
        document({"account": name, "mails": account.mails, "reminder_hours": account.reminder_hours})
        return
    sent = "sent by letter" if account.mails else "not mailed; jumpseat invitation list --links has their links"
    click.echo(f"Invitations to {name} are {sent}.")
    click.echo(f"Whoever has not answered is reminded {_told(account.reminder_hours)}.")


def _hours(written: str) -> int | None:
    if written == USUAL:
        return None
    if written != NEVER and not written.isdecimal():
        raise click.BadParameter("write a number of hours, never or usual.", param_hint="--reminder")
    return 0 if written == NEVER else int(written)


def _told(hours: int | None) -> str:
    if hours is None:
        return "once, when the vendor's rules or JUMPSEAT_INVITATION_REMINDER say"
    return f"once, {count(hours, 'hour')} before the end" if hours else "never"
