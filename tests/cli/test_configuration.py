"""Everything as one file, as somebody types it."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

from ..lifecycle.company import Company
from .conftest import Terminal

HOWTO = Path(__file__).parents[2] / "docs" / "howto" / "configuration-as-a-file.md"

FILE = """\
jumpseat: 1
tenants:
  main:
    directories:
      okta: {idp: okta}
    accounts:
      crm: {vendor: plain, plan: standard, seats: {seats: 1}}
    rules:
      everybody: {account: crm, filter: active eq true, role: member}
"""


def test_a_plan_is_shown_and_then_done(terminal: Terminal, company: Company) -> None:
    """With the version that it named, and once: after that there is nothing to do."""
    company.people("ada", "ben")
    path = terminal.file(FILE)
    said = terminal.read("plan", path)
    assert "+ account crm\n    vendor: plain\n" in said
    assert "In crm:\n  Get a seat (1): ada@acme.example\n  Wait (1): ben@acme.example\n" in said
    assert "What it costs is not known" in said
    assert "2 to add, 0 to change, 0 to remove." in said
    assert [one["account"] for one in terminal.json("account", "list")] == ["main-app"]
    _, *words = re.findall(r"To do exactly this: (.*)", said)[0].split()
    assert terminal.read(*words).endswith("Done.\n")
    assert company.pool().promised == 1
    again = terminal.read("apply", path).splitlines()
    assert again[0] == "Everything is as the file says; there is nothing to do."
    assert again[1:] == ["Not in the file, and left as it is: account main-app."]


def test_a_plan_for_programs_has_everything(terminal: Terminal, company: Company) -> None:
    """Signs, keys before and after, each account's figures, and the version; so has what was done."""
    shown = terminal.json("plan", terminal.file(FILE))
    assert shown["preview"] is True
    assert [(one["sign"], one["kind"], one["name"]) for one in shown["differences"]] == [
        ("+", "account", "crm"),
        ("+", "rule", "everybody"),
    ]
    assert shown["accounts"][0]["pools"]["seats"]["after"] == 1
    done = terminal.json("apply", terminal.file(FILE), "--version", shown["version"])
    assert {**done, "preview": True} == shown
    assert json.dumps(terminal.json("apply", terminal.file(FILE), "--preview")["differences"]) == "[]"


def test_what_is_refused_names_file_line_and_people(terminal: Terminal, company: Company) -> None:
    """And nothing is on standard output, nor done."""
    slip = terminal.file(FILE.replace("vendor: plain", "vendor: plainn"))
    assert "file, line 7, tenants.main.accounts.crm.vendor: there is no vendor 'plainn'" in terminal.refused(
        "plan", slip
    )
    (terminal.folder / "latin.yaml").write_bytes(FILE.replace("main", "société").encode("latin-1"))
    assert "latin.yaml, line 3: the file must be UTF-8" in terminal.refused("apply", "latin.yaml")
    company.people("ada")
    terminal.run("apply", terminal.file(FILE))
    fewer = terminal.file(FILE.replace("{seats: 1}", "{seats: 0}"))
    assert "Not possible now: seats is in use by ada@acme.example" in terminal.read("plan", fewer)
    assert "  seats: ada@acme.example" in terminal.refused("apply", fewer)
    more = terminal.file(FILE.replace("{seats: 1}", "{seats: 2}"))
    version = terminal.json("plan", more)["version"]
    company.person("ben")
    refusal = terminal.refused("apply", more, "--version", version)
    assert "has changed since the preview" in refusal
    assert "Get a seat (1): ben@acme.example" in refusal
    assert company.pool().capacity == 1


def test_rules_are_removed_when_asked_for(terminal: Terminal, company: Company) -> None:
    """The command that a plan names asks for it too."""
    terminal.run("apply", terminal.file(FILE))
    fewer = terminal.file(FILE.partition("    rules:")[0])
    said = terminal.read("plan", fewer)
    assert "there is nothing to do" in said
    assert "Not in the file, and left as it is: account main-app, rule everybody." in said
    said = terminal.read("plan", fewer, "--prune")
    assert "- rule everybody\n    account: crm\n" in said
    _, *words = re.findall(r"To do exactly this: (.*)", said)[0].split()
    terminal.run(*words)
    assert terminal.json("rule", "list") == []


def test_an_export_is_a_file_or_the_screen(terminal: Terminal, company: Company) -> None:
    """And is ready for an editor that reads the schema beside it."""
    terminal.run("apply", terminal.file(FILE))
    assert "company.yaml is written" in terminal.read("export", "company.yaml")
    text = (terminal.folder / "company.yaml").read_text(encoding="utf-8")
    assert text == terminal.read("export") == terminal.read("export", "--tenant", "main")
    assert text.startswith("# yaml-language-server: $schema=jumpseat.schema.json\n")
    assert "secret" not in text.partition("jumpseat: 1")[2]
    assert "there is nothing to do" in terminal.read("plan", "company.yaml", "--prune")
    assert "Known: main" in terminal.refused("export", "--tenant", "mainn")
    assert json.loads(terminal.read("schema"))["title"]


def test_the_commands_of_the_howto_work(terminal: Terminal) -> None:
    """In their order, on an empty installation; the file that it shows takes the place of the exported one."""
    text = HOWTO.read_text(encoding="utf-8")
    commands = [shlex.split(line) for line in text.splitlines() if line.startswith("    jumpseat ")]
    assert [words[1] for words in commands] == ["export", "schema", "plan", "apply"]
    for _, *words in commands:
        terminal.run(*words[: words.index(">")] if ">" in words else words)
        (terminal.folder / "company.yaml").write_text(text.partition("```yaml\n")[2].partition("```")[0])
    assert "there is nothing to do" in terminal.read("plan", "company.yaml")
    assert terminal.json("rule", "list")[0]["rule"] == "marketing"
