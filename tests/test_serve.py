"""`jumpseat serve` in processes of its own: it answers, drains, restarts what fails, and leaves nothing behind."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import requests

# The application and the worker of these tests tell what happens to them in files of the folder that they run in.
PLAYED = """
import os
from pathlib import Path

def app(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        Path("entered").touch()
        with open("released") as fifo:  # opens when the test writes
            fifo.read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    seen = [name for name in environ if name.startswith("JUMPSEAT_")]
    return [f"{os.getpid()} {os.getppid()} {seen}".encode()]

def run(settings, stop):
    with open("worker", "a") as file:
        print(os.getpid(), settings.language, file=file)
    stop.wait()
    Path("worker-stopped").touch()
"""
STARTED = """
import sys
from connector.serve import CannotServe, serve
from connector.settings import load_settings

if __name__ == "__main__":
    try:
        serve(load_settings(), application=sys.argv[1], worker="played:run", with_worker="--no-worker" not in sys.argv)
    except CannotServe as refusal:
        sys.exit(str(refusal))
"""

Start = Callable[..., "subprocess.Popen[str]"]


def until(happened: Callable[[], object], seconds: float = 30) -> None:
    """Wait for something that other processes do; fails when it does not happen in time."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "It did not happen in time."
        threading.Event().wait(0.01)


@pytest.fixture
def port() -> int:
    """Give a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path, port: int) -> Iterator[Start]:
    """Give a function that starts a server in the test's folder; whatever is left of it afterwards is killed."""
    (tmp_path / "played.py").write_text(PLAYED)
    (tmp_path / "started.py").write_text(STARTED)
    begun: list[subprocess.Popen[str]] = []

    def start_server(*options: str, application: str = "played:app", **more: str) -> subprocess.Popen[str]:
        environ = {"JUMPSEAT_SECRET_KEY": "0123456789abcdef0123456789abcdef", "JUMPSEAT_PORT": str(port)} | more
        server = subprocess.Popen(
            [sys.executable, "-W", "error", "started.py", application, *options],
            cwd=tmp_path,
            env=environ,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(server)
        return server

    yield start_server
    for server in begun:
        server.kill()
        server.communicate()


def ask(port: int, path: str = "/") -> str:
    answer = requests.get(f"http://127.0.0.1:{port}{path}", timeout=30)
    assert answer.status_code == 200
    return answer.text


def answers(port: int) -> bool:
    try:
        return bool(ask(port))
    except requests.ConnectionError:
        return False


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def family(server: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(server.pid).children(recursive=True)


def lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_several_processes_answer_and_one_works(start: Start, port: int, tmp_path: Path) -> None:
    """Each request is answered by a child of the server, and the worker has the settings in another."""
    server = start(JUMPSEAT_PROCESSES="3", JUMPSEAT_LANGUAGE="fr")
    until(lambda: answers(port) and (tmp_path / "worker").exists())
    pids = {ask(port).split()[0] for _ in range(30)}
    assert len(pids) > 1
    worker, language = (tmp_path / "worker").read_text().split()
    assert language == "fr"
    children = {str(child.pid) for child in family(server)}
    assert pids | {worker} <= children


def test_requests_are_told_no_settings(start: Start, port: int) -> None:
    """Granian copies the environment into every request's; the secrets are taken out before."""
    start()
    until(lambda: answers(port))
    assert ask(port).endswith("[]")


def test_a_request_to_stop_lets_requests_finish(start: Start, port: int, tmp_path: Path) -> None:
    """On SIGTERM nothing new is accepted, what was begun is answered, the worker stops, and the exit is a success."""
    fifo = tmp_path / "released"
    subprocess.run(["mkfifo", fifo], check=True)
    server = start()
    until(lambda: answers(port) and (tmp_path / "worker").exists())
    answered: list[str] = []
    asking = threading.Thread(target=lambda: answered.append(ask(port, "/slow")))
    asking.start()
    until((tmp_path / "entered").exists)
    server.send_signal(signal.SIGTERM)
    until(lambda: not answers(port))
    assert server.poll() is None
    fifo.write_text("go")
    asking.join()
    assert len(answered) == 1
    assert server.wait(30) == 0
    assert (tmp_path / "worker-stopped").exists()
    assert is_free(port)


def test_an_interrupt_from_the_keyboard_is_no_failure(start: Start, port: int, tmp_path: Path) -> None:
    """It reaches every process of the group at once, and the server still ends well."""
    server = start()
    until(lambda: answers(port) and (tmp_path / "worker").exists())
    for process in [*family(server), psutil.Process(server.pid)]:
        process.send_signal(signal.SIGINT)
    assert server.wait(30) == 0
    assert (tmp_path / "worker-stopped").exists()


def test_nothing_outlives_a_killed_server(start: Start, port: int, tmp_path: Path) -> None:
    """After SIGKILL no process keeps the port or the database, and the next server starts at once."""
    server = start()
    until(lambda: answers(port) and (tmp_path / "worker").exists())
    children = family(server)
    assert len(children) >= 3
    server.kill()
    until(lambda: not any(lives(child) for child in children), seconds=15)
    start()
    until(lambda: answers(port))
    assert not (tmp_path / "worker-stopped").exists()


def test_a_taken_port_is_refused_with_what_to_do(start: Start, port: int) -> None:
    """Two servers would share the port, and each would answer half of the requests."""
    start("--no-worker")
    until(lambda: answers(port))
    second = start("--no-worker")
    assert second.wait(30) == 1
    assert second.stderr is not None
    assert (
        second.stderr.read()
        .strip()
        .endswith(
            f"Port {port} of 127.0.0.1 is taken by another program. Stop it, or set JUMPSEAT_PORT to a free port."
        )
    )


def test_a_foreign_address_is_refused_with_what_to_do(start: Start) -> None:
    """An address that this machine does not have (RFC 5737) cannot be listened on."""
    server = start(JUMPSEAT_HOST="192.0.2.1")
    assert server.wait(30) == 1
    assert server.stderr is not None
    assert "192.0.2.1 is not an address of this machine. Set JUMPSEAT_HOST" in server.stderr.read()


def test_a_worker_that_dies_is_started_again(start: Start, port: int, tmp_path: Path) -> None:
    """Mail and vendor calls wait for nobody to notice."""
    start()
    pids = tmp_path / "worker"
    until(lambda: pids.exists() and pids.read_text().endswith("\n"))
    psutil.Process(int(pids.read_text().split()[0])).kill()
    until(lambda: len(pids.read_text().splitlines()) == 2)


def test_a_process_that_dies_is_replaced(start: Start, port: int) -> None:
    """The server goes on answering."""
    server = start("--no-worker")
    until(lambda: answers(port))
    killed = psutil.Process(int(ask(port).split()[0]))
    killed.kill()
    until(lambda: len([child for child in family(server) if child.pid != killed.pid]) == 2)
    until(lambda: answers(port))


def test_without_a_worker_there_is_none(start: Start, port: int, tmp_path: Path) -> None:
    """`--no-worker` leaves the work behind to another machine."""
    server = start("--no-worker", JUMPSEAT_PROCESSES="1")
    until(lambda: answers(port))
    assert len(family(server)) == 1
    assert not (tmp_path / "worker").exists()


def test_an_application_that_cannot_start_ends_the_server(start: Start) -> None:
    """The reason is in the log, and the exit is a failure, so that whoever runs us learns of it."""
    server = start(application="absent:app")
    assert server.wait(30) == 1
    assert server.stderr is not None
    lines = server.stderr.read().splitlines()
    assert any("event=application:failed" in line and "No module named 'absent'" in line for line in lines)
