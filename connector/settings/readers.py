"""One reader for each kind of setting: from what was written, in the environment or in TOML, to the value.

A reader raises Wrong, which says what is wrong with the value and what would be right, and never repeats a secret.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import timedelta
from email.policy import default as policy
from typing import Any
from urllib.parse import SplitResult, urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


class Wrong(Exception):
    """What is wrong with one value, and what would be right."""


def text(written: Any) -> str:
    if not isinstance(written, str) or not written:
        raise Wrong("is not a text; write it in quotes")
    return written


def one_of(*choices: str) -> Callable[[Any], str]:
    def read(written: Any) -> str:
        if written not in choices:
            raise Wrong(f"is {written!r}; write {' or '.join(choices)}")
        return str(written)

    return read


def yes_or_no(written: Any) -> bool:
    known = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
    if str(written).lower() not in known:
        raise Wrong(f"is {written!r}; write true or false")
    return known[str(written).lower()]


def number(least: int, most: int) -> Callable[[Any], int]:
    def read(written: Any) -> int:
        plain = str(written)
        if plain.startswith("tcp://"):
            raise Wrong(f"is {plain!r}, which Kubernetes sets for a service of our name; set enableServiceLinks: false")
        if isinstance(written, bool) or not re.fullmatch(r"[0-9]{1,9}", plain) or not least <= int(plain) <= most:
            raise Wrong(f"is {written!r}; write a number from {least} to {most}")
        return int(plain)

    return read


def duration(least: str, most: str) -> Callable[[Any], timedelta]:
    def read(written: Any) -> timedelta:
        match = re.fullmatch(r"([0-9]{1,7})([smhd])", str(written))
        if match:
            length = timedelta(seconds=int(match[1]) * UNITS[match[2]])
            if read_any(least) <= length <= read_any(most):
                return length
        raise Wrong(f"is {written!r}; write a number and one of s, m, h, d, from {least} to {most}")

    def read_any(short: str) -> timedelta:
        return timedelta(seconds=int(short[:-1]) * UNITS[short[-1]])

    return read


def networks(written: Any) -> tuple[Network, ...]:
    parts = written.split(",") if isinstance(written, str) else written
    if not isinstance(parts, list):
        raise Wrong("is not a list; write addresses or networks, like 10.0.0.5, 10.1.0.0/16")
    return tuple(_network(str(part).strip()) for part in parts if str(part).strip())


def dns_server(written: Any) -> str:
    address, colon, port = str(written).rpartition(":")
    try:
        ipaddress.ip_address(str(written))
    except ValueError:
        try:
            ipaddress.ip_address(address.strip("[]"))
        except ValueError:
            raise Wrong(f"is {written!r}; write an address, like 10.0.0.53, or 10.0.0.53:5353") from None
        if not colon or not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65_536:
            raise Wrong(f"is {written!r}; write a port from 1 to 65535 after the colon") from None
    return str(written)


def _network(written: str) -> Network:
    try:
        network = ipaddress.ip_network(written)
    except ValueError:
        raise Wrong(f"names {written!r}; write an address or a network, like 10.0.0.5 or 10.1.0.0/16") from None
    if network.prefixlen == 0:
        # Whoever may speak for others may be anybody (Gitea, CVE-2026-20896).
        raise Wrong(f"names {written!r}, which trusts everybody; name the addresses of your proxies")
    return network


def _split(url: Any) -> SplitResult:
    try:
        parts = urlsplit(text(url))
        _ = parts.port  # raises when it is no number
    except ValueError:
        raise Wrong("is not a URL that can be read") from None
    return parts


def database_url(written: Any) -> str:
    parts = _split(written)
    if parts.scheme == "sqlite" and parts.netloc == "" and len(parts.path) > 1 and parts.path != "/:memory:":
        return str(written)
    if parts.scheme == "postgresql+psycopg" and (parts.netloc or parts.query) and len(parts.path) > 1:
        return str(written)
    known = "sqlite:///var/jumpseat.db (a fourth slash begins an absolute path) or postgresql+psycopg://user:password@host/name"
    raise Wrong(f"is no database that Jumpseat knows (scheme {parts.scheme!r}); write {known}")


def public_url(written: Any) -> str:
    parts = _split(written)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Wrong(f"is {written!r}; write https:// and the host that people and identity providers reach")
    bare = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    if written != bare:
        raise Wrong(f"is {written!r}; write it without path, slash at the end, name or query: {bare}")
    return bare


def secret_key(written: Any) -> str:
    if len(text(written)) < 32 or len(set(written)) < 8:
        raise Wrong("is too easily guessed; write 32 random characters or more, for example from: openssl rand -hex 32")
    return str(written)


def mail_url(written: Any) -> str:
    parts = _split(written)
    if parts.scheme == "file" and not parts.netloc and parts.path:
        return str(written)
    if parts.scheme not in ("smtp", "smtps", "smtp+starttls") or not parts.hostname:
        raise Wrong(
            "is no mail server; write smtps://user:password@host, smtp+starttls://..., smtp://host or file:folder"
        )
    if parts.scheme == "smtp" and parts.password and not is_loopback(parts.hostname):
        raise Wrong("sends the password where anybody on the way can read it; write smtp+starttls:// or smtps://")
    return str(written)


def mailbox(written: Any) -> str:
    # CR and LF make the parser itself raise, for they would begin another header.
    try:
        header = policy.header_factory("From", text(written))
    except ValueError:
        header = None
    if header is None or header.defects or len(header.addresses) != 1 or not header.addresses[0].domain:
        raise Wrong("is no sender; write Jumpseat <jumpseat@example.com>")
    return str(header.addresses[0])


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
