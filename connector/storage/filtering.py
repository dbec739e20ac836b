"""Filters as SQL conditions on people and groups; `connector.domain.filter` has their meaning.

Indexed columns are used where there is one, the JSON document otherwise. One difference from `matches` remains, on
PostgreSQL and outside the indexed columns: lower() takes the place of case folding, so that a sharp s is not `ss` there
and a final sigma is not a sigma. The database must have a UTF-8 locale, or letters beyond ASCII keep their case.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    case,
    collate,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONPATH

from connector.domain.attributes import CORE_GROUP, CORE_USER, GROUP, USER, AttributePath, Type
from connector.domain.filter import (
    And,
    Compare,
    Filter,
    Not,
    Operator,
    Or,
    Present,
    Value,
    ValuePath,
    matches,
    stated_values,
)
from connector.domain.folding import fold
from connector.storage.tables import group_member, person, scim_group

Sql = ColumnElement[Any]
Condition = ColumnElement[bool]

SEVERAL = "*"
"""In place of an address: the document has more than one, and must be looked at."""

_RELATIONS: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
}
_LEAVES = '$.** ? (@.type() == "number" || @.type() == "boolean" || (@.type() == "string" && @ != ""))'


def register_functions(dbapi_connection: SqliteConnection) -> None:
    """Give a SQLite connection the function `fold`, which the conditions for that dialect call."""
    dbapi_connection.create_function("fold", 1, _fold_or_null, deterministic=True)


def _fold_or_null(value: object) -> str | None:
    return fold(value) if isinstance(value, str) else None


def only_work_email(document: Mapping[str, Any]) -> str | None:
    """Return what `person.work_email_folded` must hold for this document, so that lookups by work e-mail use its index.

    It is the folded address of whoever has one e-mail of type work, SEVERAL for more than one, and None for none.
    """
    emails = [e for e in document.get("emails") or () if fold(str(e.get("type") or "")) == "work" and e.get("value")]
    if len(emails) > 1:
        return SEVERAL
    return fold(str(emails[0]["value"])) if emails else None


def compile_filter(filter_: Filter, table: Table, dialect: str) -> Condition:
    """Return the condition on `person` or `scim_group` that is true for the rows whose documents match.

    It may be NULL where it is not true, and correlates to the table: use it in a WHERE on that table. `id`, `meta`,
    `schemas`, `groups` and `members` are answered from columns and memberships, as if the document had them. A userName
    or externalId that was released finds nobody.
    """
    return _Compiler(table, dialect).condition(filter_)


def sought(filter_: Filter | None, table: Table) -> tuple[str, str] | None:
    """Return the unique column, and what it holds, of the one row for which a filter asks; None for any other filter.

    It is what directories ask before whatever they do: `userName eq "ada@acme.example"`.
    """
    if not isinstance(filter_, Compare) or filter_.operator is not Operator.EQ or not isinstance(filter_.value, str):
        return None
    column = UNIQUE[table.name].get(str(filter_.path))
    if column is None or not filter_.value:
        return None
    return column, filter_.value if filter_.path.target.case_exact else fold(filter_.value)


def sort_key(path: AttributePath, table: Table, dialect: str) -> Sql | None:
    """Return what rows of `person` or `scim_group` are ordered by; None where all have the same value.

    It is NULL without a value, and without case where case does not matter. Of a multi-valued attribute, the primary
    value counts, else the first (RFC 7644 section 3.4.2.3).
    """
    return _Compiler(table, dialect).sort_key(path)


@dataclass(frozen=True, slots=True)
class _Text:
    """Text in SQL, and how it is compared: as it is, folded already when it was stored, or to be folded."""

    sql: Sql
    exact: bool
    stored_folded: bool = False


@dataclass(frozen=True, slots=True)
class _Elements:
    """The elements of a multi-valued attribute: how to read a sub-attribute of one, and to ask for one that fits."""

    read: Callable[[AttributePath], Any]
    any_with: Callable[[Condition], Condition]
    assigned: Condition


@dataclass(frozen=True, slots=True)
class _Compiler:
    table: Table
    dialect: str

    @property
    def columns(self) -> Mapping[str, Any]:
        return _PERSON_COLUMNS if self.table is person else _GROUP_COLUMNS

    def condition(self, filter_: Filter, element: _Elements | None = None) -> Condition:
        """Compile; within the brackets of a value path `element` is the element that all terms look at."""
        match filter_:
            case And(terms):
                return and_(*(self.condition(term, element) for term in terms))
            case Or(terms):
                return or_(false(), *(self.condition(term, element) for term in terms))
            case Not(term):
                return self.condition(term, element).is_not(true())  # NULL is no match, so its negation is one
            case ValuePath(path, inner):
                return self.value_path(path, inner)
            case Compare(path) | Present(path):
                return self.term(filter_, element.read(path)) if element else self.root_term(filter_, path)

    def value_path(self, path: AttributePath, inner: Filter) -> Condition:
        if not path.attribute.multi_valued:
            return and_(self.condition(inner), self.condition(Present(path)))
        if str(path) == "schemas":
            return self.condition(inner)
        elements = self.elements(path)
        found = elements.any_with(and_(self.condition(inner, elements), elements.assigned))
        work_email = _work_email(inner) if str(path) == "emails" else None
        if work_email is None or self.table is not person:
            return found
        return and_(person.c.work_email_folded.in_([fold(work_email), SEVERAL]), found)

    def root_term(self, term: Compare | Present, path: AttributePath) -> Condition:
        name = str(path)
        if name == "schemas":
            return self.schemas(term)
        if name in self.columns:
            return self.term(term, self.columns[name])
        if path.attribute.multi_valued:
            elements = self.elements(path)
            inner = elements.assigned if path.sub_attribute is None else self.term(term, elements.read(path))
            return elements.any_with(inner)
        if path.target.type is Type.COMPLEX:
            return true() if name == "meta" else self.has_leaf(self.table.c.document, _keys(path))
        return self.term(term, self.read_json(self.table.c.document, path, _keys(path)))

    def term(self, term: Compare | Present, operand: Any) -> Condition:
        """Compile one comparison of an operand: a constant, text, or a column of another type."""
        if isinstance(operand, str):
            return true() if matches(term, _document(term.path, operand)) else false()
        if isinstance(operand, _Text):
            return self.text(term, operand)
        if isinstance(term, Present):
            return operand.is_not(None)  # type: ignore[no-any-return]
        return _RELATIONS[term.operator](operand, term.value)  # type: ignore[no-any-return]

    def text(self, term: Compare | Present, operand: _Text) -> Condition:
        """Compile a comparison of text; empty text is no value at all."""
        assigned = operand.sql != ""
        if isinstance(term, Present):
            return assigned
        left, right = self.sides(operand, str(term.value))
        found = self.relation(term.operator, left, right, term.value)
        return found if term.operator is Operator.EQ and term.value else and_(found, assigned)

    def sides(self, operand: _Text, value: str) -> tuple[Sql, Sql]:
        if operand.exact:
            return operand.sql, literal(value)
        folded = literal(fold(value)) if operand.stored_folded or self.dialect == "sqlite" else _lowered(literal(value))
        return self.folded(operand), folded

    def folded(self, operand: _Text) -> Sql:
        if operand.exact or operand.stored_folded:
            return operand.sql
        return func.fold(operand.sql) if self.dialect == "sqlite" else _lowered(operand.sql)

    def sort_key(self, path: AttributePath) -> Sql | None:
        if str(path) in self.columns:
            operand = self.columns[str(path)]
        elif path.attribute.multi_valued:
            operand = self.foremost(path)
        else:
            operand = self.read_json(self.table.c.document, path, _keys(path))
        if isinstance(operand, str):
            return None
        if not isinstance(operand, _Text):
            return operand  # type: ignore[no-any-return]
        # What everybody has a value of is ordered by its index, on SQLite.
        key = self.folded(operand) if path.attribute.required else func.nullif(self.folded(operand), "")
        return key if self.dialect == "sqlite" else collate(key, "C")

    def foremost(self, path: AttributePath) -> Any:
        """Return the operand for a sub-attribute of the primary element that has it, else of the first."""
        name, where = path.target.name, _json_path(_keys(AttributePath(path.urn, path.attribute)))
        document = self.table.c.document
        if self.dialect == "postgresql":
            stated = f'exists(@."{name}")' if path.target.type is Type.BOOLEAN else f'@."{name}" != ""'
            places = (f'{where}[*] ? (@."primary" == true && {stated})', f"{where}[*] ? ({stated})")
            found = (func.jsonb_path_query_first(document, literal(place, JSONPATH)) for place in places)
            return self.read_json(func.coalesce(*found), path, [name])
        source: Any = func.json_each(document, where).table_valued("key", "value", "type", name="element")
        element: Sql = case((source.c.type == "object", source.c.value))
        value = func.json_extract(element, _json_path([name]))
        primary = func.coalesce(func.json_extract(element, '$."primary"'), 0)
        one = select(value).select_from(source).where(value != "").order_by(primary.desc(), source.c.key).limit(1)
        chosen = one.correlate(self.table).scalar_subquery()
        return chosen if path.target.type is Type.BOOLEAN else _Text(chosen, path.target.case_exact)

    def relation(self, relation: Operator, left: Sql, right: Sql, value: Value) -> Condition:
        """Compare without LIKE, whose wildcards would have to be escaped and which ignores case on SQLite."""
        sqlite = self.dialect == "sqlite"
        match relation:
            case Operator.CO | Operator.SW | Operator.EW if value == "":
                return true()
            case Operator.CO:
                return (func.instr(left, right) if sqlite else func.strpos(left, right)) > 0
            case Operator.SW:
                return func.substr(left, 1, func.length(right)) == right
            case Operator.EW:
                return (
                    func.substr(left, -func.length(right)) if sqlite else func.right(left, func.length(right))
                ) == right
            case Operator.EQ | Operator.NE:
                compared: Condition = _RELATIONS[relation](left, right)
            case _:
                # By code point, whatever the locale of the database; SQLite does so by itself.
                compared = _RELATIONS[relation](left if sqlite else collate(left, "C"), right)
        return compared

    def schemas(self, term: Compare | Present) -> Condition:
        """Compile a comparison of the URNs: that of the core, and of each extension of which there is a value."""
        document = self.table.c.document
        resource, core = (USER, CORE_USER) if self.table is person else (GROUP, CORE_GROUP)
        urns = {urn for urn in (core, *(e.urn for e in resource.extensions)) if matches(term, {"schemas": [urn]})}
        return or_(
            true() if core in urns else false(), *(self.has_leaf(document, [urn]) for urn in sorted(urns - {core}))
        )

    def elements(self, path: AttributePath) -> _Elements:
        """Return the elements of an attribute: memberships for `groups` and `members`, else those in the document."""
        name = path.attribute.name
        if path.urn is None and name in ("groups", "members"):
            return _groups_of_person() if name == "groups" else _members_of_group()
        document, where = self.table.c.document, _json_path(_keys(AttributePath(path.urn, path.attribute)))
        if self.dialect == "sqlite":
            source: Any = func.json_each(document, where).table_valued("value", "type", name="element")
            value: Sql = case((source.c.type == "object", source.c.value))
        else:
            value = func.jsonb_path_query(document, literal(f"{where}[*]", JSONPATH)).column_valued("element")
            source = value.scalar_alias
        return _Elements(
            lambda inner: self.read_json(value, inner, [inner.target.name]),
            lambda condition: exists().select_from(source).where(condition).correlate(self.table),
            self.leaf_in(value),
        )

    def read_json(self, document: Sql, path: AttributePath, keys: list[str]) -> Any:
        """Return the operand for a simple attribute in JSON."""
        boolean = path.target.type is Type.BOOLEAN
        if self.dialect == "sqlite":
            value: Sql = func.json_extract(document, _json_path(keys))
            return value if boolean else _Text(value, path.target.case_exact)
        text = func.jsonb_extract_path_text(document, *map(literal, keys))
        return text == "true" if boolean else _Text(text, path.target.case_exact)

    def has_leaf(self, document: Sql, keys: list[str]) -> Condition:
        """Tell whether a complex attribute, or an extension, has any value within."""
        if self.dialect == "sqlite":
            return self.leaf_in(document, _json_path(keys))
        return self.leaf_in(func.jsonb_extract_path(document, *map(literal, keys)))

    def leaf_in(self, value: Sql, *where: str) -> Condition:
        if self.dialect == "sqlite":
            tree = func.json_tree(value, *where).table_valued("atom", name="leaf")
            return exists().select_from(tree).where(tree.c.atom != "")
        return func.jsonb_path_exists(value, literal(_LEAVES, JSONPATH))


UNIQUE: Mapping[str, Mapping[str, str]] = {
    person.name: {"id": "id", "userName": "user_name_folded", "externalId": "external_id_key"},
    scim_group.name: {"id": "id", "displayName": "display_name_folded", "externalId": "external_id"},
}
"""Table -> attribute -> the column that one row of a directory at most has a value of."""

_PERSON_COLUMNS: Mapping[str, Any] = {
    "id": _Text(person.c.id, exact=True),
    "externalId": _Text(person.c.external_id_key, exact=True),
    "userName": _Text(person.c.user_name_folded, exact=False, stored_folded=True),
    "displayName": _Text(person.c.display_name_folded, exact=False, stored_folded=True),
    "active": person.c.active,
    "meta.created": person.c.created_at,
    "meta.lastModified": person.c.modified_at,
    "meta.resourceType": USER.name,
}
_GROUP_COLUMNS: Mapping[str, Any] = {
    "id": _Text(scim_group.c.id, exact=True),
    "externalId": _Text(scim_group.c.external_id, exact=True),
    "displayName": _Text(scim_group.c.display_name_folded, exact=False, stored_folded=True),
    "meta.created": scim_group.c.created_at,
    "meta.lastModified": scim_group.c.modified_at,
    "meta.resourceType": GROUP.name,
}


def _groups_of_person() -> _Elements:
    values: dict[str, Any] = {
        "value": _Text(group_member.c.group_id, exact=True),
        "display": _Text(scim_group.c.display_name_folded, exact=False, stored_folded=True),
        "type": "direct",
    }
    joined = select(group_member.c.person_id).join(scim_group, scim_group.c.id == group_member.c.group_id)
    return _Elements(
        lambda path: values[path.target.name], lambda condition: person.c.id.in_(joined.where(condition)), true()
    )


def _members_of_group() -> _Elements:
    values: dict[str, Any] = {"value": _Text(group_member.c.person_id, exact=True), "type": USER.name}
    members = select(group_member.c.group_id)
    return _Elements(
        lambda path: values[path.target.name], lambda condition: scim_group.c.id.in_(members.where(condition)), true()
    )


def _work_email(inner: Filter) -> str | None:
    """Return the address that `emails[type eq "work"].value eq "..."` asks for, None for any other value filter."""
    stated = stated_values(inner)
    if stated is None or stated.keys() != {"type", "value"} or fold(str(stated["type"])) != "work":
        return None
    return str(stated["value"])


def _document(path: AttributePath, constant: str) -> dict[str, Any]:
    """Return a document in which the path has that value."""
    return {path.attribute.name: {path.target.name: constant}}


def _lowered(text: Sql) -> Sql:
    return func.lower(func.normalize(text, literal_column("NFKC")))


def _keys(path: AttributePath) -> list[str]:
    sub = [path.sub_attribute.name] if path.sub_attribute else []
    return ([path.urn] if path.urn else []) + [path.attribute.name, *sub]


def _json_path(keys: list[str]) -> str:
    return "$" + "".join(f'."{key}"' for key in keys)
