"""Requests that a broken, careless or hostile client may send: valid ones, mutated in their structure and as bytes.

Hypothesis draws what a request is about; a random generator that it seeds then spoils it. `@P0@` stands for a person's
id, `@G0@` for a group's, and so on: who sends the request fills in what exists at that moment (`Target.fill`).
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as some

from connector.domain.attributes import CORE_USER, ENTERPRISE_USER, MEMBERSHIP_USER

from ..scim.conftest import GROUP_URN, PATCH_URN, USER_URN

Json = Any
SEARCH_URN = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
BULK_URN = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Hostile:
    """A request as it leaves the client. `length` is the Content-Length that is told; None of a chunked body."""

    method: str
    path: str
    """Percent-encoded."""
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    length: str | None


# What it is about.

PEOPLE = ("@P0@", "@P1@", "@P2@", "@GONE@", "@G0@", "nobody", "0", "1", "")
ATTRIBUTES = (
    *("userName", "USERNAME", "externalId", "active", "title", "displayName", "name.givenName", "name", "id", "meta"),
    *(
        "emails",
        "emails.value",
        "emails.type",
        "emails.primary",
        "roles",
        "entitlements.value",
        "groups",
        "groups.value",
    ),
    *("meta.created", "meta.lastModified", "meta.version", "meta.resourceType", "members", "members.value", "schemas"),
    *("password", "x509Certificates.value", "manager", "locale", "unheardOf", "photos.value", "addresses.country"),
    *(f"{USER_URN}:userName", f"{ENTERPRISE_USER}:department", f"{ENTERPRISE_USER}:manager.value", CORE_USER),
    *(f"{MEMBERSHIP_USER}:memberships", f"{MEMBERSHIP_USER}:memberships.state", "urn:nobody:knows:1.0:User:x", "$ref"),
)
COMPARISONS = ("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "EQ", "pr", "xx", "not")
LITERALS = (
    *('"ada"', '"ADA"', '""', "true", "False", "null", "0", "-1", "1e400", "-1e400", "1E5", "9" * 40, "NaN", '"@P0@"'),
    *('"2026-11-22T12:00:00Z"', '"0000-00-00T00:00:00Z"', '"9999-12-31T23:59:59-14:00"', '"0001-01-01T00:00:00+14:00"'),
    *(
        '"a\\"b"',
        '"\\u0000"',
        '"\\ud800"',
        '"%_\\\\"',
        '"' + "x" * 3000 + '"',
        '"ﬁﬀẞİ\u0131\u017f\u212a"',
        '"\\"',
        "'a'",
        '"',
        "ada",
    ),
)
names = some.sampled_from(ATTRIBUTES)


@some.composite
def terms(draw: Callable[..., Any]) -> str:
    """Return one comparison."""
    return f"{draw(names)} {draw(some.sampled_from(COMPARISONS))} {draw(some.sampled_from(LITERALS))}"


filters = some.recursive(
    terms() | names.map(lambda name: f"{name} pr"),
    lambda inner: some.one_of(
        some.tuples(inner, some.sampled_from([" and ", " or ", " AND ", " "]), inner).map("".join),
        inner.map(lambda one: f"not ({one})"),
        inner.map(lambda one: f"({one})"),
        some.tuples(some.sampled_from(["emails", "members", "roles", "name"]), inner).map(
            lambda two: f"{two[0]}[{two[1]}]"
        ),
    ),
    max_leaves=4,
)
paths = names | filters.map(lambda one: f"emails[{one}]") | filters.map(lambda one: f"emails[{one}].value") | filters


def people(random: Random) -> dict[str, Json]:
    name = f"user{random.randrange(40)}@example.com"
    return {
        "schemas": [USER_URN, ENTERPRISE_USER],
        "userName": name,
        "externalId": f"key{random.randrange(60)}",
        "name": {"givenName": "Ada", "familyName": "Löwe", "formatted": "Ada Löwe"},
        "displayName": "Ada",
        "active": random.random() < 0.8,
        "emails": [{"value": name, "type": "work", "primary": True}, {"value": "h@example.com", "type": "home"}],
        "phoneNumbers": [{"value": "tel:+33-1", "type": "work"}],
        "addresses": [{"type": "work", "country": "FR", "formatted": "1\n2"}],
        "photos": [{"value": "https://example.com/p", "type": "photo"}],
        "entitlements": [{"value": "crm:seat"}],
        "roles": [{"value": "member", "display": "m", "type": "t", "primary": True}],
        "x509Certificates": [{"value": "TUlJ"}],
        "locale": "fr-FR",
        "timezone": "Europe/Paris",
        "profileUrl": "https://example.com/",
        "title": "Boss",
        ENTERPRISE_USER: {"department": "D", "employeeNumber": "7", "manager": {"value": "@P0@", "displayName": "M"}},
        "meta": {"resourceType": "User", "created": "2026-11-22T12:00:00Z"},
        "id": "@P1@",
    }


def groups(random: Random) -> dict[str, Json]:
    members = [{"value": one, "display": "x", "$ref": "../Users/x"} for one in random.sample(PEOPLE[:3], 2)]
    return {
        "schemas": [GROUP_URN],
        "displayName": f"Group {random.randrange(12)}",
        "externalId": f"group-key{random.randrange(20)}",
        "members": members,
    }


NASTY: tuple[Json, ...] = (
    *(None, True, False, 0, -1, 1.5, 2**31, 2**63, 2**64, -(2**63) - 1, 10**400, 1e308, float("nan"), float("inf")),
    *(
        "",
        " ",
        "\t\n",
        "\0",
        "a\0b",
        "\ud800",
        "a\udfffb",
        "\U0001f600",
        "ﬁﬀẞİ\u0131\u017f\u212a",
        "\ufdfa" * 700,
        "\u202e",
        "ß" * 999,
    ),
    *(
        "x" * 2000,
        "x" * 2001,
        "x" * 70_000,
        "True",
        "false",
        "1",
        "@P0@",
        "@G0@",
        "@GONE@",
        "bulkId:a",
        "bulkId:",
        "-0",
    ),
    *("2026-11-22T12:00:00Z", "0000-00-00T00:00:00Z", "+262143-01-01T00:00:00Z", "'; DROP TABLE person; --", "%00"),
    *([], {}, [[]], [None], [{}], {"": ""}, {"value": None}, [{"value": "@P0@"}] * 3, {"\0": 1}, {"\ud800": 1}),
    *(
        "@DEEP100@",
        "@DEEP900@",
        "@DEEP2000@",
        "@OBJECTS400@",
        "@INFINITE@",
        '{"value": "x"}',
        "[",
        "${jndi:x}",
        "\r\nX: y",
    ),
    *("<script>alert(1)</script>", "../../etc/passwd", "=1+1", "a" * 254 + "@b", "javascript:alert(1)", "https://[::1"),
)


def spoil(document: Json, random: Random, times: int) -> Json:
    """Return a document in which some places hold something else: other types, other names, more or nothing."""
    document = deepcopy(document)
    for _ in range(times):
        places = list(_places(document))
        if not places:
            return random.choice(NASTY)
        holder, key = random.choice(places)
        match random.randrange(8):
            case 0 | 1 | 2:
                holder[key] = deepcopy(random.choice(NASTY))
            case 3:
                del holder[key]
            case 4:
                holder[key] = random.choice(
                    [[holder[key]], {"value": holder[key]}, [holder[key]] * 2, str(holder[key])]
                )
            case 5 if isinstance(holder, dict):
                named = str(random.choice([str(key).upper(), random.choice(ATTRIBUTES), "", "\0", f"{USER_URN}:{key}"]))
                holder[named] = holder.pop(key)
            case 6 if isinstance(holder, dict):
                holder[random.choice([*ATTRIBUTES, "schemas", "Operations"])] = deepcopy(random.choice(NASTY))
            case _ if isinstance(holder, list):
                holder.extend(deepcopy(holder[:3]) * random.choice([1, 20]))
    return document


def _places(document: Json) -> Sequence[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        one = waiting.pop()
        keys = list(one) if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        found += [(one, key) for key in keys]
        waiting += [one[key] for key in keys]
    return found


def written(document: Json, random: Random) -> bytes:
    """Return a document as JSON, sometimes not quite."""
    text = json.dumps(document, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")
    for mark, instead in (
        (rb'"@DEEP(\d+)@"', lambda n: b"[" * n + b"]" * n),
        (rb'"@OBJECTS(\d+)@"', lambda n: b'{"a":' * n + b"1" + b"}" * n),
    ):
        text = re.sub(mark, lambda found, make=instead: make(int(found[1])), text)  # type: ignore[misc]
    text = text.replace(b'"@INFINITE@"', b"1e400")
    if random.random() < 0.12:
        text = garble(text, random)
    return text


def garble(text: bytes, random: Random) -> bytes:
    """Return bytes of which some are lost, doubled or others, as a bad line or a bad actor makes them."""
    at = random.randrange(len(text) + 1)
    bits = (
        b"\0",
        b"\xff",
        b"\xed\xa0\x80",
        b"\xc0\x80",
        b"{",
        b"]",
        b'"',
        b",",
        b"\\",
        b'"a":1,"a":2,',
        b"\xef\xbb\xbf",
        b"%",
        b"(",
    )
    return random.choice(
        [
            text[:at],
            text[at:],
            text[:at] + random.choice(bits) + text[at:],
            text[:at] + random.choice(bits) * 50 + text[at + 1 :],
            b"\xef\xbb\xbf" + text,
            text.decode("utf-8", "replace").encode("utf-16"),
            text + text,
            text.replace(b":", b"=", 1),
            b"",
        ]
    )


# Bodies.


@some.composite
def operations(draw: Callable[..., Any], random: Random) -> Json:
    """Return a PATCH of a person or a group."""
    made = []
    for _ in range(draw(some.integers(1, 3))):
        source = random.choice([people, groups])(random)
        attribute = random.choice(list(source))
        path, value = random.choice(
            [
                (attribute, source[attribute]),
                (None, {attribute: source[attribute]}),
                (draw(paths), random.choice(["x", True, {"value": "x"}, [{"value": "@P1@"}]])),
                ("members", [{"value": random.choice(PEOPLE)}]),
                (f'members[value eq "{random.choice(PEOPLE)}"]', None),
                ("active", random.choice([True, False, "True", "false"])),
            ]
        )
        one = {"op": random.choice(["add", "Replace", "remove", "replace", "move"]), "path": path, "value": value}
        made.append({key: value for key, value in one.items() if value is not None})
    return {"schemas": [PATCH_URN], "Operations": made}


@some.composite
def searches(draw: Callable[..., Any], random: Random) -> Json:
    """Return a SearchRequest."""
    asked = draw(questions)
    lists = {name: asked[name].split(",") for name in ("attributes", "excludedAttributes") if name in asked}
    return {"schemas": [SEARCH_URN], **asked, **lists}


@some.composite
def bulks(draw: Callable[..., Any], random: Random) -> Json:
    """Return a bulk request of a few operations."""
    kinds = [
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": people(random)},
        {
            "method": "POST",
            "path": "/Groups",
            "bulkId": "b",
            "data": {**groups(random), "members": [{"value": "bulkId:a"}]},
        },
        {"method": "PATCH", "path": "/Users/@P0@", "data": draw(operations(random))},
        {"method": "PATCH", "path": "/Groups/@G0@", "data": draw(operations(random)), "version": 'W/"1"'},
        {"method": "PUT", "path": "/Users/bulkId:a", "data": people(random)},
        {"method": "DELETE", "path": f"/Users/{random.choice(PEOPLE)}"},
    ]
    chosen = random.sample(kinds, random.randint(1, 4))
    return {"schemas": [BULK_URN], "failOnErrors": random.choice([1, 2, 10]), "Operations": chosen}


# The query string.

COUNTS = (
    "0",
    "1",
    "5",
    "-1",
    "1000000000",
    "-1000000000",
    "9" * 30,
    "1e3",
    "0x10",
    "٣",
    "",
    " 7 ",
    "1.5",
    "many",
    "\0",
)
questions: some.SearchStrategy[dict[str, str]] = some.fixed_dictionaries(
    {},
    optional={
        "filter": filters,
        "count": some.sampled_from(COUNTS),
        "startIndex": some.sampled_from(COUNTS),
        "sortBy": names,
        "sortOrder": some.sampled_from(["ascending", "descending", "DESCENDING", "up", ""]),
        "cursor": some.sampled_from(["", "@CURSOR@", "@CURSOR@A", "AAAA", "=", "\0", "é", "' or 1=1 --", "x" * 5000]),
        "attributes": some.lists(names, max_size=4).map(",".join),
        "excludedAttributes": some.lists(names, max_size=4).map(",".join),
        "state": some.sampled_from(["", "x", "\0", "é" * 500]),
        "code": some.sampled_from(["", "x", "\0"]),
        "iss": some.sampled_from(["", "https://evil.example"]),
        "error": some.sampled_from(["access_denied", "login_required", "<b>", "\0"]),
        "next": some.sampled_from(
            ["/me", "//evil.example", "\\\\evil", "/\0", "javascript:alert(1)", "/" + "a" * 5000]
        ),
        "key": some.sampled_from(["", "x", "\0", "é"]),
        "lang": some.sampled_from(["fr", "xx", "\0"]),
    },
)

# Headers.

VERSIONS = (
    'W/"1"',
    '"1"',
    "*",
    'W/"0"',
    'W/"99999999999999999999"',
    "W/",
    '"',
    'W/"1", W/"2"',
    'W/"\'; --"',
    "\xff",
    "",
)
some_headers: some.SearchStrategy[dict[str, str]] = some.fixed_dictionaries(
    {},
    optional={
        "If-Match": some.sampled_from(VERSIONS),
        "If-None-Match": some.sampled_from(VERSIONS),
        "Accept": some.sampled_from(
            ["", "*/*", "application/json", "text/html;q=x", "a/b;c=" * 200, "\xff", "application/scim+json;q=-1"]
        ),
        "Accept-Language": some.sampled_from(["fr", "xx-\xff", "*;q=nan", "en," * 500, "fr;q=1e400"]),
        "User-Agent": some.sampled_from(["", "\xff" * 300, "Mozilla/5.0", "Okta SCIM Client 1.0.0"]),
        "Host": some.sampled_from(
            ["", "evil.example", "[::1", "a b", "x" * 300, "localhost:99999", "\xff", "@", "localhost:abc"]
        ),
        "X-Forwarded-For": some.sampled_from(["1.2.3.4", "::1, x", "a" * 3000, ",,,", "\xff"]),
        "X-Forwarded-Proto": some.sampled_from(["https", "gopher"]),
        "X-HTTP-Method-Override": some.just("DELETE"),
        "Cookie": some.sampled_from(["jumpseat=x", "jumpseat=\xff; =; a", "jumpseat-browser=" + "A" * 43, ";" * 500]),
        "Sec-Fetch-Site": some.sampled_from(["cross-site", "none", "\xff"]),
        "Range": some.sampled_from(["bytes=0-1", "bytes=x", "bytes=9-1"]),
        "If-Modified-Since": some.sampled_from(["x", "Sun, 99 Nov 9999 99:99:99 GMT"]),
        "Expect": some.just("100-continue"),
        "Origin": some.sampled_from(["null", "https://evil.example"]),
        "X-Request-Id": some.sampled_from(["x" * 3000, "\xff", "${jndi:x}"]),
    },
)
content_types = some.sampled_from(
    [
        *["application/scim+json"] * 12,
        *("application/json", "application/json; charset=utf-16", 'application/scim+json; charset="', "text/json", ""),
        *(
            "text/plain",
            FORM,
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "\xff/\xff",
            "application/scim+json;" * 99,
        ),
    ]
)
STRANGERS = (
    *(
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer \xff",
        "Basic eDp5",
        "Basic !",
        "Bearer " + "x" * 9000,
        "Digest a=b",
    ),
    *("Bearer eyJhbGciOiJub25lIn0.e30.", "Bearer eyJ.eyJ.x", "Bearer jst_x", "@BEARER@, @BEARER@"),
)

SLUGS = (
    "@D@",
    "@D@",
    "@D@",
    "@D@",
    "nobody",
    "%00",
    "%ff",
    "..",
    "%2e%2e",
    "a%2fb",
    "x" * 300,
    "",
    "%F0%9F%98%80",
    "A B",
)
RESOURCES = (
    *(("POST", "/Users", people), ("PUT", "/Users/@P1@", people), ("PUT", "/Users/@P0@", people)),
    *(("POST", "/Groups", groups), ("PUT", "/Groups/@G0@", groups)),
    *(
        ("PATCH", "/Users/@P0@", operations),
        ("PATCH", "/Users/@P2@", operations),
        ("PATCH", "/Groups/@G0@", operations),
    ),
    *(("PATCH", "/Groups/@G1@", operations), ("PUT", "/Users/@GONE@", people), ("PATCH", "/Users/@GONE@", operations)),
    *(("POST", "/.search", searches), ("POST", "/Users/.search", searches), ("POST", "/Groups/.search", searches)),
    *(("POST", "/Bulk", bulks), ("DELETE", "/Users/@P2@", None), ("DELETE", "/Groups/@G1@", None)),
    *((("GET", "/Users", None),) * 3),
    *((("GET", "/Groups", None),) * 2),
    *(("GET", "/Users/@P0@", None), ("GET", "/Groups/@G0@", None)),
)


@some.composite
def scim_requests(draw: Callable[..., Any]) -> Hostile:
    """Return a request to the SCIM endpoints, of every kind, spoiled more or less."""
    random = draw(some.randoms(use_true_random=True))
    method, path, make = draw(some.sampled_from(RESOURCES))
    body = b""
    if make is not None:
        document = make(random) if make in (people, groups) else draw(make(random))
        body = written(spoil(document, random, random.choice([0, 1, 1, 2, 4])), random)
    asked = draw(questions) if make in (None, searches) else draw(some.just({}) | questions)
    return _sent(draw, random, method, f"/scim/@D@/v2{path}", asked, body, draw(content_types))


def any_requests(rules: Sequence[tuple[str, Sequence[str]]]) -> some.SearchStrategy[Hostile]:
    """Return requests to any address of the application: `rules` are its routes with their methods."""

    @some.composite
    def made(draw: Callable[..., Any]) -> Hostile:
        random = draw(some.randoms(use_true_random=True))
        rule, methods = draw(some.sampled_from(rules))
        fitting = draw(
            some.sampled_from([*methods] * 3 + ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"])
        )
        path = re.sub(r"<(?:[^<>:]*:)?(\w+)>", lambda found: _argument(found[1], random), rule)
        if random.random() < 0.1:
            path = garble(path.encode(), random).decode("latin-1")
        fields = {name: random.choice(FIELDS[name]) for name in random.sample(list(FIELDS), random.randint(0, 5))}
        form = draw(some.booleans())
        body = urlencode(fields).encode() if form else written(spoil(people(random), random, 1), random)
        if form and random.random() < 0.2:
            body = garble(body, random)
        return _sent(draw, random, fitting, path, draw(questions), body, FORM if form else draw(content_types))

    return made()


FIELDS: dict[str, tuple[str, ...]] = {
    "csrf": ("@CSRF@", "@CSRF@", "x", "é", "\0"),
    "where": ("@D@", "ada@example.com", "\0", "@", "x" * 9000, "a@" + "b" * 300, "\ud7ff"),
    "next": ("/me", "//evil", "\0"),
    "answer": ("accept", "decline", "\0", ""),
    "key": ("@CSRF@", "x", "\0", "é"),
    "logout_token": ("x", "e30.e30.e30", "eyJhbGciOiJub25lIn0.e30.", "\0", "." * 99, "é.é.é", "x" * 70_000),
    "token": ("x", "\0"),
    "grant_type": ("client_credentials", "client_credentials", "password", "\0", ""),
    "client_id": ("@D@", "x", "\0", "é"),
    "client_secret": ("x", "\0", "é"),
    "scope": ("", "scim", "\0"),
    "assertion": ("x", "e30.e30.e30"),
    "SET": ("e30.e30.e30",),
}


def _argument(name: str, random: Random) -> str:
    if name == "directory":
        return random.choice(SLUGS)
    wellknown = {
        "person_id": PEOPLE,
        "group_id": ("@G0@", "@G1@", *PEOPLE),
        "account": ("crm", "crm", "nobody"),
        "token": ("@INVITATION@", "@INVITATION@", "x"),
        "name": (USER_URN, USER_URN.upper(), "User", "group", "crm:seat", "@P0@"),
        "filename": ("style.css", "../app.py", "words.yaml"),
    }.get(name, ("1", "@P0@"))
    odd = ("%00", "%ff", "..%2f..", "x" * 3000, "%F0%9F%98%80", "a%0d%0aX:y", "'--", "*", "%252e", "a b", "9" * 40)
    return str(random.choice([*wellknown, *wellknown, random.choice(odd)]))


def _sent(
    draw: Callable[..., Any], random: Random, method: str, path: str, asked: dict[str, str], body: bytes, kind: str
) -> Hostile:
    headers = draw(some.just({}) | some_headers)
    headers["Authorization"] = "@BEARER@" if random.random() < 0.92 else random.choice(STRANGERS)
    headers |= {"Content-Type": kind} if kind else {}
    if not path.startswith("/scim") and random.random() < 0.7:
        headers["Cookie"] = "@COOKIES@"
    if random.random() < 0.03:
        headers["Content-Encoding"] = random.choice(["gzip", "br", "identity", "\xff"])
        body = random.choice([gzip.compress(body), gzip.compress(body)[:-9], body])
    query = urlencode(asked, quote_via=quote, errors="surrogatepass")
    if random.random() < 0.1:
        query = garble(query.encode(), random).decode("latin-1")
    if query and random.random() < 0.05:
        query += random.choice(
            ["&filter=userName%20pr", "&count=1&count=2", "&&&=", "&%ff=%ff", "&filter=%ed%a0%80", ";a"]
        )
    length: str | None = str(len(body))
    if random.random() < 0.06:
        length = random.choice([None, None, str(len(body) + 10), str(len(body) // 2), "-1", "x", "9" * 30, ""])
    return Hostile(method, path, query, tuple(headers.items()), body, length)
