"""People and groups as SCIM resources: plain dictionaries, made quickly (RFC 7643 sections 3 and 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connector.domain.attributes import (
    GROUP,
    MEMBERSHIP_USER,
    USER,
    AttributePath,
    ResourceType,
    Returned,
)
from connector.domain.errors import InvalidValue
from connector.domain.memberships import Membership
from connector.domain.people import Group, Member, Person
from connector.scim.dialects import canonical_text

Json = Any


@dataclass(frozen=True, slots=True)
class Projection:
    """Which attributes an answer carries: `attributes` or `excludedAttributes` (RFC 7644 section 3.9).

    Each maps the place of an attribute (URN of its extension or None, its name) to the sub-attributes that are meant,
    or to None where the whole of it is; a name of None means the whole extension.
    """

    resource: ResourceType
    only: Mapping[tuple[str | None, str | None], frozenset[str] | None] | None = None
    without: Mapping[tuple[str | None, str | None], frozenset[str] | None] | None = None

    @classmethod
    def of(cls, arguments: Mapping[str, str], resource: ResourceType) -> Projection:
        """Read it from a query string; unknown names select nothing. Both parameters at once: InvalidValue."""
        only, without = arguments.get("attributes"), arguments.get("excludedAttributes")
        if only and without:
            raise InvalidValue("attributes", "cannot be given together with excludedAttributes.")
        return cls(
            resource,
            only=_places(only, resource) if only else None,
            without=_places(without, resource) if without else None,
        )

    def wants(self, name: str, urn: str | None = None) -> bool:
        """Tell whether any part of an attribute is wanted, so that what nobody asked for is not loaded."""
        if self.only is not None:
            return (urn, name) in self.only or (urn, None) in self.only
        return self.without is None or not ((urn, None) in self.without or self.without.get((urn, name), ()) is None)

    def asks_for(self, name: str, sub_attribute: str) -> bool:
        """Tell whether a sub-attribute of the core is asked for by its name, as one that is `request` must be."""
        return sub_attribute in ((self.only or {}).get((None, name)) or ())

    def of_document(self, document: dict[str, Json]) -> dict[str, Json]:
        """Return the document with what is wanted of it; `schemas` then lists exactly the schemas that are in it."""
        if self.only is not None or self.without is not None:
            document = {name: left for name, value in document.items() if (left := self._left(name, value)) is not None}
        extensions = [extension.urn for extension in self.resource.extensions if document.get(extension.urn)]
        return {"schemas": [self.resource.schema.urn, *extensions]} | document

    def _left(self, name: str, value: Json) -> Json:
        if self.resource.extension(name) is None:
            return self._part(None, name, value)
        inner = {key: left for key, each in value.items() if (left := self._part(name, key, each)) is not None}
        return inner or None

    def _part(self, urn: str | None, name: str, value: Json) -> Json:
        path = self.resource.find(f"{urn}:{name}" if urn else name)
        if path is not None and path.attribute.returned is Returned.ALWAYS:
            return value
        if not self.wants(name, urn):
            return None
        if self.only is not None:
            subs = None if (urn, None) in self.only else self.only[urn, name]
            return value if subs is None else _sub_attributes(value, lambda sub: sub in subs)
        gone = (self.without or {}).get((urn, name))
        return value if gone is None else _sub_attributes(value, lambda sub: sub not in gone)


def _sub_attributes(value: Json, wanted: Any) -> Json:
    if isinstance(value, list):
        return [left for element in value if (left := _sub_attributes(element, wanted))] or None
    if isinstance(value, dict):
        return {name: each for name, each in value.items() if wanted(name)} or None
    return value


def _places(names: str, resource: ResourceType) -> dict[tuple[str | None, str | None], frozenset[str] | None]:
    places: dict[tuple[str | None, str | None], frozenset[str] | None] = {}
    for name in filter(None, (canonical_text(each.strip(), resource) for each in names.split(","))):
        extension = resource.extension(name)
        if extension is not None:
            places[extension.urn, None] = None
            continue
        path = resource.find(name)
        if path is not None:
            place = (path.urn, path.attribute.name)
            before = places.get(place, frozenset())
            places[place] = None if before is None else _with_sub_attribute(before, path)
    return places


def _with_sub_attribute(before: frozenset[str], path: AttributePath) -> frozenset[str] | None:
    return before | {path.sub_attribute.name} if path.sub_attribute else None


def person_document(
    person: Person,
    groups: Iterable[Member],
    memberships: Iterable[Mapping[str, Json]],
    projection: Projection,
    base_url: str,
) -> dict[str, Json]:
    """Return the User resource of a person: as stated, with her groups and her memberships beside it."""
    document: dict[str, Json] = {"id": person.id, **person.stated.attributes}
    listed = [
        {"value": group.id, "$ref": f"{base_url}/Groups/{group.id}", "display": group.display, "type": "direct"}
        for group in groups
    ]
    if listed:
        document["groups"] = listed
    places = [_place(entry) for entry in memberships]
    if places:
        document[MEMBERSHIP_USER] = {"memberships": places}
    document["meta"] = _meta(person, USER, base_url)
    return projection.of_document(document)


def group_document(
    group: Group,
    members: Iterable[Member] | None,
    projection: Projection,
    base_url: str,
) -> dict[str, Json]:
    """Return the Group resource of a group; without `members` where they were not loaded."""
    named = projection.asks_for("members", "display")
    document: dict[str, Json] = {"id": group.id, **group.stated.attributes}
    listed = [
        {"value": member.id, "$ref": f"{base_url}/Users/{member.id}", "type": "User"}
        | ({"display": member.display} if named else {})
        for member in members or ()
    ]
    if listed:
        document["members"] = listed
    document["meta"] = _meta(group, GROUP, base_url)
    return projection.of_document(document)


def location(resource: ResourceType, identifier: str, base_url: str) -> str:
    """Return the URI of a resource; it is in the Location header and in `meta` alike."""
    return f"{base_url}{resource.endpoint}/{identifier}"


def entity_tag(version: int) -> str:
    """Return the weak entity tag of a version: equal tags mean equal statements, not equal bytes."""
    return f'W/"{version}"'


def _place(entry: Mapping[str, Json]) -> dict[str, Json]:
    membership: Membership = entry["membership"]
    return {
        "account": entry["slug"],
        "state": membership.state.value,
        "seatTypes": sorted(membership.seat_types),
        "waiting": membership.waiting_number is not None,
    }


def _meta(thing: Person | Group, resource: ResourceType, base_url: str) -> dict[str, str]:
    return {
        "resourceType": resource.name,
        "created": _moment(thing.created_at),
        "lastModified": _moment(thing.modified_at),
        "location": location(resource, thing.id, base_url),
        "version": entity_tag(thing.version),
    }


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
