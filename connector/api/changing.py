"""Changes: done, or with `dry_run` rehearsed by the same computation and undone; and never done twice for one key."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from typing import Any

import orjson
from flask import Response, g, request
from marshmallow import Schema

from connector.api import fields
from connector.api.access import access
from connector.api.operations import operation
from connector.api.problems import Refused
from connector.domain.errors import KeyReused
from connector.domain.memberships import State
from connector.lifecycle.proposals import Outcome, Preview, effects_of
from connector.storage.work import Work
from connector.web.context import lifecycle

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


class EffectSchema(Schema):
    """What a change does to one person in one account."""

    account = fields.text("The account.", example="crm")
    user_name = fields.text("Her userName.", example="ada@acme.example")
    outcome = fields.choice(
        "She gains or loses a seat, has other seats or permissions, is kept out, or waits.", Outcome
    )
    state = fields.choice("Where her membership stands afterwards.", State)
    seat_types = fields.sorted_names("What she has afterwards.")
    place = fields.number("Her place on the waiting line, from 1; null when she is not on it.", allow_none=True)


@cache
def changed(result: type[Schema] | None) -> type[Schema]:
    """Return the schema of the answer to a change: whether it was done, what is there now, and whom it concerns."""
    said = "What was changed, as it is afterwards."
    shown = {"result": fields.one(said, result, allow_none=True)} if result else {}
    told = {
        "dry_run": fields.yes_no("Whether nothing was done."),
        **shown,
        "effects": fields.many("Who gains, loses, changes or waits, account by account.", EffectSchema),
    }
    return Schema.from_dict(told, name=f"{result.__name__.removesuffix('Schema') if result else ''}ChangedSchema")


def change(
    use_case: Callable[..., Any], *args: Any, shown: Callable[[Work, Any], Any] | None = None, **kwargs: Any
) -> Response:
    """Run a use case that changes something, and answer what it came to.

    `shown` makes of its outcome what is answered, in the same unit of work. With `dry_run` all is undone. A request
    that comes again with its Idempotency-Key is answered as the first time: the answer is written with the change.
    """
    dry_run = request.args.get("dry_run") == "true"
    run = lifecycle().rehearse if dry_run else lifecycle().write
    return _written(run(_answered, use_case, args, kwargs, shown, dry_run, None if dry_run else _key()))


def previewed(use_case: Callable[..., Preview], *args: Any, **kwargs: Any) -> Response:
    """Answer what an operation on plan and seats would come to, also where confirming it would be refused."""
    return _written(lifecycle().read(_answered, use_case, args, kwargs, None, True, None))


def told(result: Any, *, dry_run: bool) -> Response:
    """Answer what a use case came to that opens its own units of work, and settles nobody."""
    answers = operation().answers
    return _written(answers.dump({"dry_run": dry_run, "result": result, "effects": []}))


def _answered(
    work: Work,
    use_case: Callable[..., Any],
    args: Any,
    kwargs: Any,
    shown: Callable[[Work, Any], Any] | None,
    dry_run: bool,
    key: str | None,
) -> Any:
    if key is not None and not work.operator_tokens.claim_key(access().token.id, key, _fingerprint(), work.now):
        return _answered_before(work, key)
    outcome = use_case(work, *args, **kwargs)
    result = shown(work, outcome) if shown else outcome
    answers = operation().answers
    document = answers.dump({"dry_run": dry_run, "result": result, "effects": _effects(work, outcome)})
    if key is not None:
        work.operator_tokens.keep_answer(access().token.id, key, document)
    return document


def _answered_before(work: Work, key: str) -> Any:
    fingerprint, answer = work.operator_tokens.answered(access().token.id, key)
    if fingerprint != _fingerprint():
        raise KeyReused
    g.answered_before = True
    return answer


def _effects(work: Work, outcome: Any) -> list[dict[str, Any]]:
    slugs = {one.id: one.slug for one in work.accounts.all()}
    if isinstance(outcome, Preview):
        told = [(outcome.account.slug, one) for one in outcome.effects]
    else:
        told = [(slugs[changes.account_id], one) for changes in work.settled for one in effects_of(work, [changes])]
    return [
        {
            "account": account,
            "user_name": one.user_name,
            "outcome": one.outcome,
            "state": one.state,
            "seat_types": one.seat_types,
            "place": one.place,
        }
        for account, one in told
    ]


def _key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method != "POST":
        return None
    if not _KEY.fullmatch(key):
        raise Refused(422, "invalid-request", "An Idempotency-Key is 1 to 200 visible ASCII characters.")
    if operation().secret:
        raise Refused(
            422, "invalid-request", "No Idempotency-Key is taken here: the answer has a secret, which is kept nowhere."
        )
    return key


def _fingerprint() -> str:
    return sha256(f"{request.method} {request.full_path}\n".encode() + request.get_data()).hexdigest()


def _written(document: Any) -> Response:
    status = 200 if document["dry_run"] else operation().status
    response = Response(orjson.dumps(document), status, content_type="application/json")
    if "answered_before" in g:
        response.headers["Idempotency-Replayed"] = "true"
    return response
