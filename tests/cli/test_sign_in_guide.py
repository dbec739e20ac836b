"""docs/howto/sign-in.md, as somebody types it."""

from __future__ import annotations

import shlex
from pathlib import Path

from ..lifecycle.company import Company
from .conftest import Terminal

HOWTO = Path(__file__).parents[2] / "docs" / "howto" / "sign-in.md"


def test_the_commands_of_the_howto_work(terminal: Terminal, company: Company) -> None:
    """In their order; only somebody who holds a seat can be let in by glass, so that one is refused for her alone."""
    company.account(seats=1)
    (terminal.folder / "client.secret").write_text("secret")
    commands = [shlex.split(line) for line in HOWTO.read_text().splitlines() if line.startswith("    jumpseat ")]
    assert len(commands) == 8
    for _, *words in commands:
        if words[0] == "break-glass":
            refused = terminal.run(*words, exit_code=1, JUMPSEAT_BREAK_GLASS="yes")
            assert "ada@acme.example" in refused.stderr
        else:
            terminal.run(*words)
    named = {one: terminal.json("directory", "show", one)["subject_claim"] for one in ("acme", "globex", "initech")}
    assert named == {"acme": "sub", "globex": "oid", "initech": "sub"}
