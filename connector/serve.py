"""`jumpseat serve`: several processes that answer requests, and one that does the work behind them.

Granian listens, forks and drains; the application and the worker are named as `module:attribute` and loaded in their
own processes only. If this process is killed outright, the others end with it: none keeps the port or the database.
"""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from functools import partial
from importlib import import_module
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from connector.observability import configure_logging, note
from connector.settings import Settings

log = logging.getLogger(__name__)

APPLICATION = "connector.wsgi:app"
WORKER = "connector.worker:run"

STOP = (signal.SIGTERM, signal.SIGINT)

THREADS = 16
"""Requests that one process answers at a time, as many as its database pool has connections."""

DRAINING = 25
"""Seconds that requests under way have to finish after SIGTERM; containers are commonly killed after 30."""

PREDECESSOR = 2.0
"""Seconds that a server before this one has to let go of the port."""

RESTART_PAUSE = 1.0
"""Seconds before a worker that ended by itself is started again."""

# Its lines come through our own handler, so that all are of one form.
GRANIAN_LOGGING = {
    "handlers": {},
    "formatters": {},
    "loggers": {"_granian": {"propagate": True}, "granian.access": {"propagate": True}},
}


class CannotServe(Exception):
    """The server cannot listen where the settings say; the sentence tells what to do."""


def serve(
    settings: Settings, *, with_worker: bool = True, application: str = APPLICATION, worker: str = WORKER
) -> None:
    """Serve until SIGTERM or an interrupt, then finish the requests under way and return.

    Raises CannotServe when the address is taken or not ours, and SystemExit when the application cannot start.
    """
    configure_logging(settings.log_level, settings.log_format)
    address = _free_address(settings.host, settings.port, PREDECESSOR)
    behind = _Worker(settings, worker) if with_worker else None
    server = Granian(
        application,
        address=address,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.processes,
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.error,
        log_dictconfig=GRANIAN_LOGGING,
        respawn_failed_workers=True,
        workers_kill_timeout=DRAINING,
    )
    note(log, "server:started", address=f"http://{settings.host}:{settings.port}", processes=settings.processes)
    _fork_without_handlers()
    if behind:
        behind.start()
    try:
        server.serve(target_loader=partial(_load, application, settings), wrap_loader=False)
    except SystemExit:
        # An interrupt from the keyboard reaches every process of the group, which granian takes for a failure.
        if not server.interrupt_signal:
            raise
    finally:
        if behind:
            behind.stop()
    note(log, "server:stopped")


def check_address(settings: Settings) -> None:
    """Raise CannotServe when the address to listen on is taken or not ours, before anything is promised of it."""
    _free_address(settings.host, settings.port, PREDECESSOR)


def _free_address(host: str, port: int, patience: float) -> str:
    """Return the IP address to listen on, after a look whether anybody else does.

    Granian's processes share the port (SO_REUSEPORT), so that without the look a second server would quietly answer
    half of the requests.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
            return str(address[0])
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise CannotServe(_what_to_do(error, host, port)) from error
        time.sleep(0.05)


def _what_to_do(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is taken by another program. Stop it, or set JUMPSEAT_PORT to a free port."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"This account may not listen on port {port}. Set JUMPSEAT_PORT to 1024 or higher."
    return f"{host} is not an address of this machine. Set JUMPSEAT_HOST to one, for example 127.0.0.1 or 0.0.0.0."


def _fork_without_handlers() -> None:
    """Let a request to stop end a process that is still starting.

    It would otherwise be noted by the handler that was copied from this process, where nobody looks; until the new
    process has a handler of its own, the signals wait and then do what they do by default.
    """

    def reset() -> None:
        for number in STOP:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP)

    os.register_at_fork(
        before=partial(signal.pthread_sigmask, signal.SIG_BLOCK, STOP),
        after_in_parent=partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, STOP),
        after_in_child=reset,
    )


def _load(target: str, settings: Settings) -> Any:
    """Load the application, in one of the processes that answer requests."""
    _end_with_parent()
    configure_logging(settings.log_level, settings.log_format)
    try:
        application = _named(target)
    except Exception:
        log.exception("application:failed")
        raise SystemExit(1) from None
    # Granian copies the environment into that of every request, where secrets have no business.
    for name in [name for name in os.environ if name.startswith("JUMPSEAT_")]:
        del os.environ[name]
    return application


def _named(target: str) -> Any:
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)


def _end_with_parent() -> None:
    """End this process at once when the one that started it is gone; what was not committed is rolled back."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=wait, name="end-with-parent", daemon=True).start()


def _work(target: str, settings: Settings) -> None:
    """Run the worker in a process of its own until it is told to stop."""
    _end_with_parent()
    configure_logging(settings.log_level, settings.log_format)
    stop = threading.Event()
    for number in STOP:
        signal.signal(number, lambda *_: stop.set())
    try:
        _named(target)(settings, stop)
    except Exception:
        log.exception("worker:failed")
        raise SystemExit(1) from None


class _Worker:
    """The process behind, started again whenever it ends by itself.

    It is spawned and not forked: it shares neither threads nor locks nor connections with the server.
    """

    def __init__(self, settings: Settings, target: str) -> None:
        self._target, self._settings = target, settings
        self._stopping, self._turn = threading.Event(), threading.Lock()
        self._process = self._new()
        self._watching = threading.Thread(target=self._watch, name="worker-watch", daemon=True)

    def _new(self) -> multiprocessing.process.BaseProcess:
        return multiprocessing.get_context("spawn").Process(
            target=_work, args=(self._target, self._settings), name="jumpseat-worker"
        )

    def start(self) -> None:
        """Start the process, and watch it."""
        # Started here and not by the thread, which then only waits while granian forks.
        self._process.start()
        self._watching.start()

    def _watch(self) -> None:
        while True:
            self._process.join()
            if self._stopping.is_set():
                return
            log.error("worker:ended", extra={"facts": {"exit_code": self._process.exitcode}})
            self._stopping.wait(RESTART_PAUSE)
            with self._turn:
                if self._stopping.is_set():
                    return
                self._process = self._new()
                self._process.start()

    def stop(self) -> None:
        """Ask the process to stop, and make it when it takes too long."""
        with self._turn:
            self._stopping.set()
            self._process.terminate()
        self._watching.join(DRAINING)
        if self._process.is_alive():
            self._process.kill()
