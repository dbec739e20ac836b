"""SCIM filter and PATCH path text, read into the filters of `connector.domain.filter` (RFC 7644 section 3.4.2.2).

scim2-filter-parser gives tokens and a tree; names, types, precedence and limits are ours, because on its own the
package reads `a or b and c` as `(a or b) and c`, drops attributes it does not know, and reads no JSON string or number.
Its lexer and parser keep their state on themselves, so every call makes its own.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from itertools import pairwise
from typing import Any, NoReturn

from scim2_filter_parser import ast
from scim2_filter_parser.lexer import SCIMLexer
from scim2_filter_parser.parser import SCIMParser, SCIMParserError

from connector.domain.attributes import MEMBERSHIP_USER, Attribute, AttributePath, ResourceType, Returned, Type
from connector.domain.errors import InvalidFilter, InvalidPath
from connector.domain.filter import And, Compare, Filter, Not, Operator, Or, Present, Value, ValuePath, instant

MAX_BYTES = 4096
MAX_DEPTH = 20
MAX_TERMS = 50

_EQUALITY = frozenset({Operator.EQ, Operator.NE})
_ORDERING = _EQUALITY | {Operator.GT, Operator.GE, Operator.LT, Operator.LE}
_OPERATORS = {
    Type.BOOLEAN: _EQUALITY,
    Type.BINARY: _EQUALITY,
    Type.INTEGER: _ORDERING,
    Type.DECIMAL: _ORDERING,
    Type.DATE_TIME: _ORDERING,
}
_TERMS = {"PR", *(operator.name for operator in Operator)}
_NOT_KEPT = frozenset({"meta.location", "meta.version", "groups.$ref", "members.$ref", "members.display"})

_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_STRING = r'"(?:[^"\\]|\\.)*"'
_LITERAL = re.compile(rf"(?i:true|false|null)|{_NUMBER}")
_BARE_VALUE = re.compile(
    rf"{_STRING}|(?<=\s)(?P<operator>(?i:eq|ne|co|sw|ew|gt|ge|lt|le)\s+)(?P<bare>[^\s\"'{{()\[\]][^\s\"()\[\]]*)"
)
_SPACES = " \t\r\n\f\v\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)


class _Lexer(SCIMLexer):
    """The package's lexer with JSON's literals, left as written: the attribute's type decides how to read them."""

    tokens = SCIMLexer.tokens
    ignore = _SPACES
    FALSE = r"(?i:false)(?![a-zA-Z0-9_$.:-])"
    TRUE = r"(?i:true)(?![a-zA-Z0-9_$.:-])"
    NULL = r"(?i:null)(?![a-zA-Z0-9_$.:-])"
    NUMBER = _NUMBER
    COMP_VALUE = _STRING

    def COMP_VALUE(self, token: Any) -> Any:  # type: ignore[no-redef]  # noqa: F811, N802 - so sly pairs the two
        return token  # the package's own function takes every quote off both ends


@dataclass(frozen=True, slots=True)
class PatchPath:
    """What a PATCH operation points at.

    `path` leads to the target itself: for `emails[type eq "work"].value` it is `emails.value`, for `name` it is `name`.
    `value_filter` picks the elements and is evaluated with `matches_element`; None where the path has no brackets.
    """

    path: AttributePath
    value_filter: Filter | None
    text: str = field(compare=False)
    """As the client wrote it, for sentences."""

    @property
    def sub_attribute(self) -> Attribute | None:
        """The sub-attribute that is the target, or None where the whole attribute is, or its elements are."""
        return self.path.sub_attribute


class _Unreadable(Exception):
    """What is wrong with the text, in words; `unknown` when it only names something that is not there."""

    def __init__(self, problem: str, *, unknown: bool) -> None:
        self.problem, self.unknown = problem, unknown
        super().__init__(problem)


def _refuse(problem: str, *, unknown: bool = False) -> NoReturn:
    raise _Unreadable(problem, unknown=unknown)


def parse_filter(text: str, resource: ResourceType) -> Filter:
    """Read a filter on resources of that type.

    Raises InvalidFilter for whatever cannot be honoured exactly: beyond 4,096 bytes, 20 brackets or 50 terms, unknown
    attributes, operators that do not fit the type. Tolerated: names and operators in any case, values without quotes
    where they are one word (authentik, Entra ID), `"True"` for a boolean (Entra ID).
    """
    try:
        return _Reading(resource).filter(_tree(text))
    except _Unreadable as error:
        raise InvalidFilter(error.problem) from None


