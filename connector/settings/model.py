"""The settings, each documented by its own docstring, from which the reference is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from connector.settings import readers as read
from connector.settings.readers import Network, is_loopback


def _by(reader: Callable[[Any], object]) -> dict[str, Callable[[Any], object]]:
    return {"reader": reader}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an installation is told; secrets are left out of its `repr`."""

    secret_key: str = field(repr=False, metadata=_by(read.secret_key))
    """Signs what browsers bring back. At least 32 characters, the same in every process. Changing it ends the sign-ins
    under way. Required, except where `make run` keeps one in `var/secret_key`."""

    database_url: str = field(default="sqlite:///var/jumpseat.db", repr=False, metadata=_by(read.database_url))
    """Where everything is kept: `sqlite:///path` (four slashes for an absolute path) or
    `postgresql+psycopg://user:password@host/name`, which several machines can share."""

    public_url: str = field(default="http://localhost:8080", metadata=_by(read.public_url))
    """The address that people and identity providers reach, without a slash at the end. Every link in a letter begins
    with it, whatever a request says of its host. `http` is refused unless the host is this machine. Where it is not
    set, it is this machine with the port that is."""

    allow_http: bool = field(default=False, metadata=_by(read.yes_or_no))
    """Allow an `http` public URL on another machine than this. Cookies and tokens then travel unprotected."""

    mail_url: str = field(default="file:var/mail", repr=False, metadata=_by(read.mail_url))
    """How letters leave: `smtps://user:password@host:465`, `smtp+starttls://user:password@host:587` (refused when the
    server offers no TLS), `smtp://host:25` (never encrypted), or `file:folder`, which keeps them in a maildir folder.
    Required unless the public URL is on this machine."""

    mail_from: str = field(default="Jumpseat <jumpseat@localhost>", metadata=_by(read.mailbox))
    """The sender of letters. Required unless the public URL is on this machine."""

    language: str = field(default="en", metadata=_by(read.one_of("en", "fr")))
    """The language of letters and pages for people whose directory states none that we speak."""

    host: str = field(default="127.0.0.1", metadata=_by(read.text))
    """The address that `jumpseat serve` listens on; `0.0.0.0` in a container."""

    port: int = field(default=8080, metadata=_by(read.number(1, 65_535)))
    """The TCP port that `jumpseat serve` listens on."""

    processes: int = field(default=2, metadata=_by(read.number(1, 64)))
    """How many processes answer requests. One for each processor core is a good number."""

    trusted_proxies: tuple[Network, ...] = field(default=(), metadata=_by(read.networks))
    """The reverse proxies whose `X-Forwarded-For` is believed: addresses or networks. None, unless told."""

    dns_server: str | None = field(default=None, metadata=_by(read.dns_server))
    """The name server that is asked whether an e-mail domain is proved, as `address` or `address:port`; the machine's
    own, unless told."""

    log_level: str = field(default="info", metadata=_by(read.one_of("debug", "info", "warning", "error")))
    """The least important lines to log."""

    log_format: str = field(default="text", metadata=_by(read.one_of("text", "json")))
    """How a line is written: `text` (key=value) or `json` (one object a line)."""

    session_idle: timedelta = field(default=timedelta(minutes=30), metadata=_by(read.duration("1m", "24h")))
    """A session ends when it was not used for so long."""

    session_absolute: timedelta = field(default=timedelta(hours=8), metadata=_by(read.duration("5m", "7d")))
    """A session ends so long after sign-in, however much it is used."""

    invitation_lifetime: timedelta = field(default=timedelta(days=7), metadata=_by(read.duration("1h", "90d")))
    """An invitation that nobody answered expires after so long, and frees its seat."""

    invitation_reminder: timedelta = field(default=timedelta(hours=48), metadata=_by(read.duration("0h", "90d")))
    """Whoever has not answered is reminded once, so long before the invitation expires, but not before three quarters
    of its time are over. An account can say otherwise; `0h` reminds nobody where account and vendor say nothing."""

    break_glass: bool = field(default=False, metadata=_by(read.yes_or_no))
    """Allow `jumpseat break-glass`: a link that lets one person in past an identity provider that is down. The log, the
    trail, `jumpseat doctor` and a letter to the account's owner tell who was let in so."""

    returner_window: timedelta = field(default=timedelta(days=30), metadata=_by(read.duration("0d", "365d")))
    """Somebody who returns within this time with the same identity and entitlement is active again without a new
    invitation, if a seat is free. `0d` invites everybody anew."""

    journal_retention: timedelta = field(default=timedelta(days=14), metadata=_by(read.duration("1h", "365d")))
    """How long the journal keeps what directories asked and were answered: personal data, and no credentials."""

    access_token_lifetime: timedelta = field(default=timedelta(hours=1), metadata=_by(read.duration("1m", "24h")))
    """How long a SCIM client that has an OAuth client secret may use one access token before it asks for the next."""

    personal_retention: timedelta = field(default=timedelta(days=365), metadata=_by(read.duration("1d", "3650d")))
    """How long the trail keeps personal values, and the outbox what letters said: names, addresses, attributes before
    and after. The trail itself, who did what to which id when, is kept."""

    @property
    def on_this_machine(self) -> bool:
        """Whether the public URL names this machine: development, or a first try."""
        return is_loopback(urlsplit(self.public_url).hostname or "")

    @property
    def allow_http_loopback(self) -> bool:
        """Whether an OpenID provider on this machine may be spoken to without TLS: only where we are one ourselves."""
        return self.on_this_machine

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies are marked `Secure`."""
        return self.public_url.startswith("https://")
