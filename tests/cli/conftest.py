"""The command line on a database of its own, and a company that uses the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from connector.cli import program
from connector.lifecycle import Lifecycle
from connector.settings import Settings
from connector.storage.database import Database

from ..lifecycle.company import Clock, Company

SECRET_KEY = "a key of thirty-two characters or more"
PUBLIC_URL = "http://localhost:8080"


@dataclass(frozen=True)
class Terminal:
    """Somebody who types commands."""

    database_url: str
    folder: Path

    def run(self, *arguments: str, exit_code: int = 0, **environment: str) -> Result:
        """Run a command that ends with this exit status."""
        variables = {
            "JUMPSEAT_DATABASE_URL": self.database_url,
            "JUMPSEAT_SECRET_KEY": SECRET_KEY,
            "JUMPSEAT_PUBLIC_URL": PUBLIC_URL,
            "LOGNAME": "tess",
            **environment,
        }
        result = CliRunner().invoke(program, arguments, env=variables, prog_name="jumpseat")
        assert result.exit_code == exit_code, result.output
        assert "Traceback" not in result.output
        return result

    def read(self, *arguments: str) -> str:
        """Return what a command says on standard output."""
        return self.run(*arguments).stdout

    def json(self, *arguments: str) -> Any:
        """Return the one line of JSON that a command prints."""
        said = self.read(*arguments, "--json")
        assert said.count("\n") == 1
        return json.loads(said)

    def refused(self, *arguments: str) -> str:
        """Return the sentence with which a command is refused; nothing is on standard output then."""
        result = self.run(*arguments, exit_code=1)
        assert result.stdout == ""
        return result.stderr

    def file(self, text: str) -> str:
        path = self.folder / "file"
        path.write_text(text)
        return str(path)


@pytest.fixture
def terminal(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Give a terminal in an empty folder, on a database that is ready and empty."""
    monkeypatch.chdir(tmp_path)
    return Terminal(sqlite_url, tmp_path)


@pytest.fixture
def empty(sqlite_url: str) -> Iterator[Company]:
    """Give the use cases on the terminal's database."""
    database, clock = Database(sqlite_url), Clock()
    settings = Settings(secret_key=SECRET_KEY, public_url=PUBLIC_URL, database_url=sqlite_url)
    lifecycle = Lifecycle(database, settings, clock)
    clock.now = Lifecycle(database, settings).clock()
    yield Company(lifecycle, clock)
    database.dispose()


@pytest.fixture
def company(empty: Company) -> Company:
    """Give a company with the directory `okta`, whose people can sign in."""
    empty.directory("okta")
    return empty
