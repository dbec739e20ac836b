"""`jumpseat account sub-account` and `transfer-ownership`."""

from __future__ import annotations

import click

from connector.cli.member import one_member, tell
from connector.cli.operator import Operator, pass_operator
from connector.cli.output import json_option
from connector.lifecycle import ownership, sub_accounts


@click.group("sub-account")
def sub_account() -> None:
    """Keep accounts below an account: one seat serves all, permissions are held in each.

    Rules and grants name a permission or a role there as campaigns.send@NAME; as campaigns.send@all everywhere.
    """


@sub_account.command()
@click.argument("account")
@click.argument("name")
@click.option("--preview", is_flag=True, help="Show what it comes to, and do nothing.")
@json_option
@pass_operator
def add(operator: Operator, account: str, name: str, preview: bool, as_json: bool) -> None:
    """Add one; whoever holds something everywhere holds it there at once."""
    run = operator.rehearse if preview else operator.write
    tell(run(sub_accounts.add_sub_account, account, name, operator.cause), preview, as_json)


@sub_account.command()
@click.argument("account")
@click.argument("name")
@click.option("--preview", is_flag=True, help="Show what it comes to, and do nothing.")
@json_option
@pass_operator
def remove(operator: Operator, account: str, name: str, preview: bool, as_json: bool) -> None:
    """Remove one that no rule and no grant names any more."""
    run = operator.rehearse if preview else operator.write
    tell(run(sub_accounts.remove_sub_account, account, name, operator.cause), preview, as_json)


@click.command("transfer-ownership")
@one_member
@pass_operator
def transfer_ownership(
    operator: Operator, account: str, directory: str, user_name: str, preview: bool, as_json: bool
) -> None:
    """State who owns an account at its vendor from now on; her own seats are no part of the pools."""
    run = operator.rehearse if preview else operator.write
    tell(run(ownership.transfer_ownership, account, directory, user_name, operator.cause), preview, as_json)
