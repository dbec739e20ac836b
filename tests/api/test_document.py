"""The OpenAPI document: whole, described, and true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from connector.api.operations import OPERATIONS, PREFIX

from .conftest import Program


@pytest.fixture
def document(app: Flask) -> Any:
    """Give the document, as whoever asks gets it."""
    answer = app.test_client().get(f"{PREFIX}/openapi.json")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    return answer.json


def test_every_address_is_described(app: Flask, document: Any) -> None:
    """OpenAPI 3.1: each operation with its scope, a sentence, an id of its own, and what failures look like."""
    assert document["openapi"] == "3.1.0"
    served = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower(), OPERATIONS[rule.endpoint].scope.value)
        for rule in app.url_map.iter_rules()
        if rule.endpoint in OPERATIONS
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = set()
    for path, operations in document["paths"].items():
        for method, one in operations.items():
            if method == "parameters":
                continue
            described.add((path, method, one["security"][0]["operatorToken"][0]))
            assert one["summary"].endswith("."), path
            assert one["responses"]["default"] == {"$ref": "#/components/responses/Problem"}
            assert one["tags"]
    assert described == served
    ids = [
        one["operationId"] for operations in document["paths"].values() for one in operations.values() if "tags" in one
    ]
    assert len(ids) == len(set(ids)) == len(OPERATIONS)
    assert list(document["components"]["responses"]["Problem"]["content"]) == ["application/problem+json"]
    unserved = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(PREFIX) and rule.endpoint not in OPERATIONS
    ]
    assert sorted(unserved) == [PREFIX, f"{PREFIX}/<api_anything:anything>", f"{PREFIX}/openapi.json"]


def test_every_field_and_parameter_says_what_it_is(document: Any) -> None:
    """A program's author reads this and nothing else."""
    silent = [where for where, one in _described(document) if not one.get("description")]
    assert silent == []


def test_nothing_is_named_that_is_not_there(document: Any) -> None:
    """Every reference leads somewhere within the document."""
    for reference in set(_references(document)):
        found = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def test_every_answer_has_what_the_document_says(document: Any, everything: Program) -> None:
    """The names that an answer has are those of its schema, all of them."""
    schemas = document["components"]["schemas"]
    for path, name in (
        ("/tenants", "Tenant"),
        ("/directories", "Directory"),
        ("/accounts", "Account"),
        ("/vendors", "Vendor"),
    ):
        for item in everything.told("GET", path)["items"]:
            assert item.keys() == schemas[name]["properties"].keys()
    assert everything.told("GET", "/nothing", None, 404).keys() <= schemas["Problem"]["properties"].keys()


def _described(document: Any) -> Iterator[tuple[str, Any]]:
    for name, schema in document["components"]["schemas"].items():
        for field, one in schema.get("properties", {}).items():
            yield f"{name}.{field}", one
    for path, operations in document["paths"].items():
        for method, one in operations.items():
            for parameter in one.get("parameters", ()) if method != "parameters" else ():
                if parameter["in"] != "path":
                    yield f"{method} {path} {parameter['name']}", parameter


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for one in part.values():
            yield from _references(one)
    elif isinstance(part, list):
        for one in part:
            yield from _references(one)
