"""Rules, read whole: there are few, and every settlement needs them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from connector.domain.accounts import Rule
from connector.storage.tables import rule


class Rules:
    """What makes seats due."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def all(self, tenant_id: str) -> list[Rule]:
        """Return the tenant's rules, the highest priority first."""
        query = select(rule).where(rule.c.tenant_id == tenant_id).order_by(rule.c.priority.desc(), rule.c.id)
        return [_rule(row) for row in self.connection.execute(query)]

    def add(self, one: Rule) -> None:
        self.connection.execute(insert(rule), {"id": one.id, "tenant_id": one.tenant_id, **_stated(one)})

    def write(self, one: Rule) -> None:
        """Write a rule anew, under its id."""
        self.connection.execute(update(rule).where(rule.c.id == one.id).values(_stated(one)))

    def name(self, directory_id: str, external_id: str | None, display_name_folded: str) -> bool:
        """Tell whether a rule waits for a group that would bear this externalId or this name."""
        waiting = select(rule.c.id).where(rule.c.directory_id == directory_id, rule.c.group_id.is_(None))
        named = rule.c.group_name_folded == display_name_folded
        if external_id is not None:
            named |= rule.c.group_external_id == external_id
        return self.connection.execute(waiting.where(named).limit(1)).first() is not None

    def are_about(self, group_id: str) -> bool:
        """Tell whether a rule is bound to this group."""
        bound = select(rule.c.id).where(rule.c.group_id == group_id).limit(1)
        return self.connection.execute(bound).first() is not None

    def bind(self, rule_id: str, group_id: str | None) -> None:
        """Bind the rule to the group that it named; None when that group is gone."""
        self.connection.execute(update(rule).where(rule.c.id == rule_id).values(group_id=group_id))

    def remove(self, rule_id: str) -> None:
        self.connection.execute(delete(rule).where(rule.c.id == rule_id))


def _stated(one: Rule) -> dict[str, Any]:
    return {
        "account_id": one.account_id,
        "name": one.name,
        "directory_id": one.directory_id,
        "group_id": one.group_id,
        "group_external_id": one.group_external_id,
        "group_name_folded": one.group_name_folded,
        "group_name": one.group_name,
        "filter": one.filter,
        "seat_type": one.seat_type,
        "role": one.role,
        "permissions": sorted(one.permissions),
        "priority": one.priority,
        "created_at": one.created_at,
    }


def _rule(row: Row[Any]) -> Rule:
    return Rule(
        row.id,
        row.tenant_id,
        row.account_id,
        row.name,
        row.priority,
        frozenset(row.permissions),
        row.seat_type,
        row.role,
        row.directory_id,
        row.group_id,
        row.group_external_id,
        row.group_name_folded,
        row.filter,
        row.created_at,
        row.group_name,
    )
