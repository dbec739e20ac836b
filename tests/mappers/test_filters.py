"""Filter text, read. Every row of the failing cases that were found in scim2-filter-parser 0.7.0 is here."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.domain.attributes import GROUP, USER, Attribute, AttributePath, ResourceType, Schema, Type
from connector.domain.errors import InvalidFilter, InvalidPath
from connector.domain.filter import And, Compare, Filter, Not, Operator, Or, Present, Value, ValuePath
from connector.mappers.filters import parse_filter, parse_path

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"

# No schema that we serve has numbers; one that does may be served tomorrow.
NUMBERS = ResourceType(
    "Thing",
    "/Things",
    Schema("urn:thing", "Thing", "", (Attribute("age", Type.INTEGER), Attribute("price", Type.DECIMAL))),
)


def path(name: str, resource: ResourceType = USER) -> AttributePath:
    found = resource.find(name)
    assert found is not None
    return found


def term(name: str, operator: str, value: Value, resource: ResourceType = USER) -> Compare:
    return Compare(path(name, resource), Operator(operator), value)


A, B, C, D = (term("title", "eq", letter) for letter in "abcd")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{A} or {B} and {C}", Or((A, And((B, C))))),
        ("{A} and {B} or {C}", Or((And((A, B)), C))),
        ("{A} or {B} and {C} or {D}", Or((A, And((B, C)), D))),
        ("{A} and {B} and {C}", And((A, B, C))),
        ("({A} or {B}) and {C}", And((Or((A, B)), C))),
        ("{A} and ({B} or {C})", And((A, Or((B, C))))),
        ("not ({A}) and {B}", And((Not(A), B))),
        ("not ({A} or {B}) and {C}", And((Not(Or((A, B))), C))),
        ("{A} or not ({B} and {C})", Or((A, Not(And((B, C)))))),
        ("(({A}))", A),
        ("{A} AND {B} Or {C}", Or((And((A, B)), C))),
        ("NOT({A})", Not(A)),
    ],
)
def test_and_binds_tighter_than_or(text: str, expected: Filter) -> None:
    """Brackets come first, then `not`, `and`, `or` (RFC 7644 section 3.4.2.2)."""
    terms = {letter: f'title eq "{letter.lower()}"' for letter in "ABCD"}
    assert parse_filter(text.format(**terms), USER) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('userName eq "bjensen"', term("userName", "eq", "bjensen")),
        ('USERNAME Eq "bjensen"', term("userName", "eq", "bjensen")),
        (f'{CORE}:userName sw "J"', term("userName", "sw", "J")),
        (f'{CORE.upper()}:NAME.FAMILYNAME sw "J"', term("name.familyName", "sw", "J")),
        (f'{ENTERPRISE}:department eq "IT"', term(f"{ENTERPRISE}:department", "eq", "IT")),
        (f'{ENTERPRISE.upper()}:Department eq "IT"', term(f"{ENTERPRISE}:department", "eq", "IT")),
        (f'{ENTERPRISE}:manager.value eq "26"', term(f"{ENTERPRISE}:manager.value", "eq", "26")),
        ("title pr", Present(path("title"))),
        ("title PR", Present(path("title"))),
        ("name pr", Present(path("name"))),
        ("title eq null", Not(Present(path("title")))),
        ("title ne NULL", Present(path("title"))),
        ("manager eq null", Not(Present(path(f"{ENTERPRISE}:manager")))),
        ('emails eq "x"', term("emails.value", "eq", "x")),
        ('emails co "x"', term("emails.value", "co", "x")),
        ('manager eq "26"', term(f"{ENTERPRISE}:manager.value", "eq", "26")),
        ('groups eq "g"', term("groups.value", "eq", "g")),
        ('userName ne ""', term("userName", "ne", "")),
        ('userName\n\teq\u00a0\u3000"x"\r\n', term("userName", "eq", "x")),
        ('  userName   eq   "x"  ', term("userName", "eq", "x")),
        ('title eq "O\'Brien, 100% [sic] (and eq \\"x\\")"', term("title", "eq", 'O\'Brien, 100% [sic] (and eq "x")')),
    ],
)
def test_one_term_is_read(text: str, expected: Filter) -> None:
    """Names and operators in any case, with or without URN; complex attributes stand for their value."""
    assert parse_filter(text, USER) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'userName eq "a\"b"', 'a"b'),
        (r'userName eq "a\\b"', "a\\b"),
        (r'userName eq "a\u00e9b"', "aéb"),
        (r'userName eq "a\nb"', "a\nb"),
        (r'userName eq "\ud83d\ude00"', "😀"),
        ('userName eq "😀 שלום é"', "😀 שלום é"),
        ('userName eq "a\tb"', "a\tb"),
        ('userName eq "true"', "true"),
        ('userName eq "null"', "null"),
    ],
)
def test_text_has_the_escapes_of_json(text: str, value: str) -> None:
    """Values are JSON strings (RFC 7159), and a quoted word is always text."""
    assert parse_filter(text, USER) == term("userName", "eq", value)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("userName eq jdoe", "userName", "jdoe"),
        ("userName eq jdoe@example.com", "userName", "jdoe@example.com"),
        ("userName eq o'brien+x/y", "userName", "o'brien+x/y"),
        ("externalId eq 0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef", "externalId", "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"),
        ("externalId eq 00123", "externalId", "00123"),
        ("externalId eq 123", "externalId", "123"),
        ("externalId eq 1e5", "externalId", "1e5"),
        ("userName eq -5", "userName", "-5"),
        ("userName EQ trueman", "userName", "trueman"),
    ],
)
def test_one_word_needs_no_quotes(text: str, name: str, value: str) -> None:
    """Authentik sends `userName eq jdoe`, Entra ID's documentation `externalId eq ...`; digits stay as written."""
    assert parse_filter(text, USER) == term(name, "eq", value)


