"""Which address is which view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, g, request
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.routing import PathConverter, Rule

from connector.domain.identifiers import new_id
from connector.lifecycle import scim_clients
from connector.scim import bulk, client_credentials, discovery, groups, offers, refusals, search, users
from connector.scim.answers import base_url
from connector.scim.arguments import query_arguments
from connector.scim.auth import admit, read
from connector.scim.bodies import answer
from connector.scim.errors import FilterForbidden, MethodNotAllowed, NoSuchEndpoint, NotImplementedHere

View = Callable[..., Response]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

blueprint = Blueprint("scim", __name__, url_prefix="/scim")
refusals.install(blueprint)


def _config() -> Response:
    if "filter" in query_arguments():
        admit()
        raise FilterForbidden
    return answer(discovery.service_provider_config(base_url(), read(scim_clients.ways_in)))


def _discovered(document: Callable[..., dict[str, Any]]) -> View:
    def view(name: str | None = None) -> Response:
        admit()
        if "filter" in query_arguments():
            raise FilterForbidden
        return answer(document(base_url()) if name is None else document(name, base_url()))

    return view


def _not_offered(what: str) -> View:
    def view(**_: str) -> Response:
        admit()
        raise NotImplementedHere(what)

    return view


def _route(path: str, views: Mapping[str, View]) -> None:
    """Serve an address: the methods given by their views, the others by 405 in SCIM's words."""
    allowed = [method for method in METHODS if method in views]

    def refused(**_: str) -> Response:
        admit()
        raise MethodNotAllowed(request.method, allowed)

    for method in METHODS:
        # A base URL typed with a slash at its end makes addresses with two in the middle.
        for start in ("/<directory>/v2", "/<directory>/v2/"):
            blueprint.add_url_rule(
                start + path,
                endpoint=f"{method} {path}".replace(".", "-"),
                view_func=views.get(method, refused),
                methods=[method],
                strict_slashes=False,
                merge_slashes=False,
                provide_automatic_options=False,
            )


_route("/.search", {"POST": search.everything})
_route("/Users/.search", {"POST": search.people})
_route("/Groups/.search", {"POST": search.all_groups})
_route("/Users", {"GET": users.index, "POST": users.create})
_route(
    "/Users/<person_id>",
    {"GET": users.show, "PUT": users.replace, "PATCH": users.change, "DELETE": users.delete},
)
_route("/Groups", {"GET": groups.index, "POST": groups.create})
_route(
    "/Groups/<group_id>",
    {"GET": groups.show, "PUT": groups.replace, "PATCH": groups.change, "DELETE": groups.delete},
)
_route("/Entitlements", {"GET": offers.entitlements})
_route("/Entitlements/<name>", {"GET": offers.entitlement})
_route("/Roles", {"GET": offers.roles})
_route("/Roles/<name>", {"GET": offers.role})
_route("/ServiceProviderConfig", {"GET": _config})
_route("/Schemas", {"GET": _discovered(discovery.all_schemas)})
_route("/Schemas/<name>", {"GET": _discovered(discovery.one_schema)})
_route("/ResourceTypes", {"GET": _discovered(discovery.all_resource_types)})
_route("/ResourceTypes/<name>", {"GET": _discovered(discovery.one_resource_type)})
_route("/Me", dict.fromkeys(METHODS, _not_offered("/Me")))
_route("/Bulk", {"POST": bulk.bulk})


@blueprint.route("/<directory>/token", methods=METHODS, provide_automatic_options=False)
def token() -> Response:
    """Give a SCIM client an access token for its secret; nothing but the secret opens it."""
    if request.method != "POST":
        raise MethodNotAllowed(request.method, ["POST"])
    return client_credentials.token()


@blueprint.route("/", strict_slashes=False, provide_automatic_options=False)
def nothing(**_: str) -> Response:
    """Answer 404 to every address that is not served, to whoever asks, by whatever method."""
    raise NoSuchEndpoint


class _Anything(PathConverter):
    """Whatever follows, slashes at its beginning and line feeds included."""

    regex, part_isolating = "(?s:.*?)", False


@blueprint.record
def _serve_nothing_else(state: BlueprintSetupState) -> None:
    # Flask cannot say `any method`, not even one that nobody has heard of; Werkzeug's rules can.
    state.app.url_map.converters["anything"] = _Anything
    for address in ("/scim", "/scim/<anything:anything>"):
        rule = Rule(address, endpoint=f"{state.name}.nothing", methods=None, merge_slashes=False)
        state.app.url_map.add(rule)


@blueprint.url_value_preprocessor
def _begin(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values is not None:
        g.directory, g.request_id = values.pop("directory", ""), new_id()
        if any("\0" in str(value) for value in values.values()):
            raise NoSuchEndpoint  # no identifier holds a NUL character, and PostgreSQL could not even compare one


@blueprint.after_request
def _tell_request_id(response: Response) -> Response:
    """Tell by what the audit trail refers to this request."""
    response.headers["X-Request-Id"] = g.request_id
    return response
