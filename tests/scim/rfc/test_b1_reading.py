"""Creating, reading and queries."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ..conftest import USER_URN, Directory
from .asking import LIST, SEARCH, found, put, refused, seen


@pytest.fixture
def staff(directory: Directory) -> Directory:
    """Give a directory with five people."""
    for name, title in (("e", "Cook"), ("d", "cook"), ("c", "Chef"), ("b", None), ("a", "Porter")):
        directory.person(name, title=title, active=name != "a", externalId=name.upper())
    return directory


def test_b1_26_what_is_created_is_201_with_its_address(directory: Directory) -> None:
    """The Location header and meta.location are one, and the body is the resource as a GET then shows it."""
    for path, body in (("/Users", {"userName": "ada"}), ("/Groups", {"displayName": "Staff"})):
        answer = directory.call("POST", path, {"schemas": [USER_URN], **body})
        assert answer.status_code == 201
        assert answer.headers["Location"] == answer.json["meta"]["location"]
        assert seen(directory, f"{path}/{answer.json['id']}") == answer.json


def test_b1_27_of_duplicates_one_is_created(directory: Directory) -> None:
    """In parallel too: one 201, and 409 uniqueness for the others (test_parallel has it on both databases)."""
    body = {"schemas": [USER_URN], "userName": "ada"}
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: directory.call("POST", "/Users", body), range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    for answer in answers:
        if answer.status_code == 409:
            refused(answer, 409, "uniqueness")
    assert seen(directory, "/Users")["totalResults"] == 1


def test_b1_28_what_is_read_only_in_a_body_is_passed_over(directory: Directory) -> None:
    """Neither refused nor kept."""
    ada = directory.person("ada", id="x", groups=[{"value": "g"}], meta={"version": "x"})
    assert (ada["id"] != "x", "groups" in ada, ada["meta"]["version"]) == (True, False, 'W/"1"')


def test_b1_29_a_resource_is_there_or_not(new_directory: Callable[[], Directory]) -> None:
    """404 for nobody's id, and the same for another directory's."""
    mine, theirs = new_directory(), new_directory()
    stranger = theirs.person("ada")["id"]
    nobody = stranger[:-4] + "0000"
    answers = [mine.call("GET", f"/Users/{each}").text.replace(each, "-") for each in (stranger, nobody)]
    assert answers[0] == answers[1]
    refused(mine.call("GET", f"/Users/{stranger}"), 404)
    assert theirs.call("GET", f"/Users/{stranger}").status_code == 200


def test_b1_30_who_is_deactivated_is_still_there(directory: Directory, ada: dict[str, Any]) -> None:
    """By id, in lists and in filters: Entra ID looks for her again."""
    directory.patch(f"/Users/{ada['id']}", {"op": "replace", "path": "active", "value": False})
    assert seen(directory, f"/Users/{ada['id']}")["active"] is False
    assert found(directory, "active eq false") == found(directory, 'userName eq "ada@x.example"') == ["ada@x.example"]


def test_b1_31_a_list_tells_how_many_there_are(staff: Directory) -> None:
    """Total, place and number on the page; none found is an empty list, by which Entra ID tests a connection."""
    page = seen(staff, "/Users", startIndex=2, count=2)
    assert {name: page[name] for name in ("schemas", "totalResults", "startIndex", "itemsPerPage")} == {
        "schemas": [LIST], "totalResults": 5, "startIndex": 2, "itemsPerPage": 2
    }  # fmt: skip
    assert [each["userName"] for each in page["Resources"]] == ["d", "c"]
    nobody = seen(staff, "/Users", filter='userName eq "6f1ad3b4-1b0c-4b7e-9b8f-2f1f4f0c1d11"')
    assert (nobody["totalResults"], nobody["itemsPerPage"], nobody["Resources"]) == (0, 0, [])


FILTERS = {
    'title eq "COOK"': "ed",
    'title ne "cook"': "ca",
    'title co "HE"': "c",
    'title sw "C"': "edc",
    'title EW "k"': "ed",
    "title pr": "edca",
    'title gt "chef"': "eda",
    'title ge "chef"': "edca",
    'title lt "cook"': "c",
    'title le "cook"': "edc",
    'title eq "cook" and active eq true or userName eq "a"': "eda",
    'userName eq "a" or title eq "cook" and externalId eq "D"': "da",
    '(userName eq "a" or title eq "cook") and externalId eq "D"': "d",
    'not (title eq "cook") and active eq true': "cb",
    'NOT (title pr) OR userName EQ "c"': "cb",
}


def test_b1_32_a_filter_finds_those_whom_it_describes(staff: Directory) -> None:
    """Every operator in any case; brackets before not, not before and, and before or (values in test_filtering)."""
    answers = {text: "".join(found(staff, text)) for text in FILTERS}
    assert answers == FILTERS
    staff.person("f", emails=[{"type": "work", "value": "f@x"}, {"type": "home", "value": "f@y"}])
    assert found(staff, 'emails[type eq "work" and value co "@x"]') == ["f"]
    assert found(staff, 'emails[type eq "work" and value co "@y"]') == []


def test_b1_33_an_operator_that_nobody_knows_is_refused(staff: Directory) -> None:
    """Never passed over, which would find everybody; nor is an attribute of no schema."""
    for text in (
        'userName xx "a"',
        "userName eq",
        'shoeSize eq "43"',
        'userName eq "a" xor active eq true',
        "()",
        "not",
    ):
        refused(staff.call("GET", "/Users", query_string={"filter": text}), 400, "invalidFilter")


def test_b1_34_booleans_and_binaries_have_no_order(staff: Directory) -> None:
    """Greater and less are invalidFilter for them."""
    for operator in ("gt", "ge", "lt", "le"):
        for text in (f"active {operator} true", f'x509Certificates.value {operator} "AAAA"'):
            refused(staff.call("GET", "/Users", query_string={"filter": text}), 400, "invalidFilter")


def test_b1_35_case_counts_where_the_schema_says(staff: Directory) -> None:
    """Of ids and externalIds, not of names."""
    someone = seen(staff, "/Users", filter='userName eq "A"')["Resources"][0]
    assert found(staff, 'externalId eq "A"') == ["a"]
    assert found(staff, 'externalId eq "a"') == []
    assert found(staff, f'id eq "{someone["id"]}"') == ["a"]
    assert found(staff, f'id eq "{someone["id"].upper()}"') == []


def test_b1_36_who_has_no_value_matches_no_comparison(staff: Directory) -> None:
    """A known attribute that nobody has finds nobody, and never everybody; but not to match is to match `not`."""
    for operator in ("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"):
        assert found(staff, f'nickName {operator} "x"') == []
    assert found(staff, 'title ne "x"') == ["e", "d", "c", "a"]
    assert found(staff, 'not (title eq "x")') == ["e", "d", "c", "b", "a"]


def test_b1_37_values_are_json_texts(directory: Directory) -> None:
    """With the escapes of JSON, and every character there is."""
    texts = ['a"b', "a\\b", "Aé", "\U0001f980", "\u05d0\u05d1", "50%_", "a'b"]
    for number, text in enumerate(texts):
        directory.person(f"p{number}", title=text)
    written = ['"a\\"b"', '"a\\\\b"', '"\\u0041\\u00e9"', '"\\ud83e\\udd80"', '"\u05d0\u05d1"', '"50%_"', '"a\'b"']
    assert [found(directory, f"title eq {each}") for each in written] == [[f"p{n}"] for n in range(len(texts))]


def test_b1_38_no_query_is_too_costly_to_answer(staff: Directory) -> None:
    """No page is longer than filter.maxResults, and what a filter may be has bounds: tooMany is not needed."""
    assert seen(staff, "/ServiceProviderConfig")["filter"]["maxResults"] == 1000
    assert seen(staff, "/Users", count=10**9)["itemsPerPage"] == 5
    for text in (
        "(" * 21 + 'userName eq "a"' + ")" * 21,
        " or ".join(['title eq "a"'] * 51),
        f'title eq "{"a" * 4096}"',
    ):
        refused(staff.call("GET", "/Users", query_string={"filter": text}), 400, "invalidFilter")


def test_b1_39_a_list_is_sorted(staff: Directory) -> None:
    """Ascending unless said; without regard to case where there is none; page after page in one order."""

    def names(**query: Any) -> str:
        return "".join(each["userName"] for each in seen(staff, "/Users", **query)["Resources"])

    assert (names(sortBy="userName"), names(sortBy="USERNAME", sortOrder="descending")) == ("abcde", "edcba")
    assert names(sortBy="title") == "cedab"  # equal places in order of arrival, none last
    pages = [names(sortBy="title", startIndex=start, count=2) for start in (1, 3, 5)]
    assert pages == ["ce", "da", "b"]
    staff.person("g", emails=[{"value": "z@x"}, {"value": "a@x", "primary": True}])
    staff.person("f", emails=[{"value": "b@x"}, {"value": "a@a"}])
    assert names(sortBy="emails", filter="emails pr") == "gf"


def test_b1_40_numbers_beyond_their_bounds_are_brought_within(staff: Directory) -> None:
    """StartIndex below 1 is 1, count below 0 is 0, a count of 0 asks for the total alone."""
    cases: dict[tuple[int, int], tuple[int, str]] = {
        (0, 2): (1, "ed"), (-7, 2): (1, "ed"), (1, -1): (1, ""), (1, 0): (1, ""), (5, 2): (5, "a"), (9, 2): (9, "")
    }  # fmt: skip
    for (start, count), (told, names) in cases.items():
        page = seen(staff, "/Users", startIndex=start, count=count)
        shown = "".join(each["userName"] for each in page["Resources"])
        assert (page["totalResults"], page["startIndex"], shown) == (5, told, names), (start, count)


def test_b1_41_a_page_by_index_depends_on_nothing_kept_here(staff: Directory) -> None:
    """Pages may be asked for in any order; whoever arrives meanwhile comes last, so that nobody is skipped."""
    first = seen(staff, "/Users", startIndex=1, count=3)
    staff.person("f")
    second = seen(staff, "/Users", startIndex=4, count=3)
    names = [each["userName"] for page in (first, second) for each in page["Resources"]]
    assert names == ["e", "d", "c", "b", "a", "f"]
    assert seen(staff, "/Users", startIndex=1, count=3)["Resources"] == first["Resources"]


def test_b1_42_projections_are_obeyed_on_every_method(directory: Directory, ada: dict[str, Any]) -> None:
    """The id is always there; the two exclude each other."""
    path, shown = f"/Users/{ada['id']}", {"schemas", "id", "title"}
    query = {"query_string": {"attributes": "title"}}
    body = {"schemas": [USER_URN], "userName": "ada", "title": "Dr"}
    answers = [
        directory.call("POST", "/Users", {**body, "userName": "bo"}, **query),
        directory.call("PUT", path, body, **query),
        directory.patch(path, {"op": "replace", "path": "title", "value": "Prof"}, **query),
        directory.call("GET", path, **query),
    ]
    assert [set(answer.json) for answer in answers] == [shown] * 4
    staff = directory.group("Staff", ada["id"])
    for place in (f"/Groups/{staff['id']}", "/Groups"):
        assert "members" not in str(seen(directory, place, excludedAttributes="members"))
    both = {"attributes": "title", "excludedAttributes": "name"}
    refused(directory.call("GET", path, query_string=both), 400, "invalidValue")


def test_b1_43_a_search_by_post_may_be_of_everything(staff: Directory) -> None:
    """Of one type, or of all at the root; its body is a SearchRequest."""
    staff.group("e-team")
    body: dict[str, Any] = {
        "schemas": [SEARCH],
        "filter": 'userName eq "e" or displayName sw "e"',
        "attributes": ["id"],
    }
    listed = staff.call("POST", "/.search", body).json or {}
    assert [each["schemas"][0].rpartition(":")[2] for each in listed["Resources"]] == ["User", "Group"]
    assert (staff.call("POST", "/Groups/.search", {**body, "filter": "displayName pr"}).json or {})["totalResults"] == 1
    refused(staff.call("POST", "/Users/.search", {**body, "schemas": [USER_URN]}), 400, "invalidSyntax")
    refused(put(staff, ".search", userName="x"), 405)