def test_unquoted_words_end_where_the_term_ends() -> None:
    """Entra ID asks `id eq X and manager eq Y` before it writes a manager."""
    manager = term(f"{ENTERPRISE}:manager.value", "eq", "Y-2")
    assert parse_filter("id eq X and manager eq Y-2", USER) == And((term("id", "eq", "X"), manager))
    assert parse_filter("(id eq X)", USER) == term("id", "eq", "X")
    work = ValuePath(path("emails"), And((term("emails.type", "eq", "work"), term("emails.value", "eq", "a@b.c"))))
    assert parse_filter("emails[type eq work].value eq a@b.c", USER) == work


@pytest.mark.parametrize("text", ["true", "True", "TRUE", '"True"', '"true"', '"TRUE"'])
def test_booleans_come_in_any_case_and_quoted(text: str) -> None:
    """Entra ID writes `active eq "True"` and `primary eq "True"`."""
    assert parse_filter(f"active eq {text}", USER) == term("active", "eq", True)
    assert parse_filter(f"active ne {text}", USER) == term("active", "ne", True)
    primary = ValuePath(path("roles"), term("roles.primary", "eq", True))
    assert parse_filter(f"roles[primary eq {text}]", USER) == primary


@pytest.mark.parametrize(
    ("text", "value"),
    [("15", 15), ("100", 100), ("-5", -5), ("0", 0), ("1e3", 1000.0), ("9223372036854775807", 2**63 - 1)],
)
def test_numbers_are_numbers(text: str, value: int) -> None:
    """Numbers have more than one digit, signs and exponents."""
    assert parse_filter(f"age ge {text}", NUMBERS) == term("age", "ge", value, NUMBERS)
    assert parse_filter("price lt 5.5", NUMBERS) == term("price", "lt", 5.5, NUMBERS)


def test_times_are_instants() -> None:
    """A dateTime is compared as moments, whatever their offset."""
    moment = datetime(2011, 5, 13, 4, 42, 34, tzinfo=UTC)
    expected = term("meta.lastModified", "gt", moment)
    assert parse_filter('meta.lastModified gt "2011-05-13T06:42:34+02:00"', USER) == expected
    assert parse_filter("meta.lastModified gt 2011-05-13T04:42:34Z", USER) == expected


