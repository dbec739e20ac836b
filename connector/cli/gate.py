"""`jumpseat gate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from connector.cli.operator import Operator, pass_operator
from connector.cli.output import json_option, listing
from connector.domain.signing_keys import signer
from connector.lifecycle import gate_keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from connector.storage.work import Work


@click.group()
def command() -> None:
    """Look after the keys with which the gate signs what back ends verify."""


@command.command()
@json_option
@pass_operator
def keys(operator: Operator, as_json: bool) -> None:
    """List the keys that are published at /gate/jwks.json; the worker replaces them every 30 days."""
    columns = {"kid": "Key", "signs_from": "Signs from", "signs": "Signs now"}
    listing(
        operator.read(_published), columns, as_json, "There is no key yet; the first sign-in at the gate makes one."
    )


@command.command()
@pass_operator
def rotate(operator: Operator) -> None:
    """Replace every key at once, after a leak.

    Back ends that keep keys refuse everybody until they read them again; the regular change, which nobody notices,
    needs no command.
    """
    operator.write(gate_keys.replace_at_once)
    click.echo("Replaced. Every process signs with the new key within a minute.")


def _published(work: Work) -> list[Mapping[str, Any]]:
    found = gate_keys.keys(work)
    current = signer(found, work.now)
    return [{"kid": key.kid, "signs_from": key.signs_from, "signs": key == current} for key in found]
