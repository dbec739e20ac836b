"""Lists: which page a query asks for, and the page as a message (RFC 7644 section 3.4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.domain.attributes import ResourceType
from connector.domain.errors import InvalidValue
from connector.domain.filter import Filter
from connector.domain.listing import Listing, Order
from connector.mappers.filters import parse_filter
from connector.mappers.ordering import parse_order
from connector.scim.dialects import canonical_text
from connector.scim.errors import InvalidCount
from connector.scim.representation import Projection

Json = Any
LIST_URN = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
DEFAULT_COUNT = 100
MAX_COUNT = 1000
MAX_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Query:
    """A query for a page of resources; `count` is what the page holds at most, 0 asks for the total alone."""

    filter: Filter | None
    start_index: int
    count: int
    projection: Projection
    order: Order | None = None
    cursor: str | None = None
    """None for a page by index; empty where the first page by cursor is asked for."""

    @property
    def listing(self) -> Listing:
        """The page that is asked for."""
        return Listing(self.filter, self.start_index, self.count, self.order)

    @classmethod
    def of(cls, arguments: Mapping[str, str], resource: ResourceType) -> Query:
        """Read a query string.

        Raises InvalidFilter; InvalidValue for an order that is none or a number out of range; InvalidCount where that
        number is the count of a page by cursor. A startIndex below 1 is 1, a count below 0 is 0 (RFC 7644 table 6); a
        page never holds more than 1,000.
        """
        text = arguments.get("filter")
        sort_by = arguments.get("sortBy")
        return cls(
            filter=parse_filter(canonical_text(text, resource), resource) if text else None,
            start_index=max(1, _number(arguments, "startIndex", 1)),
            count=min(MAX_COUNT, max(0, _count(arguments))),
            projection=Projection.of(arguments, resource),
            cursor=arguments.get("cursor"),
            order=_order(sort_by, arguments.get("sortOrder", ""), resource) if sort_by else None,
        )


def list_message(total: int, start_index: int, resources: list[dict[str, Json]]) -> dict[str, Json]:
    """Return a ListResponse; `Resources` is there even when empty, because Okta reads it unasked."""
    return {
        "schemas": [LIST_URN],
        "totalResults": total,
        "startIndex": start_index,
        "itemsPerPage": len(resources),
        "Resources": resources,
    }


def _count(arguments: Mapping[str, str]) -> int:
    try:
        return _number(arguments, "count", DEFAULT_COUNT)
    except InvalidValue as error:
        if "cursor" in arguments:
            raise InvalidCount(str(error)) from None
        raise


def _order(sort_by: str, sort_order: str, resource: ResourceType) -> Order:
    return parse_order(canonical_text(sort_by, resource), sort_order, resource)


def _number(arguments: Mapping[str, str], name: str, default: int) -> int:
    text = arguments.get(name, "").strip()
    if not text:
        return default
    digits = text.removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 12 or int(digits) > MAX_NUMBER:
        raise InvalidValue(name, f"must be a whole number up to {MAX_NUMBER}.")
    return int(text)
