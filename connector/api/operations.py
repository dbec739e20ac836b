"""How a view becomes an operation: its address, its scope, what it takes, what it answers, and how it is described."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, g, request
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser

from connector.api import problems
from connector.api.access import admit, check_reach, read_json
from connector.api.fields import yes_no
from connector.api.problems import Refused
from connector.domain.operator_tokens import Scope
from connector.web.context import lifecycle

View = Callable[..., Any]

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Operation:
    """What is checked before a view runs, and how its answer is written."""

    scope: Scope
    takes: Schema | None
    query: Schema
    answers: Schema
    status: int
    secret: bool
    """Whether the answer has a secret, which is kept nowhere."""


OPERATIONS: dict[str, Operation] = {}
"""Every operation by its endpoint."""


class Nothing(Schema):
    """No parameters."""


class Change(Schema):
    """Of every change."""

    dry_run = yes_no("Say what it would come to, and do nothing.", load_default=False)


class _Parser(FlaskParser):
    """Takes the body that was read before, and refuses what it does not know: `dryrun=true` must not do it for real."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {"query": RAISE, "json": RAISE}  # noqa: RUF012 -- not ours

    def load_json(self, req: Any, schema: Any) -> Any:
        return g.body

    def handle_error(self, error: ValidationError, *_: Any, **__: Any) -> Any:
        raise Refused(
            422, "invalid-request", "The request is not of the form that is described.", errors=error.messages
        )


class Operations(Blueprint):
    """The operations of one noun. Each checks the token, then its body, then whose things are named; then it runs."""

    ARGUMENTS_PARSER = _Parser()

    def __init__(self, name: str, description: str) -> None:
        super().__init__(f"api-{name}", __name__, url_prefix=PREFIX, description=description)  # type: ignore[no-untyped-call]
        problems.install(self)
        self.before_request(_begin)
        self.after_request(_tell_request_id)

    def reads(self, path: str, scope: Scope, answers: type[Schema] | None, **how: Any) -> Callable[[View], View]:
        """Serve a view that reads."""
        return self._operation("GET", path, scope, answers, **how)

    def changes(
        self, method: str, path: str, scope: Scope, answers: type[Schema] | None, **how: Any
    ) -> Callable[[View], View]:
        """Serve a view that changes something, and takes `dry_run`."""
        how.setdefault("query", Change)
        return self._operation(method, path, scope, answers, **how)

    def _operation(
        self,
        method: str,
        path: str,
        scope: Scope,
        answers: type[Schema] | None,
        *,
        takes: type[Schema] | None = None,
        query: type[Schema] = Nothing,
        status: int = 200,
        secret: bool = False,
        document: Mapping[str, Any] | None = None,
    ) -> Callable[[View], View]:
        schema = (answers or Nothing)()

        def decorate(view: View) -> View:
            served = self.response(status, schema if answers else None)(view)
            if takes is not None:
                served = self.arguments(takes)(served)
            served = self.arguments(query, location="query")(served)
            keyed = [IDEMPOTENCY_KEY] if method == "POST" and issubclass(query, Change) and not secret else []
            described = dict(document or {}) | ({"parameters": keyed} if keyed else {})
            described["responses"] = {"default": "Problem", **described.get("responses", {})}
            served = self.doc(
                operationId=f"{self.name.removeprefix('api-')}.{view.__name__}",
                security=[{"operatorToken": [scope.value]}],
                **described,
            )(served)
            self.add_url_rule(path, view.__name__, served, methods=[method], tags=[self.name.removeprefix("api-")])
            OPERATIONS[f"{self.name}.{view.__name__}"] = Operation(
                scope, takes() if takes else None, query(), schema, status, secret
            )
            return view

        return decorate

    def _prepare_arguments_doc(self, doc: Any, doc_info: Any, **more: Any) -> Any:
        # Every failure is described once, as a problem.
        doc_info.get("arguments", {}).pop("responses", None)
        return super()._prepare_arguments_doc(doc, doc_info, **more)  # type: ignore[no-untyped-call]


IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "Sent again within 24 hours with the same request, the first answer is given again and nothing "
    "is done twice.",
}


def operation() -> Operation:
    """Return the operation that is asked for."""
    return OPERATIONS[str(request.endpoint)]


def _begin() -> None:
    asked = operation()
    admit(asked.scope)
    g.body = read_json() if asked.takes is not None else {}
    check_reach(g.body)


def _tell_request_id(response: Response) -> Response:
    """Tell by what the audit trail refers to this request."""
    if "request_id" in g:
        response.headers["X-Request-Id"] = g.request_id
    return response


def read(use_case: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run a use case that writes nothing."""
    return lifecycle().read(use_case, *args, **kwargs)
