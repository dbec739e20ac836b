"""What whoever watches the processes is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from connector.app import create_app
from connector.lifecycle import Lifecycle
from connector.settings import Settings
from connector.storage.database import Database


def application(url: str) -> tuple[Flask, Database]:
    database = Database(url)
    return create_app(Lifecycle(database, Settings(secret_key="k" * 40))), database


def test_a_process_on_a_database_that_is_ready_is_ready(database_url: str) -> None:
    """One word of plain text, no cookie, kept by no cache."""
    app, database = application(database_url)
    for path, word in (("/healthz", "ok\n"), ("/readyz", "ready\n")):
        answer = app.test_client().get(path)
        assert (answer.status_code, answer.text, answer.content_type) == (200, word, "text/plain; charset=utf-8")
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
    database.dispose()


@pytest.mark.parametrize(
    ("url", "word"),
    [("sqlite:///{folder}/new.db", "not-migrated\n"), ("postgresql+psycopg://u:pw@127.0.0.1:1/x", "unreachable\n")],
)
def test_without_its_database_a_process_lives_and_is_not_ready(tmp_path: Path, url: str, word: str) -> None:
    """A restart would not mend it, so it is alive; it must get no requests, so it is not ready."""
    app, database = application(url.format(folder=tmp_path))
    assert app.test_client().get("/healthz").status_code == 200
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.text) == (503, word)
    database.dispose()
