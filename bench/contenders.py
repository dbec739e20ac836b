"""Who is measured: Jumpseat on two databases, the peers, and the floor that no Flask application can be faster than."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from bench import people
from bench.load import Address, MeasureFailed
from bench.parameters import PROCESSES
from bench.postgresql import Postgresql
from bench.processes import Server, free_port

ROOT = Path(__file__).parent.parent
OURS = Path(sys.executable).parent
PEERS = ROOT / ".venv-bench" / "bin"
TOKEN = "a-token-of-the-benchmark"  # noqa: S105
SECRET_KEY = "a-key-of-the-benchmark-that-nobody-guesses"  # noqa: S105


@dataclass
class Place:
    """Where a run keeps its files, and its PostgreSQL."""

    folder: Path
    postgresql: Postgresql


@dataclass
class Contender:
    """A server under measurement, on a database of its own."""

    place: Place
    key: str = ""
    """As in the columns of the table."""
    processes: int = PROCESSES
    note: str = ""
    on_postgresql: bool = False
    slow_reader: bool = False
    """Whether it reads the whole table for a page, and the whole group for a change of it."""
    keyset: bool = False
    """Whether it pages by cursor (RFC 9865) too."""
    ids: list[str] = field(default_factory=list)
    """The ids of the people filled in so far, in order."""
    server: Server = field(init=False)
    address: Address = field(init=False)

    def start(self) -> None:
        """Start it on an empty database; raises MeasureFailed."""
        raise NotImplementedError

    def stop(self) -> None:
        if hasattr(self, "server"):
            self.server.stop()

    def fill(self, upto: int) -> None:
        """Bring the directory to this many people, around HTTP; raises MeasureFailed."""
        raise NotImplementedError

    def removing(self, one: str) -> people.Document:
        """Return the PATCH that removes a member, in a form that this server honours."""
        return people.removing(one)

    def cpu(self) -> tuple[float, float]:
        """Return the CPU seconds used by the server's processes, and by its PostgreSQL."""
        return self.server.cpu(), self.place.postgresql.cpu() if self.on_postgresql else 0.0

    def _folder(self) -> Path:
        folder = self.place.folder / f"{self.key.replace(' ', '-')}-{free_port()}"
        folder.mkdir()
        return folder

    def _serve(self, command: list[str], environment: dict[str, str], port: int, folder: Path) -> None:
        self.server = Server(command, environment, port, folder / "server.log", folder)
        self.server.start()


@dataclass
class Jumpseat(Contender):
    """Ours, as an operator runs it, with one account and one rule by attribute: everybody created is settled.

    Its directory has sign-in settings, so that to settle is to invite: a seat promised, an invitation, its letter in
    the outbox. The worker that would deliver the letters is not started, for they are not part of an answer.
    """

    keyset: bool = True
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = "Jumpseat PostgreSQL" if self.on_postgresql else "Jumpseat SQLite"

    def start(self) -> None:
        folder, port = self._folder(), free_port()
        database = self.place.postgresql.new_database() if self.on_postgresql else f"sqlite:///{folder}/jumpseat.db"
        self.environment = _without_ours() | {
            "JUMPSEAT_DATABASE_URL": database,
            "JUMPSEAT_PUBLIC_URL": f"http://localhost:{port}",
            "JUMPSEAT_SECRET_KEY": SECRET_KEY,
            "JUMPSEAT_MAIL_URL": f"file:{folder}/mail",
            "JUMPSEAT_PORT": str(port),
            "JUMPSEAT_PROCESSES": str(self.processes),
            "JUMPSEAT_LOG_LEVEL": "warning",
            "PYTHONPATH": str(ROOT),
        }
        made = json.loads(self.prepare("set-up"))
        self.address = Address(port, f"/scim/{made['directory']}/v2", f"Authorization: Bearer {made['token']}\r\n")
        self._serve([str(OURS / "jumpseat"), "serve", "--no-worker"], self.environment, port, folder)

    def fill(self, upto: int) -> None:
        if upto > len(self.ids):
            self.ids += json.loads(self.prepare("fill", str(len(self.ids)), str(upto)))

    def prepare(self, *words: str) -> str:
        """Run a step of `bench.preparing` in a process of its own, and return what it printed."""
        return _run([sys.executable, "-m", "bench.preparing", *words], self.environment, ROOT)


