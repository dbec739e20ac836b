"""The parameters of a query, by the names that the RFCs give them."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request

from connector.domain.errors import InvalidValue

NAMES = ("filter", "sortBy", "sortOrder", "startIndex", "count", "cursor", "attributes", "excludedAttributes")
_KNOWN = {name.lower(): name for name in NAMES}


def query_arguments() -> Mapping[str, str]:
    """Return the parameters that we know, whatever the case they are written in; others are passed over.

    A `Filter` that is passed over would be answered with everybody. Raises InvalidValue for one that is given twice.
    """
    found: dict[str, str] = {}
    for written, value in request.args.items(multi=True):
        name = _KNOWN.get(written.lower())
        if name is None:
            continue
        if name in found:
            raise InvalidValue(name, "must be given once.")
        found[name] = value
    return found
