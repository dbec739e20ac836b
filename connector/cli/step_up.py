"""`jumpseat account step-up`."""

from __future__ import annotations

from datetime import timedelta

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import document, json_option
from connector.domain.step_up import StepUp
from connector.lifecycle import stepping_up


@click.command("step-up")
@click.argument("name")
@click.option("--acr", multiple=True, help="An authentication context of the provider; one of those named is enough.")
@click.option("--amr", multiple=True, help="A method that the provider must vouch for, mfa for instance; all of them.")
@click.option("--max-minutes", type=click.IntRange(min=1), help="How long ago she may have proved herself at most.")
@click.option("--none", "nothing", is_flag=True, help="Ask for nothing beyond a sign-in.")
@json_option
@pass_operator
def step_up(
    operator: Operator,
    name: str,
    acr: tuple[str, ...],
    amr: tuple[str, ...],
    max_minutes: int | None,
    nothing: bool,
    as_json: bool,
) -> None:
    """Let an account open only to strong or recent sign-ins; without an option, show what it asks for.

    It holds from the next request on. Whoever falls short is asked to sign in again.
    """
    age = timedelta(minutes=max_minutes) if max_minutes is not None else None
    wanted = StepUp(frozenset(acr), frozenset(amr), age)
    if nothing and wanted != StepUp():
        raise click.UsageError("--none asks for nothing; leave the other options out.")
    if nothing or wanted != StepUp():
        operator.write(stepping_up.ask_for, name, wanted, operator.cause)
    asked = operator.read(stepping_up.asked_for, name)
    if as_json:
        document({"account": name, "step_up": asked.as_kept()})
    else:
        click.echo(f"{name} {_sentence(asked)}")


def _sentence(asked: StepUp) -> str:
    if asked == StepUp():
        return "asks for nothing beyond a sign-in."
    parts = []
    if asked.acr:
        parts.append(f"the context {' or '.join(sorted(asked.acr))}")
    if asked.amr:
        parts.append(f"the methods {', '.join(sorted(asked.amr))}")
    if asked.max_age is not None:
        parts.append(f"a sign-in of the last {int(asked.max_age.total_seconds() // 60)} minutes")
    return f"asks for {' and '.join(parts)}."
