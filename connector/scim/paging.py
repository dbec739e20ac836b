"""From a query to the page that it asks for and on to the message: by index unless a cursor is asked for (RFC 9865)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.domain.attributes import ResourceType
from connector.domain.errors import InvalidValue
from connector.domain.listing import Listing
from connector.domain.people import Group, Page, Person
from connector.scim.cursors import Cursors, Place
from connector.scim.errors import InvalidCount
from connector.scim.listing import LIST_URN, Query, list_message
from connector.web.context import settings

Json = Any


@dataclass(frozen=True, slots=True)
class Paging:
    """One page of a list: what to look up, and how to tell what was found."""

    listing: Listing
    cursors: Cursors | None

    @classmethod
    def of(
        cls, query: Query, arguments: Mapping[str, str], resource: ResourceType, directory_id: str, now: datetime
    ) -> Paging:
        """Return the page that a query asks for.

        Raises InvalidCursor, ExpiredCursor, InvalidCount where the count is not the cursor's own, and InvalidValue for
        a startIndex beside a cursor.
        """
        if query.cursor is None:
            return cls(query.listing, None)
        if query.start_index != 1:
            raise InvalidValue("startIndex", "cannot be given together with a cursor.")
        asked = (arguments.get(name, "") for name in ("filter", "sortBy", "sortOrder"))
        cursors = Cursors(settings().secret_key, (directory_id, resource.name, *asked), now)
        if not query.cursor:
            return cls(query.listing, cursors)
        place = cursors.read(query.cursor)
        if arguments.get("count", "").strip() and query.count != place.count:
            raise InvalidCount("The count must stay what it was when the cursor was given out.")
        listing = Listing(
            query.filter, place.start_index, place.count, query.order, place.after, place.before, place.total
        )
        return cls(listing, cursors)

    def message(self, page: Page[Person] | Page[Group], resources: list[dict[str, Json]]) -> dict[str, Json]:
        """Return the page as a ListResponse; one by cursor has no startIndex, and cursors where there is more."""
        if self.cursors is None:
            return list_message(page.total, self.listing.start_index, resources)
        neighbours = {"nextCursor": self._next(page), "previousCursor": self._previous(page)}
        return {
            "schemas": [LIST_URN],
            "totalResults": page.total,
            "itemsPerPage": len(resources),
            **{name: self.cursors.write(place) for name, place in neighbours.items() if place is not None},
            "Resources": resources,
        }

    def _next(self, page: Page[Person] | Page[Group]) -> Place | None:
        backwards = self.listing.before is not None
        if not page.items or not (page.more or backwards):
            return None
        if self.listing.order is not None:
            return self._place(page, start_index=self.listing.start_index + self.listing.count)
        return self._place(page, after=page.items[-1].id)

    def _previous(self, page: Page[Person] | Page[Group]) -> Place | None:
        if self.listing.order is not None:
            before = self.listing.start_index - self.listing.count
            return self._place(page, start_index=before) if before >= 1 else None
        precedes = page.more if self.listing.before is not None else self.listing.after is not None
        return self._place(page, before=page.items[0].id) if page.items and precedes else None

    def _place(self, page: Page[Person] | Page[Group], **where: Any) -> Place:
        return Place(self.listing.count, page.total, **where)
