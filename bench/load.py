"""The load generator: raw HTTP/1.1 over keep-alive connections, in one thread, so that it costs little itself.

Its own CPU time is part of every outcome: where it comes near the elapsed time, the generator was measured and not the
server.
"""

from __future__ import annotations

import json
import math
import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bench.parameters import PATIENCE


class MeasureFailed(Exception):
    """A server answered what it should not have, or not at all; the sentence is shown in the table."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens, what every path begins with, and what every request carries."""

    port: int
    prefix: str
    headers: str = ""

    def outside(self) -> Address:
        """Return the same server without prefix and credentials, for what is not SCIM."""
        return Address(self.port, "")

    def request(self, method: str, path: str, body: bytes | None = None, headers: str = "") -> bytes:
        """Return a request as bytes; `headers` are whole lines, each with its line end."""
        head = f"{method} {self.prefix}{path} HTTP/1.1\r\nHost: localhost:{self.port}\r\n{self.headers}{headers}"
        if body is None:
            return f"{head}\r\n".encode()
        head += f"Content-Type: application/scim+json\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, and the seconds from the first byte sent to the last one received."""

    status: int
    body: bytes
    seconds: float

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Outcome:
    """What a number of requests came to."""

    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    client_cpu: float = 0.0
    """CPU seconds of the generator."""

    def __iadd__(self, more: Outcome) -> Outcome:
        self.statuses += more.statuses
        self.latencies += more.latencies
        self.seconds += more.seconds
        self.client_cpu += more.client_cpu
        return self

    @property
    def count(self) -> int:
        return len(self.latencies)

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.count / self.seconds

    @property
    def client_share(self) -> float:
        """How busy the generator was, 1.0 being always: from about 0.8 on, it was the bottleneck."""
        return self.client_cpu / self.seconds


class Connection:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = bytearray()
        self._begun = 0.0

    @property
    def local_port(self) -> int:
        return int(self.socket.getsockname()[1])

    def close(self) -> None:
        self.socket.close()

    def send(self, request: bytes) -> None:
        self._begun = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> Answer | None:
        """Read what is there; return the answer once it is whole, else None. Raises MeasureFailed."""
        try:
            some = self.socket.recv(262_144)
        except OSError as error:
            raise MeasureFailed(f"no answer: {error}") from error
        if not some:
            raise MeasureFailed("the server closed the connection instead of answering")
        self._received += some
        parsed = _parsed(self._received)
        if parsed is None:
            return None
        self._received.clear()
        return Answer(*parsed, time.perf_counter() - self._begun)

    def ask(self, request: bytes) -> Answer:
        """Send a request and wait for its answer."""
        self.send(request)
        while True:
            if answer := self.receive():
                return answer

    def must(self, request: bytes, *expected: int) -> Answer:
        """Send a request and wait for its answer; raises MeasureFailed for a status that is not among these."""
        answer = self.ask(request)
        if answer.status not in expected:
            raise MeasureFailed(_told(answer, expected))
        return answer


def drive(
    connections: list[Connection],
    requests: Iterable[bytes],
    *expected: int,
    keep: Callable[[Answer], None] | None = None,
    longest: float = math.inf,
) -> Outcome:
    """Send the requests, each connection its next one as soon as it is answered; raises MeasureFailed.

    `keep` is called with each answer. An answer with another status than those expected ends the measure. After
    `longest` seconds no more are sent: the outcome is of those that were.
    """
    outcome, left = Outcome(), iter(requests)
    with selectors.DefaultSelector() as selector:
        cpu, begun = time.thread_time(), time.perf_counter()
        busy = sum(_next(connection, left, selector) for connection in connections)
        while busy:
            ready = selector.select(PATIENCE)
            if not ready:
                raise MeasureFailed(f"no answer within {PATIENCE:.0f} s")
            for key, _ in ready:
                connection: Connection = key.data
                answer = connection.receive()
                if answer is None:
                    continue
                outcome.statuses[answer.status] += 1
                outcome.latencies.append(answer.seconds)
                if answer.status not in expected:
                    raise MeasureFailed(_told(answer, expected))
                if keep is not None:
                    keep(answer)
                late = time.perf_counter() - begun > longest
                following = None if late else next(left, None)
                if following is None:
                    selector.unregister(connection.socket)
                    busy -= 1
                else:
                    connection.send(following)
        outcome.seconds, outcome.client_cpu = time.perf_counter() - begun, time.thread_time() - cpu
    return outcome


def _next(connection: Connection, left: Iterator[bytes], selector: selectors.BaseSelector) -> bool:
    following = next(left, None)
    if following is None:
        return False
    selector.register(connection.socket, selectors.EVENT_READ, connection)
    connection.send(following)
    return True


def _parsed(received: bytearray) -> tuple[int, bytes] | None:
    """Return status and body, or None as long as the answer is not whole."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    status, head = int(received[9:12]), bytes(received[:end]).lower()
    at = head.find(b"\r\ncontent-length:")
    if at >= 0:
        length = int(head[at + 17 :].split(b"\r\n", 1)[0])
        whole = len(received) >= end + 4 + length
        return (status, bytes(received[end + 4 : end + 4 + length])) if whole else None
    if b"\r\ntransfer-encoding: chunked" in head:
        return (status, _joined(bytes(received[end + 4 :]))) if received.endswith(b"\r\n0\r\n\r\n") else None
    return status, b""  # 204 and 304 have neither


def _joined(chunked: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    while True:
        line = chunked.index(b"\r\n", at)
        length = int(chunked[at:line], 16)
        if length == 0:
            return b"".join(parts)
        parts.append(chunked[line + 2 : line + 2 + length])
        at = line + 2 + length + 2


def _told(answer: Answer, expected: tuple[int, ...]) -> str:
    wanted = " or ".join(map(str, expected))
    text = answer.body[:200].decode("utf-8", "replace").replace("\n", " ")
    return f"answered {answer.status} instead of {wanted}: {text}"
