"""The token endpoint: a client shows its secret and gets a token for an hour (RFC 6749 section 4.4). By Authlib."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import orjson
from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Error, OAuth2Request, grants
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from flask import Response, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from connector.domain.errors import TokenRefused
from connector.domain.tenancy import DirectoryAccess
from connector.lifecycle import scim_clients
from connector.observability import note
from connector.scim import rates
from connector.web.context import lifecycle

log = logging.getLogger(__name__)

SCOPE = "scim"
"""The one scope there is: all that the directory may do. Who asks for none is given it."""

LONGEST_FORM = 16 * 1024
CHALLENGE = 'Basic realm="scim", charset="UTF-8"'
_FORM = "application/x-www-form-urlencoded"


def token() -> Response:
    """Answer the current request, and be it with an error of RFC 6749 section 5.2. Raises TooManyRequests."""
    answer: Response = _SERVER.create_token_response()
    return answer


class _Client(ClientMixin):
    """A client as it names itself. Whether it is one is known when its secret is: unknown ones are no different."""

    access: DirectoryAccess

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id

    def check_client_secret(self, client_secret: str) -> bool:
        try:
            self.access = lifecycle().read(scim_clients.recognise, g.directory, self.client_id, client_secret)
        except TokenRefused:
            return False
        return True

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return True

    def check_grant_type(self, grant_type: str) -> bool:
        return bool(grant_type == _Grant.GRANT_TYPE)


class _Request(OAuth2Request):
    payload: Any
    client: Any

    def __init__(self) -> None:
        # Authlib refuses http, which is for the settings to say, and takes parameters from the address, where logs
        # would keep them: so it is told neither.
        super().__init__(request.method, "https://scim.invalid/", headers=request.headers)
        self.payload = BasicOAuth2Payload(request.form.to_dict())

    @property
    def form(self) -> Mapping[str, str]:
        data: Mapping[str, str] = self.payload.data
        return data


class _Grant(grants.ClientCredentialsGrant):
    request: _Request
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]  # noqa: RUF012 -- as Authlib declares it

    def create_token_response(self) -> tuple[int, Mapping[str, Any], Any]:
        """Issue a token. Authlib's own way would write it into the log."""
        access: DirectoryAccess = self.request.client.access
        rates.count(access.directory)
        try:
            token, seconds = lifecycle().write(scim_clients.issue, access.token_id)
        except TokenRefused:
            raise _unknown() from None
        body = {"access_token": token, "token_type": "Bearer", "expires_in": seconds, "scope": SCOPE}
        return 200, body, self.TOKEN_RESPONSE_HEADER


class _Server(AuthorizationServer):
    """Authlib's authorization server with one grant; clients and tokens are the lifecycle's."""

    def query_client(self, client_id: str) -> _Client:
        return _Client(client_id)

    def authenticate_client(self, request: OAuth2Request, methods: list[str], endpoint: str = "token") -> _Client:
        """Return the client; whatever is wrong with it is told alike."""
        try:
            client: _Client = AuthorizationServer.authenticate_client(self, request, methods, endpoint)
        except (InvalidClientError, ValueError):
            # Authlib raises ValueError for a header that holds no text.
            note(log, "scim-client:refused")
            raise _unknown() from None
        return client

    def create_token_response(self, request: None = None) -> Response:
        try:
            _check_form()
        except OAuth2Error as error:
            return self.handle_response(*error())
        answer: Response = AuthorizationServer.create_token_response(self)
        return answer

    def create_oauth2_request(self, request: None) -> _Request:
        return _Request()

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Tell nobody."""

    def handle_response(self, status: int, body: Mapping[str, Any], headers: Any) -> Response:
        answer = Response(orjson.dumps(body), status, dict(headers))
        if status == 401:
            answer.headers["WWW-Authenticate"] = CHALLENGE
        return answer


def _check_form() -> None:
    """Raise for a request that Authlib would take, and the RFC does not (RFC 6749 sections 2.3, 3.2 and 5.2)."""
    request.max_content_length = LONGEST_FORM
    if request.mimetype != _FORM:
        raise InvalidRequestError(f"The body must be {_FORM}.")
    try:
        form = request.form
    except RequestEntityTooLarge:
        raise InvalidRequestError("The body is too large.") from None
    if any(len(form.getlist(name)) > 1 for name in form):
        raise InvalidRequestError("A parameter is stated more than once.")
    if not form.get("grant_type"):
        raise InvalidRequestError("The parameter grant_type is missing.")
    if "Authorization" in request.headers and "client_secret" in form:
        raise InvalidRequestError("The client proves itself in two ways; use one of them.")


def _unknown() -> InvalidClientError:
    return InvalidClientError("No client of this directory has this name and secret.", status_code=401)


_SERVER = _Server(scopes_supported=[SCOPE])
_SERVER.register_grant(_Grant)
