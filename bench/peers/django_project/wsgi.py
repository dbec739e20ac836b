"""The application, and the middleware that knows one bearer token."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import SimpleNamespace

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse

AUTHORIZATION = f"Bearer {os.environ.get('BENCH_TOKEN')}"


class BearerToken:
    """Let the library's own check find somebody signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        known = request.headers.get("Authorization") == AUTHORIZATION
        request.user = SimpleNamespace(is_authenticated=known)
        return self.get_response(request)


app = get_wsgi_application()
