"""`/Entitlements` and `/Roles`: what accounts offer, for Okta Identity Governance to find; read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response

from connector.domain.attributes import ResourceType
from connector.domain.errors import NotFound
from connector.domain.filter import matches
from connector.domain.folding import fold
from connector.domain.offered import ENTITLEMENT, ROLE
from connector.domain.tenancy import DirectoryAccess
from connector.lifecycle.offering import Offered, list_offers
from connector.mappers.offers import OfferKind
from connector.scim.answers import base_url
from connector.scim.arguments import query_arguments
from connector.scim.auth import read
from connector.scim.bodies import answer
from connector.scim.errors import NotImplementedHere
from connector.scim.listing import Query, list_message
from connector.scim.representation import Projection, location

if TYPE_CHECKING:
    from connector.storage.work import Work

Json = Any


def entitlements() -> Response:
    """GET: the seat types."""
    return answer(read(_page, ENTITLEMENT, OfferKind.ENTITLEMENT))


def entitlement(name: str) -> Response:
    """GET by id."""
    return answer(read(_one, ENTITLEMENT, OfferKind.ENTITLEMENT, name))


def roles() -> Response:
    """GET: the roles."""
    return answer(read(_page, ROLE, OfferKind.ROLE))


def role(name: str) -> Response:
    """GET by id."""
    return answer(read(_one, ROLE, OfferKind.ROLE, name))


def _page(work: Work, access: DirectoryAccess, resource: ResourceType, kind: OfferKind) -> dict[str, Json]:
    query = Query.of(query_arguments(), resource)
    if query.order is not None or query.cursor is not None:
        raise NotImplementedHere("An order or a cursor of what accounts offer")
    documents = [_document(each, resource) for each in list_offers(work, access, kind)]
    found = [each for each in documents if query.filter is None or matches(query.filter, each)]
    page = found[query.start_index - 1 :][: query.count]
    return list_message(len(found), query.start_index, [query.projection.of_document(each) for each in page])


def _one(work: Work, access: DirectoryAccess, resource: ResourceType, kind: OfferKind, name: str) -> dict[str, Json]:
    projection = Projection.of(query_arguments(), resource)
    for each in list_offers(work, access, kind):
        if fold(each.offer.name) == fold(name):
            return projection.of_document(_document(each, resource))
    raise NotFound(resource.name, name)


def _document(offered: Offered, resource: ResourceType) -> dict[str, Json]:
    offer = offered.offer
    return {
        "schemas": [resource.schema.urn],
        "id": offer.name,
        "displayName": f"{offer.account.name}: {offer.label}",
        "value": offer.name,
        "type": "Seat" if offer.kind is OfferKind.ENTITLEMENT else "Role",
        "description": _description(offered),
        "meta": {"resourceType": resource.name, "location": location(resource, offer.name, base_url())},
    }


def _description(offered: Offered) -> str:
    offer = offered.offer
    if offer.kind is OfferKind.ROLE:
        return f"The role {offer.label} in {offer.account.name}."
    free = "as many as are wanted" if offered.free is None else str(offered.free)
    amounts = offered.costs
    cost = "unknown" if amounts is None else " or ".join(f"{each} a month" for each in amounts) or "nothing"
    return f"A seat of the type {offer.label} in {offer.account.name}; free: {free}; cost of one more: {cost}."
