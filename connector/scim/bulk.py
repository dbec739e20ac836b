"""`POST /Bulk`: many operations in one request, each of them a request of its own (RFC 7644 section 3.7).

Every operation goes the way that it would go alone, is atomic, and is committed before the next begins: after an
interruption those before it hold. What refers to a `bulkId` waits until that resource is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
from flask import Response, current_app, g, request
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from connector.domain.errors import InvalidValue
from connector.scim.answers import base_url
from connector.scim.auth import admit
from connector.scim.bodies import SCIM_JSON, answer, read_json
from connector.scim.dialects import canonical_message
from connector.scim.errors import InvalidSyntax, TooManyOperations, error_body

Json = Any

REQUEST_URN = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
RESPONSE_URN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
MAX_OPERATIONS = 1000
MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 100

_PLACE = re.compile(r"/(Users|Groups)(?:/([^/?#]+))?")
_REFERENCE = "bulkId:"


@dataclass(frozen=True, slots=True)
class BulkOperation:
    """One operation as the client wrote it; whether it can be done is found out when it is its turn."""

    method: str
    path: str
    bulk_id: str | None
    version: str | None
    data: Json
    needs: frozenset[str]
    """The bulkIds that it refers to, in its path or in its data."""

    @property
    def makes(self) -> str | None:
        """The bulkId of the resource that it makes; only a POST makes one."""
        return self.bulk_id if self.method == "POST" else None


def bulk() -> Response:
    """POST: the operations, each with a status of its own; beyond `failOnErrors` failures the rest is left undone."""
    admit()
    message = canonical_message(read_json(MAX_BYTES))
    if REQUEST_URN.lower() not in {urn.lower() for urn in message["schemas"]}:
        raise InvalidSyntax(f"The schemas of a bulk request name {REQUEST_URN}.")
    operations, tolerated = _operations(message), _tolerated(message)
    made: dict[str, str] = {}
    results: list[dict[str, Json]] = []
    for operation in _in_order(operations):
        results.append(_result(operation, made))
        failures = sum(int(result["status"]) >= 400 for result in results)
        if tolerated is not None and failures >= tolerated:
            break
    return answer({"schemas": [RESPONSE_URN], "Operations": results})


def _operations(message: dict[str, Json]) -> list[BulkOperation]:
    stated = message.get("operations")
    if not isinstance(stated, list) or not all(isinstance(one, dict) for one in stated):
        raise InvalidSyntax("Operations must be a list of objects.")
    if len(stated) > MAX_OPERATIONS:
        raise TooManyOperations(MAX_OPERATIONS)
    operations = [_operation({key.lower(): value for key, value in one.items()}) for one in stated]
    names = [operation.makes for operation in operations if operation.makes is not None]
    if len(names) != len(set(names)):
        raise InvalidSyntax("Every bulkId must be unique in its request.")
    return operations


def _operation(stated: dict[str, Json]) -> BulkOperation:
    texts = {name: stated.get(name) for name in ("method", "path", "bulkid", "version")}
    if not all(value is None or isinstance(value, str) for value in texts.values()):
        raise InvalidSyntax("method, path, bulkId and version of an operation must be texts.")
    method, path = (texts["method"] or "").upper(), texts["path"] or ""
    needs = frozenset(_references([path.rpartition("/")[2], stated.get("data")]))
    return BulkOperation(method, path, texts["bulkid"], texts["version"], stated.get("data"), needs)


def _tolerated(message: dict[str, Json]) -> int | None:
    """Return how many failures end the request; None where it goes on whatever fails."""
    number = next((value for name, value in message.items() if name.lower() == "failonerrors"), None)
    if number is not None and (isinstance(number, bool) or not isinstance(number, int) or number < 1):
        raise InvalidValue("failOnErrors", "must be a whole number from 1.")
    return number


def _in_order(operations: list[BulkOperation]) -> Iterator[BulkOperation]:
    """Yield each operation after those that make what it refers to, else as they stand in the request.

    Of operations that wait for each other the first is yielded all the same.
    """
    waiting = list(operations)
    while waiting:
        coming = {operation.makes for operation in waiting if operation.makes is not None}
        ready = (at for at, one in enumerate(waiting) if one.needs.isdisjoint(coming))
        yield waiting.pop(next(ready, 0))


def _result(operation: BulkOperation, made: dict[str, str]) -> dict[str, Json]:
    result: dict[str, Json] = {"method": operation.method}
    if operation.bulk_id is not None:
        result["bulkId"] = operation.bulk_id
    if operation.version is not None:
        result["version"] = operation.version
    refusal = _refusal(operation, made)
    if refusal is not None:
        return {**result, "status": refusal["status"], "response": refusal}
    endpoint, slash, last = operation.path.rpartition("/")
    path = f"{endpoint}{slash}{_resolved(last, made)}"
    status, headers, body = _ask(operation, path, made)
    location = headers.get("Location") or (f"{base_url()}{path}" if operation.method != "POST" else None)
    result |= {"location": location} if location else {}
    result |= {"version": headers["ETag"]} if "ETag" in headers else {}
    if operation.makes is not None and status == 201:
        made[operation.makes] = orjson.loads(body)["id"]
    return {**result, "status": str(status), **({"response": orjson.loads(body)} if status >= 400 else {})}


def _refusal(operation: BulkOperation, made: dict[str, str]) -> dict[str, Json] | None:
    """Return the error of an operation that cannot even be asked for."""
    place = _PLACE.fullmatch(operation.path)
    if operation.method not in ("POST", "PUT", "PATCH", "DELETE"):
        return error_body(405, "The method of a bulk operation is POST, PUT, PATCH or DELETE.")
    if place is None or (place[2] is None) != (operation.method == "POST"):
        return error_body(
            400, "The path of a bulk operation is /Users or /Groups, with an id unless it is a POST.", "invalidPath"
        )
    if operation.method == "POST" and not operation.bulk_id:
        return error_body(400, "A POST within a bulk request needs a bulkId.", "invalidSyntax")
    unresolved = sorted(operation.needs - made.keys())
    if unresolved:
        return error_body(409, f"There is no resource of the bulkId {unresolved[0]}, or not before this operation.")
    return None


def _ask(operation: BulkOperation, path: str, made: dict[str, str]) -> tuple[int, Headers, bytes]:
    """Send the operation through the application as the request that it stands for."""
    headers = Headers({"Authorization": request.headers.get("Authorization", "")})
    if operation.version:
        headers["If-Match"] = operation.version
    environ = EnvironBuilder(
        path=quote(f"/scim/{g.directory}/v2{path}"),
        base_url=request.host_url,
        method=operation.method,
        headers=headers,
        data=orjson.dumps(_resolved(operation.data, made)) if operation.method != "DELETE" else None,
        content_type=SCIM_JSON,
        environ_overrides={"REMOTE_ADDR": request.remote_addr or ""},
    ).get_environ()
    with current_app.app_context():  # what is noted of one request must not be taken for another's
        chunks, status, answered = run_wsgi_app(current_app.wsgi_app, environ)
        return int(status.split(" ", 1)[0]), answered, b"".join(chunks)


def _references(value: Json, depth: int = 0) -> Iterator[str]:
    """Yield the bulkIds that a value refers to; raises InvalidSyntax for one that is nested too deep to be sent on."""
    if depth > MAX_DEPTH:
        raise InvalidSyntax(f"The data of a bulk operation is nested deeper than {MAX_DEPTH}.")
    if isinstance(value, str) and value.startswith(_REFERENCE):
        yield value.removeprefix(_REFERENCE)
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _references(each, depth + 1)


def _resolved(value: Json, made: dict[str, str]) -> Json:
    """Return a value with the ids in place of the references to them."""
    if isinstance(value, dict):
        return {key: _resolved(each, made) for key, each in value.items()}
    if isinstance(value, list):
        return [_resolved(each, made) for each in value]
    return made[value.removeprefix(_REFERENCE)] if isinstance(value, str) and value.startswith(_REFERENCE) else value
