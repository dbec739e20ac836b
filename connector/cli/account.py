"""`jumpseat account`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from connector.cli import purchases
from connector.cli.account_invitations import invitations
from connector.cli.freezing import freeze, unfreeze
from connector.cli.operator import Operator, pass_operator
from connector.cli.output import count, document, fields, json_option, listing, table
from connector.cli.ownership import sub_account, transfer_ownership
from connector.cli.purchases import pool_and_number
from connector.cli.step_up import step_up
from connector.cli.vendors import vendors
from connector.cli.when_full import when_full
from connector.domain.seats import LineOrder
from connector.lifecycle import accounts, outstanding, pool_policies, reporting, seating

if TYPE_CHECKING:
    from connector.domain.events import Cause
    from connector.lifecycle.outstanding import Waiter
    from connector.lifecycle.reporting import AccountReport, PoolReport
    from connector.storage.work import Work

POOL_COLUMNS = {
    "pool": "Seats",
    "capacity": "Capacity",
    "owner": "Owner's",
    "held": "Held",
    "promised": "Promised",
    "reserved": "Reserved",
    "free": "Free",
    "waiting": "Waiting",
}


ORDERS = {LineOrder.TIME: "time of arrival", LineOrder.PRIORITY: "priority of the rule, then time of arrival"}
LINE_SHOWN, LINE_READ = 20, 100_000
"""People on the waiting line who are shown, and who are read at most."""


@click.group()
def command() -> None:
    """Keep accounts at vendors, or of your own product, and their seats."""


@command.command("open")
@click.argument("name")
@click.option("--vendor", required=True, help="A catalogue; jumpseat account vendors lists them.")
@click.option("--plan", required=True, help="A plan of the vendor.")
@click.option("--seats", "seats", multiple=True, metavar="POOL=N", help="Seats bought, or agreed by contract.")
@click.option("--addon", "addons", multiple=True, help="An add-on taken with the plan.")
@click.option("--owner-email", help="Who owns the account at the vendor; hears of departures.")
@click.option("--title", help="The account's name as people read it; NAME unless told.")
@click.option("--tenant", help="The customer organisation; needed when there are several.")
@json_option
@pass_operator
def open_(
    operator: Operator,
    name: str,
    vendor: str,
    plan: str,
    seats: tuple[str, ...],
    addons: tuple[str, ...],
    owner_email: str | None,
    title: str | None,
    tenant: str | None,
    as_json: bool,
) -> None:
    """Open an account, with a pool for each kind of seat that its plan has."""
    operator.write(
        accounts.open_account,
        name,
        vendor,
        plan,
        operator.cause,
        name=title,
        capacities=dict(pool_and_number(one) for one in seats),
        addons=addons,
        owner_email=owner_email,
        tenant_slug=tenant,
    )
    report = operator.read(reporting.account, name)
    if as_json:
        document(_facts(report))
        return
    click.echo(f"The account {name} is open.\n")
    table(_pool_rows(report), POOL_COLUMNS)
    click.echo(f"\nNext, say who is due a seat:\n  jumpseat rule add RULE --account {name} --directory D --group G ...")


@command.command("list")
@click.option("--tenant", help="Those of this tenant alone.")
@json_option
@pass_operator
def list_(operator: Operator, tenant: str | None, as_json: bool) -> None:
    """List the accounts, one line for each seat pool."""
    reports = operator.read(reporting.accounts, tenant)
    if as_json:
        document([_facts(one) for one in reports])
        return
    rows = [{"account": one.account.slug, **row} for one in reports for row in _pool_rows(one)]
    columns = {"account": "Account", **POOL_COLUMNS}
    listing(rows, columns, as_json, "There is no account yet. Next: jumpseat account open NAME --vendor V --plan P")


@command.command()
@click.argument("name")
@json_option
@pass_operator
def show(operator: Operator, name: str, as_json: bool) -> None:
    """Show an account: plan, seat pools, how many members are in which state, and who waits."""
    report = operator.read(reporting.account, name)
    line = [_waiter_facts(one) for one in operator.read(outstanding.waiting, LINE_READ, name)]
    facts, coming = _facts(report), operator.read(outstanding.coming, name)
    if as_json:
        document({**facts, "line": line, "coming": [asdict(one) for one in coming]})
        return
    titles = {
        "account": "Account",
        "title": "Title",
        "tenant": "Tenant",
        "vendor": "Vendor",
        "plan": "Plan",
        "addons": "Add-ons",
        "owner_email": "Owner",
        "sets": "Own sets",
        "sub_accounts": "Sub-accounts",
        "members": "Members",
    }
    fields({**facts, "title": report.account.name, "plan": _plan(report)}, titles)
    click.echo()
    table(_pool_rows(report), POOL_COLUMNS)
    if coming:
        click.echo()
        rows = [{"at": one.at, "what": one.what} for one in coming]
        table(rows, {"at": "Coming", "what": "What"})
    if line:
        click.echo(f"\nServed by {ORDERS[report.account.line_order]}:")
        columns = {"place": "Place", "user_name": "Waits", "directory": "Directory"}
        kept_out = {"kept_out_by": "Kept out by"} if any(one["kept_out_by"] for one in line) else {}
        table(line[:LINE_SHOWN], columns | kept_out)
    if len(line) > LINE_SHOWN:
        click.echo(f"\nThe first {LINE_SHOWN} of them; --json has all.")


@command.command("line")
@click.argument("name")
@click.argument("order", type=click.Choice([one.value for one in LineOrder]))
@click.option("--preview", is_flag=True, help="Show what it comes to, and do nothing.")
@json_option
@pass_operator
def line_(operator: Operator, name: str, order: str, preview: bool, as_json: bool) -> None:
    """Serve those who wait by time of arrival, or by the priority of the rule that makes their seat due."""
    run = operator.rehearse if preview else operator.write
    effects = run(pool_policies.set_line_order, name, LineOrder(order), operator.cause)
    if as_json:
        places = [{"user_name": one.user_name, "place": one.place} for one in effects]
        document({"account": name, "line_order": order, "preview": preview, "moved": places})
        return
    click.echo("This is what would happen; nothing was done." if preview else "Done.")
    click.echo(f"  Those who wait in {name} are served by {ORDERS[LineOrder(order)]}.")
    for told in purchases.outcomes(effects):
        click.echo(told)


@command.command()
@click.argument("name")
@click.argument("pool")
@click.argument("number", type=click.IntRange(min=0))
@purchases.approved
@json_option
@pass_operator
def seats(operator: Operator, name: str, pool: str, number: int, approve: bool, as_json: bool) -> None:
    """Set how many seats a pool has, the owner's included; whoever waits longest gets what is added."""
    earlier, report = operator.write(_set_seats, name, pool, number, operator.cause, approve)
    before, after = _pool(earlier, pool), _pool(report, pool)
    served = before.waiting - after.waiting if before and after else 0
    if as_json:
        document({**_facts(report), "served": served})
        return
    was = "" if before is None or before.pool.capacity is None else f" instead of {before.pool.capacity}"
    click.echo(f"{name} has {count(number, 'seat')} in {pool}{was}.")
    if after is not None and (served or after.waiting):
        click.echo(f"{count(served, 'person', 'people')} got a seat from the waiting line; {after.waiting} still wait.")


