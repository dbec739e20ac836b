"""A difference between what a realm looks like and what it should."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from connector.keycloak.wishes import Representation

MISSING = "is missing"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: the thing, how it differs, and what mends it."""

    thing: str
    why: str
    mend: Callable[[], object] = field(repr=False, compare=False)


def why_differs(wanted: Representation, held: Representation | None) -> str:
    """Return in what the held thing differs from the wanted one, in what we wish of it; empty when in nothing."""
    if held is None:
        return MISSING
    differing = ", ".join(_differing(wanted, held))
    return f"differs in {differing}" if differing else ""


def _differing(wanted: Representation, held: Representation, within: str = "") -> Iterator[str]:
    for key, value in wanted.items():
        found = held.get(key)
        if isinstance(value, Mapping):
            yield from _differing(value, found if isinstance(found, Mapping) else {}, f"{within}{key}.")
        elif isinstance(value, list):
            if sorted(value) != sorted(found or []):
                yield within + key
        elif value != found:
            yield within + key
