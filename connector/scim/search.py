"""`POST /.search`: queries whose filters stand in no address and no log (RFC 7644 sections 3.4.3 and 7.5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Response

from connector.domain.attributes import GROUP, USER, ResourceType
from connector.domain.errors import InvalidValue
from connector.domain.filter import as_asked_of
from connector.domain.listing import Listing
from connector.domain.tenancy import DirectoryAccess
from connector.scim import groups, users
from connector.scim.auth import admit, read
from connector.scim.bodies import PERSON_LIMIT, answer, read_json
from connector.scim.dialects import canonical_message
from connector.scim.errors import InvalidSyntax, NotImplementedHere
from connector.scim.listing import Query, list_message
from connector.scim.representation import Projection

if TYPE_CHECKING:
    from connector.storage.work import Work

Json = Any

SEARCH_URN = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
EVERYTHING = ResourceType.any_of(USER, GROUP)

_LISTS = ("attributes", "excludedAttributes")
_TEXTS = ("filter", "sortBy", "sortOrder", "cursor")
_NUMBERS = ("startIndex", "count")


def people() -> Response:
    """POST to `/Users/.search`: what a GET with the same parameters answers."""
    admit()
    return answer(read(users.page, search_arguments(read_json(PERSON_LIMIT))))


def all_groups() -> Response:
    """POST to `/Groups/.search`: what a GET with the same parameters answers."""
    admit()
    return answer(read(groups.page, search_arguments(read_json(PERSON_LIMIT))))


def everything() -> Response:
    """POST to `/.search`: people and groups, in this order (RFC 7644 section 3.4.2.1)."""
    admit()
    return answer(read(_page, search_arguments(read_json(PERSON_LIMIT))))


def search_arguments(body: Json) -> dict[str, str]:
    """Return a SearchRequest as the query string that asks the same.

    What it does not know is passed over, as in a query string. Raises InvalidSyntax where the schemas do not name a
    SearchRequest, InvalidValue for a parameter that is of the wrong type.
    """
    message = canonical_message(body)
    if SEARCH_URN.lower() not in {urn.lower() for urn in message["schemas"]}:
        raise InvalidSyntax(f"The schemas of a search name {SEARCH_URN}.")
    stated = {name.lower(): value for name, value in message.items() if value is not None}
    return {
        name: _argument(name, stated[name.lower()]) for name in (*_LISTS, *_TEXTS, *_NUMBERS) if name.lower() in stated
    }


def _argument(name: str, value: Json) -> str:
    if name in _LISTS and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ",".join(value)
    if name in _NUMBERS and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str):  # a list written as in a query string, a number in quotes
        return value
    kind = "a list of names" if name in _LISTS else "a whole number" if name in _NUMBERS else "a text"
    raise InvalidValue(name, f"must be {kind}.")


def _page(work: Work, access: DirectoryAccess, arguments: Mapping[str, str]) -> dict[str, Json]:
    query = Query.of(arguments, EVERYTHING)
    if query.order is not None:
        raise NotImplementedHere("An order across resource types")
    if query.cursor is not None:
        raise NotImplementedHere("A cursor across resource types")
    people, found = users.matching(work, access, *_asked_of(USER, query, arguments))
    start_index = max(1, query.start_index - people.total)
    rest = replace(query, start_index=start_index, count=query.count - len(found))
    others, more = groups.matching(work, access, *_asked_of(GROUP, rest, arguments))
    return list_message(people.total + others.total, query.start_index, found + more)


def _asked_of(resource: ResourceType, query: Query, arguments: Mapping[str, str]) -> tuple[Listing, Projection]:
    wanted = as_asked_of(resource, query.filter) if query.filter is not None else None
    return replace(query, filter=wanted).listing, Projection.of(arguments, resource)
