"""`jumpseat account buy`, `plan`, `release`, `billing`, `price`: what is paid for, each change with `--preview`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import cell, count, document, fields, json_option, table
from connector.domain.errors import LedgerMoved, PlanTooSmall
from connector.domain.money import checked_currency, read_amount
from connector.lifecycle import invoicing, seating
from connector.lifecycle.proposals import Effect, Outcome, Preview

if TYPE_CHECKING:
    from connector.domain.money import Total
    from connector.lifecycle.invoicing import BillingReport

F = TypeVar("F", bound=Callable[..., Any])

NAMES_SHOWN = 10
TOLD = {
    Outcome.GAINS: "Get a seat",
    Outcome.LOSES: "Lose their seat",
    Outcome.CHANGES: "Have other seats or permissions",
    Outcome.SUSPENDED: "Are kept out",
    Outcome.WAITS: "Wait",
}


def pool_and_number(written: str) -> tuple[str, int]:
    """Read `POOL=N`; a usage error otherwise."""
    pool, _, number = written.partition("=")
    if not pool or not number.isascii() or not number.isdigit():
        raise click.BadParameter(f"{written!r} must be POOL=N, for example seats=25.", param_hint="--seats")
    return pool, int(number)


def previewed(command: F) -> F:
    """Give a command `--preview` and `--version`."""
    command = click.option("--version", metavar="V", help="Only if it is still what that preview showed.")(command)
    return click.option("--preview", is_flag=True, help="Show what it comes to, and do nothing.")(command)


def approved(command: F) -> F:
    """Give a command `--approve`."""
    return click.option("--approve", is_flag=True, help="Though the next invoice is above the budget.")(command)


@click.command()
@click.argument("name")
@click.argument("pool")
@click.argument("number", type=click.IntRange(min=1))
@previewed
@approved
@json_option
@pass_operator
def buy(
    operator: Operator,
    name: str,
    pool: str,
    number: int,
    preview: bool,
    version: str | None,
    approve: bool,
    as_json: bool,
) -> None:
    """Buy seats, charged by days to the end of the period; whoever waits longest gets them."""
    if preview:
        _tell(operator.read(seating.preview_purchase, name, pool, number), as_json, shown=True)
        return
    _confirm(
        lambda: operator.write(
            seating.buy_seats, name, pool, number, operator.cause, version=version, approved=approve
        ),
        as_json,
    )


@click.command()
@click.argument("name")
@click.argument("plan", required=False)
@click.option("--addon", "addons", multiple=True, help="An add-on to have with it; those that there are, unless told.")
@click.option("--no-addons", is_flag=True, help="No add-on at all.")
@click.option("--seats", "seats", multiple=True, metavar="POOL=N", help="Seats that a pool is to have.")
@click.option("--at-renewal", is_flag=True, help="When the billing period ends, or as soon as the seats suffice then.")
@click.option("--cancel", is_flag=True, help="Take a planned change back.")
@previewed
@approved
@json_option
@pass_operator
def plan(
    operator: Operator,
    name: str,
    plan: str | None,
    addons: tuple[str, ...],
    no_addons: bool,
    seats: tuple[str, ...],
    at_renewal: bool,
    cancel: bool,
    preview: bool,
    version: str | None,
    approve: bool,
    as_json: bool,
) -> None:
    """Change plan and add-ons, now or at the renewal; nobody is evicted."""
    if cancel:
        planned = operator.write(seating.cancel_plan, name, operator.cause)
        if as_json:
            document({"account": name, "cancelled": planned.plan})
        else:
            click.echo(f"{name} keeps its plan; it will not become {planned.plan}.")
        return
    if plan is None:
        raise click.UsageError("Missing argument 'PLAN'. jumpseat account vendors lists them.")
    wanted: dict[str, Any] = {
        "addons": (addons or None) if not no_addons else (),
        "seats": dict(pool_and_number(one) for one in seats),
        "at_renewal": at_renewal,
    }
    if preview:
        _tell(operator.read(seating.preview_plan, name, plan, **wanted), as_json, shown=True)
        return
    _confirm(
        lambda: operator.write(
            seating.change_plan, name, plan, operator.cause, version=version, approved=approve, **wanted
        ),
        as_json,
    )


@click.command()
@click.argument("name")
@click.argument("pool")
@click.argument("number", type=click.IntRange(min=1), required=False)
@click.option("--cancel", is_flag=True, help="Keep the seats that were to be given back.")
@previewed
@json_option
@pass_operator
def release(
    operator: Operator,
    name: str,
    pool: str,
    number: int | None,
    cancel: bool,
    preview: bool,
    version: str | None,
    as_json: bool,
) -> None:
    """Give unassigned seats back when the billing period ends; whoever gets one before keeps it."""
    if cancel:
        kept = operator.write(seating.cancel_release, name, pool, operator.cause)
        if as_json:
            document({"account": name, "pool": pool, "kept": kept})
        else:
            click.echo(f"{name} keeps {count(kept, 'seat')} in {pool}.")
        return
    if number is None:
        raise click.UsageError("Missing argument 'NUMBER'.")
    if preview:
        _tell(operator.read(seating.preview_release, name, pool, number), as_json, shown=True)
        return
    _confirm(
        lambda: operator.write(seating.release_seats, name, pool, number, operator.cause, version=version), as_json
    )


@click.command()
@click.argument("name")
@click.option("--currency", help="An ISO 4217 code, for example EUR.")
@click.option("--time-zone", help="Where a day begins, for example Europe/Paris; UTC unless told.")
@click.option("--anchor", type=click.DateTime(["%Y-%m-%d"]), help="A day on which a billing period begins.")
@click.option("--months", type=int, default=1, show_default=True, help="Length of a period.")
@click.option("--budget", metavar="AMOUNT", help="For a period; what is above it needs approval.")
@json_option
@pass_operator
def billing(
    operator: Operator,
    name: str,
    currency: str | None,
    time_zone: str | None,
    anchor: datetime | None,
    months: int,
    budget: str | None,
    as_json: bool,
) -> None:
    """Show what an account pays; with --currency and --anchor, say how it is billed."""
    if (currency is None) != (anchor is None):
        raise click.UsageError("Say both --currency and --anchor.")
    restated = None
    if currency is not None and anchor is not None:
        restated = operator.write(
            invoicing.state_billing,
            name,
            operator.cause,
            currency=checked_currency(currency),
            time_zone=time_zone or "UTC",
            anchor=anchor.date(),
            months=months,
            budget=None if budget is None else read_amount("budget", budget),
        )
    report = operator.read(invoicing.billing, name)
    if as_json:
        money = {"credit": restated and restated.credit, "charge": restated and restated.charge}
        document({**_billing_facts(report), **{key: _total(one) for key, one in money.items() if one}})
        return
    if restated is not None and restated.charge is not None:
        click.echo(f"Of what was paid, comes back: {restated.credit}")
        click.echo(f"Charge now, to the end of the new period: {restated.charge}\n")
    _show_billing(report)


@click.command()
@click.argument("name")
@click.argument("item")
@click.argument("amount", nargs=-1, required=True)
@json_option
@pass_operator
def price(operator: Operator, name: str, item: str, amount: tuple[str, ...], as_json: bool) -> None:
    """Say what one of an item costs a month: jumpseat account price crm seats/users 12.00 EUR."""
    operator.write(invoicing.state_price, name, item, " ".join(amount), operator.cause)
    report = operator.read(invoicing.billing, name)
    if as_json:
        document(_billing_facts(report))
        return
    _show_billing(report)


COMMANDS = (buy, plan, release, billing, price)


def _confirm(change: Callable[[], Preview], as_json: bool) -> None:
    """Do it and tell it; where the ledger has moved, or people are in the way, say what would happen now."""
    try:
        done = change()
    except LedgerMoved as moved:
        now = "\n".join(lines(moved.preview)) if isinstance(moved.preview, Preview) else ""
        raise click.ClickException(f"{moved}\n{now}") from moved
    except PlanTooSmall as small:
        raise people_in_the_way(small) from small
    _tell(done, as_json, shown=False)


def people_in_the_way(small: PlanTooSmall) -> click.ClickException:
    """Return the refusal with everybody who has a seat that would be taken away."""
    people = "\n".join(f"  {pool}: {', '.join(names)}" for pool, names in small.holders.items())
    return click.ClickException(f"{small}\n{people}")


def _tell(preview: Preview, as_json: bool, *, shown: bool) -> None:
    if as_json:
        document({"preview": shown, **facts(preview)})
        return
    click.echo("This is what would happen; nothing was done." if shown else "Done.")
    click.echo("\n".join(lines(preview)))
    if shown:
        click.echo(f"To do exactly this, the same without --preview and with: --version {preview.version}")


def lines(preview: Preview) -> Iterable[str]:
    """Yield the preview as lines for people."""
    if preview.takes_effect is not None:
        yield f"  From {cell(preview.takes_effect)} on"
    before, after = preview.before, preview.account
    if (before.plan, before.addons) != (after.plan, after.addons):
        yield f"  Plan: {_plan(before.plan, before.addons)} -> {_plan(after.plan, after.addons)}"
    for key, pool in preview.pools.items():
        old = preview.pools_before[key]
        if pool.capacity != old.capacity:
            yield f"  Seats in {key}: {_seats(old.capacity)} -> {_seats(pool.capacity)}"
        if pool.released != old.released:
            yield f"  Seats in {key} that are given back: {pool.released} of {_seats(pool.capacity)}"
    yield from outcomes(preview.effects)
    for key, holders in preview.holders.items():
        yield f"  Not possible now: {key} is in use by {_some(holders)}"
    yield from _money(preview)


def outcomes(effects: Iterable[Effect]) -> Iterable[str]:
    """Yield, as lines for people, who gets, loses or waits for what."""
    told = list(effects)
    for outcome, words in TOLD.items():
        names = [_with_seats(effect) for effect in told if effect.outcome is outcome]
        if names:
            yield f"  {words} ({len(names)}): {_some(names)}"


def _with_seats(effect: Effect) -> str:
    meanwhile = effect.place is not None and effect.seat_types
    return f"{effect.user_name} (meanwhile {', '.join(sorted(effect.seat_types))})" if meanwhile else effect.user_name


def _money(preview: Preview) -> Iterable[str]:
    if preview.bill is None:
        yield "  What it costs is not known: nobody has said how the account is billed (jumpseat account billing)."
        return
    yield f"  Charge now: {preview.bill.charge}"
    yield f"  Next invoice, on {preview.bill.period.end}: {preview.bill.next_invoice}"
    if preview.needs_approval:
        yield f"  Above the budget of {preview.budget}, so it needs --approve"


def facts(preview: Preview) -> dict[str, Any]:
    """Return a preview for programs."""
    money = preview.bill
    return {
        "account": preview.account.slug,
        "plan": {"before": preview.before.plan, "after": preview.account.plan},
        "addons": {"before": list(preview.before.addons), "after": list(preview.account.addons)},
        "takes_effect": preview.takes_effect,
        "pools": {
            key: {
                "before": preview.pools_before[key].capacity,
                "after": pool.capacity,
                "in_use": pool.in_use,
                "released": pool.released,
            }
            for key, pool in preview.pools.items()
        },
        "effects": [
            {
                "person": one.user_name,
                "outcome": one.outcome.value,
                "state": one.state.value,
                "seat_types": one.seat_types,
                "place": one.place,
            }
            for one in preview.effects
        ],
        "charge": money and _total(money.charge),
        "next_invoice": money and {**_total(money.next_invoice), "on": money.period.end.isoformat()},
        "budget": preview.budget and f"{preview.budget.amount:f}",
        "needs_approval": preview.needs_approval,
        "holders": {key: list(names) for key, names in preview.holders.items()},
        "version": preview.version,
    }


def _total(one: Total) -> dict[str, Any]:
    return {
        "amount": None if one.amount is None else f"{one.amount.amount:f}",
        "currency": one.known.currency,
        "known": f"{one.known.amount:f}",
        "unknown": list(one.unknown),
    }


def _billing_facts(report: BillingReport) -> dict[str, Any]:
    terms, planned = report.terms, report.planned
    return {
        "account": report.account.slug,
        "currency": terms.currency,
        "time_zone": terms.time_zone,
        "months": terms.months,
        "budget": None if terms.budget is None else f"{terms.budget:f}",
        "period": {"start": report.period.start.isoformat(), "end": report.period.end.isoformat()},
        "items": [
            {"item": item, "quantity": line.quantity, "price": None if line.price is None else f"{line.price:f}"}
            for item, line in report.lines.items()
        ],
        "next_invoice": {**_total(report.next_invoice), "on": report.period.end.isoformat()},
        "released": dict(report.released),
        "planned": planned and {"plan": planned.plan, "addons": list(planned.addons), "at": planned.at},
    }


def _show_billing(report: BillingReport) -> None:
    known = _billing_facts(report)
    told: Mapping[str, Any] = {
        **known,
        "period": f"{report.period.start} to {report.period.end}",
        "next_invoice": f"{report.next_invoice}, on {report.period.end}",
        "planned": report.planned and f"{report.planned.plan}, from {cell(report.planned.at)}",
    }
    titles = {
        "account": "Account",
        "period": "Period",
        "time_zone": "Time zone",
        "budget": "Budget",
        "next_invoice": "Next invoice",
        "released": "Given back then",
        "planned": "Planned",
    }
    fields(told, titles)
    click.echo()
    rows = [{**one, "price": one["price"] or "unknown"} for one in known["items"]]
    table(rows, {"item": "Item", "quantity": "Quantity", "price": f"{report.terms.currency} a month"})


def _plan(key: str, addons: Iterable[str]) -> str:
    return " + ".join([key, *addons])


def _seats(number: int | None) -> str:
    return "unlimited" if number is None else str(number)


def _some(names: Iterable[str]) -> str:
    known = list(names)
    rest = len(known) - NAMES_SHOWN
    return ", ".join(known[:NAMES_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
