"""The product as an operator runs it: `jumpseat serve` with its own processes, spoken to over HTTP."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

JUMPSEAT = str(Path(sys.executable).with_name("jumpseat"))

PATIENCE = 30.0
"""Seconds that anything in these tests may take before it is called broken."""


def wait_for(what: str, look: Callable[[], Any]) -> Any:
    """Return the first true value that `look` gives."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen within {PATIENCE} s")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Connector:
    """`jumpseat serve` and the other commands, on one database."""

    environment: dict[str, str]
    url: str
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [JUMPSEAT, "serve"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        wait_for("the start of the connector", self._answers)

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        try:
            return requests.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except requests.ConnectionError:
            return False

    def kill(self) -> None:
        """End the main process as `kill -9` does, and see that nothing of it survives."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        wait_for("the end of its other processes", self._port_is_free)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _port_is_free(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", int(self.environment["JUMPSEAT_PORT"]))) != 0

    def new_directory(self, name: str, idp: str) -> ScimClient:
        """Create a directory, and return its client."""
        made = self.jumpseat("directory", "create", name, "--idp", idp)
        return ScimClient(made["scim_base_url"], made["token"])

    def jumpseat(self, *words: str) -> Any:
        """Run a command with `--json` and return what it prints."""
        command = [JUMPSEAT, *words, "--json"]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    def run(self, *words: str) -> str:
        """Run a command and return what it says."""
        return subprocess.run(
            [JUMPSEAT, *words], env=self.environment, capture_output=True, text=True, check=True
        ).stdout

    def audit(self) -> list[dict[str, Any]]:
        command = [JUMPSEAT, "audit", "export"]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]


@contextmanager
def running_connector(
    database_url: str, folder: Path, mail_url: str, *, port: int | None = None, behind: str | None = None
) -> Iterator[Connector]:
    """Run a connector with two processes and a worker; its log is in the folder. It may be `behind` a proxy's URL."""
    port = port or free_port()
    url = behind or f"http://localhost:{port}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUMPSEAT_")}
    environment |= {
        "JUMPSEAT_DATABASE_URL": database_url,
        "JUMPSEAT_PUBLIC_URL": url,
        "JUMPSEAT_SECRET_KEY": "a-key-for-tests-that-nobody-guesses-0123456789",
        "JUMPSEAT_MAIL_URL": mail_url,
        "JUMPSEAT_PORT": str(port),
        "JUMPSEAT_PROCESSES": "2",
    }
    connector = Connector(environment, url, folder / "connector.log")
    try:
        connector.start()
        yield connector
    finally:
        connector.stop()


@dataclass
class ScimClient:
    """A directory's client: the base URL and token that its administrator was given."""

    base_url: str
    token: str
    http: Any = requests
    """What sends requests: `requests`, or a session of it that keeps its connection."""

    def call(self, method: str, path: str, body: Any = None, **query: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/scim+json; charset=utf-8"}
        answer: requests.Response = self.http.request(
            method,
            self.base_url + path,
            headers=headers,
            params=query,
            data=json.dumps(body) if body else None,
            timeout=30,
        )
        return answer

    def made(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = self.call(method, path, body)
        assert answer.status_code in (200, 201, 204), answer.text
        return dict(answer.json()) if answer.content else {}
