"""What `jumpseat plan` and `jumpseat apply` share: reading the file, and telling what it comes to."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from connector.cli.output import cell, document
from connector.cli.purchases import facts, lines
from connector.domain.configuration import Configuration, Difference, Sign
from connector.mappers.configuration import read_configuration

if TYPE_CHECKING:
    from connector.lifecycle.configuring import Rollout
    from connector.lifecycle.proposals import Preview

LARGEST = 8_000_000
"""Bytes; a text that is longer is refused when it is parsed, whatever its encoding."""

file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
prune_option = click.option("--prune", is_flag=True, help="Remove rules of the file's tenants that it does not name.")


def read(file: Path) -> Configuration:
    """Read a file; raises FileInvalid."""
    with file.open("rb") as opened:
        content = opened.read(LARGEST)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise click.ClickException(f"{file.name}, line {line}: the file must be UTF-8.") from error
    return read_configuration(text, file.name)


def tell(rollout: Rollout, file: Path, as_json: bool, *, shown: bool, prune: bool = False) -> None:
    """Print what a file comes to, or came to."""
    if as_json:
        document({"preview": shown, **as_document(rollout)})
        return
    click.echo("\n".join(told(rollout)))
    if shown and rollout.differences:
        again = f"jumpseat apply {file}{' --prune' if prune else ''} --version {rollout.version}"
        click.echo(f"\nNothing was done. To do exactly this: {again}")
    elif rollout.differences:
        click.echo("\nDone.")


def told(rollout: Rollout) -> Iterable[str]:
    """Yield what a file comes to as lines for people."""
    if not rollout.differences:
        yield "Everything is as the file says; there is nothing to do."
    for one in rollout.differences:
        yield from _difference(one)
    for preview in rollout.previews:
        yield from _preview(preview)
    if rollout.differences:
        numbers = {sign: sum(one.sign is sign for one in rollout.differences) for sign in Sign}
        yield f"\n{numbers[Sign.ADDED]} to add, {numbers[Sign.CHANGED]} to change, {numbers[Sign.REMOVED]} to remove."
    if rollout.unmentioned:
        yield f"Not in the file, and left as it is: {', '.join(rollout.unmentioned)}."


def _difference(one: Difference) -> Iterable[str]:
    yield f"{one.sign} {one.kind} {one.name}"
    for key in {**one.before, **one.after}:
        was, becomes = (cell(side.get(key)) or "nothing" for side in (one.before, one.after))
        yield f"    {key}: {was} -> {becomes}" if one.sign is Sign.CHANGED else f"    {key}: {_either(one, key)}"
    for note in one.notes:
        yield f"    {note}"


def _either(one: Difference, key: str) -> str:
    return cell(one.after.get(key, one.before.get(key)))


def _preview(preview: Preview) -> Iterable[str]:
    """Say what the file does in one account, where that is more than words."""
    if preview.effects or preview.holders or preview.bill is not None or preview.pools != preview.pools_before:
        yield f"\nIn {preview.account.slug}:"
        yield from lines(preview)


def as_document(rollout: Rollout) -> dict[str, Any]:
    """Return what a file comes to for programs."""
    return {
        "differences": [
            {
                "sign": one.sign.value,
                "kind": one.kind,
                "name": one.name,
                "before": dict(one.before),
                "after": dict(one.after),
                "notes": list(one.notes),
            }
            for one in rollout.differences
        ],
        "accounts": [facts(preview) for preview in rollout.previews],
        "unmentioned": list(rollout.unmentioned),
        "version": rollout.version,
    }
