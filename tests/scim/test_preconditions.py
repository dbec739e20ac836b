"""Versions as conditions of a request (RFC 7644 section 3.14)."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from .conftest import GROUP_URN, PATCH_URN, USER_URN, Directory

KINDS = ("/Users", "/Groups")
METHODS = ("PUT", "PATCH", "DELETE")


def made(directory: Directory, kind: str) -> str:
    """Return the path of a new resource, which has the version W/"1"."""
    thing = directory.person("ada") if kind == "/Users" else directory.group("Team")
    assert thing["meta"]["version"] == 'W/"1"'
    return f"{kind}/{thing['id']}"


def ask(directory: Directory, method: str, path: str, **conditions: str) -> TestResponse:
    """Send a request that changes the resource; `if_match` is the header If-Match."""
    headers = {"Authorization": f"Bearer {directory.token}"}
    headers |= {name.title().replace("_", "-"): value for name, value in conditions.items()}
    person = path.startswith("/Users")
    bodies = {
        "PUT": {"schemas": [USER_URN, GROUP_URN], "userName": "ada", "displayName": "Other"},
        "PATCH": {
            "schemas": [PATCH_URN],
            "Operations": [{"op": "add", "path": "title" if person else "displayName", "value": "Other"}],
        },
    }
    return directory.call(method, path, bodies.get(method), headers=headers)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "condition", ['W/"1"', '"1"', 'W/"7", W/"1"', "*"], ids=["same", "strong form", "one of them", "any"]
)
def test_a_request_is_done_when_the_version_matches(
    directory: Directory, kind: str, method: str, condition: str
) -> None:
    """RFC 7644 section 3.14: with If-Match the operation is done only when the version is still that one."""
    path = made(directory, kind)
    answer = ask(directory, method, path, if_match=condition)
    assert answer.status_code == (204 if method == "DELETE" else 200)
    if method != "DELETE":
        assert answer.headers["ETag"] == (answer.json or {})["meta"]["version"] == 'W/"2"'


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "conditions",
    [
        {"if_match": 'W/"2"'},
        {"if_match": ""},
        {"if_match": 'W/"11"'},
        {"if_none_match": 'W/"1"'},
        {"if_none_match": "*"},
    ],
    ids=str,
)
def test_a_request_for_another_version_is_412_and_changes_nothing(
    directory: Directory, kind: str, method: str, conditions: dict[str, str]
) -> None:
    """RFC 7644 section 3.14: Precondition Failed, in a SCIM error, and the resource stays as it was."""
    path = made(directory, kind)
    before = directory.call("GET", path).json
    answer = ask(directory, method, path, **conditions)
    assert answer.status_code == 412
    assert (answer.json or {})["status"] == "412"
    assert directory.call("GET", path).json == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_that_has_the_version_is_answered_304(directory: Directory, kind: str) -> None:
    """RFC 7644 section 3.14: If-None-Match on a GET; nothing to read, and the version once more."""
    path = made(directory, kind)
    for known in ('W/"1"', '"1"', 'W/"5", W/"1"', "*"):
        answer = ask(directory, "GET", path, if_none_match=known)
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", 'W/"1"')
    ask(directory, "PATCH", path)
    answer = ask(directory, "GET", path, if_none_match='W/"1"')
    assert (answer.status_code, answer.headers["ETag"]) == (200, 'W/"2"')


def test_a_get_can_insist_on_a_version(directory: Directory) -> None:
    """RFC 9110 section 13.1.1: If-Match holds for every method."""
    path = made(directory, "/Users")
    assert ask(directory, "GET", path, if_match='W/"1"').status_code == 200
    assert ask(directory, "GET", path, if_match='W/"2"').status_code == 412


def test_a_version_of_what_is_not_there_is_404(directory: Directory) -> None:
    """Which resource comes before which version of it."""
    for method in ("GET", *METHODS):
        assert ask(directory, method, "/Users/nobody", if_match='W/"1"').status_code == 404


def test_a_change_that_changes_nothing_keeps_the_version(directory: Directory) -> None:
    """The version of RFC 7643 section 3.1 is that of the resource, not of the requests about it."""
    path = made(directory, "/Users")
    ask(directory, "PATCH", path)
    assert ask(directory, "PATCH", path, if_match='W/"2"').headers["ETag"] == 'W/"2"'


@pytest.mark.parametrize("kind", KINDS)
def test_of_parallel_writers_who_saw_one_version_one_is_done(app: Flask, directory: Directory, kind: str) -> None:
    """The version is judged under the lock of the resource: one 200, the others 412, none lost."""
    path = made(directory, kind)

    def write(number: int) -> int:
        own = Directory(directory.slug, directory.token, app.test_client())
        body = {
            "schemas": [PATCH_URN],
            "Operations": [{"op": "replace", "path": "displayName", "value": f"Name {number}"}],
        }
        headers = {"Authorization": f"Bearer {own.token}", "If-Match": 'W/"1"'}
        return own.call("PATCH", path, body, headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(write, range(8))) == {200: 1, 412: 7}
    assert ask(directory, "GET", path).headers["ETag"] == 'W/"2"'
