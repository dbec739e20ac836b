"""Bytes in and out: what a request's body may be, and how an answer is written."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Request, Response, g, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from connector.scim.errors import InvalidSyntax, TooLarge, UnsupportedMediaType

Json = Any

PERSON_LIMIT = 1024 * 1024
GROUP_LIMIT = 16 * 1024 * 1024
"""Bytes. Ten thousand members in one PUT are about 2.2 MB."""

SCIM_JSON = "application/scim+json"
_READ = {SCIM_JSON, "application/json", "text/json", ""}
_BOM = b"\xef\xbb\xbf"


def read_json(limit: int) -> Json:
    """Return the body of the current request as JSON.

    Any charset parameter is passed over, JSON being UTF-8; a missing media type is taken for SCIM. Raises
    UnsupportedMediaType, TooLarge beyond `limit` bytes, and InvalidSyntax for what is no JSON, is nested deeper than
    about a thousand, or holds half a surrogate pair.
    """
    if request.mimetype not in _READ:
        raise UnsupportedMediaType(request.mimetype)
    coding = request.headers.get("Content-Encoding", "identity")
    if coding.lower() != "identity":
        raise UnsupportedMediaType(f"{request.mimetype} in {coding}")
    request.max_content_length = limit
    try:
        raw = g.body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise TooLarge(limit) from None
    except ClientDisconnected:
        raise InvalidSyntax("The body ended before its announced length.") from None
    if len(raw) < (request.content_length or 0):  # servers that end the stream themselves do not tell
        raise InvalidSyntax("The body ended before its announced length.")
    try:
        return orjson.loads(raw.removeprefix(_BOM))
    except orjson.JSONDecodeError:
        raise InvalidSyntax("The body is not JSON in UTF-8.") from None


def answer(document: Json, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a document as an answer of the media type that the client takes."""
    response = Response(orjson.dumps(document), status, headers, content_type=_media_type(request))
    response.headers["Cache-Control"] = "no-store"
    return response


def empty() -> Response:
    """Return 204, which says that it is done and that there is nothing to read."""
    return Response(status=204)


def _media_type(asked: Request) -> str:
    """Return application/json only for those who name it and not SCIM's own: OneLogin reads nothing else."""
    named = {media_type for media_type, quality in asked.accept_mimetypes if quality > 0}
    if SCIM_JSON not in named and "application/json" in named:
        return "application/json"
    return SCIM_JSON
