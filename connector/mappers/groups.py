"""SCIM Group documents read as groups, and what they say of members as changes that need no look at the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector.domain.people import Document, MemberChange, StatedGroup

Json = Any


def stated_group(document: Document, now_stated: StatedGroup | None = None) -> StatedGroup:
    """Return what a canonical document says of a group, its members apart.

    A replacement that is silent about `externalId` keeps it, a null clears it, as with people.
    """
    attributes = {name: value for name, value in document.items() if name != "members" and value not in (None, [], {})}
    if now_stated is not None and now_stated.external_id is not None and "externalId" not in document:
        attributes["externalId"] = now_stated.external_id
    return StatedGroup(
        display_name=attributes["displayName"],
        external_id=attributes.get("externalId"),
        attributes=attributes,
    )


def patched_group(document: Document) -> StatedGroup:
    """Return what is stated of a group whose document a PATCH has made into this one."""
    return StatedGroup(
        display_name=document["displayName"],
        external_id=document.get("externalId"),
        attributes=document,
    )


def member_ids(elements: Iterable[Mapping[str, Json]] | None) -> frozenset[str]:
    """Return the ids of people that a list of members names."""
    return frozenset(element["value"] for element in elements or ())


def then_add(change: MemberChange, ids: frozenset[str]) -> MemberChange:
    """Return the change that is this one, and after it the addition of those people."""
    return MemberChange(replace=change.replace, remove=change.remove - ids, add=change.add | ids)


def then_remove(change: MemberChange, ids: frozenset[str]) -> MemberChange:
    """Return the change that is this one, and after it the removal of those people."""
    return MemberChange(replace=change.replace, remove=change.remove | ids, add=change.add - ids)
