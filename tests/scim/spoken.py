"""What the state machine says: documents, PATCH operations in every shape with their meaning, filters with theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from hypothesis import strategies as some

from . import modelled as model
from .conftest import GROUP_URN, USER_URN
from .modelled import ENTERPRISE, ModelGroup, ModelPerson, Refused

Json = Any
NAMES = ("ada", "bo", "cy")
KEYS = ("e1", "e2", "E1")
TITLES = ("Smith", "smithy", "Potter's 50%_")
TYPES = ("work", "home")


@dataclass(frozen=True)
class Spoken:
    """Operations, and what they do to a document or a group's members; raising Refused where they are refused."""

    operations: tuple[dict[str, Json], ...]
    meaning: Callable[[Any], None]

    def then(self, other: Spoken) -> Spoken:
        def both(document: Any) -> None:
            self.meaning(document)
            other.meaning(document)

        return Spoken((*self.operations, *other.operations), both)


def either_case(names: tuple[str, ...]) -> some.SearchStrategy[str]:
    return some.sampled_from([*names, *(name.upper() for name in names)])


addresses = some.sampled_from(["a@x.example", "b@x.example", "C@x.example"])
email_lists = some.lists(
    some.fixed_dictionaries({"type": some.sampled_from(TYPES), "value": addresses}),
    max_size=2,
    unique_by=lambda email: (email["type"], email["value"]),
).flatmap(lambda emails: some.sampled_from([emails, [{**emails[0], "primary": True}, *emails[1:]]] if emails else [[]]))


@some.composite
def people(draw: Any) -> dict[str, Json]:
    """Return what a directory states of a person: the canonical attributes."""
    document: dict[str, Json] = {"userName": draw(either_case(NAMES))}
    if key := draw(some.sampled_from([None, *KEYS])):
        document["externalId"] = key
    if draw(some.booleans()):
        document["title"] = draw(some.sampled_from(TITLES))
    if emails := draw(email_lists):
        document["emails"] = emails
    if draw(some.booleans()):
        document["name"] = {"givenName": draw(some.sampled_from(TITLES))}
    if draw(some.integers(0, 3)) == 0:
        document[ENTERPRISE] = {"department": draw(some.sampled_from(TITLES))}
    if (active := draw(some.sampled_from([None, True, True, False]))) is not None:
        document["active"] = active
    return document


def person_body(document: dict[str, Json]) -> dict[str, Json]:
    extensions = [ENTERPRISE] if ENTERPRISE in document else []
    return {"schemas": [USER_URN, *extensions], **document}


def group_body(attributes: dict[str, Json], members: set[str]) -> dict[str, Json]:
    return {"schemas": [GROUP_URN], **attributes, "members": [{"value": member} for member in sorted(members)]}


def _ops(op: str) -> some.SearchStrategy[str]:
    """Entra ID capitalises (idp-clients.md)."""
    return some.sampled_from([op, op.capitalize()])


@some.composite
def _simple(draw: Any) -> Spoken:
    name = draw(some.sampled_from(["title", "displayName", "userName", "externalId"]))
    values = {"userName": either_case(NAMES), "externalId": some.sampled_from(KEYS)}
    value = draw(values.get(name, some.sampled_from(TITLES)))
    op = draw(_ops(draw(some.sampled_from(["add", "replace"]))))
    shapes = [
        {"op": op, "path": name, "value": value},
        {"op": op, "path": name.upper(), "value": value},
        {"op": op, "path": f"{USER_URN}:{name}", "value": value},
        {"op": op, "value": {name: value}},
        {"op": op, "path": name, "value": [{"value": value}]},
    ]
    return Spoken((draw(some.sampled_from(shapes)),), partial(model.set_simple, name=name, value=value))


@some.composite
def _active(draw: Any) -> Spoken:
    value = draw(some.sampled_from([True, False, False]))
    written = draw(some.sampled_from([value, str(value), str(value).lower()]))
    shapes = [
        {"op": "replace", "path": "active", "value": written},
        {"op": "Add", "path": "active", "value": written},
        {"op": "replace", "value": {"active": written, "unknown": 1}},
        {"op": "replace", "path": "active", "value": [{"value": written}]},
    ]
    return Spoken((draw(some.sampled_from(shapes)),), partial(model.set_simple, name="active", value=value))


