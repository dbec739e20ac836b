"""`jumpseat account when-full`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from connector.cli.member import tell
from connector.cli.operator import Operator, pass_operator
from connector.cli.output import count, json_option, listing
from connector.domain.seats import WhenFull
from connector.lifecycle import pool_policies, reporting

if TYPE_CHECKING:
    from connector.domain.seats import SeatPool

COLUMNS = {"pool": "Seats", "when_full": "When full", "fallback": "Meanwhile", "grace": "Grace", "grace_until": "Ends"}


@click.command("when-full")
@click.argument("name")
@click.argument("pool", required=False)
@click.argument("policy", type=click.Choice([one.value for one in WhenFull]), required=False)
@click.option("--seats", type=int, default=0, help="Of a grace: how many seats more.")
@click.option("--days", type=int, default=0, help="Of a grace: for how many days from the first of them on.")
@click.option("--seat-type", "fallback", help="Of a fallback: what those who wait have meanwhile.")
@click.option("--preview", is_flag=True, help="Show whom it concerns, and do nothing.")
@json_option
@pass_operator
def when_full(
    operator: Operator,
    name: str,
    pool: str | None,
    policy: str | None,
    seats: int,
    days: int,
    fallback: str | None,
    preview: bool,
    as_json: bool,
) -> None:
    """Say what becomes of those for whom a pool has no seat; without POOL, show it.

    They wait in line; or their directory's request is refused (403); or a grace gives a few seats more for some days;
    or a fallback gives them a seat of another type, on which they wait for theirs.
    """
    if pool is not None and policy is None:
        raise click.UsageError(f"Missing argument 'POLICY': {', '.join(WhenFull)}.")
    if pool is not None and policy is not None:
        run, use_case = operator.rehearse if preview else operator.write, pool_policies.effects_when_full
        wanted, cause = WhenFull(policy), operator.cause
        effects = run(use_case, name, pool, wanted, cause, seats=seats, days=days, fallback=fallback)
        if preview:
            tell(effects, preview, as_json)
            return
    report = operator.read(reporting.account, name)
    rows = [_row(one.pool, as_json) for one in report.pools]
    listing(rows, COLUMNS, as_json, "The account has no seats.")


def _row(pool: SeatPool, as_json: bool) -> dict[str, Any]:
    told = f"{count(pool.grace, 'seat')} for {count(pool.grace_days, 'day')}" if pool.grace else ""
    facts: dict[str, Any] = {"pool": pool.key, "when_full": pool.when_full.value, "fallback": pool.fallback}
    facts["grace_until"] = pool.grace_until
    return {**facts, "grace": pool.grace, "grace_days": pool.grace_days} if as_json else {**facts, "grace": told}
