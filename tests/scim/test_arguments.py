"""Parameters of queries that are written as nobody expects, and bodies that are packed."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask

from connector.domain.errors import InvalidValue
from connector.scim.arguments import query_arguments
from connector.scim.bodies import read_json
from connector.scim.errors import UnsupportedMediaType

APP = Flask("arguments", static_folder=None)


def asked(query: str) -> dict[str, str]:
    with APP.test_request_context(f"/Users?{query}"):
        return dict(query_arguments())


def test_a_parameter_is_known_in_any_case() -> None:
    """A `Filter` that nobody reads would be answered with everybody."""
    assert asked("Filter=x&STARTINDEX=2&excludedattributes=members&api-version=1") == {
        "filter": "x",
        "startIndex": "2",
        "excludedAttributes": "members",
    }


@pytest.mark.parametrize("query", ["filter=a&filter=b", "filter=a&FILTER=a", "count=1&count=2"])
def test_a_parameter_that_is_given_twice_is_refused(query: str) -> None:
    """Which of them would hold is anybody's guess."""
    with pytest.raises(InvalidValue, match="given once"):
        asked(query)


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "br", "gzip, identity"])
def test_a_packed_body_is_of_a_type_that_is_not_read(coding: str) -> None:
    """415 names the coding; unpacking would let a small body grow without bound."""
    body, headers = gzip.compress(b"{}"), {"Content-Encoding": coding}
    request = APP.test_request_context(
        "/Users", method="POST", data=body, headers=headers, content_type="application/scim+json"
    )
    with request, pytest.raises(UnsupportedMediaType, match=coding):
        read_json(1000)
