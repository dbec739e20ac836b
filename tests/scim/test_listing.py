"""Which page a query asks for (RFC 7644 section 3.4.2)."""

from __future__ import annotations

import pytest

from connector.domain.attributes import USER
from connector.domain.errors import InvalidFilter, InvalidValue
from connector.domain.filter import Compare
from connector.scim.listing import MAX_COUNT, Query, list_message


@pytest.mark.parametrize(
    ("arguments", "start_index", "count"),
    [
        ({}, 1, 100),
        ({"startIndex": "", "count": ""}, 1, 100),
        ({"startIndex": "1", "count": "2"}, 1, 2),
        ({"startIndex": "0"}, 1, 100),
        ({"startIndex": "-7"}, 1, 100),
        ({"count": "0"}, 1, 0),
        ({"count": "-1"}, 1, 0),
        ({"startIndex": "2147483647", "count": "1000000000"}, 2147483647, MAX_COUNT),
        ({"count": "1001"}, 1, 1000),
    ],
)
def test_numbers_below_their_range_are_raised_to_it(arguments: dict[str, str], start_index: int, count: int) -> None:
    """RFC 7644 table 6: startIndex below 1 is 1, count below 0 is 0; never more than asked for, nor than 1,000."""
    query = Query.of(arguments, USER)
    assert (query.start_index, query.count) == (start_index, count)


@pytest.mark.parametrize("text", ["abc", "1.5", "1e3", "--1", "2147483648", "9" * 40, "\u0661", "1 2"])
@pytest.mark.parametrize("name", ["startIndex", "count"])
def test_what_is_no_number_of_ours_is_refused(name: str, text: str) -> None:
    """400 invalidValue that names the parameter; nothing reaches the database that it could not count to."""
    with pytest.raises(InvalidValue, match=name):
        Query.of({name: text}, USER)


def test_the_filter_is_read_with_its_dialect() -> None:
    """An unknown attribute is refused: no filter must ever come to mean everybody."""
    assert isinstance(Query.of({"filter": "urn:scim:schemas:core:1.0:userName eq jdoe"}, USER).filter, Compare)
    assert Query.of({"filter": ""}, USER).filter is None
    with pytest.raises(InvalidFilter):
        Query.of({"filter": 'shoeSize eq "43"'}, USER)


def test_a_list_tells_the_page_and_the_total() -> None:
    """RFC 7644 section 3.4.2; `Resources` is there even when it is empty."""
    assert list_message(5, 7, []) == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 5,
        "startIndex": 7,
        "itemsPerPage": 0,
        "Resources": [],
    }
