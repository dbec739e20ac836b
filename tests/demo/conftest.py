"""A connector with its worker in threads of the test process, for the demo and for whoever follows the tutorial."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from connector import worker
from connector.app import create_app, open_lifecycle
from connector.lifecycle import Lifecycle
from connector.settings import Settings

SECRET_KEY = "a-key-for-tests-that-nobody-guesses-0123456789"


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Leave the terminal to the tests."""


@dataclass
class Running:
    """A connector that answers; the environment names it to whoever reads the settings."""

    settings: Settings
    lifecycle: Lifecycle


Start = Callable[..., Running]


@pytest.fixture
def start(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Give the way to start a connector on a database of its own, in a folder of its own; it ends with the test."""
    monkeypatch.chdir(tmp_path)
    with ExitStack() as stack:

        def started(*, with_worker: bool = True, change: Callable[[Flask], None] = lambda app: None) -> Running:
            server = make_server("127.0.0.1", 0, Flask("placeholder"), threaded=True, request_handler=_Quiet)
            settings = Settings(SECRET_KEY, sqlite_url, f"http://localhost:{server.server_port}")
            for name in ("secret_key", "database_url", "public_url"):
                monkeypatch.setenv(f"JUMPSEAT_{name.upper()}", getattr(settings, name))
            lifecycle = open_lifecycle(settings)
            server.app = create_app(lifecycle)
            change(server.app)
            stop = threading.Event()
            threads = [threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})]
            if with_worker:
                threads.append(threading.Thread(target=worker.run, args=(settings, stop)))
            for thread in threads:
                thread.start()

            def end() -> None:
                stop.set()
                server.shutdown()
                for thread in threads:
                    thread.join()
                server.server_close()
                lifecycle.database.dispose()

            stack.callback(end)
            return Running(settings, lifecycle)

        yield started
