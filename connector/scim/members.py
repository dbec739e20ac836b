"""What a PATCH does to the members of a group, worked out without loading them: they may be ten thousand."""

from __future__ import annotations

from collections.abc import Iterable

from connector.domain.filter import Compare, Filter, Operator, Or
from connector.domain.people import MemberChange
from connector.mappers.groups import member_ids, then_add, then_remove
from connector.scim.errors import NoTarget, NotWritable
from connector.scim.operations import Op, Operation


def apart(operations: Iterable[Operation]) -> tuple[MemberChange, list[Operation]]:
    """Return what the operations do to the members, and those that are about the group itself."""
    change, others = MemberChange(), []
    for operation in operations:
        if operation.path.path.attribute.name == "members":
            change = _after(change, operation)
        else:
            others.append(operation)
    return change, others


def _after(change: MemberChange, operation: Operation) -> MemberChange:
    filter_ = operation.path.value_filter
    if operation.op is Op.REMOVE:
        if filter_ is not None:
            return then_remove(change, _selected(filter_, operation))
        if operation.value is None:
            return MemberChange(replace=frozenset())
        return then_remove(change, member_ids(operation.value))
    if filter_ is not None:
        raise NotWritable(operation.path.text, "immutable: remove one member and add another")
    if operation.op is Op.REPLACE:
        return MemberChange(replace=member_ids(operation.value))
    return then_add(change, member_ids(operation.value))


def _selected(filter_: Filter, operation: Operation) -> frozenset[str]:
    """Return the ids that a filter names. It may name people by value only: what else they are is not ours to match."""
    match filter_:
        case Compare(path, Operator.EQ, str(identifier)) if path.target.name == "value":
            return frozenset({identifier})
        case Or(terms):
            return frozenset().union(*(_selected(term, operation) for term in terms))
    raise NoTarget(f"{operation.path.text} (members are selected by value eq alone, joined by or)")
