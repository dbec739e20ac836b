"""Paging by cursor (RFC 9865)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from connector.lifecycle import Lifecycle
from connector.scim.cursors import TIMEOUT, Cursors, Place
from connector.scim.errors import ExpiredCursor, InvalidCursor

from .conftest import Directory

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BOUND = ("directory", "User", "", "", "")
OURS = Cursors("s" * 40, BOUND, NOON)

numbers = st.integers(0, 2**31 - 1)
ids = st.none() | st.uuids().map(str)


@given(st.builds(Place, numbers, numbers, ids, ids, numbers))
def test_a_cursor_uses_only_unreserved_characters_and_leads_back(place: Place) -> None:
    """RFC 9865 section 2: unreserved characters of RFC 3986 alone."""
    text = OURS.write(place)
    assert re.fullmatch(r"[A-Za-z0-9\-._~]+", text)
    assert OURS.read(text) == place


@given(st.text(max_size=200) | st.text("ABCDEFabcdef0123456789-_", max_size=200))
def test_what_is_no_cursor_of_ours_is_invalid(text: str) -> None:
    """Whatever it is, and however it is encoded."""
    with pytest.raises(InvalidCursor):
        OURS.read(text)


def test_a_forged_cursor_is_recognised() -> None:
    """Each character changed, each end cut off, something added: RFC 9865 section 2.1, invalidCursor."""
    text = OURS.write(Place(10, 25, after="018f"))
    changed = [text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :] for at in range(len(text))]
    for forged in (*changed, *(text[:at] for at in range(len(text))), text + "A", text + "=", text + " ", text * 20):
        with pytest.raises(InvalidCursor):
            OURS.read(forged)


@pytest.mark.parametrize(
    "theirs",
    [
        Cursors("t" * 40, BOUND, NOON),
        *(Cursors("s" * 40, (*BOUND[:at], "other", *BOUND[at + 1 :]), NOON) for at in range(5)),
        Cursors("s" * 40, ("directory", "User", "", "", "", ""), NOON),
    ],
    ids=["key", "directory", "type", "filter", "sortBy", "sortOrder", "more"],
)
def test_the_cursor_of_another_list_is_as_good_as_none(theirs: Cursors) -> None:
    """A cursor is bound to the key, the directory, the type of resource, the filter and the order."""
    with pytest.raises(InvalidCursor):
        OURS.read(theirs.write(Place(10, 25)))


def test_a_cursor_expires() -> None:
    """RFC 9865 section 4: cursorTimeout is the number of seconds for which it can be used."""
    text = OURS.write(Place(10, 25))
    assert replace(OURS, now=NOON + timedelta(seconds=TIMEOUT)).read(text) == Place(10, 25)
    with pytest.raises(ExpiredCursor):
        replace(OURS, now=NOON + timedelta(seconds=TIMEOUT + 1)).read(text)


def page(directory: Directory, path: str = "/Users", **query: Any) -> dict[str, Any]:
    answer = directory.call("GET", path, query_string=query)
    assert answer.status_code == 200, answer.json
    return dict(answer.json or {})


def names(found: dict[str, Any]) -> list[str]:
    return [each.get("userName") or each["displayName"] for each in found["Resources"]]


def forward(directory: Directory, path: str = "/Users", **query: Any) -> list[dict[str, Any]]:
    """Return the pages from the first to the last."""
    pages = [page(directory, path, cursor="", **query)]
    while "nextCursor" in pages[-1]:
        pages.append(page(directory, path, cursor=pages[-1]["nextCursor"], **query))
        assert len(pages) < 20
    return pages


def refused(directory: Directory, **query: Any) -> tuple[int, str | None, str]:
    answer = directory.call("GET", "/Users", query_string=query)
    error = answer.json or {}
    return answer.status_code, error.get("scimType"), error.get("detail", "")


@pytest.fixture
def staff(directory: Directory) -> Directory:
    """Give a directory with five people."""
    for name in ("e", "d", "c", "b", "a"):
        directory.person(name, title="Engineer" if name != "c" else "Cook")
    return directory


@pytest.mark.parametrize("count", [1, 2, 4, 5, 6])
@pytest.mark.parametrize(
    ("query", "whole"),
    [
        ({}, "edcba"),
        ({"filter": 'title eq "engineer"'}, "edba"),
        ({"sortBy": "userName"}, "abcde"),
        ({"sortBy": "userName", "sortOrder": "descending", "filter": 'title eq "engineer"'}, "edba"),
        ({"filter": 'title eq "pilot"'}, ""),
    ],
    ids=str,
)
def test_every_page_but_the_last_has_a_next_cursor_and_never_the_first_a_previous(
    staff: Directory, count: int, query: dict[str, Any], whole: str
) -> None:
    """RFC 9865 section 2: both ways through the list, nobody twice, never more than count, the total on every page."""
    pages = forward(staff, count=count, **query)
    assert "".join(name for each in pages for name in names(each)) == whole
    assert all(each["totalResults"] == len(whole) for each in pages)
    assert all(each["itemsPerPage"] == len(each["Resources"]) <= count for each in pages)
    assert ["previousCursor" in each for each in pages] == [False] + [True] * (len(pages) - 1)
    assert not any("startIndex" in each for each in pages)
    back = [pages[-1]]
    while "previousCursor" in back[0]:
        back.insert(0, page(staff, cursor=back[0]["previousCursor"], count=count, **query))
    assert [names(each) for each in back] == [names(each) for each in pages]
    assert ["nextCursor" in each for each in back] == [True] * (len(pages) - 1) + [False]


def test_nobody_is_lost_or_seen_twice_when_others_come_and_go(staff: Directory) -> None:
    """A place in the order of arrival stays where it is; paging by index would skip somebody here."""
    first = page(staff, cursor="", count=2)
    for gone in first["Resources"]:
        assert staff.call("DELETE", f"/Users/{gone['id']}").status_code == 204
    staff.person("f")
    second = page(staff, cursor=first["nextCursor"], count=2)
    third = page(staff, cursor=second["nextCursor"], count=2)
    assert (names(second), names(third)) == (["c", "b"], ["a", "f"])
    assert "nextCursor" not in third
    assert {first["totalResults"], third["totalResults"]} == {5}


def test_groups_are_paged_too(directory: Directory) -> None:
    """Every list of resources takes a cursor, by POST as well."""
    for name in "xyz":
        directory.group(name)
    assert [names(each) for each in forward(directory, "/Groups", count=2)] == [["x", "y"], ["z"]]
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "cursor": "", "count": 2}
    found = directory.call("POST", "/Groups/.search", body).json or {}
    body["cursor"] = found["nextCursor"]
    assert names(directory.call("POST", "/Groups/.search", body).json or {}) == ["z"]


@pytest.mark.parametrize("count", [0, -1, -(10**6)])
def test_a_count_of_zero_or_less_asks_for_the_total_alone(staff: Directory, count: int) -> None:
    """RFC 9865 section 2: a negative count is 0."""
    found = page(staff, cursor="", count=count)
    assert (found["totalResults"], found["Resources"]) == (5, [])
    assert "nextCursor" not in found


def test_a_client_may_leave_the_count_to_the_cursor(staff: Directory) -> None:
    """The cursor knows how long its pages are."""
    assert names(page(staff, cursor=page(staff, cursor="", count=2)["nextCursor"])) == ["c", "b"]


def test_a_count_that_is_none_or_has_changed_is_refused(staff: Directory) -> None:
    """RFC 9865 section 2.1: invalidCount."""
    cursor = page(staff, cursor="", count=2)["nextCursor"]
    assert refused(staff, cursor=cursor, count=3)[:2] == (400, "invalidCount")
    assert refused(staff, cursor=cursor, count="many")[:2] == (400, "invalidCount")
    assert refused(staff, cursor="", count="many")[:2] == (400, "invalidCount")


def test_a_cursor_of_another_directory_is_no_different_from_garbage(new_directory: Callable[[], Directory]) -> None:
    """RFC 9865 section 5: the token is checked on every page, and a cursor opens nothing."""
    mine, theirs = new_directory(), new_directory()
    for name in "ab":
        mine.person(name)
        theirs.person(name)
    cursor = page(theirs, cursor="", count=1)["nextCursor"]
    garbage = refused(mine, cursor="garbage", count=1)
    assert refused(mine, cursor=cursor, count=1) == garbage
    assert garbage[:2] == (400, "invalidCursor")
    answer = mine.call("GET", "/Users", query_string={"cursor": cursor}, headers={"Authorization": "Bearer x"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "changed", [{"filter": 'userName eq "a"'}, {"sortBy": "userName"}, {"sortOrder": "descending"}], ids=str
)
def test_a_cursor_belongs_to_its_query(staff: Directory, changed: dict[str, str]) -> None:
    """Another filter or order is another list: invalidCursor, never a page of a mixture."""
    cursor = page(staff, cursor="", count=2)["nextCursor"]
    assert refused(staff, cursor=cursor, count=2, **changed)[:2] == (400, "invalidCursor")


def test_an_old_cursor_is_told_to_have_expired(app: Flask, staff: Directory, lifecycle: Lifecycle) -> None:
    """RFC 9865 section 2.1: expiredCursor, by which a client knows to begin again."""
    cursor = page(staff, cursor="", count=2)["nextCursor"]
    later = lifecycle.clock() + timedelta(seconds=TIMEOUT + 2)
    app.extensions["jumpseat"] = replace(lifecycle, clock=lambda: later)
    assert refused(staff, cursor=cursor)[:2] == (400, "expiredCursor")


def test_a_cursor_and_an_index_exclude_each_other(staff: Directory) -> None:
    """400 for a startIndex beyond the first beside a cursor: one of the two would have to be passed over."""
    assert refused(staff, cursor="", startIndex=2)[:2] == (400, "invalidValue")
    assert names(page(staff, cursor="", startIndex=1, count=1)) == ["e"]


def test_there_is_no_cursor_across_resource_types(directory: Directory) -> None:
    """501, as for an order."""
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "cursor": ""}
    assert directory.call("POST", "/.search", body).status_code == 501


def test_index_stays_the_default_and_the_configuration_tells_both(staff: Directory) -> None:
    """RFC 9865 section 4; a client that knows no cursors is told of none."""
    assert page(staff, "/ServiceProviderConfig")["pagination"] == {
        "cursor": True,
        "index": True,
        "defaultPaginationMethod": "index",
        "defaultPageSize": 100,
        "maxPageSize": 1000,
        "cursorTimeout": 3600,
    }
    found = page(staff, count=2)
    assert (found["startIndex"], "nextCursor" in found) == (1, False)