for _one in (
    vendors,
    sub_account,
    transfer_ownership,
    invitations,
    when_full,
    step_up,
    freeze,
    unfreeze,
    *purchases.COMMANDS,
):
    command.add_command(_one)


def _set_seats(
    work: Work, name: str, pool: str, number: int, cause: Cause, approved: bool
) -> tuple[AccountReport, AccountReport]:
    """Change a pool, and return the account before and after, as one unit of work sees it."""
    before = reporting.account(work, name)
    seating.set_seats(work, name, pool, number, cause, approved=approved)
    return before, reporting.account(work, name)


def _plan(report: AccountReport) -> str:
    return f"{report.vendor_name} {report.plan.en}"


def _pool(report: AccountReport, key: str) -> PoolReport | None:
    return next((one for one in report.pools if one.pool.key == key), None)


def _pool_rows(report: AccountReport) -> list[dict[str, Any]]:
    return [
        {
            **row,
            "capacity": "∞" if row["capacity"] is None else row["capacity"],
            "free": "∞" if row["free"] is None else row["free"],
            "waiting": f"{row['waiting']} (+{row['kept_out']} without sign-in)" if row["kept_out"] else row["waiting"],
        }
        for row in map(_pool_facts, report.pools)
    ]


def _pool_facts(one: PoolReport) -> dict[str, Any]:
    pool = one.pool
    return {
        "pool": pool.key,
        "capacity": pool.capacity,
        "owner": pool.owner,
        "held": pool.held,
        "promised": pool.promised,
        "reserved": pool.reserved,
        "released": pool.released,
        "release_at": pool.release_at,
        "when_full": pool.when_full.value,
        "fallback": pool.fallback,
        "grace_until": pool.grace_until,
        "free": pool.free,
        "waiting": one.waiting,
        "kept_out": one.kept_out,
    }


def _waiter_facts(one: Waiter) -> dict[str, Any]:
    obstacle = one.membership.obstacle
    return {
        "place": one.place,
        "user_name": one.person.stated.user_name,
        "directory": one.directory,
        "kept_out_by": obstacle.value if obstacle else None,
    }


def _facts(report: AccountReport) -> dict[str, Any]:
    one = report.account
    return {
        "account": one.slug,
        "title": one.name,
        "tenant": report.tenant,
        "vendor": one.vendor,
        "plan": one.plan,
        "addons": list(one.addons),
        "owner_email": one.owner_email,
        "sets": sorted(one.sets),
        "sub_accounts": list(one.sub_accounts),
        "active": one.active,
        "frozen_at": one.frozen_at,
        "line_order": one.line_order.value,
        "members": {state.value: number for state, number in sorted(report.states.items())},
        "pools": [_pool_facts(pool) for pool in report.pools],
    }
