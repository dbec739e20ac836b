"""The product as an operator runs it: its own processes, a real mail server, a real OpenID provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from ..running import Connector, ScimClient, free_port, running_connector, wait_for


@dataclass
class MailSink:
    """A mail server that keeps every letter."""

    letters: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its protocol
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        self.letters.append(message_from_bytes(content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in list(self.letters) if address in str(letter["To"])]


@pytest.fixture
def mail_port() -> int:
    return free_port()


@pytest.fixture
def mail(mail_port: int) -> Iterator[MailSink]:
    sink = MailSink()
    controller = Controller(sink, hostname="127.0.0.1", port=mail_port)
    controller.start()
    yield sink
    controller.stop()


@pytest.fixture
def connector(database_url: str, tmp_path: Path, mail_port: int, mail: MailSink) -> Iterator[Connector]:
    """Give a running connector with two processes and a worker."""
    with running_connector(database_url, tmp_path, f"smtp://127.0.0.1:{mail_port}") as running:
        yield running


@pytest.fixture
def new_directory(connector: Connector) -> Callable[[str, str], ScimClient]:
    """Give the way to create a directory, by name and kind of identity provider."""
    return connector.new_directory


@pytest.fixture
def waiting() -> Callable[[str, Callable[[], Any]], Any]:
    """Give the way to wait for what the worker does."""
    return wait_for
