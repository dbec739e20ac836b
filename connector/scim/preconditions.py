"""Versions as conditions of a request: `If-Match` and `If-None-Match` (RFC 7644 section 3.14, RFC 9110 section 13).

Tags are compared weakly, for If-Match too: RFC 7644 knows weak tags alone. A request that changes something is judged
on the resource as it is under its lock, so that of two who saw the same version one is refused.
"""

from __future__ import annotations

from flask import request
from werkzeug.datastructures import ETags

from connector.domain.people import Group, Person
from connector.scim.errors import VersionMismatch


def check(thing: Person | Group) -> None:
    """Raise VersionMismatch unless the version is one of those that the request is meant for."""
    version = str(thing.version)
    if "If-Match" in request.headers and not _names(request.if_match, version):
        raise VersionMismatch(thing.version)
    if request.method not in ("GET", "HEAD") and _names(request.if_none_match, version):
        raise VersionMismatch(thing.version)


def is_known(thing: Person | Group) -> bool:
    """Tell whether the client has this version already, so that a GET is answered 304."""
    return request.method in ("GET", "HEAD") and _names(request.if_none_match, str(thing.version))


def _names(tags: ETags, version: str) -> bool:
    return tags.star_tag or tags.contains_weak(version)
