"""`POST /Bulk`: many operations in one request, each of them a request of its own (RFC 7644 section 3.7).

Every operation goes the way that it would go alone, is atomic, and is committed before the next begins: after an
interruption those before it hold. What refers to a `bulkId` waits until that resource is there. Of operations that
wait for each other one is done in two halves: the resource is made without what it cannot refer to yet, and that is
added as soon as it is there; if it cannot be added the operation has failed, and the first half is taken back.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
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
from connector.scim.bulk_operations import BulkOperation, made_by, next_of, read_operations, resolved, split
from connector.scim.dialects import PATCH_URN, canonical_message
from connector.scim.errors import InvalidSyntax, error_body
from connector.scim.rates import PART_OF_ANOTHER
from connector.scim.representation import entity_tag

Json = Any

REQUEST_URN = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
RESPONSE_URN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
MAX_BYTES = 16 * 1024 * 1024

_PLACE = re.compile(r"/(Users|Groups)(?:/([^/?#]+))?")


def bulk() -> Response:
    """POST: the operations, each with a status of its own; beyond `failOnErrors` failures the rest is left undone."""
    admit()
    message = canonical_message(read_json(MAX_BYTES))
    if REQUEST_URN.lower() not in {urn.lower() for urn in message["schemas"]}:
        raise InvalidSyntax(f"The schemas of a bulk request name {REQUEST_URN}.")
    request_ = _BulkRequest(read_operations(message.get("operations")), _tolerated(message))
    return answer({"schemas": [RESPONSE_URN], "Operations": request_.results()})


def _tolerated(message: dict[str, Json]) -> int | None:
    """Return how many failures end the request; None where it goes on whatever fails."""
    number = next((value for name, value in message.items() if name.lower() == "failonerrors"), None)
    if number is not None and (isinstance(number, bool) or not isinstance(number, int) or number < 1):
        raise InvalidValue("failOnErrors", "must be a whole number from 1.")
    return number


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What the request that an operation stands for was answered."""

    status: int
    headers: Headers
    body: bytes

    @property
    def failed(self) -> bool:
        return self.status >= 400


@dataclass(frozen=True, slots=True)
class _Half:
    """A resource that was made without what it is to refer to."""

    operation: BulkOperation
    """Its data is what is missing."""
    outcome: _Outcome


@dataclass(slots=True)
class _BulkRequest:
    """The operations on their way: those waiting, those done by half, what they made, and what came of each."""

    waiting: list[BulkOperation]
    tolerated: int | None
    halves: list[_Half] = field(default_factory=list)
    made: dict[str, str] = field(default_factory=dict)
    done: list[dict[str, Json]] = field(default_factory=list)

    def results(self) -> list[dict[str, Json]]:
        """Do the operations and return their results, in the order in which they were finished."""
        while (self.waiting or self.halves) and not self._is_enough():
            coming = made_by(self.waiting)
            half = next((half for half in self.halves if half.operation.needs.isdisjoint(coming)), None)
            if half is not None:
                self._complete(half)
            else:
                at = next_of(self.waiting, coming, [half.operation for half in self.halves])
                self._begin(self.waiting.pop(at), coming.keys())
        for half in self.halves:  # too many have failed
            self._take_back(half, error_body(409, "The request ended before what it refers to was there."))
        return self.done

    def _is_enough(self) -> bool:
        return self.tolerated is not None and sum(int(one["status"]) >= 400 for one in self.done) >= self.tolerated

    def _begin(self, operation: BulkOperation, coming: AbstractSet[str]) -> None:
        """Do an operation, or the half of it that does not refer to what is still to come."""
        coming = operation.needs & coming
        refusal = _refusal(operation, self.made.keys() | coming)
        if refusal is not None:
            self.done.append(_result(operation, refusal))
            return
        path = self._resolved_path(operation)
        now, later = split(operation.data, coming) if coming else (operation.data, {})
        outcome = _ask(operation.method, path, resolved(now, self.made), operation.version)
        if operation.makes is not None and not outcome.failed:
            self.made[operation.makes] = orjson.loads(outcome.body)["id"]
        if later and not outcome.failed:
            self.halves.append(_Half(replace(operation, data=later, needs=coming), outcome))
        else:
            self.done.append(_answered(operation, outcome, path))

    def _complete(self, half: _Half) -> None:
        """Add what was missing; where that is refused the operation has failed, and its first half is taken back."""
        self.halves.remove(half)
        refusal = _refusal(half.operation, self.made.keys())
        if refusal is None:
            outcome = _ask_to_patch(
                self._made_by(half), {"op": "add", "value": resolved(half.operation.data, self.made)}
            )
            if not outcome.failed:
                half.outcome.headers["ETag"] = outcome.headers["ETag"]
                self.done.append(_answered(half.operation, half.outcome, ""))
                return
            refusal = orjson.loads(outcome.body)
        self._take_back(half, refusal)

    def _take_back(self, half: _Half, refusal: dict[str, Json]) -> None:
        """Undo a first half: somebody who has returned by it leaves again, and whatever is new goes."""
        path = self._made_by(half)
        if half.operation.path == "/Users" and half.outcome.headers.get("ETag") != entity_tag(1):
            _ask_to_patch(path, {"op": "replace", "path": "active", "value": False})
        else:
            _ask("DELETE", path, None, None)
        self.made.pop(half.operation.makes or "")
        self.done.append(_result(half.operation, refusal))

    def _made_by(self, half: _Half) -> str:
        return f"{half.operation.path}/{self.made[half.operation.makes or '']}"

    def _resolved_path(self, operation: BulkOperation) -> str:
        endpoint, slash, last = operation.path.rpartition("/")
        return f"{endpoint}{slash}{resolved(last, self.made)}"


