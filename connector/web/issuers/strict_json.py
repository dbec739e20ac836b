"""JSON as a security protocol should read it: one object, no repeated member, no Infinity, no NaN."""

from __future__ import annotations

import json
from typing import Any

from connector.web.issuers.failures import Fault, ProviderFailure


def strict_object(text: bytes, fault: Fault) -> dict[str, Any]:
    """Return the object that `text` states, or raise ProviderFailure(`fault`)."""
    try:
        found = json.loads(text, object_pairs_hook=_unrepeated, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ProviderFailure(fault) from None
    if not isinstance(found, dict):
        raise ProviderFailure(fault)
    return found


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(constant)
