"""Rows to domain objects and back, for what several repositories share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Row

from connector.domain.memberships import Answer, Entitlement, Membership, Obstacle, State
from connector.domain.people import Group, Person, StatedGroup, StatedPerson

T = TypeVar("T")

AT_A_TIME = 900
"""Ids in one IN list; SQLite before 3.32 takes 999 parameters."""


def chunks(items: Iterable[T], size: int = AT_A_TIME) -> Iterator[list[T]]:
    """Yield the items in lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def person_of(row: Row[Any]) -> Person:
    """Read a person from a row of the person table."""
    stated = StatedPerson(row.user_name, row.external_id, row.active, row.document)
    return Person(row.id, row.tenant_id, row.directory_id, stated, row.version, row.created_at, row.modified_at)


def group_of(row: Row[Any]) -> Group:
    """Read a group from a row of the group table."""
    stated = StatedGroup(row.display_name, row.external_id, row.document)
    return Group(row.id, row.tenant_id, row.directory_id, stated, row.version, row.created_at, row.modified_at)


def membership_of(row: Row[Any]) -> Membership:
    """Read a membership from a row of the membership table."""
    return Membership(
        row.id,
        row.tenant_id,
        row.account_id,
        row.person_id,
        State(row.state),
        _entitlement_of(row.due),
        frozenset(row.seat_types),
        frozenset(row.pools),
        frozenset(row.permissions),
        Answer(row.answer) if row.answer else None,
        row.answered_key,
        Obstacle(row.obstacle) if row.obstacle else None,
        row.waiting_number,
        row.ended_at,
        row.suspended,
        row.waiting_rank,
    )


def membership_row(member: Membership) -> dict[str, Any]:
    """Return the columns of a membership."""
    return {
        "id": member.id,
        "tenant_id": member.tenant_id,
        "account_id": member.account_id,
        "person_id": member.person_id,
        "state": member.state.value,
        "due": _entitlement_row(member.due),
        "seat_types": sorted(member.seat_types),
        "pools": sorted(member.pools),
        "permissions": sorted(member.permissions),
        "answer": member.answer.value if member.answer else None,
        "answered_key": member.answered_key,
        "obstacle": member.obstacle.value if member.obstacle else None,
        "waiting_number": member.waiting_number,
        "ended_at": member.ended_at,
        "suspended": member.suspended,
        "waiting_rank": member.waiting_rank,
    }


def _entitlement_row(due: Entitlement | None) -> dict[str, Any] | None:
    if due is None:
        return None
    row: dict[str, Any] = {
        "seat_types": sorted(due.seat_types),
        "pools": sorted(due.pools),
        "permissions": sorted(due.permissions),
        "sets": sorted(due.sets),
        "covered": sorted(due.covered),
        "rules": list(due.rules),
    }
    if due.fallbacks:
        row["fallbacks"] = {pool: _entitlement_row(instead) for pool, instead in due.fallbacks}
    return row


def _entitlement_of(row: dict[str, Any] | None) -> Entitlement | None:
    return None if row is None else _read_entitlement(row)


def _read_entitlement(row: dict[str, Any]) -> Entitlement:
    fallbacks = row.get("fallbacks", {})
    return Entitlement(
        frozenset(row["seat_types"]),
        frozenset(row["pools"]),
        frozenset(row["permissions"]),
        frozenset(row["sets"]),
        frozenset(row["covered"]),
        tuple(row["rules"]),
        tuple((pool, _read_entitlement(fallbacks[pool])) for pool in sorted(fallbacks)),
    )
