"""HTTP plumbing that the edges share: pages in two languages, cookies, forms that cannot be forged, headers, errors.

It knows no use case and no protocol, and decides nothing about anybody: it shows what the edges tell it to.
"""

from flask import Flask

from connector.web import errors, security_headers
from connector.web.inbound import put_right
from connector.web.pages import blueprint

__all__ = ["install"]


def install(app: Flask) -> None:
    """Give the application its headers, its error pages, and the templates and style sheet that all pages share."""
    public_url = app.extensions["jumpseat"].settings.public_url
    app.wsgi_app = put_right(app.wsgi_app, public_url)  # type: ignore[assignment,method-assign]
    security_headers.install(app)
    errors.install(app)
    app.register_blueprint(blueprint)
