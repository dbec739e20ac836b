"""The operations of a bulk request: as they are written, what they refer to, and which of them is next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from connector.scim.dialects import PATCH_URN
from connector.scim.errors import InvalidSyntax, TooManyOperations

Json = Any

MAX_OPERATIONS = 1000
MAX_DEPTH = 100

_REFERENCE = "bulkId:"
_NOTHING = object()


@dataclass(frozen=True, slots=True)
class BulkOperation:
    """One operation as the client wrote it; whether it can be done is found out when it is its turn."""

    method: str
    path: str
    bulk_id: str | None
    version: str | None
    data: Json
    needs: frozenset[str]
    """The bulkIds that it refers to, in its path or in its data."""

    @property
    def makes(self) -> str | None:
        """The bulkId of the resource that it makes; only a POST makes one."""
        return self.bulk_id if self.method == "POST" else None


def read_operations(stated: Json) -> list[BulkOperation]:
    """Return the operations of a request; raises InvalidSyntax, and TooManyOperations beyond 1,000."""
    if not isinstance(stated, list) or not all(isinstance(one, dict) for one in stated):
        raise InvalidSyntax("Operations must be a list of objects.")
    if len(stated) > MAX_OPERATIONS:
        raise TooManyOperations(MAX_OPERATIONS)
    operations = [_operation({key.lower(): value for key, value in one.items()}) for one in stated]
    names = [operation.makes for operation in operations if operation.makes is not None]
    if len(names) != len(set(names)):
        raise InvalidSyntax("Every bulkId must be unique in its request.")
    return operations


def made_by(operations: Sequence[BulkOperation]) -> dict[str, int]:
    """Return for each bulkId where the operation stands that makes it."""
    return {operation.makes: at for at, operation in enumerate(operations) if operation.makes is not None}


def next_of(waiting: Sequence[BulkOperation], coming: Mapping[str, int], halves: Sequence[BulkOperation]) -> int:
    """Return where the operation stands that is next, `coming` telling which of them makes what.

    It is the first that needs nothing that is still to be made, or that is there by half only. Where there is none it
    is one that the first half, or else the first operation, is waiting for: at the end of its references, or in the
    circle that they end in (RFC 7644 section 3.7.1).
    """
    unfinished = coming.keys() | {half.bulk_id for half in halves}
    for at, operation in enumerate(waiting):
        if operation.needs.isdisjoint(unfinished):
            return at
    awaited = [coming[min(one.needs & coming.keys())] for one in halves[:1]]
    at, seen = (*awaited, 0)[0], set[int]()
    while at not in seen and not waiting[at].needs.isdisjoint(coming):
        seen.add(at)
        at = coming[min(waiting[at].needs & coming.keys())]
    return at


def resolved(value: Json, made: Mapping[str, str]) -> Json:
    """Return a value with the ids in place of the references to them."""
    if isinstance(value, dict):
        return {key: resolved(each, made) for key, each in value.items()}
    if isinstance(value, list):
        return [resolved(each, made) for each in value]
    return made[value.removeprefix(_REFERENCE)] if _is_reference(value) else value


def split(data: dict[str, Json], coming: AbstractSet[str]) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return the data without what refers to resources that are still to come, and that alone, to be added later.

    A value such as `{"value": "bulkId:x", "display": "X"}` is put off whole.
    """
    now, later = _split(data, coming)
    return ({} if now is _NOTHING else now), ({} if later is _NOTHING else later)


def _split(value: Json, coming: AbstractSet[str]) -> tuple[Json, Json]:
    if isinstance(value, dict):
        if any(key.lower() == "value" and _refers_to(each, coming) for key, each in value.items()):
            return _NOTHING, value
        halves = {key: _split(each, coming) for key, each in value.items()}
        now = {key: half[0] for key, half in halves.items() if half[0] is not _NOTHING}
        later = {key: half[1] for key, half in halves.items() if half[1] is not _NOTHING}
        return now, later or _NOTHING
    if isinstance(value, list):
        parts = [_split(each, coming) for each in value]
        rest = [later for _, later in parts if later is not _NOTHING]
        return [now for now, _ in parts if now is not _NOTHING], rest or _NOTHING
    return (_NOTHING, value) if _refers_to(value, coming) else (value, _NOTHING)


def _operation(stated: dict[str, Json]) -> BulkOperation:
    texts = {name: stated.get(name) for name in ("method", "path", "bulkid", "version")}
    if not all(value is None or isinstance(value, str) for value in texts.values()):
        raise InvalidSyntax("method, path, bulkId and version of an operation must be texts.")
    method, path = (texts["method"] or "").upper(), texts["path"] or ""
    data = stated.get("data")
    if method == "PATCH" and isinstance(data, list):  # as the RFC's own example writes it (section 3.7.3)
        data = {"schemas": [PATCH_URN], "Operations": data}
    needs = frozenset(_references([path.rpartition("/")[2], data]))
    return BulkOperation(method, path, texts["bulkid"], texts["version"], data, needs)


def _references(value: Json, depth: int = 0) -> Iterator[str]:
    """Yield the bulkIds that a value refers to; raises InvalidSyntax for one that is nested too deep to be sent on."""
    if depth > MAX_DEPTH:
        raise InvalidSyntax(f"The data of a bulk operation is nested deeper than {MAX_DEPTH}.")
    if _is_reference(value):
        yield value.removeprefix(_REFERENCE)
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _references(each, depth + 1)


def _is_reference(value: Json) -> bool:
    return isinstance(value, str) and value.startswith(_REFERENCE)


def _refers_to(value: Json, coming: AbstractSet[str]) -> bool:
    return _is_reference(value) and value.removeprefix(_REFERENCE) in coming
