"""The guide and the reference of the API are true: the lines are typed, the list is whole."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

from flask import Flask

from connector.api.operations import OPERATIONS, PREFIX
from connector.api.problems import STATUSES

from ..lifecycle.company import Company
from .conftest import Program

DOCS = Path(__file__).parents[2] / "docs"


def test_the_lines_of_the_guide_do_what_it_says(company: Company, everything: Program, tmp_path: Path) -> None:
    """docs/howto/automate-with-the-api.md, line by line as somebody would type them."""
    for name in ("ada", "bob", "cyd", "dan"):
        company.person(name)
    (tmp_path / "people.csv").write_text("Email\nnew@acme.example\n")
    text = (DOCS / "howto" / "automate-with-the-api.md").read_text()
    version, answers = "", []
    for line in re.findall(r"^    curl (.*)$", text, re.MULTILINE):
        words = shlex.split(line.replace("$AUTH", "Authorization: as before").replace("VERSION", version))
        answer = _typed(everything, words, tmp_path)
        assert answer.status_code in (200, 201), (line, answer.get_data(as_text=True))
        if "/configuration" in line and "dry_run" not in line:
            (tmp_path / "acme.yaml").write_bytes(answer.data)
            continue
        answers.append(answer.json)
        version = (answer.json.get("result") or {}).get("version", version)
    accounts, members, rehearsed, done, preview, bought, first, again, file, rows = answers
    assert "crm" in [one["account"] for one in accounts["items"]]
    assert members["items"] == []
    assert (rehearsed["dry_run"], done["dry_run"]) == (True, False)
    assert rehearsed["effects"] == done["effects"]
    assert preview["result"]["version"] == bought["result"]["version"]
    assert first == again
    assert company.pool().capacity == 3 + 5 + 1
    assert file["result"]["differences"] == []
    assert [one["outcome"] for one in rows["result"]["rows"]] == ["no-sign-in"]


def test_the_reference_lists_every_operation_and_every_code(app: Flask) -> None:
    """docs/reference/api.md; whoever adds an operation or a refusal finds here which lines it lacks."""
    text = (DOCS / "reference" / "api.md").read_text()
    document = app.test_client().get(f"{PREFIX}/openapi.json").json
    lines = [
        f"| `{method.upper()}` | `{path.removeprefix(PREFIX)}` | `{_scope(one)}` | {one['summary']} |"
        for path, operations in document["paths"].items()
        for method, one in operations.items()
        if method != "parameters"
    ]
    assert len(lines) == len(OPERATIONS)
    assert [line for line in lines if line not in text] == []
    listed = [line for line in text.splitlines() if re.match(r"\| `(GET|POST|PUT|PATCH|DELETE)`", line)]
    assert [line for line in listed if line not in lines] == []
    codes = {kind.code: status for kind, status in STATUSES.items()}
    assert {
        code: int(status) for status, code in re.findall(r"^\| (\d+) \| `([a-z-]+)` \|$", text, re.MULTILINE)
    } == codes


def _scope(operation: Any) -> str:
    return str(operation["security"][0]["operatorToken"][0])


def _typed(program: Program, words: list[str], folder: Path) -> Any:
    """Send what curl would send for these words."""
    method, body, headers, address = "GET", None, {}, ""
    rest = iter(words)
    for word in rest:
        match word:
            case "-s":
                pass
            case "-H":
                name, _, value = next(rest).partition(": ")
                headers |= {name.replace("-", "_"): value} if name != "Authorization" else {}
            case "--json":
                method, body = "POST", next(rest).encode()
                headers["Content_Type"] = "application/json"
            case "--data-binary":
                method, body = "POST", (folder / next(rest).removeprefix("@")).read_bytes()
            case _:
                address = word.removeprefix("$API")
    return program.ask(method, address, body, **headers)
