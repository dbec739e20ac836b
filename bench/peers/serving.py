"""Serve a WSGI application as Jumpseat's own is served: `python -m bench.peers.serving MODULE:NAME PORT PROCESSES`."""

from __future__ import annotations

import sys

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

THREADS = 16
"""As many as a process of Jumpseat has."""


def main() -> None:
    """Serve until SIGTERM."""
    application, port, processes = sys.argv[1:]
    Granian(
        application,
        address="127.0.0.1",
        port=int(port),
        interface=Interfaces.WSGI,
        workers=int(processes),
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.error,
    ).serve()


if __name__ == "__main__":
    main()
