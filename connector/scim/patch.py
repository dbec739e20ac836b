"""PATCH, applied to a canonical document (RFC 7644 section 3.5.2): all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from connector.domain.attributes import Attribute
from connector.domain.filter import Filter, matches_element, stated_values
from connector.domain.folding import fold
from connector.scim.errors import NoTarget, NotWritable
from connector.scim.multivalued import is_primary, leave_primary, merge
from connector.scim.operations import Op, Operation

Json = Any


def apply(document: Mapping[str, Json], operations: Iterable[Operation]) -> dict[str, Json]:
    """Return the document as it is after the operations, in their order; the one given stays as it was.

    Raises NoTarget where a value filter selects nothing and cannot create it, NotWritable where a required attribute is
    removed. What is equal before and after is equal in the result, so that the caller can see that nothing changed.
    """
    result = deepcopy(dict(document))
    for operation in operations:
        urn = operation.path.path.urn
        container = result.setdefault(urn, {}) if urn else result
        _apply_one(container, operation)
        if urn and not container:
            del result[urn]
    return result


def _apply_one(container: dict[str, Json], operation: Operation) -> None:
    path = operation.path.path
    name, sub = path.attribute.name, path.sub_attribute
    if operation.on_elements:
        _within_elements(container, operation)
    elif sub is not None:
        _within_complex(container, operation)
    elif operation.op is Op.REMOVE:
        _remove(container, operation)
    elif path.attribute.multi_valued:
        _state_elements(container, operation)
    elif operation.on_complex and "value" not in operation.value:
        container[name] = (container.get(name) or {}) | operation.value
    else:
        # A reference such as manager is replaced whole: a new value with the old $ref would be two people in one.
        container[name] = operation.value


def _remove(container: dict[str, Json], operation: Operation) -> None:
    attribute = operation.path.path.attribute
    if attribute.required:
        raise NotWritable(attribute.name, "required and cannot be removed")
    if operation.value is None:
        container.pop(attribute.name, None)
        return
    leaving = [_comparable(attribute, each) for each in operation.value]
    kept = [element for element in container.get(attribute.name) or [] if not _is_one_of(attribute, element, leaving)]
    _store(container, attribute.name, kept)


def _is_one_of(attribute: Attribute, element: Json, leaving: list[Json]) -> bool:
    """Tell whether a removal by a list of values means this element: all that it says of one is so."""
    held = _comparable(attribute, element)
    if not isinstance(held, dict):
        return held in leaving
    return any(isinstance(each, dict) and each.items() <= held.items() for each in leaving)


def _comparable(attribute: Attribute, value: Json) -> Json:
    """Return a value in which only the case that counts is left (RFC 7643 section 2.2)."""
    if isinstance(value, dict):
        return {key: _comparable(attribute.sub_attribute(key) or attribute, each) for key, each in value.items()}
    return fold(value) if isinstance(value, str) and not attribute.case_exact else value


def _state_elements(container: dict[str, Json], operation: Operation) -> None:
    name = operation.path.path.attribute.name
    elements: list[Json] = [] if operation.op is Op.REPLACE else container.get(name) or []
    _settle_primary(elements, merge(elements, operation.value))
    _store(container, name, elements)


def _within_complex(container: dict[str, Json], operation: Operation) -> None:
    path = operation.path.path
    name, inner = path.attribute.name, dict(container.get(path.attribute.name) or {})
    if operation.op is Op.REMOVE:
        inner.pop(path.target.name, None)
    else:
        inner[path.target.name] = operation.value
    _store(container, name, inner)


def _within_elements(container: dict[str, Json], operation: Operation) -> None:
    name, filter_ = operation.path.path.attribute.name, operation.path.value_filter
    elements = container.get(name) or []
    chosen = [index for index, each in enumerate(elements) if filter_ is None or matches_element(filter_, each)]
    if not chosen:
        elements.append(_created(operation, filter_))
        chosen = [len(elements) - 1]
    for index in chosen:
        elements[index] = _changed(elements[index], operation)
    _settle_primary(elements, chosen)
    _store(container, name, [element for element in elements if element])


def _created(operation: Operation, filter_: Filter | None) -> Json:
    """Return the element that a path such as `emails[type eq "work"].value` implies where there is none.

    Entra ID counts on it. The filter must say by equality what the element is; anything else is NoTarget.
    """
    if operation.op is Op.REMOVE or operation.path.sub_attribute is None:
        raise NoTarget(operation.path.text)
    element = {} if filter_ is None else stated_values(filter_)
    if element is None:
        raise NoTarget(operation.path.text)
    return dict(element)


def _changed(element: Json, operation: Operation) -> Json:
    """Return an element after the operation; None when nothing is left of it that has a meaning."""
    sub = operation.path.sub_attribute
    if sub is None:
        if operation.op is Op.REMOVE:
            return None
        return operation.value if operation.op is Op.REPLACE else element | operation.value
    if operation.op is not Op.REMOVE:
        return element | {sub.name: operation.value}
    rest = {key: value for key, value in element.items() if key != sub.name}
    return None if sub.name == "value" else rest


def _settle_primary(elements: list[Json], touched: list[int]) -> None:
    """Let the primary element that the operation has touched last be the only one."""
    primary = [index for index in touched if is_primary(elements[index])]
    if primary:
        leave_primary(elements, primary[-1])


def _store(container: dict[str, Json], name: str, value: Json) -> None:
    if value:
        container[name] = value
    else:
        container.pop(name, None)
