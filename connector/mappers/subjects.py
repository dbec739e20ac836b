"""Subject identifiers of security events (RFC 9493; Shared Signals 1.0 section 3) -> whom they name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import Any

from connector.domain.errors import InvalidValue
from connector.domain.folding import fold
from connector.domain.security_events import Subject

LONGEST_NAME = 320
MOST_ALIASES = 20


def subject_of(identifier: object) -> Subject:
    """Return whom a subject identifier names; raises InvalidValue for one that is malformed or of an unknown format.

    Of a complex one its user counts, and its session only where it has no user: a session that we do not know by the
    provider's name for it must not stay open.
    """
    if not isinstance(identifier, Mapping):
        raise _unreadable("it must be an object with a format")
    kind = identifier.get("format", "complex" if "user" in identifier or "session" in identifier else None)
    read = _FORMATS.get(kind) if isinstance(kind, str) else None
    if read is None:
        raise _unreadable(f"its format must be one of {', '.join(sorted(_FORMATS))}")
    return read(identifier)


def _iss_sub(identifier: Mapping[str, Any]) -> Subject:
    return Subject(identities=frozenset({(_text(identifier, "iss"), _text(identifier, "sub"))}))


def _email(identifier: Mapping[str, Any]) -> Subject:
    address = _text(identifier, "email")
    if "@" not in address.strip("@"):
        raise _unreadable("its email must be an address")
    return Subject(names=frozenset({fold(address)}))


def _account(identifier: Mapping[str, Any]) -> Subject:
    uri = _text(identifier, "uri")
    if not uri.lower().startswith("acct:") or not uri[5:]:
        raise _unreadable("its uri must begin with acct:")
    return Subject(names=frozenset({fold(uri[5:])}))


def _opaque(identifier: Mapping[str, Any]) -> Subject:
    return Subject(ids=frozenset({_text(identifier, "id")}))


def _aliases(identifier: Mapping[str, Any]) -> Subject:
    listed = identifier.get("identifiers")
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_ALIASES:
        raise _unreadable(f"its identifiers must be a list of 1 to {MOST_ALIASES}")
    if any(isinstance(one, Mapping) and one.get("format") in {"aliases", "complex"} for one in listed):
        raise _unreadable("its identifiers must be simple ones")
    return reduce(or_, map(subject_of, listed))


def _complex(identifier: Mapping[str, Any]) -> Subject:
    if "user" in identifier:
        return subject_of(identifier["user"])
    session = identifier.get("session")
    if not isinstance(session, Mapping) or session.get("format") != "opaque":
        raise _unreadable("it must name a user, or a session by an opaque id")
    return Subject(sids=frozenset({_text(session, "id")}))


_FORMATS: Mapping[str, Callable[[Mapping[str, Any]], Subject]] = MappingProxyType(
    {
        "account": _account,
        "aliases": _aliases,
        "complex": _complex,
        "email": _email,
        "iss_sub": _iss_sub,
        "opaque": _opaque,
    }
)


def _text(identifier: Mapping[str, Any], name: str) -> str:
    value = identifier.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME or not value.isprintable():
        raise _unreadable(f"its {name} must be a text of 1 to {LONGEST_NAME} characters")
    return value


def _unreadable(why: str) -> InvalidValue:
    return InvalidValue("subject identifier", f"{why}.")
