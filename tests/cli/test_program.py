"""The program as a whole: help, errors, exit statuses, and what each command keeps stable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from connector.cli import program
from connector.cli.operator import Operator
from connector.cli.program import NAMES
from connector.lifecycle import reporting

from .conftest import SECRET_KEY, Terminal

STABLE = {
    "tenant": {"create", "list"},
    "directory": {"create", "list", "show", "oidc", "enable", "disable"},
    "token": {"create", "list", "revoke"},
    "account": {"open", "list", "show", "seats", "vendors"},
    "rule": {"add", "list", "remove"},
    "person": {"list", "show", "explain"},
    "invitation": {"list", "resend", "cancel", "link"},
    "access": {"revoke"},
    "workorder": {"list", "done"},
    "audit": {"export"},
    "console": {"link"},
}
WITH_JSON = {"list", "show", "create", "open", "add", "explain", "vendors", "link"}


def commands() -> dict[str, click.Command]:
    """Return every command by the words that are typed."""
    context = click.Context(program)
    found = {name: program.get_command(context, name) for name in NAMES}  # type: ignore[attr-defined]
    nouns = {name: one for name, one in found.items() if isinstance(one, click.Group)}
    nested = {f"{name} {sub}": each for name, one in nouns.items() for sub, each in one.commands.items()}
    return {**{name: one for name, one in found.items() if name not in nouns}, **nested}


def test_the_commands_that_others_rely_on_are_there() -> None:
    """Scripts and documentation name them."""
    typed = {noun: {words.split()[1] for words in commands() if words.startswith(f"{noun} ")} for noun in STABLE}
    assert all(typed[noun] >= verbs for noun, verbs in STABLE.items())
    assert set(NAMES) >= STABLE.keys() | {"doctor", "start", "serve", "worker", "migrate", "demo"}


def test_every_listing_and_everything_that_makes_something_speaks_json() -> None:
    """Programs read one line."""
    for words, command in commands().items():
        if words.split()[-1] in WITH_JSON:
            assert any("--json" in parameter.opts for parameter in command.params), words


@pytest.mark.parametrize("words", [[], *([name] for name in NAMES if name != "demo"), ["rule", "add"]])
def test_help_is_there_at_every_step(terminal: Terminal, words: list[str]) -> None:
    """It needs no settings and no database."""
    result = CliRunner().invoke(program, [*words, "--help"], env={"JUMPSEAT_SECRET_KEY": None})
    assert result.exit_code == 0
    assert "Usage:" in result.stdout


def test_the_help_of_the_program_loads_no_command() -> None:
    """It is printed at once, without SQLAlchemy, Flask or any vendor's catalogue."""
    code = "import sys; from connector.cli import main; sys.argv[1:] = ['--help']\n"
    code += "try: main()\n"
    code += "except SystemExit: print([name for name in ('sqlalchemy', 'flask', 'rich') if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.endswith("[]\n")


def test_creating_a_directory_loads_only_what_it_needs() -> None:
    """Scripts call it once for each of many files, so it must start fast: no web server, no tables, no migrations."""
    code = "import sys, connector.cli.directory, connector.storage.database\n"
    code += "print([name for name in ('flask', 'rich', 'alembic', 'granian', 'requests') if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == "[]\n"


def test_a_misspelt_command_is_told_what_was_probably_meant(terminal: Terminal) -> None:
    """With the exit status of a usage error."""
    result = terminal.run("tenants", "list", exit_code=2)
    assert "Did you mean 'tenant'?" in result.stderr


@pytest.mark.parametrize(
    "words",
    [("seats", "crm", "seats", "-3"), ("buy", "crm", "seats", "-12"), ("price", "crm", "seats/seats", "-1", "EUR")],
)
def test_a_number_below_zero_is_no_option(terminal: Terminal, words: tuple[str, ...]) -> None:
    """It is told what is wrong with the number, not that there is no such option."""
    assert "nothing that is stated here is below zero" in terminal.run("account", *words, exit_code=2).stderr


def test_a_refusal_is_one_sentence_and_exit_status_1(terminal: Terminal) -> None:
    """It says what is there instead."""
    terminal.run("directory", "create", "okta")
    assert terminal.refused("directory", "show", "otka") == (
        "Error: There is no directory 'otka'. Known: okta, main-local.\n"
    )


def test_wrong_settings_are_told_all_at_once(terminal: Terminal) -> None:
    """Each fault on a line, no secret among them."""
    result = terminal.run("tenant", "list", exit_code=1, JUMPSEAT_SECRET_KEY="short", JUMPSEAT_PORT="x")
    assert "JUMPSEAT_SECRET_KEY" in result.stderr
    assert "JUMPSEAT_PORT" in result.stderr
    assert "short" not in result.stderr


