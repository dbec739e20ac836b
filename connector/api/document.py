"""The OpenAPI document, made from the operations when it is first asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from flask import Flask
from flask_smorest import Api
from marshmallow import Schema

from connector.api import fields
from connector.api.operations import Operations
from connector.api.problems import MEDIA_TYPE

ABOUT = """\
What operators do with Jumpseat, for programs. A request shows an operator token (`jumpseat operator-token create`) as
`Authorization: Bearer jso_...`; each operation names the scope that it needs. A token of one tenant sees nothing else.

Every change takes `dry_run=true`: the same computation, told and undone. What is bought or planned is confirmed by the
`version` of its preview; when the ledger has moved since, the answer is 409 with the new figures. Every failure is a
problem document (RFC 9457) with a stable `code`. Lists have `items` and `next`, the cursor of the page after.
"""


class ProblemSchema(Schema):
    """A refusal or a failure (RFC 9457)."""

    type = fields.text("A URN made of the code.", example="urn:jumpseat:problem:not-found")
    title = fields.text("The code in words.", example="Not found")
    status = fields.number("The HTTP status.", example=404)
    detail = fields.text("A sentence for people: what is wrong, and what would be right.")
    code = fields.text("Stable; what programs decide on.", example="not-found")
    instance = fields.text("The request, as the audit trail refers to it.")
    facts = fields.anything("What the sentence is about; of ledger-moved the new figures, in `preview`.")


class _Document(Api):
    """Describes what is registered already, and takes no part in answering requests."""

    ERROR_SCHEMA: type[Schema] = ProblemSchema  # type: ignore[assignment]

    def _register_doc_blueprint(self) -> None:
        """Leave the address of the document to us."""

    def _register_error_handlers(self) -> None:
        """Leave errors to each blueprint."""


class Document:
    """The OpenAPI document of one application."""

    def __init__(self, app: Flask, nouns: Iterable[Operations]) -> None:
        self._app, self._nouns = app, tuple(nouns)
        self._made: dict[str, Any] | None = None
        self._lock = threading.Lock()

    def as_dict(self) -> dict[str, Any]:
        """Return the document."""
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made

    def _make(self) -> dict[str, Any]:
        about = {"title": "Jumpseat operator API", "version": version("jumpseat"), "openapi_version": "3.1.0"}
        api = _Document(self._app, spec_kwargs={**about, "info": {"description": ABOUT}})
        api.spec.components.security_scheme(
            "operatorToken", {"type": "http", "scheme": "bearer", "description": "An operator token."}
        )
        api.spec.components.response(
            "Problem",
            {"description": "Why it was refused.", "content": {MEDIA_TYPE: {"schema": ProblemSchema}}},
        )
        for noun in self._nouns:
            noun.register_views_in_doc(api, self._app, api.spec, name=noun.name, parameters=None)
            api.spec.tag({"name": noun.name.removeprefix("api-"), "description": noun.description})
        made: dict[str, Any] = api.spec.to_dict()
        return made
