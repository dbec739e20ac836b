"""How a view reaches the use cases."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from connector.lifecycle import Lifecycle

EXTENSION = "jumpseat"


def install(app: Flask, lifecycle: Lifecycle) -> None:
    """Give an application the use cases that its views run."""
    app.extensions[EXTENSION] = lifecycle


def lifecycle() -> Lifecycle:
    """Return the use cases of the application that answers this request."""
    return cast(Lifecycle, current_app.extensions[EXTENSION])
