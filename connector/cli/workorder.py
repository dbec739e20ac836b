"""`jumpseat workorder`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import cell, count, document, json_option
from connector.lifecycle import outstanding

if TYPE_CHECKING:
    from connector.lifecycle.outstanding import OrderReport

TASKS = {"grant": "Give access", "change": "Change access", "revoke": "End access"}


@click.group()
def command() -> None:
    """Do at vendors by hand what Jumpseat cannot do there."""


@command.command("list")
@click.option("--account", help="Those of this account alone.")
@click.option("--language", type=click.Choice(["en", "fr"]), help="The language of the steps.")
@json_option
@pass_operator
def list_(operator: Operator, account: str | None, language: str | None, as_json: bool) -> None:
    """List what is to be done, the oldest first, step by step."""
    spoken = language or operator.settings.language
    orders = operator.read(outstanding.open_orders, account)
    if as_json:
        document([_facts(one, spoken) for one in orders])
    elif not orders:
        click.echo("There is nothing to do by hand.")
    for one in () if as_json else orders:
        _show(_facts(one, spoken))


@command.command()
@click.argument("id", metavar="ID")
@json_option
@pass_operator
def done(operator: Operator, id: str, as_json: bool) -> None:
    """Say that the steps of a work order, named by its id or the end of it, are done at the vendor."""
    order = operator.write(outstanding.finish_order, id, operator.cause)
    if as_json:
        document({"id": order.id, "task": order.task.value, "state": "done"})
    else:
        click.echo("Done." if order.state == "open" else f"It was closed already: {order.state}.")


def _show(facts: dict[str, Any]) -> None:
    late = "  LATE" if facts["late"] else ""
    click.secho(f"{facts['id'][-8:]}  {TASKS[facts['task']]}: {facts['user_name']} at {facts['vendor']}", bold=True)
    cut = f"gate cut, {count(len(facts['steps']), 'vendor step')} open; " if facts["gate_cut"] else ""
    click.echo(f"          account {facts['account']}; {cut}due {cell(facts['due_at'])}{late}")
    for title in ("seats", "permissions"):
        if facts[title]:
            click.echo(f"          {title}: {cell(facts[title])}")
    for number, step in enumerate(facts["steps"], 1):
        click.echo(f"          {number}. {step}")
    click.echo()


def _facts(one: OrderReport, language: str) -> dict[str, Any]:
    order = one.order
    return {
        "id": order.id,
        "task": order.task.value,
        "gate_cut": one.gate_cut,
        "account": one.account,
        "vendor": one.vendor_name,
        "directory": one.directory,
        "user_name": one.person.stated.user_name,
        "name": one.person.display_name,
        "email": one.person.work_email,
        "seats": [seat.in_language(language) for seat in one.seats],
        "permissions": [permission.in_language(language) for permission in one.permissions],
        "steps": [step.in_language(language) for step in one.steps],
        "created_at": order.created_at,
        "due_at": order.due_at,
        "late": one.late,
    }
