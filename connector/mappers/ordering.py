"""What `sortBy` and `sortOrder` ask for (RFC 7644 section 3.4.2.3)."""

from __future__ import annotations

from connector.domain.attributes import MEMBERSHIP_USER, AttributePath, ResourceType, Returned, Type
from connector.domain.errors import InvalidValue
from connector.domain.listing import Order

_WITHOUT_ORDER = frozenset({"schemas", "groups", "members"})
_NOT_KEPT = frozenset({"meta.location", "meta.version"})
_DESCENDING = {"": False, "ascending": False, "descending": True}


def parse_order(sort_by: str, sort_order: str, resource: ResourceType) -> Order:
    """Read an order; a multi-valued attribute with values, such as `emails`, stands for them.

    Raises InvalidValue for what is no attribute, for one that has no order (memberships, certificates, complex ones
    without a value), and for a direction that is none.
    """
    path = resource.find(sort_by.strip())
    if path is None:
        raise InvalidValue("sortBy", f"{sort_by[:100]} is no attribute of {resource.name}.")
    if sort_order.strip().lower() not in _DESCENDING:
        raise InvalidValue("sortOrder", "must be ascending or descending.")
    path = _to_its_value(path)
    if not _has_order(path):
        raise InvalidValue("sortBy", f"{path} has no order.")
    return Order(path, _DESCENDING[sort_order.strip().lower()])


def _to_its_value(path: AttributePath) -> AttributePath:
    value = path.attribute.sub_attribute("value") if path.sub_attribute is None else None
    return AttributePath(path.urn, path.attribute, value) if value else path


def _has_order(path: AttributePath) -> bool:
    return not (
        path.target.type in (Type.COMPLEX, Type.BINARY)
        or Returned.NEVER in (path.attribute.returned, path.target.returned)
        or path.urn == MEMBERSHIP_USER
        or (path.urn is None and path.attribute.name in _WITHOUT_ORDER)
        or str(path) in _NOT_KEPT
    )