WORK = term("emails.type", "eq", "work")


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ('emails[type eq "work"]', WORK),
        ('emails[type eq "work"] pr', WORK),
        ('Emails[Type EQ "work"].VALUE eq "x"', And((WORK, term("emails.value", "eq", "x")))),
        ('emails[type eq "work"] eq "x"', And((WORK, term("emails.value", "eq", "x")))),
        ('emails[type eq "work"].value pr', And((WORK, Present(path("emails.value"))))),
        (
            'emails[type eq "work" and primary eq true].value sw "x"',
            And((And((WORK, term("emails.primary", "eq", True))), term("emails.value", "sw", "x"))),
        ),
        (
            'emails[type eq "work" or not (value co "x") and primary eq true]',
            Or((WORK, And((Not(term("emails.value", "co", "x")), term("emails.primary", "eq", True))))),
        ),
        (f'{CORE}:emails[type eq "work"]', WORK),
    ],
)
def test_value_paths_are_read(text: str, inner: Filter) -> None:
    """The comparison behind the brackets is one more term on the same element."""
    assert parse_filter(text, USER) == ValuePath(path("emails"), inner)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('unknown eq "x"', "unknown"),
        ('userName eq "a" and unknown eq "x"', "unknown"),
        ('not (unknown eq "x")', "unknown"),
        ("trueName pr", "trueName"),
        ('falseX eq "x"', "falseX"),
        ('nullField eq "x"', "nullField"),
        ('emails[unknown eq "x"]', "unknown"),
        ('emails[type eq "work" and missing eq true].value sw "x"', "missing"),
        ('emails[type eq "work"].missing eq "x"', "missing"),
        ('name.missing eq "x"', "name.missing"),
        ('urn:no:such:schema:title eq "x"', "urn:no:such:schema:title"),
        ('members eq "x"', "members"),
        ('name eq "x"', "name"),
        ('meta eq "x"', "meta"),
        ("active gt true", "active"),
        ("active co true", "active"),
        ('active eq "yes"', "active"),
        ("active eq 1", "active"),
        ("active gt null", "active"),
        ("userName eq true", "userName"),
        ("userName eq False", "userName"),
        ('x509Certificates.value gt "x"', "x509Certificates.value"),
        ('x509Certificates co "x"', "x509Certificates.value"),
        ('meta.created eq "yesterday"', "meta.created"),
        ("meta.created gt 5", "meta.created"),
        ("meta.created gt true", "meta.created"),
        ('meta.created sw "2011"', "meta.created"),
        ('password sw "a"', "password"),
        ("password pr", "password"),
        ('meta.location eq "x"', "meta.location"),
        ('meta.version eq "x"', "meta.version"),
        ('groups.$ref eq "x"', "groups.$ref"),
        ('memberships.state eq "active"', "memberships.state"),
        ('memberships[state eq "active"]', "memberships.state"),
        ('userName[value eq "x"]', "userName"),
        ('userName eq "a\\u0000b"', "userName"),
        ('userName eq "\\ud800"', "userName"),
    ],
)
def test_a_filter_that_cannot_be_honoured_names_the_attribute(text: str, named: str) -> None:
    """Nothing is dropped or widened: an unknown attribute, a type that does not fit, a secret, are refused by name."""
    with pytest.raises(InvalidFilter, match=r"The filter cannot be used: .*") as refusal:
        parse_filter(text, USER)
    assert named in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "userName",
        "userName eq",
        'eq "x"',
        'userName xx "a"',
        'userName eq "a',
        'userName eq "end\\"',
        'userName eq "\\x"',
        "userName eq 'x'",
        "displayName eq Sales Team",
        "displayName eq Sales(EU)",
        '(userName eq "a"',
        'userName eq "a")',
        'emails[type eq "work"',
        'emails[type eq "work").value eq "x"',
        "emails[]",
        "not userName pr",
        "userName pr and",
        "and userName pr",
        "userName pr userName pr",
        'userName eq "a\0b"',
        "userName eq a\0b",
        "userName eq \ud800",
        'emails[type eq "work" and addresses[type eq "x"]]',
        'emails[type eq "work"].value[type eq "x"] pr',
        'emails.value[type eq "work"]',
        'userName eq "a";',
        "userName eq {}",
        'userName eq jdoe"',
        "%",
        "[",
        "]",
        "((((",
    ],
)
def test_what_is_no_filter_is_refused(text: str) -> None:
    """Broken syntax, nested value paths, NUL characters and lone surrogates are refused with a sentence."""
    with pytest.raises(InvalidFilter, match=r"The filter cannot be used: .+"):
        parse_filter(text, USER)


@pytest.mark.parametrize(
    "text", ["age eq 1e999", "age gt 9223372036854775808", "age eq 1.5", 'age eq "5"', "age eq true"]
)
def test_numbers_out_of_range_or_of_another_type_are_refused(text: str) -> None:
    """What no database could compare does not reach one."""
    with pytest.raises(InvalidFilter, match="age"):
        parse_filter(text, NUMBERS)


def test_a_filter_has_at_most_4096_bytes() -> None:
    """Bytes count, not characters; the refusal says the limit."""
    fits = 'userName eq "' + "é" * 2041 + '"'
    assert len(fits.encode()) == 4096
    assert parse_filter(fits, USER) == term("userName", "eq", "é" * 2041)
    with pytest.raises(InvalidFilter, match="4096 bytes"):
        parse_filter(fits + " ", USER)


def test_brackets_nest_at_most_20_deep() -> None:
    """Round and square brackets both count; 900 of them are no recursion error but a refusal."""
    assert parse_filter("(" * 20 + "title pr" + ")" * 20, USER) == Present(path("title"))
    nested = "not (" * 19 + 'emails[type eq "work"]' + ")" * 19
    assert isinstance(parse_filter(nested, USER), Not)
    for text in (
        "(" * 21 + "title pr" + ")" * 21,
        "not (" * 20 + 'emails[type eq "w"]' + ")" * 20,
        "(" * 900,
        "[" * 4000,
    ):
        with pytest.raises(InvalidFilter, match="deeper than 20"):
            parse_filter(text, USER)


