"""Server processes: started, watched through /proc, stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.load import Connection, MeasureFailed

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
SCHEDULED = 2
"""CPUCLOCK_SCHED of the Linux kernel: the kind of CPU clock that clock_getcpuclockid names."""
STARTING = 60.0
"""Seconds that a server has to listen."""
SPREADING = 64
"""Connections opened at most until each process of a server has its share."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A command that listens on a port, with the processes that it starts."""

    command: list[str]
    environment: Mapping[str, str]
    port: int
    log: Path
    folder: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        """Start it, and return when it accepts connections; raises MeasureFailed with the end of its log."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                env=dict(self.environment),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + STARTING
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        self.stop()
        last = (self.log.read_text(errors="replace").strip().splitlines() or ["its log is empty"])[-1]
        raise MeasureFailed(f"it did not start: {last}")

    def stop(self) -> None:
        """Ask it to end, and make it after ten seconds."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def cpu(self) -> float:
        """Return the CPU seconds that its processes have used."""
        return tree_cpu(self.process.pid)

    def memory(self) -> dict[int, float]:
        """Return process id -> resident memory in MB."""
        found = {}
        for pid in tree(self.process.pid):
            fields = _read(f"/proc/{pid}/statm").split()
            if len(fields) > 1 and int(fields[1]):
                found[pid] = int(fields[1]) * PAGE / 1e6
        return found

    def connections(self, number: int, processes: int) -> tuple[list[Connection], str]:
        """Return keep-alive connections that are spread evenly over its processes, and how they are, as `4+4`.

        The kernel deals connections out among processes that share a port, by chance: left alone, all can land on one.
        """
        share, taken = -(-number // processes), Counter[int]()
        kept: list[Connection] = []
        for _ in range(SPREADING):
            connection = Connection(self.port)
            owner = self._owner(connection.local_port)
            if owner is None or taken[owner] < share:
                taken[owner or 0] += 1
                kept.append(connection)
            else:
                connection.close()
            if len(kept) == number:
                return kept, "+".join(str(count) for count in sorted(taken.values(), reverse=True))
        for connection in kept:
            connection.close()
        raise MeasureFailed(f"{SPREADING} connections did not spread over {processes} processes: {dict(taken)}")

    def _owner(self, client_port: int) -> int | None:
        """Return the process that accepted a connection."""
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            inode = _inode(self.port, client_port)
            for pid in tree(self.process.pid) if inode else ():
                if inode in _sockets(pid):
                    return pid
            time.sleep(0.002)
        return None


def busy_share(seconds: float = 2.0) -> float:
    """Return how busy all processors were during this time, 1.0 being all of them always."""
    idle, total = _idle()
    time.sleep(seconds)
    later_idle, later_total = _idle()
    return 1 - (later_idle - idle) / max(1, later_total - total)


def _idle() -> tuple[int, int]:
    ticks = [int(field) for field in _read("/proc/stat").splitlines()[0].split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


def tree(root: int) -> list[int]:
    """Return the ids of a process and of all that descend from it."""
    parents: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := _stat(int(entry))):
            parents.setdefault(int(fields[1]), []).append(int(entry))
    found = [root]
    for pid in found:
        found += parents.get(pid, [])
    return found


def tree_cpu(root: int) -> float:
    """Return the CPU seconds of a process and its descendants, those included that ended and were waited for."""
    return sum(_cpu(pid) for pid in tree(root))


def _cpu(pid: int) -> float:
    """Return the CPU seconds of a process and of its children that are gone.

    /proc/<pid>/stat counts ticks of 10 ms, too coarse for a few requests; the process's CPU clock (Linux,
    clock_getcpuclockid) counts the same in nanoseconds.
    """
    fields = _stat(pid)
    if not fields:
        return 0.0
    own, of_children = (sum(int(ticks) for ticks in some) / TICKS for some in (fields[11:13], fields[13:15]))
    with suppress(OSError):
        own = time.clock_gettime(~pid << 3 | SCHEDULED)
    return own + of_children


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat after the name, which may itself contain blanks: state, parent, ..."""
    return _read(f"/proc/{pid}/stat").rpartition(")")[2].split()


def _sockets(pid: int) -> set[str]:
    folder, found = f"/proc/{pid}/fd", set()
    try:
        for entry in os.listdir(folder):
            target = os.readlink(f"{folder}/{entry}")
            if target.startswith("socket:["):
                found.add(target[8:-1])
    except OSError:
        pass
    return found


def _inode(port: int, client_port: int) -> str | None:
    """Return the inode of the server's end of a connection, once a process has accepted it."""
    mine, theirs = f":{port:04X}", f":{client_port:04X}"
    for line in _read("/proc/net/tcp").splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(mine) and fields[2].endswith(theirs):
            return fields[9] if fields[9] != "0" else None
    return None


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
