"""The tutorial is true: what its third part has the reader type is typed here, and shows what the page shows."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from connector.domain.events import Cause, CauseKind
from connector.domain.tenancy import Idp
from connector.lifecycle import directories

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial.md"
END = "--- end of command ---"
WAITS = {
    "demo.provider": "until curl -sf -o /dev/null http://127.0.0.1:{port}/.well-known/openid-configuration; do :; done",
    "var/mail": "until grep -qs ann@company.example var/mail/new/*; do :; done",
}
"""What readers are too slow to notice, and a script must wait for: the provider's start, and the letter."""


@dataclass
class Step:
    """A command, with the lines that the page shows under it; `…` stands for what was left out."""

    command: str
    shown: list[str] = field(default_factory=list)


def steps_of(page: str) -> list[Step]:
    """Return the commands of a page's console blocks: `$` begins one, `>` continues it."""
    steps: list[Step] = []
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append(Step(line[2:]))
            elif line.startswith("> "):
                steps[-1].command += "\n" + line[2:]
            else:
                steps[-1].shown.append(line)
    return steps


def shows(shown: list[str], output: str) -> bool:
    """Tell whether output is what the page shows: whole lines, in this order, `…` being anything at all.

    The names of headers and the words behind a status differ from server to server, so case counts for nothing.
    """
    pattern = r"\n".join(".*" if line == "…" else ".*".join(map(re.escape, line.split("…"))) for line in shown)
    pattern = pattern.replace(r".*\n", r"(.*\n)?", 1) if shown[:1] == ["…"] else pattern
    pattern = re.sub(r"\\n\.\*$", r"(\\n.*)?", pattern)
    return re.fullmatch(pattern, output.strip("\n"), re.DOTALL | re.IGNORECASE) is not None


def test_shortened_output_is_compared() -> None:
    """Dots stand for anything, at the ends too; a line that differs, is missing or is too many is found."""
    assert shows(["…", "b", "…"], "a\nb\nc")
    assert shows(["…", "b", "…"], "b")
    assert shows(["a …"], "A 1")
    assert shows([], "")
    assert not shows(["…", "b", "…"], "a\nbb")
    assert not shows(["a"], "a\nb")
    assert not shows([], "a")


@pytest.mark.slow
def test_the_tutorial_shows_what_happens(start: Callable[..., Any], tmp_path: Path) -> None:
    """A reader who types what the page says sees what the page shows."""
    running = start()
    cause = Cause(CauseKind.OPERATOR, "test")
    _, token = running.lifecycle.write(directories.create_directory, "company", Idp.GENERIC, cause)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])

    def here(text: str) -> str:
        """Put this test's addresses in the place of the tutorial's."""
        text = text.replace("http://localhost:8080", running.settings.public_url)
        return text.replace("127.0.0.1:9000", f"127.0.0.1:{port}")

    steps = steps_of(TUTORIAL.read_text(encoding="utf-8").partition("## 3. ")[2])
    assert len(steps) > 20
    script = []
    for step in steps:
        command = here(step.command).replace("TOKEN=jst_…", f"TOKEN={token}")
        wait = next((text.format(port=port) for word, text in WAITS.items() if word in command), ":")
        if "demo.provider" in command:
            script.append(command.replace("demo.provider", f"demo.provider --port {port}", 1) + f"\n{wait}")
        else:
            script.append(f"{wait}\n{command}")
        script.append(f"echo '{END}'")
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", "trap 'kill $(jobs -p)' EXIT\n" + "\n".join(script)],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    outputs = done.stdout.replace("\r", "").split(END + "\n")
    for step, output in zip(steps, outputs, strict=False):
        assert shows([here(line) for line in step.shown], output), f"$ {step.command}\n{output}"
    assert len(outputs) == len(steps) + 1
