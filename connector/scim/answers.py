"""What views share: the address that clients reach us under, and a resource as an answer."""

from __future__ import annotations

from typing import Any

from flask import Response, g

from connector.domain.attributes import ResourceType
from connector.domain.people import Group, Person
from connector.scim.bodies import answer
from connector.scim.preconditions import is_known
from connector.scim.representation import entity_tag, location
from connector.web.context import lifecycle

Json = Any


def base_url() -> str:
    """Return the SCIM base URL of the directory that is asked, without a slash at the end."""
    return f"{lifecycle().settings.public_url.rstrip('/')}/scim/{g.directory}/v2"


def resource_answer(
    thing: Person | Group, document: dict[str, Json], resource: ResourceType, status: int = 200
) -> Response:
    """Answer with a resource: its URI in Location, its version in ETag, whatever the document shows of them.

    A client that has the version already is answered 304.
    """
    uri = location(resource, thing.id, base_url())
    headers = {"Location": uri, "ETag": entity_tag(thing.version)}
    if is_known(thing):
        return Response(status=304, headers={**headers, "Cache-Control": "no-store"})
    return answer(document, status, headers if status == 201 else {**headers, "Content-Location": uri})