def parse_path(text: str, resource: ResourceType) -> PatchPath:
    """Read the path of a PATCH operation: an attribute, or a value path with or without a sub-attribute.

    Raises InvalidPath; its `unknown` tells a path that merely names an attribute of no served schema. A path that is
    nothing but the URN of an extension is not one of RFC 7644's and must be recognised before.
    """
    try:
        # The grammar has no bare paths; presence of the path has exactly one reading, so anything else is refused.
        term = _tree(f"{text} pr").expr
        if not isinstance(term, ast.AttrExpr):
            _refuse("it is not one attribute with at most one value filter.")
        return PatchPath(*_Reading(resource).target(term.attr_path), text)
    except _Unreadable as error:
        raise InvalidPath(text, error.problem, unknown=error.unknown) from None


def _tree(text: str) -> Any:
    """Return the package's tree; what it cannot read, and what is too large to try, raises _Unreadable."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        _refuse("it contains a surrogate without its other half.")
    if size > MAX_BYTES:
        _refuse(f"it is longer than {MAX_BYTES} bytes.")
    if "\0" in text:
        _refuse("it contains a NUL character.")
    try:
        tokens = list(_Lexer().tokenize(_BARE_VALUE.sub(_quoted, text)))
        _check(tokens)
        return SCIMParser().parse(iter(tokens))
    except (SCIMParserError, ValueError):
        _refuse("it is not of the form attribute, operator, value (RFC 7644 figure 1).")


def _quoted(match: re.Match[str]) -> str:
    bare = match["bare"]
    if bare is None or _LITERAL.fullmatch(bare):
        return match[0]
    return match["operator"] + json.dumps(bare, ensure_ascii=False)


def _check(tokens: list[Any]) -> None:
    depth = deepest = terms = 0
    for before, token in pairwise([None, *tokens]):
        if token.type == "LBRACKET" and before is not None and before.type == "SUBATTR":
            _refuse(f"a value filter cannot stand after .{before.value}, only after the attribute.")  # the tree lost it
        depth += (token.type in ("LPAREN", "LBRACKET")) - (token.type in ("RPAREN", "RBRACKET"))
        deepest = max(deepest, depth)
        terms += token.type in _TERMS
    if deepest > MAX_DEPTH:
        _refuse(f"its brackets are nested deeper than {MAX_DEPTH}.")
    if terms > MAX_TERMS:
        _refuse(f"it has more than {MAX_TERMS} terms.")


@dataclass(frozen=True, slots=True)
class _Reading:
    """Turns the package's tree into a filter on a resource type, or, with `element`, on elements of that attribute."""

    resource: ResourceType
    element: AttributePath | None = None

    def filter(self, node: Any) -> Filter:
        if isinstance(node, ast.AttrExpr):
            return self.comparison(node)
        if node.namespace is not None:
            path, inner = self.value_path(node)
            return ValuePath(path, inner)
        if node.negated:
            return Not(self.filter(node.expr))
        if isinstance(node.expr, ast.LogExpr):
            return self.alternatives(node)
        return self.filter(node.expr)

    def alternatives(self, node: Any) -> Filter:
        """Split a chain of terms at each `or`, since `and` binds tighter (RFC 7644 section 3.4.2.2)."""
        groups: list[list[Filter]] = [[]]
        for conjunction, term in _chain(node):
            if conjunction == "or":
                groups.append([])
            groups[-1].append(self.filter(term))
        terms = tuple(group[0] if len(group) == 1 else And(tuple(group)) for group in groups)
        return terms[0] if len(terms) == 1 else Or(terms)

    def value_path(self, node: Any) -> tuple[AttributePath, Filter]:
        if self.element is not None or isinstance(node.namespace.attr_name, ast.Filter):
            _refuse("a value filter within a value filter has no meaning.")
        path = self.path(node.namespace.attr_name, uri=node.namespace.uri)
        if path.sub_attribute is not None or not (path.attribute.multi_valued or path.attribute.sub_attributes):
            _refuse(f"{path} has no elements to filter.")
        return path, _Reading(self.resource, path).filter(node.expr)

    def comparison(self, node: Any) -> Filter:
        path, inner = self.target(node.attr_path)
        _check_searchable(path)
        comparison = _comparison(path, node.value.lower(), node.comp_value and node.comp_value.value)
        if inner is None:
            return comparison
        # Entra ID writes emails[type eq "work"].value eq "x": the comparison is one more term on the same element.
        element = AttributePath(path.urn, path.attribute)
        return ValuePath(element, inner if comparison == Present(element) else And((inner, comparison)))

    def target(self, node: Any) -> tuple[AttributePath, Filter | None]:
        """Return the path that a node names and the value filter in it, if any."""
        sub = node.sub_attr.value if node.sub_attr else None
        if not isinstance(node.attr_name, ast.Filter):
            return self.path(node.attr_name, sub=sub, uri=node.uri), None
        element, inner = self.value_path(node.attr_name)
        # The package moves the sub-attribute of emails[...].value to within the value path.
        moved: Any = node.attr_name.namespace
        return (_Reading(self.resource, element).path(moved.sub_attr.value) if moved.sub_attr else element), inner

    def path(self, name: str, *, sub: str | None = None, uri: str | None = None) -> AttributePath:
        full = (f"{uri}:" if uri else "") + name + (f".{sub}" if sub else "")
        found = self.resource.find(full) if self.element is None else _within(self.element, full)
        if found is None:
            whole = self.resource.name if self.element is None else str(self.element)
            _refuse(f"{full} is no attribute of {whole}.{self._meant(full)}", unknown=True)
        return found

    def _meant(self, name: str) -> str:
        """Return a sentence with the name that was probably meant, if any is near."""
        parts = self.resource.schema.attributes if self.element is None else self.element.attribute.sub_attributes
        near = get_close_matches(name.lower(), {part.name.lower() for part in parts}, n=1)
        return next((f" Did you mean {part.name}?" for part in parts if near == [part.name.lower()]), "")


