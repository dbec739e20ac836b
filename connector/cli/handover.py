"""`jumpseat handover`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import cell, count, document, json_option, listing
from connector.domain.handovers import BY_MANAGER, BY_OWNER, Duty, Heir
from connector.lifecycle import handovers

if TYPE_CHECKING:
    from connector.lifecycle.handovers import HandoverReport

DUTIES = {Duty.REASSIGN: "give to the heir", Duty.REPLACE: "replace", Duty.RENEW: "renew"}


@click.group()
def command() -> None:
    """See to it that what leavers leave behind at vendors goes to somebody."""


@command.command("list")
@click.option("--account", help="Those of this account alone.")
@click.option("--all", "also_closed", is_flag=True, help="Those that are over too.")
@json_option
@pass_operator
def list_(operator: Operator, account: str | None, also_closed: bool, as_json: bool) -> None:
    """List what is still to be handed over, the oldest first."""
    found = operator.read(handovers.handovers, account, also_closed=also_closed)
    rows = [_facts(one, operator.settings.language) for one in found]
    for row in () if as_json else rows:
        row |= {"short": row["id"][-8:], "progress": f"{row['done']} of {len(row['assets'])}"}
        row["heir"] = row["heir"] or "NOBODY"
        row["due"] = f"{cell(row['due_at'])}{'  LATE' if row['late'] else ''}"
    columns = {
        "short": "Id",
        "user_name": "Left",
        "account": "Account",
        "heir": "Heir",
        "progress": "Done",
        "state": "State",
        "due": "Due",
    }
    listing(rows, columns, as_json, "Nothing is left to hand over.")


@command.command()
@click.argument("id", metavar="ID")
@click.option("--language", type=click.Choice(["en", "fr"]), help="The language of assets and steps.")
@json_option
@pass_operator
def show(operator: Operator, id: str, language: str | None, as_json: bool) -> None:
    """Show what goes to whom, asset by asset, and the steps at the vendor."""
    _tell(operator.read(handovers.handover_named, id), language or operator.settings.language, as_json)


@command.command()
@click.argument("id", metavar="ID")
@click.option("--person", nargs=2, metavar="DIRECTORY USERNAME", help="A person of a directory.")
@click.option("--address", help="Whoever reads this address.")
@json_option
@pass_operator
def assign(operator: Operator, id: str, person: tuple[str, str] | None, address: str | None, as_json: bool) -> None:
    """Name another heir, who gets a letter."""
    directory, user_name = person or (None, None)
    report = operator.write(
        handovers.assign, id, operator.cause, directory=directory, user_name=user_name, address=address
    )
    _tell(report, operator.settings.language, as_json)


@command.command()
@click.argument("id", metavar="ID")
@click.argument("assets", nargs=-1, metavar="[ASSET]...")
@json_option
@pass_operator
def done(operator: Operator, id: str, assets: tuple[str, ...], as_json: bool) -> None:
    """Say that assets, all of them unless named, are handed over."""
    report = operator.write(handovers.finish, id, assets, operator.cause)
    if as_json:
        document(_facts(report, operator.settings.language))
        return
    left = [asset.key for asset, _ in report.assets if not asset.done]
    click.echo(f"{count(len(left), 'asset')} left: {cell(left)}." if left else "Done: everything is handed over.")


def _tell(report: HandoverReport, language: str, as_json: bool) -> None:
    facts = _facts(report, language)
    if as_json:
        document(facts)
        return
    late = "  LATE" if facts["late"] else ""
    click.secho(f"{facts['id'][-8:]}  {facts['user_name']} left {facts['account']} ({facts['vendor']})", bold=True)
    click.echo(f"          heir: {facts['heir'] or 'nobody is known; jumpseat handover assign'}{_found_as(report)}")
    reason = f" ({facts['reason']})" if facts["reason"] else ""
    click.echo(f"          {facts['state']}{reason}, due {cell(facts['due_at'])}{late}")
    for asset in facts["assets"]:
        mark = f"x  {asset['label']}, by {asset['done_by']}" if asset["done"] else f"-  {asset['label']}"
        click.echo(f"          {mark} [{asset['asset']}]: {DUTIES[Duty(asset['duty'])]}")
    for number, step in enumerate(facts["steps"], 1):
        click.echo(f"          {number}. {step}")


def _found_as(report: HandoverReport) -> str:
    heir: Heir = report.handover.heir
    if report.heir_left:
        return ", who has left herself: jumpseat handover assign"
    if not heir.known:
        return ""
    said = {BY_MANAGER: "her manager", BY_OWNER: "the account's owner"}
    return f", {said.get(heir.named_by, f'named by {heir.named_by}')}"


def _facts(one: HandoverReport, language: str) -> dict[str, Any]:
    made = one.handover
    return {
        "id": made.id,
        "state": made.state.value,
        "reason": made.reason,
        "account": one.account.slug,
        "vendor": one.vendor_name,
        "directory": one.directory,
        "user_name": one.leaver.stated.user_name,
        "name": one.leaver.display_name,
        "heir": one.heir_name.en if made.heir.known else None,
        "heir_user_name": one.heir.stated.user_name if one.heir else None,
        "heir_address": one.address,
        "heir_left": one.heir_left,
        "named_by": made.heir.named_by,
        "done": sum(asset.done for asset in made.assets),
        "assets": [
            {
                "asset": asset.key,
                "label": label.in_language(language),
                "duty": asset.duty.value,
                "done": asset.done,
                "done_at": asset.done_at,
                "done_by": asset.done_by,
            }
            for asset, label in one.assets
        ],
        "steps": [step.in_language(language) for step in one.steps],
        "created_at": made.created_at,
        "due_at": made.due_at,
        "closed_at": made.closed_at,
        "closed_by": made.closed_by,
        "late": one.late,
    }