def test_a_database_without_its_schema_asks_for_migrate(terminal: Terminal, tmp_path: Path) -> None:
    """And after that the command works."""
    url = f"sqlite:///{tmp_path}/new.db"
    result = terminal.run("tenant", "list", exit_code=1, JUMPSEAT_DATABASE_URL=url)
    assert result.stderr == "Error: The database is not ready for this version. Run: jumpseat migrate\n"
    assert "ready" in terminal.run("migrate", JUMPSEAT_DATABASE_URL=url).stdout
    terminal.run("migrate", JUMPSEAT_DATABASE_URL=url)
    assert terminal.run("tenant", "list", "--json", JUMPSEAT_DATABASE_URL=url).stdout == "[]\n"


def test_a_database_that_is_not_there_is_named_without_its_password(terminal: Terminal) -> None:
    """The sentence says which setting to look at."""
    url = "postgresql+psycopg://jumpseat:hunter2@127.0.0.1:1/jumpseat"
    result = terminal.run("tenant", "list", exit_code=1, JUMPSEAT_DATABASE_URL=url)
    assert "cannot be reached" in result.stderr
    assert "JUMPSEAT_DATABASE_URL" in result.stderr
    assert "hunter2" not in result.stderr


def test_a_folder_that_cannot_be_made_is_named(terminal: Terminal) -> None:
    """As the operating system refuses it."""
    result = terminal.run("tenant", "list", exit_code=1, JUMPSEAT_DATABASE_URL="sqlite:////proc/nowhere/jumpseat.db")
    assert "/proc/nowhere" in result.stderr


def test_an_unexpected_error_is_told_without_a_stack_trace(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--debug` shows it to whoever asks."""

    def breaks(*_: object) -> None:
        raise KeyError("secret of the inside")

    monkeypatch.setattr(reporting, "tenants_meant", breaks)
    sentence = terminal.refused("tenant", "list")
    assert "KeyError" in sentence
    assert "secret" not in sentence
    with pytest.raises(KeyError):
        CliRunner().invoke(
            program,
            ["--debug", "tenant", "list"],
            env={"JUMPSEAT_DATABASE_URL": terminal.database_url, "JUMPSEAT_SECRET_KEY": SECRET_KEY},
            catch_exceptions=False,
        )


def test_an_operator_without_a_name_has_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers often run under an account that has no name."""

    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", nameless)
    monkeypatch.setattr("os.getuid", lambda: 4711)
    assert Operator().cause.actor == "cli:4711"


def test_the_trail_names_who_typed(terminal: Terminal) -> None:
    """The account of the operating system, behind `cli:`."""
    terminal.run("directory", "create", "okta")
    assert '"actor": "cli:tess"' in terminal.read("audit", "export")


def test_the_demo_says_when_it_is_not_installed(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package has no demo in it."""
    monkeypatch.setattr("connector.cli.demo.find_spec", lambda name: None)
    assert "make demo" in terminal.refused("demo")


def test_the_demo_is_given_what_was_typed_and_its_exit_status_is_kept(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own help included."""
    from demo import company

    assert "--url" in terminal.run("demo", "--help").stdout
    monkeypatch.setattr(company, "main", lambda arguments: 1 if arguments == ["--url", "http://localhost:1"] else 0)
    terminal.run("demo", "--url", "http://localhost:1", exit_code=1)


def test_a_port_that_is_taken_is_told(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the server's own sentence."""
    from connector import serve

    def taken(*_: object, **__: object) -> None:
        raise serve.CannotServe("Port 8080 of 127.0.0.1 is taken by another program.")

    monkeypatch.setattr(serve, "serve", taken)
    assert terminal.refused("serve") == "Error: Port 8080 of 127.0.0.1 is taken by another program.\n"


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_nothing_is_served_from_a_database_that_is_not_ready(terminal: Terminal, tmp_path: Path, command: str) -> None:
    """It would refuse every request; the sentence says what to type."""
    result = terminal.run(command, exit_code=1, JUMPSEAT_DATABASE_URL=f"sqlite:///{tmp_path}/new.db")
    assert "jumpseat migrate" in result.stderr


def test_the_server_and_the_worker_are_run_with_the_settings(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a worker behind the server unless told otherwise."""
    from connector import serve, worker

    calls: list[tuple[str, bool]] = []
    monkeypatch.setattr(
        serve, "serve", lambda settings, *, with_worker: calls.append((settings.public_url, with_worker))
    )
    monkeypatch.setattr(worker, "run", lambda settings, stop: calls.append((settings.public_url, stop.is_set())))
    monkeypatch.setattr("connector.observability.configure_logging", lambda *_: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    for arguments in (["serve"], ["serve", "--no-worker"], ["worker"]):
        terminal.run(*arguments)
    assert calls == [
        ("http://localhost:8080", True),
        ("http://localhost:8080", False),
        ("http://localhost:8080", False),
    ]
