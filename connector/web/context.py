"""What a view is given: the way to the use cases, and the time."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from flask import current_app

from connector.lifecycle import Lifecycle
from connector.settings import Settings


def lifecycle() -> Lifecycle:
    """Return the way to run a use case."""
    return cast(Lifecycle, current_app.extensions["jumpseat"])


def settings() -> Settings:
    """Return what the installation was told."""
    return lifecycle().settings


def now() -> datetime:
    """Return the time as the use cases see it."""
    return lifecycle().clock()


def public_link(path: str) -> str:
    """Return the address of a path of ours, from the settings alone: a request's Host header makes no link."""
    return settings().public_url + path
