"""The only way to a provider: Authlib's session with time-outs, a size limit and no redirects."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from urllib3.exceptions import HTTPError

from connector.domain.tenancy import LOOPBACK
from connector.web.issuers.failures import Fault, ProviderFailure
from connector.web.issuers.strict_json import strict_object

CONNECT_SECONDS = 3
READ_SECONDS = 8
WHOLE_SECONDS = 15
MOST_BYTES = 1_000_000


def checked_url(url: object, *, allow_http_loopback: bool) -> str:
    """Return an address that may be called: https, or http on this very machine when that is allowed.

    Raises ProviderFailure for any other, and for one that carries credentials or a fragment.
    """
    try:
        parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
        host, plain = parts.hostname, parts.username is None and not parts.fragment
    except ValueError:
        raise ProviderFailure(Fault.INSECURE_URL) from None
    loopback = allow_http_loopback and parts.scheme == "http" and host in LOOPBACK
    if not (host and plain and (parts.scheme == "https" or loopback)):
        raise ProviderFailure(Fault.INSECURE_URL)
    return str(url)


class BoundedSession(OAuth2Session):
    """An Authlib session whose every request ends in bounded time and memory, or in ProviderFailure."""

    allow_http_loopback = False

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> Any:
        """Send a request; the answer is complete, has a status below 300 or from 400 to 499, and was no redirect."""
        checked_url(url, allow_http_loopback=self.allow_http_loopback)
        kwargs |= {"timeout": (CONNECT_SECONDS, READ_SECONDS), "allow_redirects": False, "stream": True}
        deadline = time.monotonic() + WHOLE_SECONDS
        try:
            response = OAuth2Session.request(self, method, url, *args, **kwargs)
            # The body is read here, under the limits; requests keeps a complete body in this attribute.
            response._content = _body(response, deadline)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise ProviderFailure(Fault.UNREACHABLE, type(error).__name__) from error
        except OAuthError as error:
            # The access token cannot be used: of another type than bearer, or expired on arrival.
            raise ProviderFailure(Fault.CODE_REFUSED, "access_token") from error
        if 300 <= response.status_code < 400:
            raise ProviderFailure(Fault.REDIRECTED)
        if response.status_code >= 500:
            raise ProviderFailure(Fault.ANSWERED_WITH_ERROR, str(response.status_code))
        return response

    def fetch_object(self, url: str, *, with_token: bool = False) -> Mapping[str, Any]:
        """GET a JSON object; anything else is a ProviderFailure."""
        response = self.request("GET", url, withhold_token=not with_token, headers={"Accept": "application/json"})
        if response.status_code != 200:
            raise ProviderFailure(Fault.ANSWERED_WITH_ERROR, str(response.status_code))
        return strict_object(response.content, Fault.NOT_JSON)


def _body(response: requests.Response, deadline: float) -> bytes:
    """Read what arrives as it arrives: a provider that drips byte by byte meets the deadline, a flood the limit."""
    body = bytearray()
    with response:
        while piece := response.raw.read1(65536, decode_content=True):
            body += piece
            if len(body) > MOST_BYTES:
                raise ProviderFailure(Fault.TOO_LARGE)
            if time.monotonic() > deadline:
                raise ProviderFailure(Fault.TOO_SLOW)
    return bytes(body)
