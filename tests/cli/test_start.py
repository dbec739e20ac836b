"""`jumpseat start`, which `make run` calls: a first look from nothing."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

JUMPSEAT = str(Path(sys.executable).with_name("jumpseat"))


@contextmanager
def started(folder: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUMPSEAT_")}
    environment |= {"JUMPSEAT_PORT": str(port), "JUMPSEAT_PUBLIC_URL": f"http://localhost:{port}"}
    said = folder / "said"
    with said.open("a+") as output:
        process = subprocess.Popen(
            [JUMPSEAT, "start"],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=output,
            text=True,
            start_new_session=True,
        )
    try:
        yield process, said
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def welcome(process: subprocess.Popen[str], said: Path) -> str:
    for _ in range(600):
        text = said.read_text()
        if "make demo" in text or process.poll() is not None:
            return text
        time.sleep(0.05)
    return said.read_text()


def test_a_first_look_needs_one_command(tmp_path: Path) -> None:
    """It makes a key, a database and a directory, and prints a SCIM base URL and a token that work."""
    port = free_port()
    with started(tmp_path, port) as (process, said):
        text = welcome(process, said)
        base_url, token = re.search(r"SCIM base URL +(\S+)\n +Token +(\S+)", text).groups()  # type: ignore[union-attr]
        people = requests.get(f"{base_url}/Users", headers={"Authorization": f"Bearer {token}"}, timeout=30)
    assert (people.status_code, people.json()["totalResults"]) == (200, 0)
    assert (tmp_path / "var" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert f"http://localhost:{port}/console/enter?key=" in text


def test_a_second_start_keeps_what_is_there_and_shows_no_token(tmp_path: Path) -> None:
    """Only the hash of the token is kept, so a later start says how to make another."""
    with started(tmp_path, free_port()) as (process, said):
        welcome(process, said)
    (tmp_path / "said").unlink()
    with started(tmp_path, free_port()) as (process, said):
        text = welcome(process, said)
    assert "jumpseat token create company" in text
    assert "jst_" not in text


def test_a_taken_port_is_told_and_nothing_is_promised(tmp_path: Path) -> None:
    """No welcome stands above the refusal, though another server answers on the port."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with started(tmp_path, port) as (process, said):
            assert process.wait(60) == 1
            text = said.read_text()
    assert f"Port {port} of 127.0.0.1 is taken by another program" in text
    assert "make demo" not in text
    assert "Traceback" not in text


def test_nothing_is_served_from_a_database_that_was_not_migrated(tmp_path: Path) -> None:
    """The sentence says what to type; neither a stack trace nor a server comes of it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUMPSEAT_")}
    environment |= {"JUMPSEAT_SECRET_KEY": "a-key-for-tests-that-nobody-guesses-0123456789"}
    for command in ("serve", "worker"):
        refused = subprocess.run(
            [JUMPSEAT, command], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert refused.returncode == 1
        assert refused.stderr == "Error: The database is not ready for this version. Run: jumpseat migrate\n"
