"""The one host that the installation answers as, whatever a request says of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def as_one_host(application: WSGIApplication, public_url: str) -> WSGIApplication:
    """Return the application behind the host of its public URL.

    Nothing that it answers depends on the Host header, so that a forged one leads nowhere and a broken one breaks
    nothing: routing would fail on it before any view, and the page that says so with it.
    """
    host = urlsplit(public_url).netloc

    def application_of_that_host(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["HTTP_HOST"] = host
        return application(environ, start_response)

    return application_of_that_host
