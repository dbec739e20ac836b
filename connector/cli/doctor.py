"""`jumpseat doctor`."""

from __future__ import annotations

from typing import Any

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import document, json_option
from connector.settings import SettingsError
from connector.storage.database import DatabaseState

TITLES = {
    "settings": "Settings",
    "database": "Database",
    "sign-in": "Every directory has sign-in settings",
    "subject": "People can be recognised when they sign in",
    "tokens": "SCIM tokens are valid",
    "secrets": "Kept secrets can be read",
    "signals": "Security events of providers arrive",
    "domains": "Proved domains are still proved",
    "rules": "Rules are bound to groups",
    "accounts": "Accounts have their catalogues",
    "stated-roles": "Stated roles and entitlements are known",
    "deliveries": "Letters are delivered",
    "work-orders": "Work orders are done in time",
    "departures": "Departures are finished",
    "seats": "Graces are kept, and planned changes of plan carried out",
    "owners": "Owners of accounts have not left",
    "realms": "Keycloak realms are told and read",
    "broken-glass": "Nobody gets in past a provider",
}


@click.command()
@json_option
@click.pass_context
@pass_operator
def command(operator: Operator, ctx: click.Context, as_json: bool) -> None:
    """Look for what is wrong, and say how to mend it; exit status 1 when there is anything."""
    results = examine(operator)
    if as_json:
        document([one for found in results.values() for one in found])
    else:
        _tell(results)
    if any(one["wrong"] for found in results.values() for one in found):
        ctx.exit(1)


def examine(operator: Operator) -> dict[str, list[dict[str, Any]]]:
    """Return check -> what it found. Nothing else is looked at while settings or database are not in order."""
    try:
        _ = operator.settings
    except SettingsError as error:
        return {"settings": [_finding("settings", fault, "Set it right, and start again.") for fault in error.faults]}
    results: dict[str, list[dict[str, Any]]] = {"settings": [], "database": []}
    match operator.lifecycle.database.state():
        case DatabaseState.UNREACHABLE:
            sentence = f"{operator.database_name} cannot be reached."
            results["database"] = [_finding("database", sentence, "Start it, or check JUMPSEAT_DATABASE_URL.")]
        case DatabaseState.NOT_MIGRATED:
            sentence = f"{operator.database_name} has not the schema that this version needs."
            results["database"] = [_finding("database", sentence, "jumpseat migrate")]
        case DatabaseState.READY:
            results |= _diagnosis(operator)
    return results


def _diagnosis(operator: Operator) -> dict[str, list[dict[str, Any]]]:
    from connector.lifecycle.diagnosis import diagnose

    found = operator.read(diagnose)
    return {
        check.value: [_finding(check.value, one.sentence, one.cure, wrong=one.wrong) for one in findings]
        for check, findings in found.items()
    }


def _finding(check: str, sentence: str, cure: str, *, wrong: bool = True) -> dict[str, Any]:
    return {"check": check, "wrong": wrong, "finding": sentence, "cure": cure}


def _tell(results: dict[str, list[dict[str, Any]]]) -> None:
    for check, findings in results.items():
        wrong = any(one["wrong"] for one in findings)
        mark, colour = ("✗", "red") if wrong else ("!", "yellow") if findings else ("✓", "green")
        click.echo(f"{click.style(mark, fg=colour)} {TITLES[check]}")
        for one in findings:
            click.echo(f"    {one['finding']}\n      → {one['cure']}")
