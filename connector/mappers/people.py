"""SCIM User documents read as people."""

from __future__ import annotations

from typing import Any

from connector.domain.people import Document, Person, StatedPerson

Json = Any


def stated_person(document: Document, now_stated: StatedPerson | None = None) -> StatedPerson:
    """Return what a canonical document says of a person, by the side of what was stated before, if anything was.

    A replacement that is silent about `active` or `externalId` keeps them (RFC 7644 section 3.5.1 leaves it to the
    server): OneLogin replaces without `active`, and losing the externalId would unbind a person's identity. A null
    for `externalId` clears it. Somebody new is active unless the document says otherwise.
    """
    attributes = {name: value for name, value in document.items() if value not in (None, [], {})}
    if now_stated is None:
        attributes.setdefault("active", True)
    else:
        if "active" not in attributes:
            attributes["active"] = now_stated.active
        if "externalId" not in document and now_stated.external_id is not None:
            attributes["externalId"] = now_stated.external_id
    return StatedPerson(
        user_name=attributes["userName"],
        external_id=attributes.get("externalId"),
        active=attributes["active"],
        attributes=attributes,
    )


def patched_person(document: Document, person: Person) -> StatedPerson:
    """Return what is stated of a person whose document a PATCH has made into this one.

    Where the PATCH removed `active` the document is without it, and she stays as active as she was.
    """
    return StatedPerson(
        user_name=document["userName"],
        external_id=document.get("externalId"),
        active=document.get("active", person.active),
        attributes=document,
    )
