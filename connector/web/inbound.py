"""What is put right in every request before anything looks at it: its host, and odd bytes of its address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_AS_IT_IS = "%&=+;/?:@!$'()*,~#[]{}|\"\\^`<>"

_REPLACEMENT = "\ufffd".encode().decode("latin-1")


def put_right(application: WSGIApplication, public_url: str) -> WSGIApplication:
    """Return the application behind the one host of its public URL, asked in ASCII.

    Nothing that it answers depends on the Host header, so that a forged one leads nowhere and a broken one breaks
    nothing: routing would fail on it before any view, and the page that says so with it. Bytes beyond ASCII in a query,
    which no client should send, are percent-encoded; they would not be read at all where they are no UTF-8. A NUL
    character in a path, which no name holds and PostgreSQL refuses to compare, becomes one that is in no name either.
    """
    host = urlsplit(public_url).netloc

    def asked(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["HTTP_HOST"] = host
        environ["PATH_INFO"] = environ["PATH_INFO"].replace("\0", _REPLACEMENT)
        query = environ.get("QUERY_STRING", "")
        if not query.isascii():
            environ["QUERY_STRING"] = quote(query.encode("latin-1"), safe=_AS_IT_IS)
        return application(environ, start_response)

    return asked
