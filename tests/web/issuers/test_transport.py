"""No provider can hold us up, flood us, or send us somewhere else."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import responses

from connector.web.issuers import transport
from connector.web.issuers.failures import Fault, ProviderFailure
from connector.web.issuers.transport import MOST_BYTES, BoundedSession, checked_url

URL = "https://idp.example/thing"


def fault_of(url: str = URL, *, loopback: bool = False) -> Fault:
    with BoundedSession() as session:
        session.allow_http_loopback = loopback
        with pytest.raises(ProviderFailure) as caught:
            session.fetch_object(url)
    return caught.value.fault


@contextmanager
def answering(*pieces: bytes, endlessly: bytes = b"") -> Iterator[str]:
    """Serve one connection with raw bytes, then with `endlessly` again and again until the other side hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            try:
                for piece in pieces:
                    connection.sendall(piece)
                while endlessly:
                    connection.sendall(endlessly)
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        listener.close()
        thread.join()


@pytest.mark.parametrize(
    "url",
    [
        "http://idp.example/x",
        "http://127.0.0.1.evil.example/x",
        "http://169.254.169.254/latest/meta-data",
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "https://user:secret@idp.example/x",
        "https://idp.example/x#fragment",
        "https:///x",
        "//idp.example/x",
        "https://[::1",
        "",
        None,
        7,
    ],
)
def test_only_https_or_this_machine_is_called(url: object) -> None:
    """Plain http goes to loopback at most, and credentials and fragments have no place in an endpoint."""
    with pytest.raises(ProviderFailure, match="insecure-url"):
        checked_url(url, allow_http_loopback=True)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/x", "http://localhost/x", "http://[::1]:9000/x"])
def test_this_machine_is_called_by_http_only_when_told_so(url: str) -> None:
    """The setting is for demos and tests."""
    assert checked_url(url, allow_http_loopback=True) == url
    with pytest.raises(ProviderFailure, match="insecure-url"):
        checked_url(url, allow_http_loopback=False)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    """A redirect could lead to an address inside our network."""
    with responses.RequestsMock() as mock:
        mock.get(URL, status=status, headers={"Location": "http://169.254.169.254/"})
        assert fault_of() is Fault.REDIRECTED
        assert len(mock.calls) == 1


def test_every_request_has_time_limits() -> None:
    """Three seconds to connect, eight between bytes."""
    with responses.RequestsMock() as mock, BoundedSession() as session:
        mock.get(URL, json={"a": 1})
        assert session.fetch_object(URL) == {"a": 1}
        assert mock.calls[0].request.req_kwargs["timeout"] == (3, 8)  # type: ignore[attr-defined]


def test_a_flood_is_cut_off() -> None:
    """An endless body ends at the limit."""
    with answering(b"HTTP/1.1 200 OK\r\n\r\n", endlessly=b"x" * 65536) as url:
        assert fault_of(url, loopback=True) is Fault.TOO_LARGE


def test_a_compressed_flood_is_cut_off() -> None:
    """The limit counts what comes out of the decompression."""
    bomb = gzip.compress(b" " * (MOST_BYTES * 20))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    with answering(head, bomb) as url:
        assert fault_of(url, loopback=True) is Fault.TOO_LARGE


def test_a_drip_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that keeps coming, each piece in time, meets the limit of the whole."""
    monkeypatch.setattr(transport, "WHOLE_SECONDS", 0)
    with answering(b"HTTP/1.1 200 OK\r\n\r\n", endlessly=b"x") as url:
        assert fault_of(url, loopback=True) is Fault.TOO_SLOW


def test_a_broken_connection_is_a_failure() -> None:
    """Half an answer is none."""
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b"{}") as url:
        assert fault_of(url, loopback=True) is Fault.UNREACHABLE
    with answering(b"no http at all\r\n\r\n") as url:
        assert fault_of(url, loopback=True) is Fault.UNREACHABLE


@pytest.mark.parametrize("status", [204, 400, 404, 500, 503])
def test_other_answers_are_failures(status: int) -> None:
    """Only 200 with an object is an answer."""
    with responses.RequestsMock() as mock:
        mock.get(URL, status=status, body="")
        assert fault_of() is Fault.ANSWERED_WITH_ERROR
