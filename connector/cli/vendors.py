"""`jumpseat account vendors`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from connector.cli.output import cell, document, json_option, listing, table
from connector.mappers.catalogues import known_catalogues, load_catalogue

if TYPE_CHECKING:
    from connector.domain.catalogue import Catalogue
    from connector.domain.plans import PoolOffer


@click.command()
@click.argument("vendor", required=False)
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True)
@json_option
def vendors(vendor: str | None, language: str, as_json: bool) -> None:
    """List the vendors' catalogues; with a VENDOR, its plans, seat types and roles."""
    found = [load_catalogue(key) for key in ([vendor] if vendor else known_catalogues())]
    rows = [_facts(one) for one in found]
    if as_json:
        document(rows)
    elif vendor:
        _show(found[0], language)
    else:
        columns = {"vendor": "Vendor", "name": "Name", "plans": "Plans", "seat_types": "Seat types"}
        short = [{**row, "plans": list(row["plans"]), "seat_types": list(row["seat_types"])} for row in rows]
        listing(short, columns, False, "")


def _facts(one: Catalogue) -> dict[str, Any]:
    return {
        "vendor": one.key,
        "name": one.name,
        "pools": list(one.pools),
        "plans": {
            plan.key: {
                "pools": {key: _offered(offer) for key, offer in plan.pools.items() if offer.offered},
                "addons": list(plan.addons),
            }
            for plan in one.plans.values()
        },
        "seat_types": {seat.key: sorted(seat.draws) for seat in one.seat_types.values()},
        "roles": [role.key for role in one.roles.values() if role.assignable],
        "permissions": [permission.key for permission in one.permissions.values() if permission.grantable],
    }


def _offered(offer: PoolOffer) -> int | str:
    if offer.by_contract:
        return "by-contract"
    return "unlimited" if offer.included is None else offer.included


def _show(one: Catalogue, language: str) -> None:
    facts = _facts(one)
    click.echo(
        f"{one.name} ({one.key})\n\nPlans, with the seats that they have (by-contract: say how many, --seats):\n"
    )
    rows = [
        {"plan": key, "label": one.plans[key].label.in_language(language), **plan}
        for key, plan in facts["plans"].items()
    ]
    table(rows, {"plan": "Plan", "label": "Name", "pools": "Seats", "addons": "Add-ons"})
    click.echo("\nSeat types (--seat-type):\n")
    seat_rows = [
        {"seat_type": seat.key, "label": seat.label.in_language(language), "draws": seat.draws}
        for seat in one.seat_types.values()
    ]
    table(seat_rows, {"seat_type": "Seat type", "label": "Name", "draws": "Takes a seat of"})
    for title, names in (("Roles (--role)", facts["roles"]), ("Permissions (--permission)", facts["permissions"])):
        click.echo(f"\n{title}:\n")
        click.echo(click.wrap_text(cell(names) or "none", width=100, initial_indent="  ", subsequent_indent="  "))
