"""Where a request comes from: for what is written down of it and how often it may come; nobody is let in by it."""

from __future__ import annotations

from ipaddress import ip_address

from flask import request

from connector.web.context import settings

LONGEST = 64
"""Characters. What a client writes into the field before a proxy does may be of any length, and no address at all."""


def source() -> str:
    """Return the address of whoever asks; behind proxies that the settings name, the one that the first of them saw.

    Each proxy adds the address that it saw at the end of `X-Forwarded-For`, so the field is read from there, and only
    as far as those who wrote it are trusted.
    """
    address = request.remote_addr or ""
    for seen in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if not _is_trusted_proxy(address) or not seen.strip():
            break
        address = seen.strip()[:LONGEST]
    return address


def _is_trusted_proxy(address: str) -> bool:
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in settings().trusted_proxies)
