"""`jumpseat workorder`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import cell, count, document, json_option, listing
from connector.lifecycle import ordering_work, outstanding

if TYPE_CHECKING:
    from connector.lifecycle.outstanding import OrderReport

TASKS = {"grant": "Give access", "change": "Change access", "revoke": "End access"}


@click.group()
def command() -> None:
    """Do at vendors by hand what Jumpseat cannot do there."""


@command.command("list")
@click.option("--account", help="Those of this account alone.")
@click.option("--all", "also_closed", is_flag=True, help="Closed ones too: the latest first, without their steps.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="With --all, how many.")
@click.option("--language", type=click.Choice(["en", "fr"]), help="The language of the steps.")
@json_option
@pass_operator
def list_(
    operator: Operator, account: str | None, also_closed: bool, limit: int, language: str | None, as_json: bool
) -> None:
    """List what is to be done, the oldest first, step by step."""
    spoken = language or operator.settings.language
    if also_closed:
        latest = operator.read(outstanding.latest_orders, limit)
        _list_all([_facts(one, spoken) for one in latest if account in (None, one.account)], as_json)
        return
    orders = operator.read(outstanding.open_orders, account)
    if as_json:
        document([_facts(one, spoken) for one in orders])
    elif not orders:
        click.echo("There is nothing to do by hand.")
    for one in () if as_json else orders:
        _show(_facts(one, spoken))


@command.command()
@click.argument("id", metavar="ID")
@click.option("--language", type=click.Choice(["en", "fr"]), help="The language of the steps.")
@json_option
@pass_operator
def show(operator: Operator, id: str, language: str | None, as_json: bool) -> None:
    """Show a work order, open or closed, step by step."""
    facts = _facts(operator.read(outstanding.order_named, id), language or operator.settings.language)
    if as_json:
        document(facts)
    else:
        _show(facts)


@command.command()
@click.argument("id", metavar="ID")
@click.argument("assignee", required=False)
@json_option
@pass_operator
def assign(operator: Operator, id: str, assignee: str | None, as_json: bool) -> None:
    """Say who does it; without a name, nobody any more."""
    order = operator.write(ordering_work.assign_order, id, assignee, operator.cause)
    if as_json:
        document({"id": order.id, "task": order.task.value, "assignee": assignee})
    else:
        click.echo(f"{assignee} does it." if assignee else "Nobody has it now.")


@command.command()
@click.argument("id", metavar="ID")
@json_option
@pass_operator
def done(operator: Operator, id: str, as_json: bool) -> None:
    """Say that the steps of a work order, named by its id or the end of it, are done at the vendor."""
    order = operator.write(ordering_work.finish_order, id, operator.cause)
    if as_json:
        document({"id": order.id, "task": order.task.value, "state": "done"})
    else:
        click.echo("Done." if order.state == "open" else f"It was closed already: {order.state}.")


def _list_all(rows: list[dict[str, Any]], as_json: bool) -> None:
    for row in () if as_json else rows:
        row |= {"short": row["id"][-8:], "what": TASKS[row["task"]]}
    columns = {
        "short": "Id",
        "what": "Task",
        "user_name": "Whose",
        "account": "Account",
        "state": "State",
        "assignee": "Assignee",
        "done_at": "Closed",
        "done_by": "By",
    }
    listing(rows, columns, as_json, "There never was anything to do by hand.")


def _show(facts: dict[str, Any]) -> None:
    late = "  LATE" if facts["late"] else ""
    click.secho(f"{facts['id'][-8:]}  {TASKS[facts['task']]}: {facts['user_name']} at {facts['vendor']}", bold=True)
    cut = f"gate cut, {count(len(facts['steps']), 'vendor step')} open; " if facts["gate_cut"] else ""
    has = f"; {facts['assignee']} does it" if facts["assignee"] else ""
    closed = f"; {facts['state']} {cell(facts['done_at'])}" if facts["state"] != "open" else ""
    by = f" by {facts['done_by']}" if facts["done_by"] else ""
    click.echo(f"          account {facts['account']}; {cut}due {cell(facts['due_at'])}{late}{has}{closed}{by}")
    for title in ("seats", "permissions"):
        if facts[title]:
            click.echo(f"          {title}: {cell(facts[title])}")
    if facts["note"]:
        click.echo(f"          {facts['note']}")
    for number, step in enumerate(facts["steps"], 1):
        click.echo(f"          {number}. {step}")
    click.echo()


def _facts(one: OrderReport, language: str) -> dict[str, Any]:
    order = one.order
    return {
        "id": order.id,
        "task": order.task.value,
        "state": order.state,
        "gate_cut": one.gate_cut,
        "account": one.account,
        "vendor": one.vendor_name,
        "directory": one.directory,
        "user_name": one.person.stated.user_name,
        "name": one.person.display_name,
        "email": one.person.work_email,
        "assignee": order.assignee,
        "seats": [seat.in_language(language) for seat in one.seats],
        "permissions": [permission.in_language(language) for permission in one.permissions],
        "steps": [step.in_language(language) for step in one.steps],
        "note": one.note.in_language(language) if one.note else None,
        "created_at": order.created_at,
        "due_at": order.due_at,
        "late": one.late,
        "done_at": order.done_at,
        "done_by": order.done_by,
    }
