"""`/login/<directory>/jwks.json`: the key by which we prove ourselves to a directory's provider, for it to read."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify

from connector.lifecycle import client_keys, visits
from connector.web.context import lifecycle, settings


def add_to(blueprint: Blueprint) -> None:
    """Serve the key set of every directory whose client has a key."""
    blueprint.add_url_rule("/login/<directory>/jwks.json", "client_keys", key_set)


def key_set(directory: str) -> Response:
    """Publish the public half (RFC 7517 section 5); 404 where there is none, or none that can be read."""
    found = lifecycle().read(visits.heard_directory, directory)
    try:
        key = client_keys.public_key(found, settings()) if found is not None else None
    except ValueError:
        key = None
    if key is None:
        abort(404)
    response = jsonify({"keys": [dict(key)]})
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
