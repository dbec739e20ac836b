"""How surely somebody has to have proved who she is before an account opens, and how surely she has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

LEEWAY = timedelta(seconds=30)
"""How far the provider's clock may be from ours."""


@dataclass(frozen=True, slots=True)
class Assurance:
    """What the provider vouches for: contexts reached, methods used, and when (OpenID Connect Core 1.0 section 2).

    Entra ID names its contexts in `acrs`, several at once; the others name one, in `acr`.
    """

    acr: frozenset[str] = frozenset()
    amr: frozenset[str] = frozenset()
    auth_time: datetime | None = None

    @classmethod
    def of(cls, claims: Mapping[str, Any]) -> Assurance:
        """Return what the claims of a checked ID token vouch for; an odd claim vouches for nothing."""
        return cls(_names(claims.get("acr")) | _names(claims.get("acrs")), _names(claims.get("amr")), _moment(claims))

    def as_claims(self) -> dict[str, Any]:
        """Return it as `of` reads it."""
        auth_time = int(self.auth_time.timestamp()) if self.auth_time is not None else None
        return {"acr": sorted(self.acr), "amr": sorted(self.amr), "auth_time": auth_time}


UNSURE = Assurance()
"""Nobody vouches for anything."""


@dataclass(frozen=True, slots=True)
class StepUp:
    """What an account asks for: one of these contexts, all of these methods, proved within this time."""

    acr: frozenset[str] = frozenset()
    amr: frozenset[str] = frozenset()
    max_age: timedelta | None = None

    def met_by(self, assurance: Assurance, now: datetime) -> bool:
        """Tell whether a session of this assurance may enter now; what nobody vouches for is not met."""
        recent = self.max_age is None or (
            assurance.auth_time is not None and now - assurance.auth_time <= self.max_age + LEEWAY
        )
        return recent and self.amr <= assurance.amr and (not self.acr or bool(self.acr & assurance.acr))

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> StepUp | None:
        """Return what `as_kept` wrote; None where an account asks for nothing beyond a sign-in."""
        if not kept:
            return None
        seconds = kept.get("max_age")
        return cls(frozenset(kept["acr"]), frozenset(kept["amr"]), timedelta(seconds=seconds) if seconds else None)

    def as_kept(self) -> dict[str, Any] | None:
        """Return it as JSON; None where nothing is asked for."""
        seconds = int(self.max_age.total_seconds()) if self.max_age is not None else None
        return {"acr": sorted(self.acr), "amr": sorted(self.amr), "max_age": seconds} if self != StepUp() else None


def _names(claim: object) -> frozenset[str]:
    values = claim if isinstance(claim, list) else [claim]
    return frozenset(value for value in values if isinstance(value, str) and value)


def _moment(claims: Mapping[str, Any]) -> datetime | None:
    seconds = claims.get("auth_time")
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 <= seconds < 2**40:
        return None
    return datetime.fromtimestamp(seconds, UTC)
