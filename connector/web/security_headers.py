"""What every answer tells the browser and the caches on the way."""

from __future__ import annotations

from flask import Flask, Response, request

from connector.web.context import settings

# Pages load one style sheet of ours and nothing else; no script runs, no other site frames them or gets their forms.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # An invitation's address opens it, so no other site may learn an address of ours.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
HEADERS_OVER_TLS = HEADERS | {"Strict-Transport-Security": "max-age=31536000"}
STATIC = "public, max-age=86400"


def install(app: Flask) -> None:
    """Add the headers to every answer of the application, errors and redirects included; a view may set stricter."""
    app.after_request(secure)


def secure(response: Response) -> Response:
    """Add the headers that the answer does not have yet."""
    # Looked up once: a header list is searched from its start for every name.
    present = {name.lower() for name, _ in response.headers}
    wanted = HEADERS_OVER_TLS if settings().secure_cookies else HEADERS
    response.headers.extend([(name, value) for name, value in wanted.items() if name.lower() not in present])
    if request.endpoint == "web.static" and response.status_code == 200:
        response.headers["Cache-Control"] = STATIC
        return response
    if "cache-control" not in present:
        response.headers.add("Cache-Control", "no-store")
    if "vary" in present:
        response.vary.add("Cookie")
    else:
        response.headers.add("Vary", "Cookie")
    return response
