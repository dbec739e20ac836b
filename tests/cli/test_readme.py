"""The commands of the README, typed as they stand."""

from __future__ import annotations

import shlex
from pathlib import Path

from .conftest import Terminal

README = Path(__file__).parents[2] / "README.md"


def test_the_commands_that_connect_a_directory_work(terminal: Terminal) -> None:
    """In their order, on an empty installation; only the file with the client secret is put where the test has one."""
    section = README.read_text(encoding="utf-8").partition("## Connect a directory\n")[2].partition("\n## ")[0]
    commands = [shlex.split(line) for line in section.splitlines() if line.startswith("    jumpseat ")]
    secret = terminal.folder / "client.secret"
    secret.write_text("a-client-secret", encoding="utf-8")
    for _, *words in commands:
        terminal.run(*(str(secret) if word == "client.secret" else word for word in words))
    assert [words[1:3] for words in commands] == [
        ["directory", "create"],
        ["directory", "oidc"],
        ["account", "open"],
        ["rule", "add"],
    ]
    assert terminal.json("rule", "list")[0]["rule"] == "marketing"
