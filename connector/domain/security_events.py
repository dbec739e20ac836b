"""What a provider says of somebody's security, beside what it states of her: sign her out everywhere, she is disabled.

An event cuts and never gives: whoever is disabled here comes back when her directory says over SCIM that she is active.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

_CAEP = "https://schemas.openid.net/secevent/caep/event-type/"
_RISC = "https://schemas.openid.net/secevent/risc/event-type/"

VERIFICATION = "https://schemas.openid.net/secevent/ssf/event-type/verification"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an event is about, by every name that it gives her (RFC 9493); each is an alternative.

    `identities` are issuer and subject, `names` addresses and account names, folded, and `ids` what the provider or we
    call her.
    """

    identities: frozenset[tuple[str, str]] = frozenset()
    names: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    sids: frozenset[str] = frozenset()
    """Sessions at the provider, where the event names no person."""

    def __or__(self, other: Subject) -> Subject:
        """Return the subject that has the names of both."""
        return Subject(
            self.identities | other.identities, self.names | other.names, self.ids | other.ids, self.sids | other.sids
        )


class Act(StrEnum):
    """What follows from an event, the strongest first."""

    DISABLE = "disable"
    """Everything that she holds ends, as when her directory states `active: false`."""
    END_SESSIONS = "end-sessions"
    """She signs in again, wherever she is signed in; what she holds she keeps."""
    NOTE = "note"


ACTS: Mapping[str, Act] = MappingProxyType(
    {
        f"{_CAEP}session-revoked": Act.END_SESSIONS,
        f"{_CAEP}credential-change": Act.END_SESSIONS,
        f"{_RISC}account-disabled": Act.DISABLE,
        f"{_RISC}account-purged": Act.DISABLE,
        f"{_RISC}account-credential-change-required": Act.END_SESSIONS,
        f"{_RISC}credential-compromise": Act.END_SESSIONS,
        f"{_RISC}identifier-recycled": Act.END_SESSIONS,
        f"{_RISC}sessions-revoked": Act.END_SESSIONS,
    }
)
"""Event types of CAEP 1.0 and RISC 1.0 that change anything; every other is acknowledged and noted.

`account-enabled` among them: it lets the directory state her anew, and gives nothing back by itself.
"""


def act_of(events: Mapping[str, object]) -> Act:
    """Return what follows from the events of one token, which describe one happening (RFC 8417 section 2)."""
    acts = {ACTS.get(event, Act.NOTE) for event in events}
    return next(act for act in Act if act in acts or act is Act.NOTE)


@dataclass(frozen=True, slots=True)
class Revocation:
    """A provider's order to sign somebody out everywhere (Global Token Revocation).

    `token_id` makes a replay recognisable, until `expires_at`.
    """

    subject: Subject
    token_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Signal:
    """A security event token, every check passed (RFC 8417); `subject` is None for one that is about nobody."""

    transmitter: str
    token_id: str
    expires_at: datetime
    events: tuple[str, ...]
    act: Act
    subject: Subject | None


@dataclass(frozen=True, slots=True)
class SignalStream:
    """Whose security events a directory believes, and how they come: pushed to us, or fetched from `poll_url`.

    `poll_failures` counts those in a row.
    """

    directory_id: str
    transmitter: str
    audience: str
    poll_url: str | None = None
    poll_token_sealed: str | None = field(default=None, repr=False)
    version: int = 1
    poll_failures: int = 0
    poll_error: str | None = None
    heard_at: datetime | None = None
