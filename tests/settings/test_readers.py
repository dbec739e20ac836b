"""One table for each kind of setting: what is accepted, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connector.settings import readers
from connector.settings.readers import Wrong

SHORT = readers.duration("1m", "24h")

ACCEPTED: list[tuple[Callable[[Any], Any], Any, Any]] = [
    (readers.database_url, "sqlite:////srv/jumpseat.db", "sqlite:////srv/jumpseat.db"),
    (readers.database_url, "postgresql+psycopg://j:p@db/jumpseat", "postgresql+psycopg://j:p@db/jumpseat"),
    (readers.database_url, "postgresql+psycopg:///j?host=/run/pg", "postgresql+psycopg:///j?host=/run/pg"),
    (readers.mail_url, "file:var/mail", "file:var/mail"),
    (readers.mail_url, "smtp://localhost:2525", "smtp://localhost:2525"),
    (readers.mail_url, "smtp://u:p@127.0.0.1", "smtp://u:p@127.0.0.1"),
    (readers.mail_url, "smtp+starttls://u:p@mail.example.com:587", "smtp+starttls://u:p@mail.example.com:587"),
    (readers.mailbox, "Jumpseat <seats@example.com>", "Jumpseat <seats@example.com>"),
    (readers.mailbox, "seats@example.com", "seats@example.com"),
    (readers.yes_or_no, "TRUE", True),
    (readers.yes_or_no, False, False),
    (readers.yes_or_no, "0", False),
    (SHORT, "60s", timedelta(minutes=1)),
    (SHORT, "24h", timedelta(days=1)),
    (readers.duration("0d", "365d"), "0d", timedelta(0)),
    (readers.number(1, 64), 64, 64),
    (readers.networks, "", ()),
]

REFUSED: list[tuple[Callable[[Any], Any], Any, str]] = [
    (
        readers.database_url,
        "postgresql://j@db/jumpseat",
        r"write sqlite:///var/jumpseat.db .* or postgresql\+psycopg://",
    ),
    (readers.database_url, "mysql://db/jumpseat", "scheme 'mysql'"),
    (readers.database_url, "sqlite://", "no database"),
    (readers.database_url, "sqlite:///:memory:", "no database"),
    (readers.database_url, "postgresql+psycopg://db", "no database"),
    (readers.database_url, 5, "is not a text"),
    (readers.public_url, "seats.example.com", "write https://"),
    (readers.public_url, "ftp://seats.example.com", "write https://"),
    (readers.public_url, "https://[", "not a URL"),
    (readers.public_url, "https://h:port", "not a URL"),
    (readers.public_url, "https://u:p@h", "name or query: https://h$"),
    (readers.public_url, "https://h/jumpseat?x=1", "name or query: https://h$"),
    (readers.mail_url, "smtp://u:p@mail.example.com", r"smtp\+starttls:// or smtps://$"),
    (readers.mail_url, "mail.example.com", "no mail server"),
    (readers.mail_url, "smtps://", "no mail server"),
    (readers.mail_url, "file:", "no mail server"),
    (readers.mailbox, "Jumpseat", "no sender"),
    (readers.mailbox, "a@example.com, b@example.com", "no sender"),
    (readers.mailbox, "a@b\r\nBcc: c@d", "no sender"),
    (readers.yes_or_no, "maybe", "write true or false"),
    (SHORT, "59s", "from 1m to 24h"),
    (SHORT, "25h", "from 1m to 24h"),
    (SHORT, "-5m", "from 1m to 24h"),
    (SHORT, 30, "from 1m to 24h"),
    (SHORT, "٣m", "from 1m to 24h"),
    (readers.number(1, 64), 65, "from 1 to 64"),
    (readers.number(1, 64), True, "from 1 to 64"),
    (readers.number(1, 64), "1_0", "from 1 to 64"),
    (readers.networks, "0.0.0.0/0", "trusts everybody"),
    (readers.networks, "10.0.0.1, ::/0", "trusts everybody"),
    (readers.networks, "proxy", "10.1.0.0/16"),
    (readers.networks, "10.0.0.1/8", "10.1.0.0/16"),
    (readers.networks, 8, "not a list"),
]


@pytest.mark.parametrize(("read", "written", "value"), ACCEPTED)
def test_what_is_right_is_read(read: Callable[[Any], Any], written: Any, value: Any) -> None:
    """Each row is one way to write a value that is accepted."""
    assert read(written) == value


@pytest.mark.parametrize(("read", "written", "told"), REFUSED)
def test_what_is_wrong_is_refused_with_what_would_be_right(read: Callable[[Any], Any], written: Any, told: str) -> None:
    """Each row is one slip, and what its sentence must say."""
    with pytest.raises(Wrong, match=told):
        read(written)


@pytest.mark.parametrize("read", [readers.database_url, readers.mail_url])
def test_a_refusal_never_repeats_a_password(read: Callable[[Any], Any]) -> None:
    """Faults are printed and logged; a URL may hold a password."""
    for url in ("mysql://u:hush@db/j", "smtp://u:hush@mail.example.com", "smtps://u:hush@h:port"):
        with pytest.raises(Wrong) as refused:
            read(url)
        assert "hush" not in str(refused.value)
