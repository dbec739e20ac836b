"""The SQL of a filter and its meaning in `connector.domain.filter` pick the same rows, on both databases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Table, insert, select, update

from connector.domain.attributes import GROUP, USER, AttributePath, ResourceType, Type
from connector.domain.errors import InvalidFilter
from connector.domain.filter import And, Compare, Filter, Not, Operator, Or, Present, ValuePath, matches
from connector.domain.folding import fold
from connector.mappers.filters import parse_filter
from connector.storage.database import Database
from connector.storage.filtering import SEVERAL, UNIQUE, compile_filter, only_work_email, sought
from connector.storage.tables import directory, group_member, person, scim_group, tenant

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
Document = dict[str, Any]


def uuid(number: int) -> str:
    return f"00000000-0000-7000-8000-{number:012}"


def paths_of(resource: ResourceType) -> dict[str, AttributePath]:
    """Every path of which the parser lets a filter through, so that nothing it accepts is left untested."""
    found = []
    for schema in (*resource.extensions, resource.schema):
        urns = {schema.urn: None} if schema is resource.schema else {}
        for attribute in schema.attributes:
            for sub in (None, *attribute.sub_attributes):
                found.append(AttributePath(urns.get(schema.urn, schema.urn), attribute, sub))
    common = ("id", "externalId", "schemas", "meta", "meta.created", "meta.lastModified", "meta.resourceType")
    found += [path for name in common if (path := resource.find(name))]
    return {str(path): path for path in found if accepted(path, resource)}


def accepted(path: AttributePath, resource: ResourceType) -> bool:
    try:
        return parse_filter(f"{path} pr", resource) == Present(path)
    except InvalidFilter:
        return False


USER_PATHS, GROUP_PATHS = paths_of(USER), paths_of(GROUP)

# Letters whose small form is their folded form too, wildcards, quotes, and what lies beyond the first 65,536.
words = st.sampled_from(["work", "Work", "home", "a", "A", "ab", "%", "_", "É", "e\u0301", "User", "direct"]) | st.text(
    "aAbB%_\\'\" éÉ\uff21\uff42\U00010400\U00010428", max_size=3
)
names = words.filter(bool)
equality = st.sampled_from([Operator.EQ, Operator.NE])
ordering = equality | st.sampled_from([Operator.GT, Operator.GE, Operator.LT, Operator.LE])
moments = st.sampled_from([NOON, NOON + timedelta(microseconds=1), NOON - timedelta(days=40)])


@st.composite
def elements(draw: st.DrawFn, names: tuple[str, ...], flags: tuple[str, ...] = ()) -> Document:
    values: dict[str, Any] = dict.fromkeys(names, words) | {name: st.booleans() for name in flags}
    return {name: draw(value) for name, value in values.items() if draw(st.booleans())}


@st.composite
def people(draw: st.DrawFn) -> Document:
    """Draw what a directory says of a person: attributes of every kind, empty text included."""
    value = elements(("value", "type", "display"), ("primary",))
    optional = {
        "displayName": words,
        "title": words,
        "userType": words,
        "name": elements(("familyName", "givenName")),
        "emails": st.lists(value, max_size=3),
        "x509Certificates": st.lists(elements(("value",)), max_size=1),
        "photos": st.lists(value, max_size=1),
        ENTERPRISE: st.fixed_dictionaries(
            {}, optional={"department": words, "manager": elements(("value", "displayName"))}
        ),
    }
    stated = draw(st.fixed_dictionaries({"userName": names, "active": st.booleans()}, optional=optional))
    if draw(st.booleans()):
        stated["externalId"] = draw(words)
    return stated


def draw_filter(data: st.DataObject, paths: dict[str, AttributePath], values: list[str], depth: int = 2) -> Filter:
    """Draw a filter by hand: strategies made of schemas would be slow to describe."""
    shape = data.draw(st.sampled_from(["term", "term", "and", "or", "not", "within"] if depth else ["term"]))
    if shape in ("and", "or"):
        terms = tuple(draw_filter(data, paths, values, depth - 1) for _ in range(data.draw(st.integers(2, 3))))
        return And(terms) if shape == "and" else Or(terms)
    if shape == "not":
        return Not(draw_filter(data, paths, values, depth - 1))
    complex_names = [name for name, path in paths.items() if path.attribute.sub_attributes and not path.sub_attribute]
    complex_names = [name for name in complex_names if name != "meta"]
    if shape == "within" and complex_names:
        path = paths[data.draw(st.sampled_from(complex_names))]
        subs = {n: sub for n, sub in paths.items() if sub.attribute is path.attribute and sub.sub_attribute}
        return ValuePath(path, draw_filter(data, subs, values, depth - 1))
    return draw_term(data, paths[data.draw(st.sampled_from(list(paths)))], values)


def draw_term(data: st.DataObject, path: AttributePath, values: list[str]) -> Filter:
    kind = path.target.type
    if kind is Type.COMPLEX or data.draw(st.integers(0, 5)) == 0:
        return Present(path)
    if kind is Type.BOOLEAN:
        return Compare(path, data.draw(equality), data.draw(st.booleans()))
    if kind is Type.DATE_TIME:
        return Compare(path, data.draw(ordering), data.draw(moments))
    operator = data.draw(equality if kind is Type.BINARY else st.sampled_from(list(Operator)))
    value = data.draw(st.sampled_from(values) | words)
    return Compare(
        path, operator, data.draw(st.sampled_from([value, value.upper(), value.lower(), value[1:], value[:1]]))
    )


def strings(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, Mapping | list):
        for value in document.values() if isinstance(document, Mapping) else document:
            yield from strings(value)


@contextmanager
def empty_directory(url: str) -> Iterator[Connection]:
    """Give a connection to a database with a tenant and a directory; nothing done on it lasts."""
    database = Database(url)
    with database.engine.connect() as connection, connection.begin() as transaction:
        connection.execute(insert(tenant).values(id=uuid(1), slug="t", active=True, created_at=NOON))
        connection.execute(
            insert(directory).values(
                id=uuid(2),
                tenant_id=uuid(1),
                slug="d",
                idp="generic",
                active=True,
                bind="subject",
                version=1,
                created_at=NOON,
            )
        )
        yield connection
        transaction.rollback()
    database.dispose()


def full(stated: Document, number: int, resource: ResourceType, **more: Any) -> Document:
    """Return the document as a client sees it, which is what filters are about."""
    extensions = [e.urn for e in resource.extensions if any(word for word in strings(stated.get(e.urn)))]
    meta = {"resourceType": resource.name, "created": NOON.isoformat(), "lastModified": modified(number).isoformat()}
    return {**stated, "id": uuid(number), "meta": meta, "schemas": [resource.schema.urn, *extensions], **more}


def modified(number: int) -> datetime:
    return NOON + timedelta(microseconds=number % 3)


def person_row(stated: Document, number: int) -> Document:
    return {
        "id": uuid(number),
        "tenant_id": uuid(1),
        "directory_id": uuid(2),
        "user_name": stated["userName"],
        "user_name_folded": fold(stated["userName"]),
        "external_id": stated.get("externalId"),
        "external_id_key": stated.get("externalId"),
        "display_name_folded": fold(stated["displayName"]) if stated.get("displayName") else None,
        "work_email_folded": only_work_email(stated),
        "active": stated["active"],
        "document": stated,
        "version": 1,
        "created_at": NOON,
        "modified_at": modified(number),
    }


def group_row(stated: Document, number: int) -> Document:
    return {
        "id": uuid(number),
        "tenant_id": uuid(1),
        "directory_id": uuid(2),
        "display_name": stated["displayName"],
        "display_name_folded": fold(stated["displayName"]),
        "external_id": stated.get("externalId"),
        "document": stated,
        "version": 1,
        "created_at": NOON,
        "modified_at": modified(number),
    }


def found(connection: Connection, filter_: Filter, table: Table) -> set[str]:
    condition = compile_filter(filter_, table, connection.dialect.name)
    return set(connection.execute(select(table.c.id).where(condition)).scalars())


def populate(
    connection: Connection, stated: list[Document], groups: list[Document], members: set[tuple[int, int]]
) -> None:
    for table in (group_member, person, scim_group):
        connection.execute(table.delete())
    connection.execute(insert(person), [person_row(one, 100 + n) for n, one in enumerate(stated)])
    connection.execute(insert(scim_group), [group_row(one, 200 + n) for n, one in enumerate(groups)])
    rows = [{"group_id": uuid(200 + g), "person_id": uuid(100 + p)} for g, p in members]
    if rows:
        connection.execute(insert(group_member), rows)


def unique(attribute: str) -> Any:
    return lambda document: fold(document[attribute])


def external_ids_differ(documents: list[Document]) -> bool:
    ids = [document["externalId"] for document in documents if "externalId" in document]
    return len(ids) == len(set(ids))


PEOPLE = st.lists(people(), min_size=2, max_size=5, unique_by=unique("userName")).filter(external_ids_differ)
GROUPS = st.lists(
    st.fixed_dictionaries({"displayName": names}, optional={"externalId": words}),
    min_size=1,
    max_size=3,
    unique_by=unique("displayName"),
).filter(external_ids_differ)


def test_sql_finds_exactly_the_documents_that_match(database_url: str) -> None:
    """Whatever people, groups, memberships and filters: the database and `matches` agree, for people and for groups."""
    with empty_directory(database_url) as connection:

        @settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(st.data())
        def agree(data: st.DataObject) -> None:
            stated, groups = data.draw(PEOPLE), data.draw(GROUPS)
            pairs = st.tuples(st.integers(0, len(groups) - 1), st.integers(0, len(stated) - 1))
            members = data.draw(st.sets(pairs, max_size=5))
            populate(connection, stated, groups, members)
            users = [
                full(one, 100 + n, USER, groups=[group_of(groups, g) for g, p in members if p == n])
                for n, one in enumerate(stated)
            ]
            teams = [
                full(
                    one,
                    200 + n,
                    GROUP,
                    members=[{"value": uuid(100 + p), "type": "User"} for g, p in members if g == n],
                )
                for n, one in enumerate(groups)
            ]
            values = sorted(set(strings([users, teams])))
            for _ in range(4):
                agree_on(connection, draw_filter(data, USER_PATHS, values), users, person)
            agree_on(connection, draw_filter(data, GROUP_PATHS, values), teams, scim_group)

        agree()


def group_of(groups: list[Document], number: int) -> Document:
    return {"value": uuid(200 + number), "display": groups[number]["displayName"], "type": "direct"}


def agree_on(connection: Connection, filter_: Filter, documents: list[Document], table: Table) -> None:
    expected = {document["id"] for document in documents if matches(filter_, document)}
    assert found(connection, filter_, table) == expected


ANN = {
    "userName": "Ann",
    "active": True,
    "title": "50% off_now \\ it",
    "emails": [{"value": "Ann@Example.com", "type": "work"}, {"value": "a@home.example", "type": "home"}],
    ENTERPRISE: {"manager": {"value": "boss-1"}, "department": "École"},
}
BOB = {
    "userName": "bob",
    "active": False,
    "externalId": "ext-B",
    "displayName": "",
    "title": "",
    "ims": [{"value": ""}],
    "emails": [{"value": "bob@example.com", "type": "work"}, {"value": "bob@second.example", "type": "work"}],
}


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ('userName eq "ANN"', {"Ann"}),
        ("userName eq ann", {"Ann"}),
        (f'id eq "{uuid(101)}"', {"bob"}),
        ('id eq "nothing of ours"', set()),
        ('externalId eq "ext-B"', {"bob"}),
        ('externalId eq "EXT-b"', set()),
        ('externalId ne "x"', {"bob"}),
        ('not (externalId eq "x")', {"Ann", "bob"}),
        ('displayName eq ""', set()),
        ("displayName pr", set()),
        ("active eq false", {"bob"}),
        ('title co "0% o"', {"Ann"}),
        ('title co "0%o"', set()),
        ('title co "_"', {"Ann"}),
        ('title sw "5_"', set()),
        ('title ew "\\\\ IT"', {"Ann"}),
        ('emails[type eq "work"].value eq "bob@second.example"', {"bob"}),
        ('emails[type eq "work"].value eq "ANN@example.com"', {"Ann"}),
        ('emails[type eq "Work" and value eq "a@home.example"]', set()),
        ('emails[type eq "work" and not (value co "bob")]', {"Ann"}),
        ('emails eq "a@home.example"', {"Ann"}),
        ('emails co "EXAMPLE.com"', {"Ann", "bob"}),
        ('emails.value ne "bob@example.com"', {"Ann", "bob"}),
        ('manager eq "boss-1"', {"Ann"}),
        (f'{ENTERPRISE}:department eq "ÉCOLE"', {"Ann"}),
        (f'schemas eq "{ENTERPRISE}"', {"Ann"}),
        (f'groups.value eq "{uuid(200)}"', {"Ann"}),
        ('groups.display sw "sa"', {"Ann"}),
        ("groups pr", {"Ann"}),
        ("not (groups pr)", {"bob"}),
        ('meta.created eq "2026-11-22T13:00:00+01:00"', {"Ann", "bob"}),
        ('meta.created gt "2026-11-22T12:00:00Z"', set()),
        ('meta.resourceType eq "User"', {"Ann", "bob"}),
        ("meta.lastModified pr", {"Ann", "bob"}),
        ("title eq null", {"bob"}),
        ('title eq ""', set()),
        ('title sw ""', {"Ann"}),
        ('title sw "% off"', set()),
        ('title ew "50"', set()),
        ("name[not (familyName pr)]", set()),
        ("ims[not (type pr)]", set()),
        ("nickName pr", set()),
    ],
)
def test_filters_find_people(database_url: str, wanted: str, names: set[str]) -> None:
    """What clients ask for, from text to rows; wildcards of LIKE are plain characters, and absent is never equal."""
    with empty_directory(database_url) as connection:
        populate(connection, [ANN, BOB], [{"displayName": "Sales"}], {(0, 0)})
        condition = compile_filter(parse_filter(wanted, USER), person, connection.dialect.name)
        assert set(connection.execute(select(person.c.user_name).where(condition)).scalars()) == names


@pytest.mark.parametrize(
    ("wanted", "found_names"),
    [
        ('displayName eq "SALES"', {"Sales"}),
        (f'members.value eq "{uuid(100)}"', {"Sales"}),
        (f'members[value eq "{uuid(100)}"]', {"Sales"}),
        (f'displayName sw "s" and members eq "{uuid(101)}"', set()),
        ("not (members pr)", {"Support"}),
    ],
)
def test_filters_find_groups(database_url: str, wanted: str, found_names: set[str]) -> None:
    """Groups are found by name and by member (Okta, Keycloak)."""
    with empty_directory(database_url) as connection:
        populate(connection, [ANN, BOB], [{"displayName": "Sales"}, {"displayName": "Support"}], {(0, 0)})
        condition = compile_filter(parse_filter(wanted, GROUP), scim_group, connection.dialect.name)
        assert set(connection.execute(select(scim_group.c.display_name).where(condition)).scalars()) == found_names


def test_a_released_name_finds_nobody(database_url: str) -> None:
    """Once userName and externalId belong to somebody else, a lookup never returns who bore them before."""
    with empty_directory(database_url) as connection:
        populate(connection, [BOB], [{"displayName": "Sales"}], set())
        connection.execute(update(person).values(user_name_folded=None, external_id_key=None))
        assert found(connection, parse_filter("userName eq bob", USER), person) == set()
        assert found(connection, parse_filter("externalId eq ext-B", USER), person) == set()


@pytest.mark.parametrize(
    ("wanted", "column"),
    [
        ("userName eq ann", "user_name_folded"),
        ("externalId eq ext-1", "external_id_key"),
        ("displayName eq ann", "display_name_folded"),
        (f"id eq {uuid(100)} and manager eq {uuid(101)}", "id"),
        ('emails[type eq "work"].value eq "ann@example.com"', "work_email_folded"),
    ],
)
def test_lookups_of_provisioning_clients_use_an_index(sqlite_url: str, wanted: str, column: str) -> None:
    """No lookup that an identity provider makes for each person reads the whole directory, on SQLite."""
    with empty_directory(sqlite_url) as connection:
        condition = compile_filter(parse_filter(wanted, USER), person, "sqlite")
        query = select(person.c.id).where(person.c.directory_id == uuid(2), person.c.deleted_at.is_(None), condition)
        statement = query.compile(connection, compile_kwargs={"literal_binds": True})
        plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]
        searches = [step for step in plan if "person" in step]
        assert [step.partition("(")[2] for step in searches] in (
            ["id=?)"],
            [f"directory_id=? AND {column}=?)"],
        ), plan


@pytest.mark.parametrize(
    ("emails", "key"),
    [
        ([{"type": "work", "value": "A@B.example"}], "a@b.example"),
        ([{"type": "Work", "value": "a"}, {"type": "home", "value": "b"}, {"value": "c"}], "a"),
        ([{"type": "work", "value": "a"}, {"type": "work", "value": "b"}], SEVERAL),
        ([{"type": "work"}], None),
        ([{"type": "home", "value": "a"}], None),
    ],
)
def test_the_work_email_column_holds_the_only_one(emails: list[Document], key: str | None) -> None:
    """With several the column cannot tell which a filter means, so it says that the document must be looked at."""
    assert only_work_email({"emails": emails}) == key


def test_nobody_is_found_by_an_attribute_that_has_no_value(database_url: str) -> None:
    """Every attribute that can be searched compiles, and none of them matches somebody of whom it is not stated."""
    with empty_directory(database_url) as connection:
        populate(connection, [{"userName": "c", "active": True}], [{"displayName": "Sales"}], set())
        stated = {
            "userName",
            "active",
            "id",
            "schemas",
            "meta",
            "meta.created",
            "meta.lastModified",
            "meta.resourceType",
        }
        for name in USER_PATHS.keys() - stated:
            assert found(connection, parse_filter(f"{name} pr", USER), person) == set(), name


@pytest.mark.parametrize(("resource", "table"), [(USER, person), (GROUP, scim_group)], ids=["User", "Group"])
def test_a_lookup_of_one_row_asks_for_what_its_filter_asks_for(resource: ResourceType, table: Table) -> None:
    """The unique column that it is answered from holds what the filter, compiled, compares with."""
    for attribute, column in UNIQUE[table.name].items():
        filter_ = parse_filter(f'{attribute} eq "Éva"', resource)
        assert sought(filter_, table) == (
            column,
            next(iter(compile_filter(filter_, table, "sqlite").compile().params.values())),
        )
        assert f"{table.name}.{column} =" in str(compile_filter(filter_, table, "sqlite"))
    for other in ('userName eq ""', 'userName ne "x"', 'nickName eq "x"', 'not (userName eq "x")', "active eq true"):
        assert sought(parse_filter(other, USER), person) is None
    assert sought(None, table) is None