def _answered(operation: BulkOperation, outcome: _Outcome, path: str) -> dict[str, Json]:
    location = outcome.headers.get("Location") or (f"{base_url()}{path}" if operation.method != "POST" else None)
    more = {"location": location} if location else {}
    more |= {"version": outcome.headers["ETag"]} if "ETag" in outcome.headers else {}
    result = _named(operation) | more | {"status": str(outcome.status)}
    return result | {"response": orjson.loads(outcome.body)} if outcome.failed else result


def _result(operation: BulkOperation, refusal: dict[str, Json]) -> dict[str, Json]:
    return _named(operation) | {"status": refusal["status"], "response": refusal}


def _named(operation: BulkOperation) -> dict[str, Json]:
    stated = {"method": operation.method, "bulkId": operation.bulk_id}
    return {name: value for name, value in stated.items() if value is not None}


def _refusal(operation: BulkOperation, known: AbstractSet[str]) -> dict[str, Json] | None:
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
    unresolved = sorted(operation.needs - known)
    if unresolved:
        return error_body(409, f"There is no resource of the bulkId {unresolved[0]}, or not before this operation.")
    return None


def _ask_to_patch(path: str, operation: dict[str, Json]) -> _Outcome:
    return _ask("PATCH", path, {"schemas": [PATCH_URN], "Operations": [operation]}, None)


def _ask(method: str, path: str, data: Json, version: str | None) -> _Outcome:
    """Send a request through the application as the request that it stands for; of a resource the id is enough."""
    headers = Headers({"Authorization": request.headers.get("Authorization", "")})
    if version:
        headers["If-Match"] = version
    environ = EnvironBuilder(
        path=quote(f"/scim/{g.directory}/v2{path}"),
        query_string="attributes=id",
        base_url=request.host_url,
        method=method,
        headers=headers,
        data=orjson.dumps(data) if method != "DELETE" else None,
        content_type=SCIM_JSON,
        environ_overrides={"REMOTE_ADDR": request.remote_addr or "", PART_OF_ANOTHER: True},
    ).get_environ()
    with current_app.app_context():  # what is noted of one request must not be taken for another's
        chunks, status, answered = run_wsgi_app(current_app.wsgi_app, environ)
        return _Outcome(int(status.split(" ", 1)[0]), answered, b"".join(chunks))