@dataclass
class Scim2Server(Contender):
    """scim2-server: in memory, so it has one process and loses everything when that ends."""

    key: str = "scim2-server"
    processes: int = 1
    note: str = "in memory, one process, no durability"
    slow_reader: bool = True

    def start(self) -> None:
        folder, port = self._folder(), free_port()
        self.address = Address(port, "/v2", f"Authorization: Bearer {TOKEN}\r\n")
        command = [str(PEERS / "python"), "-m", "bench.peers.serving", "bench.peers.scim2:app", str(port), "1"]
        self._serve(command, _without_ours() | {"PYTHONPATH": str(ROOT), "BENCH_TOKEN": TOKEN}, port, folder)

    def fill(self, upto: int) -> None:
        # It has no store that another process could reach: a path of ours, beside the application, fills it.
        asked = self.address.request("POST", f"/fill?from={len(self.ids)}&to={upto}", b"")
        connections, _ = self.server.connections(1, 1)
        try:
            connections[0].socket.settimeout(300)
            self.ids += connections[0].must(asked, 200).json()
        finally:
            connections[0].close()


@dataclass
class DjangoScim2(Contender):
    """django-scim2 in the smallest Django project, `bench/peers/django_project.py`."""

    slow_reader: bool = True
    note: str = "keeps neither the enterprise extension nor most other attributes; no settlement, no audit"
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = "django-scim2 PostgreSQL" if self.on_postgresql else "django-scim2 SQLite"

    def start(self) -> None:
        folder, port = self._folder(), free_port()
        database = self.place.postgresql.new_database() if self.on_postgresql else str(folder / "django.db")
        self.environment = _without_ours() | {
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "bench.peers.django_project.settings",
            "BENCH_DATABASE": database,
            "BENCH_TOKEN": TOKEN,
            "BENCH_PORT": str(port),
        }
        self._filled("0", "0")
        self.address = Address(port, "/scim/v2", f"Authorization: Bearer {TOKEN}\r\n")
        application = "bench.peers.django_project.wsgi:app"
        command = [str(PEERS / "python"), "-m", "bench.peers.serving", application, str(port), str(self.processes)]
        self._serve(command, self.environment, port, folder)

    def fill(self, upto: int) -> None:
        if upto > len(self.ids):
            self.ids += json.loads(self._filled(str(len(self.ids)), str(upto)))

    def removing(self, one: str) -> people.Document:
        return people.removing_by_value(one)

    def _filled(self, since: str, upto: str) -> str:
        command = [str(PEERS / "python"), "-m", "bench.peers.django_project.filling", since, upto]
        return _run(command, self.environment, ROOT)


@dataclass
class Floor(Contender):
    """Bare Flask on the same server, answering with the JSON it was sent, or with nothing."""

    key: str = "Flask floor"
    note: str = "echoes; keeps nothing"

    def start(self) -> None:
        folder, port = self._folder(), free_port()
        self.address = Address(port, "")
        command = [sys.executable, "-m", "bench.peers.serving", "bench.peers.floor:app", str(port), str(self.processes)]
        self._serve(command, _without_ours() | {"PYTHONPATH": str(ROOT)}, port, folder)

    def fill(self, upto: int) -> None:
        """Fill in nobody: it keeps nothing."""


def _without_ours() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("JUMPSEAT_", "DJANGO_"))}


def _run(command: list[str], environment: dict[str, str], folder: Path) -> str:
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise MeasureFailed(f"{' '.join(command[1:4])} ended with {done.returncode}: {last}")
    return done.stdout