@pytest.mark.parametrize("word", ["or", "and"])
def test_a_filter_has_at_most_50_terms(word: str) -> None:
    """27 terms are no index error and 400 no recursion error: up to 50 are read, more are refused."""
    several = parse_filter(f" {word} ".join(["title pr"] * 50), USER)
    assert isinstance(several, And | Or)
    assert len(several.terms) == 50
    for number in (51, 300):
        with pytest.raises(InvalidFilter, match="more than 50 terms"):
            parse_filter(f" {word} ".join(["title pr"] * number), USER)


def test_threads_do_not_disturb_each_other() -> None:
    """The package keeps its state on its objects, of which every call has its own."""
    texts = [f'emails[type eq "{n}"].value eq "x{n}" or title eq "{n}" and active eq true' for n in range(400)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda text: parse_filter(text, USER), texts)) == [parse_filter(t, USER) for t in texts]


scraps = st.sampled_from(
    [
        *(
            "userName",
            "emails",
            "type",
            ".value",
            "$ref",
            "urn:x:",
            f"{ENTERPRISE}:",
            "eq",
            "pr",
            "gt",
            "and",
            "or",
            "not",
        ),
        *("(", ")", "[", "]", '"', "'", "\\", ":", ".", "-", "\n", "\0", "\ud800", "é"),
        *('"a"', "true", "null", "1", "1e9"),
    ]
)


@settings(max_examples=300, deadline=None, database=None)
@given(st.lists(scraps | st.text(max_size=3), max_size=30), st.sampled_from(["", " "]))
def test_whatever_comes_is_a_filter_or_refused(words: list[str], space: str) -> None:
    """No text makes the reading fail in any other way."""
    text = space.join(words)
    for read, refusal in ((parse_filter, InvalidFilter), (parse_path, InvalidPath)):
        with suppress(refusal):
            read(text, USER)


@pytest.mark.parametrize(
    ("text", "name", "inner", "resource"),
    [
        ("displayName", "displayName", None, USER),
        ("NAME.familyname", "name.familyName", None, USER),
        ("emails", "emails", None, USER),
        (f"{CORE}:emails", "emails", None, USER),
        (f"{ENTERPRISE}:manager", f"{ENTERPRISE}:manager", None, USER),
        (f"{ENTERPRISE}:manager.value", f"{ENTERPRISE}:manager.value", None, USER),
        ('emails[type eq "work"]', "emails", WORK, USER),
        ('emails[type eq "work"].value', "emails.value", WORK, USER),
        ('Emails[Type Eq "work"].Value', "emails.value", WORK, USER),
        ("emails[type eq work].value", "emails.value", WORK, USER),
        ('roles[primary eq "True"].value', "roles.value", term("roles.primary", "eq", True), USER),
        ('members[value eq "2819c223"]', "members", term("members.value", "eq", "2819c223", GROUP), GROUP),
    ],
)
def test_patch_paths_are_read(text: str, name: str, inner: Filter | None, resource: ResourceType) -> None:
    """The target and the filter that picks its elements (RFC 7644 figure 1, and what Okta and Entra ID write)."""
    found = parse_path(text, resource)
    assert found.path == path(name, resource)
    assert found.value_filter == inner
    assert found.sub_attribute == path(name, resource).sub_attribute


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("unknown", True),
        ("name.unknown", True),
        ('emails[type eq "work"].unknown', True),
        ('emails[unknown eq "x"]', True),
        ("members", True),
        ("", False),
        ("emails[", False),
        ("emails]", False),
        ('emails[type eq "work"', False),
        ('emails.value[type eq "work"]', False),
        ('emails[type eq "work"].value.x', False),
        ('userName[value eq "x"]', False),
        ('userName eq "x"', False),
        ("emails pr and title", False),
        ("not (title pr) and title", False),
        ("(title", False),
        ("(title)", False),
        ("title pr", False),
        ("a" * 5000, False),
        ("\ud800", False),
        ('emails[type eq "a\\u0000"]', False),
    ],
)
def test_what_is_no_path_is_refused(text: str, unknown: bool) -> None:
    """A path is one attribute; whether it is broken or names what is not there can be told apart."""
    with pytest.raises(InvalidPath, match="cannot be used") as refusal:
        parse_path(text, USER)
    assert refusal.value.unknown is unknown
    assert len(str(refusal.value)) < 400


def test_a_slip_is_answered_with_the_name_that_was_meant() -> None:
    """The administrator reads the refusal in the provider's task list, far from any list of attributes."""
    for text, meant in (("userNam eq 1", "userName"), ("emails[typ eq 1]", "type"), ("displayname1 pr", "displayName")):
        with pytest.raises(InvalidFilter, match=f"Did you mean {meant}"):
            parse_filter(text, USER)
    with pytest.raises(InvalidFilter, match=r"shoeSize is no attribute of User\.$"):
        parse_filter("shoeSize eq 43", USER)