@some.composite
def _removal(draw: Any) -> Spoken:
    name = draw(some.sampled_from(["title", "displayName", "name", "emails", "active", "externalId", "userName"]))
    return Spoken(({"op": draw(_ops("remove")), "path": name},), partial(model.remove, name=name))


@some.composite
def _within(draw: Any) -> Spoken:
    outer, name, join = draw(some.sampled_from([("name", "givenName", "."), (ENTERPRISE, "department", ":")]))
    value, path = draw(some.sampled_from(TITLES)), f"{outer}{join}{name}"
    shapes = [
        {"op": "replace", "path": path, "value": value},
        {"op": "add", "value": {path: value}},
        {"op": "replace", "value": {outer: {name: value}}},
        {"op": "add", "path": outer, "value": {name: value}},
    ]
    if draw(some.integers(0, 3)) == 0:
        return Spoken(({"op": "remove", "path": path},), partial(model.remove_within, outer=outer, name=name))
    return Spoken((draw(some.sampled_from(shapes)),), partial(model.set_within, outer=outer, name=name, value=value))


@some.composite
def _emails(draw: Any) -> Spoken:
    kind, value, emails = draw(some.sampled_from(TYPES)), draw(addresses), draw(email_lists)
    choices = [
        Spoken(
            ({"op": draw(_ops("replace")), "path": f'emails[type eq "{kind}"].value', "value": value},),
            partial(model.set_email_of_type, kind=kind, value=value),
        ),
        Spoken(
            ({"op": "remove", "path": f'emails[type eq "{kind.upper()}"]'},),
            partial(model.remove_email_of_type, kind=kind),
        ),
        Spoken(({"op": "replace", "path": "emails", "value": emails},), partial(model.replace_emails, emails=emails)),
        Spoken(({"op": "replace", "value": {"emails": emails}},), partial(model.replace_emails, emails=emails)),
    ]
    if emails:
        choices.append(
            Spoken(({"op": "add", "path": "emails", "value": emails},), partial(model.add_emails, emails=emails))
        )
    return draw(some.sampled_from(choices))


def _refused(operation: dict[str, Json], scim_type: str) -> Spoken:
    def refuse(_: Any) -> None:
        raise Refused(400, scim_type)

    return Spoken((operation,), refuse)


refused = some.sampled_from(
    [
        _refused({"op": "replace", "path": "id", "value": "x"}, "mutability"),
        _refused({"op": "replace", "path": "nonsense", "value": "x"}, "invalidPath"),
        _refused({"op": "replace", "path": "title[", "value": "x"}, "invalidPath"),
        _refused({"op": "move", "path": "title", "value": "x"}, "invalidSyntax"),
        _refused({"op": "remove"}, "noTarget"),
        _refused({"op": "replace", "path": "active", "value": "perhaps"}, "invalidValue"),
    ]
)
one_change = some.one_of(_simple(), _active(), _active(), _removal(), _within(), _emails())
person_changes = some.one_of(
    one_change, one_change, some.tuples(one_change, one_change | refused).map(lambda two: two[0].then(two[1])), refused
)


@some.composite
def group_changes(draw: Any, ids: list[str]) -> Spoken:
    """Return operations on a group: its name or its members, in the shapes of idp-clients.md section 3."""
    chosen = set(draw(some.lists(some.sampled_from(ids), max_size=3))) if ids else set()
    values = [{"value": one} for one in sorted(chosen)]
    name = draw(some.sampled_from(["Admins", "Staff", "ADMINS"]))
    choices: list[Spoken] = [
        Spoken(({"op": "replace", "path": "displayName", "value": name},), partial(_rename, name=name)),
        Spoken(({"op": "Replace", "value": {"displayName": name, "id": "x"}},), partial(_rename, name=name)),
        Spoken(({"op": "remove", "path": "members"},), lambda group: group.members.clear()),
        Spoken(({"op": "replace", "path": "members", "value": values},), partial(_replace_members, ids=chosen)),
        Spoken(({"op": "replace", "value": {"members": values}},), partial(_replace_members, ids=chosen)),
    ]
    if chosen:
        among = " or ".join(f'value eq "{one}"' for one in sorted(chosen))
        choices += [
            Spoken(({"op": draw(_ops("add")), "path": "members", "value": values},), partial(_add, ids=chosen)),
            Spoken(({"op": "add", "value": {"members": values}},), partial(_add, ids=chosen)),
            Spoken(({"op": "remove", "path": f"members[{among}]"},), partial(_take_out, ids=chosen)),
            Spoken(({"op": "Remove", "path": "members", "value": values},), partial(_take_out, ids=chosen)),
        ]
    first = draw(some.sampled_from(choices))
    return first.then(draw(some.sampled_from(choices))) if draw(some.booleans()) else first


