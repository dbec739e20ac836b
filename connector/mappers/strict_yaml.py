"""YAML of ours, read so that every complaint names file, line and key.

Narrower than YAML on purpose: one document of maps, lists and scalars. Anchors, aliases and tags are refused, and so
an alias bomb cannot even be written; a key may stand once; what is not asked for is an error, never ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NoReturn

import yaml

from connector.domain.errors import FileInvalid, nearest_first

WHOLE = "(document)"

MAX_CHARACTERS = 1_000_000
"""A catalogue of ours has under 40,000; a larger text is refused before it is parsed."""

MAX_DEPTH = 20
"""Deeper nesting is refused, since the parser builds it by recursion."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of the document, with where it stands.

    Each method reads it as what is asked for, or raises FileInvalid with the place.
    """

    file: str
    path: str
    node: yaml.Node

    def refuse(self, problem: str) -> NoReturn:
        """Raise the complaint about this value."""
        _refuse(self.file, self.node.start_mark.line, problem, self.path or WHOLE)

    def entries(self, known: Iterable[str] | None = None, kind: str = "key") -> dict[str, Value]:
        """Read a map, keys in the order of the file; with `known`, another key is refused with the nearest of these."""
        if not isinstance(self.node, yaml.MappingNode):
            self.refuse(f"must be a map, not {_kind(self.node)}.")
        found: dict[str, Value] = {}
        for key_node, node in self.node.value:
            key = Value(self.file, self.path, key_node).text()
            value = Value(self.file, f"{self.path}.{key}".lstrip("."), node)
            if key in found:
                _refuse(self.file, key_node.start_mark.line, "stands here twice.", value.path)
            if known is not None:
                Value(self.file, value.path, key_node).name(known, kind)
            found[key] = value
        return found

    def some_entries(self) -> dict[str, Value]:
        """Read a map that has at least one key."""
        found = self.entries()
        if not found:
            self.refuse("must have at least one entry.")
        return found

    def record(self, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Value]:
        """Read a map that has all of the required keys, perhaps optional ones, and no others."""
        required = tuple(required)
        found = self.entries((*required, *optional))
        for key in required:
            if key not in found:
                self.refuse(f"lacks the key {key!r}.")
        return found

    def items(self) -> list[Value]:
        """Read a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.refuse(f"must be a list, not {_kind(self.node)}.")
        return [Value(self.file, f"{self.path}[{n}]", node) for n, node in enumerate(self.node.value, 1)]

    def text(self) -> str:
        """Read a text that is not empty; a number or a truth value is none unless quoted."""
        if not self._is("str") or not self.node.value.strip():
            self.refuse(f"must be a text, not {_kind(self.node)}.")
        return str(self.node.value)

    def written(self) -> str:
        """Read a text that is not empty, or a number as it is written: what it lacks is for the reader to say."""
        return str(self.node.value) if self._is("int") or self._is("float") else self.text()

    def flag(self) -> bool:
        """Read true or false."""
        if not self._is("bool") or self.node.value not in ("true", "false"):
            self.refuse(f"must be true or false, not {_kind(self.node)}.")
        return bool(self.node.value == "true")

    def number(self, least: int = 0) -> int:
        """Read a whole number in plain digits."""
        if not self._is("int") or not self.node.value.lstrip("-").isdecimal():
            self.refuse(f"must be a whole number, not {_kind(self.node)}.")
        if (number := int(self.node.value)) < least:
            self.refuse(f"must not be below {least}, and is {number}.")
        return number

    def decimal(self) -> Decimal:
        """Read an amount in quotes, so that no float ever comes between: "12.00"; never below zero."""
        text = self.text()
        try:
            amount = Decimal(text)
        except InvalidOperation:
            self.refuse(f"must be a decimal number in quotes, not {text!r}.")
        if not amount.is_finite() or amount < 0:
            self.refuse(f"must be an amount of zero or more, not {text!r}.")
        return amount

    def day(self) -> date:
        """Read a day written as 2026-01-31, in quotes or not."""
        written = self.node.value if self._is("timestamp") else self.text()
        try:
            return date.fromisoformat(written)
        except ValueError:
            self.refuse(f"must be a day written as 2026-01-31, not {written!r}.")

    def is_map(self) -> bool:
        """Tell whether the value is a map."""
        return isinstance(self.node, yaml.MappingNode)

    def is_text(self, *words: str) -> bool:
        """Tell whether the value is one of these words."""
        return self._is("str") and self.node.value in words

    def names(self, known: Iterable[str] | None = None, kind: str = "name") -> tuple[str, ...]:
        """Read a list of names, each once; with `known`, a name that is none of these is refused with the nearest."""
        found: list[str] = []
        for item in self.items():
            name = item.name(known, kind)
            if name in found:
                item.refuse(f"names {name!r} a second time.")
            found.append(name)
        return tuple(found)

    def name(self, known: Iterable[str] | None = None, kind: str = "name") -> str:
        """Read one name; with `known`, another is refused with the nearest of these."""
        name = self.text()
        if known is not None and name not in (known := tuple(known)):
            hint = ", ".join(nearest_first(name, known)[:5])
            self.refuse(f"there is no {kind} {name!r}." + (f" Known, nearest first: {hint}." if hint else ""))
        return name

    def _is(self, kind: str) -> bool:
        return isinstance(self.node, yaml.ScalarNode) and self.node.tag == f"tag:yaml.org,2002:{kind}"


def names_in(
    record: Mapping[str, Value], key: str, known: Iterable[str] | None = None, kind: str = "name"
) -> frozenset[str]:
    """Read the list of names under a key that may be missing."""
    return frozenset(record[key].names(known, kind)) if key in record else frozenset()


def read_document(text: str, file: str) -> Value:
    """Parse one YAML document; raises FileInvalid where it is not YAML, too large, or uses what is refused."""
    if len(text) > MAX_CHARACTERS:
        _refuse(file, 0, f"has more than {MAX_CHARACTERS} characters.")
    try:
        _refuse_references(text, file)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        _refuse(file, mark.line if mark else 0, f"is not YAML: {error.problem}.")
    except yaml.YAMLError:
        _refuse(file, 0, "has characters that YAML does not allow.")
    if node is None:
        _refuse(file, 0, "is empty.")
    return Value(file, "", node)


def _refuse_references(text: str, file: str) -> None:
    """Look at the parser's events, which build nothing yet, for what must not be built."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            _refuse(file, line, "anchors and aliases are not allowed.")
        if getattr(event, "tag", None):
            _refuse(file, line, "tags are not allowed.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            _refuse(file, line, f"is nested more than {MAX_DEPTH} deep.")


def _refuse(file: str, line: int, problem: str, key: str = WHOLE) -> NoReturn:
    """Raise the complaint; the parser counts lines from 0, people from 1."""
    raise FileInvalid(file, line + 1, key, problem)


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return repr(node.value) if node.value else "nothing"
    return "a list" if isinstance(node, yaml.SequenceNode) else "a map"
