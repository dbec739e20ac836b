"""Which address is which operation, the document of all of them, and what every other address below it answers."""

from __future__ import annotations

import orjson
from flask import Blueprint, Flask, Response, current_app, g, request
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import PathConverter, RequestRedirect, Rule

from connector.api import (
    accounts,
    audit,
    configuration,
    directories,
    history,
    imports,
    invitations,
    members,
    people,
    purchases,
    reservations,
    rules,
    tenants,
    work_orders,
)
from connector.api.document import Document
from connector.api.operations import PREFIX
from connector.api.problems import install as install_problems
from connector.domain.identifiers import new_id
from connector.web.context import lifecycle

NOUNS = (
    tenants.noun,
    directories.noun,
    accounts.noun,
    purchases.noun,
    reservations.noun,
    rules.noun,
    members.noun,
    invitations.noun,
    work_orders.noun,
    people.noun,
    history.noun,
    imports.noun,
    configuration.noun,
    audit.noun,
)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
install_problems(blueprint)


def install(app: Flask) -> None:
    """Serve the API: its operations, its document, and problem documents on every other address below it."""
    for noun in NOUNS:
        app.register_blueprint(noun)
    app.register_blueprint(blueprint)
    app.extensions["jumpseat-api-document"] = Document(app, NOUNS)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Give the OpenAPI 3.1 document, to whoever asks: it says nothing of this installation but its address."""
    document = current_app.extensions["jumpseat-api-document"].as_dict()
    served = {**document, "servers": [{"url": lifecycle().settings.public_url}]}
    return Response(orjson.dumps(served), content_type="application/json")


def nothing(**_: str) -> Response:
    """Answer 404, or 405 with what is possible, to everything that is no operation."""
    g.request_id = new_id()
    allowed = [method for method in METHODS if _serves(method)]
    raise MethodNotAllowed(allowed) if allowed else NotFound("Nothing is served at this address.")


def _serves(method: str) -> bool:
    try:
        adapter = current_app.create_url_adapter(request)
        assert adapter is not None  # noqa: S101 -- there is a request
        endpoint, _ = adapter.match(request.path, method=method)
    except (HTTPException, RequestRedirect):
        return False
    return bool(endpoint != "api.nothing")


class _Anything(PathConverter):
    """Whatever follows, slashes at its beginning and line feeds included."""

    regex, part_isolating = "(?s:.*?)", False


@blueprint.record
def _serve_nothing_else(state: BlueprintSetupState) -> None:
    # Flask cannot say `any method`, not even one that nobody has heard of; Werkzeug's rules can.
    state.app.url_map.converters["api_anything"] = _Anything
    state.app.view_functions["api.nothing"] = nothing
    for address in (PREFIX, f"{PREFIX}/<api_anything:anything>"):
        state.app.url_map.add(Rule(address, endpoint="api.nothing", methods=None, merge_slashes=False))
