"""Paging by cursor; tests/scim/test_cursors.py has the many cases of each of these."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from connector.lifecycle import Lifecycle, directories

from ..conftest import CAUSE, Directory
from .asking import refused, seen


@pytest.fixture
def staff(directory: Directory) -> Directory:
    """Give a directory with five people."""
    for name in "abcde":
        directory.person(name)
    return directory


def _pages(directory: Directory, **query: Any) -> list[dict[str, Any]]:
    pages = [seen(directory, "/Users", cursor="", **query)]
    while "nextCursor" in pages[-1]:
        pages.append(seen(directory, "/Users", cursor=pages[-1]["nextCursor"], **query))
    return pages


def _asked(directory: Directory, **query: Any) -> Any:
    return directory.call("GET", "/Users", query_string=query)


def test_b2_60_a_cursor_needs_no_escaping_and_an_empty_one_begins(staff: Directory) -> None:
    """Without any, paging is by index; with an empty one the first page by cursor comes."""
    assert "nextCursor" not in seen(staff, "/Users", count=2)
    for page in _pages(staff, count=1):
        for name in ("nextCursor", "previousCursor"):
            assert re.fullmatch(r"[A-Za-z0-9\-._~]*", page.get(name, ""))


def test_b2_61_there_is_a_cursor_where_there_is_a_page(staff: Directory) -> None:
    """A next one on every page but the last, a previous one on every page but the first; of an empty list neither."""
    for count in (1, 2, 4, 5, 6):
        pages = _pages(staff, count=count)
        assert ["nextCursor" in page for page in pages] == [True] * (len(pages) - 1) + [False]
        assert ["previousCursor" in page for page in pages] == [False] + [True] * (len(pages) - 1)
        assert [each["userName"] for page in pages for each in page["Resources"]] == list("abcde")
    (empty,) = _pages(staff, filter='userName eq "z"')
    assert not {"nextCursor", "previousCursor"} & set(empty)


def test_b2_62_a_page_never_holds_more_than_count(staff: Directory) -> None:
    """A count of 0 or less asks for the total alone."""
    for count, length in {2: 2, 9: 5, 0: 0, -1: 0}.items():
        page = seen(staff, "/Users", cursor="", count=count)
        assert (page["totalResults"], page["itemsPerPage"], len(page["Resources"])) == (5, length, length)


def test_b2_63_both_methods_are_told_and_which_is_the_default(staff: Directory) -> None:
    """By index, as it was before there were cursors."""
    told = seen(staff, "/ServiceProviderConfig")["pagination"]
    assert (told["cursor"], told["index"], told["defaultPaginationMethod"]) == (True, True, "index")
    assert (told["defaultPageSize"], told["maxPageSize"], told["cursorTimeout"]) == (100, 1000, 3600)
    assert seen(staff, "/Users")["startIndex"] == 1


def test_b2_64_each_fault_of_a_cursor_has_its_type(app: Flask, staff: Directory, lifecycle: Lifecycle) -> None:
    """Changed, cut off, of another count, too old."""
    cursor = _pages(staff, count=2)[0]["nextCursor"]
    flipped = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    for none in (flipped, cursor[:-3], "x", "\N{SNOWMAN}"):
        refused(_asked(staff, cursor=none), 400, "invalidCursor")
    refused(_asked(staff, cursor=cursor, count=3), 400, "invalidCount")
    refused(_asked(staff, cursor="", count="many"), 400, "invalidCount")
    app.extensions["jumpseat"] = replace(lifecycle, clock=lambda: lifecycle.clock() + timedelta(hours=2))
    refused(_asked(staff, cursor=cursor), 400, "expiredCursor")


def test_b2_65_a_cursor_opens_nothing(new_directory: Callable[[], Directory]) -> None:
    """The token is asked for on every page; another directory's cursor is as good as garbage, to the byte."""
    mine, theirs = new_directory(), new_directory()
    for name in "ab":
        mine.person(name)
        theirs.person(name)
    cursor = _pages(theirs, count=1)[0]["nextCursor"]
    assert _asked(mine, cursor=cursor).data == _asked(mine, cursor="garbage").data
    refused(_asked(mine, cursor=cursor), 400, "invalidCursor")
    refused(mine.call("GET", "/Users", query_string={"cursor": cursor}, headers={"Authorization": "Bearer x"}), 401)


def test_b2_66_a_cursor_ends_with_the_token_and_its_list(staff: Directory, lifecycle: Lifecycle) -> None:
    """Of another filter, order or type it is invalid; with the token revoked nothing is shown."""
    cursor = _pages(staff, count=2)[0]["nextCursor"]
    for other in ({"filter": "userName pr"}, {"sortBy": "userName"}):
        refused(_asked(staff, cursor=cursor, **other), 400, "invalidCursor")
    refused(staff.call("GET", "/Groups", query_string={"cursor": cursor}), 400, "invalidCursor")
    lifecycle.write(directories.revoke_token, staff.slug, staff.token[:12], CAUSE)
    refused(_asked(staff, cursor=cursor), 401)