def _within(element: AttributePath, name: str) -> AttributePath | None:
    """Return the path of a sub-attribute; the elements of a simple attribute are themselves its `value`."""
    if not element.attribute.sub_attributes and name.lower() == "value":
        return element
    sub = element.attribute.sub_attribute(name)
    return AttributePath(element.urn, element.attribute, sub) if sub else None


def _chain(node: Any) -> Iterator[tuple[str, Any]]:
    """Yield the terms of a chain of `and` and `or` from left to right, each with the word before it."""
    terms = []
    while isinstance(node.expr, ast.LogExpr) and not node.negated and node.namespace is None:
        terms.append((node.expr.op.lower(), node.expr.expr2))
        node = node.expr.expr1
    yield "", node
    yield from reversed(terms)


def _check_searchable(path: AttributePath) -> None:
    never = path.target.returned is Returned.NEVER or path.attribute.returned is Returned.NEVER
    if never or path.urn == MEMBERSHIP_USER or str(path) in _NOT_KEPT:
        _refuse(f"{path} cannot be searched for.")


def _comparison(path: AttributePath, word: str, literal: str | None) -> Filter:
    """Return the filter for one term; `literal` is the value as written, None for `pr`."""
    if literal is None:
        return Present(path)
    relation = Operator(word)
    if literal.lower() == "null":
        if relation not in _EQUALITY:
            _refuse(f"{path} {relation} null has no meaning.")
        return Not(Present(path)) if relation is Operator.EQ else Present(path)
    if path.target.type is Type.COMPLEX:
        path = _default_sub_attribute(path)
        _check_searchable(path)
    if relation not in _OPERATORS.get(path.target.type, Operator):
        _refuse(f"{path} is of type {path.target.type}, which {relation} cannot compare.")
    return Compare(path, relation, _value(path, literal))


def _default_sub_attribute(path: AttributePath) -> AttributePath:
    """Return where `emails eq "x"` and Entra ID's `manager eq "x"` look (RFC 7643 section 2.4)."""
    value = path.attribute.sub_attribute("value")
    if value is None:
        first = path.attribute.sub_attributes[0]
        _refuse(f"{path} is complex: name one of its sub-attributes, such as {path}.{first.name}.")
    return AttributePath(path.urn, path.attribute, value)


def _value(path: AttributePath, literal: str) -> Value:
    """Return the literal as the attribute's type has it; a number stands for its text where text is wanted."""
    wanted = path.target.type
    quoted = literal.startswith('"')
    text = _string(path, literal) if quoted else literal
    truth = text.lower() in ("true", "false")
    if wanted is Type.BOOLEAN and truth:
        return text.lower() == "true"
    if wanted in (Type.INTEGER, Type.DECIMAL) and not quoted and not truth:
        return _number(path, literal)
    if wanted is Type.DATE_TIME and quoted:
        return _moment(path, text)
    if wanted in (Type.STRING, Type.REFERENCE, Type.BINARY) and (quoted or not truth):
        return text
    _refuse(f"{path} is of type {wanted} and cannot be compared with {literal[:50]}.")


def _string(path: AttributePath, literal: str) -> str:
    try:
        text = str(json.loads(literal, strict=False))
    except ValueError:
        _refuse(f"{path} is compared with {literal[:50]}, which is no JSON string.")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        _refuse(f"{path} is compared with text that contains a NUL or a lone surrogate.")
    return text


def _moment(path: AttributePath, text: str) -> datetime:
    try:
        return instant(text)
    except ValueError:
        _refuse(f"{path} is compared with {text[:50]!r}, which is no dateTime.")


def _number(path: AttributePath, literal: str) -> int | float:
    number: int | float = json.loads(literal)
    if not math.isfinite(number) or abs(number) >= 2**63:
        _refuse(f"{path} is compared with a number that is out of range.")
    if path.target.type is Type.INTEGER and number != int(number):
        _refuse(f"{path} is an integer and cannot be compared with {literal}.")
    return number
