"""The composition root: what the product is, as a list."""

from __future__ import annotations

from flask import Flask

from connector import api, console, pages, scim, sso, web
from connector.lifecycle import Lifecycle
from connector.lifecycle.journal import Journal
from connector.settings import Settings
from connector.storage.database import Database
from connector.web import health


def open_lifecycle(settings: Settings) -> Lifecycle:
    """Return the use cases on the database that the settings name."""
    return Lifecycle(Database(settings.database_url), settings)


def create_app(lifecycle: Lifecycle) -> Flask:
    """Return the application: SCIM for the directories, sign-in and gate, pages for members and operators, an API."""
    app = Flask(__name__, static_folder=None)
    app.extensions["jumpseat"] = lifecycle
    app.extensions["jumpseat-journal"] = Journal(lifecycle)
    web.install(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(scim.blueprint)
    app.register_blueprint(sso.blueprint)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(console.blueprint)
    api.install(app)
    return app
