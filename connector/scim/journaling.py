"""What the journal is told of each request: as little work as possible, while the client waits."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, current_app, g, request

from connector.domain.exchanges import KEPT_HEADERS, LARGEST_BODY
from connector.lifecycle.journal import Heard, Journal
from connector.scim.rates import PART_OF_ANOTHER
from connector.web.source import source

_TOO_LARGE = b"\0"
"""Stands for a body that would not be kept anyway, so that it need not stay in memory."""


def install(blueprint: Blueprint) -> None:
    """Let every answer of the blueprint be told, where the application has a journal."""
    blueprint.after_request(_tell)


def _tell(response: Response) -> Response:
    journal = cast("Journal | None", current_app.extensions.get("jumpseat-journal"))
    if PART_OF_ANOTHER in request.environ:
        return response  # the client asked for no such thing by itself; the whole is told of
    if journal is not None and (base := f"/scim/{g.get('directory')}/v2") and request.path.startswith(base):
        heard = Heard(
            g.directory,
            journal.lifecycle.clock(),
            request.method,
            request.path[len(base) :],
            request.query_string.decode("ascii", "replace"),
            {name: value for name in KEPT_HEADERS if (value := request.headers.get(name)) is not None},
            _bounded(g.get("body", b"")),
            response.status_code,
            _bounded(response.get_data()),
            source(),
            g.get("token_id"),
            stranger="token_id" not in g,
        )
        journal.put(heard)
    return response


def _bounded(body: bytes) -> bytes:
    return body if len(body) <= LARGEST_BODY else _TOO_LARGE
