"""`/healthz` and `/readyz`, for whoever watches the processes: one word each, no cookie, no page."""

from __future__ import annotations

from flask import Blueprint, Response

from connector.storage.database import DatabaseState
from connector.web.context import lifecycle

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Tell that this process answers; it says nothing of the database, for a restart would not mend that."""
    return _plain("ok", 200)


@blueprint.get("/readyz")
def readyz() -> Response:
    """Tell whether requests can be served: the database answers and has the schema that this version needs."""
    state = lifecycle().database.state()
    return _plain(state.value, 200 if state is DatabaseState.READY else 503)


def _plain(word: str, status: int) -> Response:
    return Response(
        f"{word}\n", status, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"}
    )
