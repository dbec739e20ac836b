"""`jumpseat rule`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import count, document, json_option, listing
from connector.lifecycle import reporting, ruling

if TYPE_CHECKING:
    from connector.lifecycle.reporting import Effect, RuleReport


@click.group()
def command() -> None:
    """Say who is due a seat: members of a group, or people whom a filter matches."""


@command.command()
@click.argument("name")
@click.option("--account", required=True, help="The account in which a seat is due.")
@click.option("--directory", help="Whose group, or whose people; a filter without it looks at every directory.")
@click.option("--group", help="The group's displayName; it need not have been seen yet.")
@click.option("--group-external-id", help="The group's externalId, in place of its name.")
@click.option("--filter", "where", help='A SCIM filter on people, for example: title eq "Sales manager".')
@click.option("--seat-type", help="A seat type of the account's vendor.")
@click.option("--role", help="A role of the vendor, or a set of the account's own.")
@click.option("--permission", "permissions", multiple=True, help="A permission; may be given several times.")
@click.option("--priority", type=int, default=0, show_default=True, help="Higher is listed first.")
@json_option
@pass_operator
def add(
    operator: Operator,
    name: str,
    account: str,
    directory: str | None,
    group: str | None,
    group_external_id: str | None,
    where: str | None,
    seat_type: str | None,
    role: str | None,
    permissions: tuple[str, ...],
    priority: int,
    as_json: bool,
) -> None:
    """Write a rule, and settle everybody whom it is about."""
    rule, results = operator.write(
        ruling.add_rule,
        name,
        account,
        operator.cause,
        directory_slug=directory,
        group=group,
        group_external_id=group_external_id,
        where=where,
        seat_type=seat_type,
        role=role,
        permissions=permissions,
        priority=priority,
    )
    effect = reporting.effect_of(results)
    if as_json:
        report = next(one for one in operator.read(reporting.rules) if one.rule.id == rule.id)
        document({**_facts(report), "effect": asdict(effect)})
        return
    click.echo(f"The rule {name} is written.")
    if (group or group_external_id) and rule.group_id is None:
        click.echo(f"{directory} has not stated the group yet; the rule takes effect when it does.")
    _tell(effect)


@command.command("list")
@click.option("--tenant", help="Those of this tenant alone.")
@json_option
@pass_operator
def list_(operator: Operator, tenant: str | None, as_json: bool) -> None:
    """List the rules."""
    rows = [_facts(one) for one in operator.read(reporting.rules, tenant)]
    columns = {"rule": "Rule", "account": "Account", "who": "Who", "what": "What", "priority": "Priority"}
    listing(rows, columns, as_json, "There is no rule yet, so nobody is due a seat. Next: jumpseat rule add NAME ...")


@command.command()
@click.argument("name")
@json_option
@pass_operator
def remove(operator: Operator, name: str, as_json: bool) -> None:
    """Remove a rule; what it alone made due ends."""
    _, results = operator.write(ruling.remove_rule, name, operator.cause)
    effect = reporting.effect_of(results)
    if as_json:
        document({"removed": name, "effect": asdict(effect)})
        return
    click.echo(f"The rule {name} is removed.")
    _tell(effect)


def _tell(effect: Effect) -> None:
    told = {
        "invited": effect.invited,
        "active at once, for they had accepted before": effect.active,
        "on the waiting line": effect.waiting,
        "due a seat, but not invited: their directory has no sign-in (jumpseat directory oidc)": effect.kept_out,
        "with other seats or permissions": effect.changed,
        "without access from now on": effect.cut,
        "whose invitation is taken back": effect.withdrawn,
    }
    lines = [f"  {count(number, 'person', 'people')} {what}" for what, number in told.items() if number]
    click.echo("\n".join(lines) if lines else "  It changes nothing for anybody at the moment.")


def _facts(report: RuleReport) -> dict[str, Any]:
    rule = report.rule
    return {
        "rule": rule.name,
        "account": report.account,
        "directory": report.directory,
        "group": report.group,
        "filter": rule.filter,
        "bound": report.bound,
        "seat_type": rule.seat_type,
        "role": rule.role,
        "permissions": sorted(rule.permissions),
        "priority": rule.priority,
        "who": who(report),
        "what": what(report),
    }


def who(report: RuleReport) -> str:
    """Say in words whom a rule is about."""
    if report.rule.filter is not None:
        return report.rule.filter + (f" (in {report.directory})" if report.directory else "")
    return f"group {report.group} of {report.directory}" + ("" if report.bound else ", which was not seen")


def what(report: RuleReport) -> str:
    """Say in words what a rule makes due."""
    rule = report.rule
    permissions = sorted(rule.permissions)
    boxes = permissions if len(permissions) <= 3 else [f"{len(permissions)} permissions"]
    parts = [rule.seat_type and f"seat {rule.seat_type}", rule.role and f"role {rule.role}", *boxes]
    return ", ".join(part for part in parts if part) or "a seat"
