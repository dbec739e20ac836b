"""How a letter leaves: to a mail server, or into a folder for development."""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from mailbox import Maildir
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

TIMEOUT = 15.0
"""Seconds that a mail server may take for each answer."""


class MailNotSent(Exception):
    """The letter did not leave. `permanent` says whether the same letter would be refused again.

    The sentence names what happened without address, password or the server's own words.
    """

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        self.permanent = permanent
        super().__init__(f"The letter was not sent: {reason}.")


class Transport(Protocol):
    """A way for letters to leave."""

    def send(self, message: EmailMessage) -> None:
        """Hand the letter over for good; raises MailNotSent."""


class Encryption(StrEnum):
    """How a conversation with a mail server is protected, by the scheme of its URL."""

    NONE = "smtp"
    STARTTLS = "smtp+starttls"
    """Required: a server that does not offer it gets neither password nor letter."""
    TLS = "smtps"


PORTS = {Encryption.NONE: 25, Encryption.STARTTLS: 587, Encryption.TLS: 465}


def transport(mail_url: str, tls: ssl.SSLContext | None = None) -> Transport:
    """Return the transport that a checked `mail_url` of the settings names; `tls` may trust other authorities."""
    parts = urlsplit(mail_url)
    if parts.scheme == "file":
        return Folder(Path(parts.path))
    encryption = Encryption(parts.scheme)
    return MailServer(
        host=parts.hostname or "localhost",
        port=parts.port or PORTS[encryption],
        encryption=encryption,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=tls or ssl.create_default_context(),
    )


@dataclass(frozen=True, slots=True)
class Folder:
    """A maildir folder: one file a letter, which any mail program can open."""

    path: Path

    def send(self, message: EmailMessage) -> None:
        """Keep the letter as an unread one in the folder, which is made when it is missing."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        Maildir(self.path).add(message)


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server that is spoken to anew for each letter, for letters are few and connections go stale."""

    host: str
    port: int
    encryption: Encryption
    user: str
    password: str = field(repr=False)
    tls: ssl.SSLContext = field(repr=False)

    def send(self, message: EmailMessage) -> None:
        """Hand the letter to the server; raises MailNotSent, permanent where the server's answer is (RFC 5321, 5xx)."""
        try:
            with self._connect() as server:
                if self.encryption is Encryption.STARTTLS:
                    server.starttls(context=self.tls)
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as refused:
            [(code, _)] = refused.recipients.values()
            raise MailNotSent(f"the server refuses the address ({code})", permanent=code >= 500) from None
        except smtplib.SMTPAuthenticationError as refused:
            # A wrong password is mended in the settings, after which the same letter leaves.
            raise MailNotSent(f"the server refuses our name and password ({refused.smtp_code})") from None
        except smtplib.SMTPResponseException as refused:
            code = refused.smtp_code
            raise MailNotSent(f"the server answered {code}", permanent=500 <= code <= 599) from None
        except smtplib.SMTPNotSupportedError:
            raise MailNotSent("the server does not offer what the mail URL or the address asks for") from None
        except (OSError, smtplib.SMTPException) as error:
            raise MailNotSent(f"the server did not answer ({type(error).__name__})") from None

    def _connect(self) -> smtplib.SMTP:
        # Without a name of ours, smtplib asks the DNS for one, which may take long.
        ours = socket.gethostname()
        if self.encryption is Encryption.TLS:
            return smtplib.SMTP_SSL(self.host, self.port, ours, timeout=TIMEOUT, context=self.tls)
        return smtplib.SMTP(self.host, self.port, ours, timeout=TIMEOUT)