def _rename(group: ModelGroup, name: str) -> None:
    group.attributes["displayName"] = name


def _replace_members(group: ModelGroup, ids: set[str]) -> None:
    group.members = set(ids)


def _add(group: ModelGroup, ids: set[str]) -> None:
    group.members |= ids


def _take_out(group: ModelGroup, ids: set[str]) -> None:
    group.members -= ids


# Filters (RFC 7644 section 3.4.2.2). Names are compared whatever their case, an externalId exactly; what has no value
# matches no comparison. Names that were released find nobody.

Question = tuple[str, Callable[[ModelPerson], bool]]


def _text(person: ModelPerson, name: str) -> str:
    return str(person.attributes.get(name, "")).lower()


@some.composite
def _term(draw: Any) -> Question:
    user_name, key, word = draw(either_case(NAMES)), draw(some.sampled_from(KEYS)), draw(some.sampled_from(TITLES))
    part = word[1:4]
    terms: list[Question] = [
        (f'userName eq "{user_name}"', lambda one: not one.released and one.user_name == user_name.lower()),
        (f'externalId eq "{key}"', lambda one: not one.released and one.external_id == key),
        (f'TITLE eq "{word}"', lambda one: _text(one, "title") == word.lower()),
        (f'title co "{part}"', lambda one: part.lower() in _text(one, "title")),
        (f'{USER_URN}:title sw "{word[:5]}"', lambda one: _text(one, "title").startswith(word[:5].lower())),
        ("title pr", lambda one: "title" in one.attributes),
        ("active eq false", lambda one: not one.active),
        ("emails pr", lambda one: "emails" in one.attributes),
        (
            'emails[type eq "work" and value sw "A@"]',
            lambda one: any(
                each["type"] == "work" and each["value"][:2].lower() == "a@"
                for each in one.attributes.get("emails", ())
            ),
        ),
        (
            f'{ENTERPRISE}:department eq "{word}"',
            lambda one: one.attributes.get(ENTERPRISE, {}).get("department", "").lower() == word.lower(),
        ),
        (f'name.givenName ew "{word[-2:]}"', lambda one: _given(one).endswith(word[-2:].lower())),
    ]
    return draw(some.sampled_from(terms))


@dataclass(frozen=True)
class Order:
    """What a list is sorted by; without a name, by arrival."""

    name: str | None = None
    descending: bool = False

    @property
    def query(self) -> dict[str, str]:
        if self.name is None:
            return {}
        return {"sortBy": self.name} | ({"sortOrder": "descending"} if self.descending else {})

    def sorted(self, people: list[ModelPerson]) -> list[ModelPerson]:
        """Return the people in this order (RFC 7644 section 3.4.2.3): whoever has no value last, ascending.

        Equal places are in order of arrival, whichever way the list goes.
        """
        arrived = sorted(people, key=lambda one: one.id)
        if self.name is None:
            return arrived
        key = {"title": lambda one: _text(one, "title"), "name.givenName": _given}[self.name]
        valued = sorted((one for one in arrived if key(one)), key=key, reverse=self.descending)
        unvalued = [one for one in arrived if not key(one)]
        return [*unvalued, *valued] if self.descending else [*valued, *unvalued]


orders = some.sampled_from(
    [Order(), Order(), *(Order(name, way) for name in ("title", "name.givenName") for way in (False, True))]
)


def _given(person: ModelPerson) -> str:
    return str(person.attributes.get("name", {}).get("givenName", "")).lower()


@some.composite
def questions(draw: Any) -> Question:
    """Return a filter and its meaning, with the precedence of section 3.4.2.2: not, and, or."""
    a, b, c = draw(_term()), draw(_term()), draw(_term())
    return draw(
        some.sampled_from(
            [
                a,
                (f"not ({a[0]})", lambda one: not a[1](one)),
                (f"{a[0]} or {b[0]} and {c[0]}", lambda one: a[1](one) or (b[1](one) and c[1](one))),
                (f"({a[0]} or {b[0]}) and not ({c[0]})", lambda one: (a[1](one) or b[1](one)) and not c[1](one)),
            ]
        )
    )
