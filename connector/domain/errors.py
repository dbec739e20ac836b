"""What can be refused, one exception a fact. Each has a stable code and composes its own sentence.

The sentence is for logs and for SCIM's `detail`; pages render the code and the facts in the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class DomainError(Exception):
    """A request that the rules refuse."""

    code: str


def nearest_first(name: str, known: Iterable[str]) -> list[str]:
    """Return the known names, those most like `name` first."""
    names = sorted(known)
    close = get_close_matches(name, names, n=5, cutoff=0.5)
    return close + [other for other in names if other not in close]


class NotFound(DomainError):
    """Nothing of that name or id is there for the one who asks."""

    code = "not-found"

    def __init__(self, kind: str, name: str, known: Iterable[str] = ()) -> None:
        self.kind, self.name, self.known = kind, name, nearest_first(name, known)
        hint = f" Known: {', '.join(self.known)}." if self.known else ""
        super().__init__(f"There is no {kind} {name!r}.{hint}")


class AlreadyExists(DomainError):
    """The name is taken."""

    code = "already-exists"

    def __init__(self, kind: str, attribute: str, value: str) -> None:
        self.kind, self.attribute, self.value = kind, attribute, value
        super().__init__(f"There already is a {kind} whose {attribute} is {value!r}.")


class InvalidValue(DomainError):
    """A value of the wrong type or form; `attribute` names where."""

    code = "invalid-value"

    def __init__(self, attribute: str, problem: str) -> None:
        self.attribute, self.problem = attribute, problem
        super().__init__(f"{attribute}: {problem}")


class InvalidFilter(DomainError):
    """A filter that cannot be read, names an unknown attribute, or is too large (RFC 7644 section 3.4.2.2)."""

    code = "invalid-filter"

    def __init__(self, problem: str) -> None:
        super().__init__(f"The filter cannot be used: {problem}")


class CapacityByContract(DomainError):
    """The plan's number of seats is agreed with each customer, so the account must state its own."""

    code = "capacity-by-contract"

    def __init__(self, plan: str, pool: str) -> None:
        self.plan, self.pool = plan, pool
        super().__init__(
            f"The plan {plan} does not say how many {pool} seats there are: state how many the account has."
        )


class CatalogueInvalid(DomainError):
    """A catalogue file cannot be used; `file`, `line` (from 1) and `key` (dotted) name where."""

    code = "catalogue-invalid"

    def __init__(self, file: str, line: int, key: str, problem: str) -> None:
        self.file, self.line, self.key, self.problem = file, line, key, problem
        super().__init__(f"{file}, line {line}, {key}: {problem}")


class InvalidPath(DomainError):
    """A PATCH path that cannot be read or names an attribute that is not there (RFC 7644 figure 1).

    `unknown` tells that it is well formed and only names what no served schema has.
    """

    code = "invalid-path"

    def __init__(self, path: str, problem: str, *, unknown: bool = False) -> None:
        self.path, self.problem, self.unknown = path, problem, unknown
        super().__init__(f"The path {path[:100]!r} cannot be used: {problem}")
