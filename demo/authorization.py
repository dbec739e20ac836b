"""The authorization server's part of the provider: clients, codes and tokens, on Authlib's server side.

Kept in memory: a provider lives as long as its demo or its test.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, InvalidClientError, grants
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import OpenIDCode
from flask import Flask
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from demo.speaking import ProviderPerson


@dataclass(frozen=True, slots=True)
class Client(ClientMixin):
    """A relying party that may use this provider."""

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    public_keys: Callable[[], dict[str, Any]] | None = None
    """What the client's key set says when it is read; such a client proves itself by a key, and by nothing else."""

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uris[0]

    def get_allowed_scope(self, scope: str | None) -> str:
        return " ".join(s for s in (scope or "").split() if s in {"openid", "profile", "email"})

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(self.client_secret, client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        if self.public_keys is not None:
            return method == KeyAssertion.CLIENT_AUTH_METHOD
        return method in {"client_secret_basic", "client_secret_post"}

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"

    @property
    def client_metadata(self) -> dict[str, Any]:
        return {"post_logout_redirect_uris": list(self.post_logout_redirect_uris)}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody's session here: the person, the `sid` that names it, and when it began (seconds since 1970)."""

    person: ProviderPerson
    sid: str
    auth_time: int


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code, good for one exchange by the client it was made for."""

    code: str
    client_id: str
    redirect_uri: str | None
    scope: str
    nonce: str | None
    session: SignedIn
    challenge: str | None
    challenge_method: str | None

    def get_redirect_uri(self) -> str | None:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


@dataclass(slots=True)
class Store:
    """Everything that the authorization server remembers."""

    clients: dict[str, Client] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    access_tokens: dict[str, tuple[str, SignedIn]] = field(default_factory=dict)
    sessions: dict[str, tuple[SignedIn, set[str]]] = field(default_factory=dict)


def authorization_server(
    app: Flask,
    store: Store,
    issuer: Callable[[], str | None],
    id_token: Callable[[Code, str], str | None],
    token_endpoint: str,
    clock: Callable[[], float],
) -> AuthorizationServer:
    """Build the server: code grant with PKCE, ID tokens from `id_token`, and RFC 9207 when `issuer` names one.

    `id_token` gets the spent code and the access token; None leaves the ID token out.
    """

    def save_token(token: dict[str, Any], request: Any) -> None:
        store.access_tokens[token["access_token"]] = (request.client.client_id, request.user)

    server = AuthorizationServer(app, query_client=store.clients.get, save_token=save_token)
    server.register_client_auth_method(KeyAssertion.CLIENT_AUTH_METHOD, KeyAssertion(token_endpoint, clock))
    server.register_grant(_code_grant(store), [_IdToken(id_token), _Challenge()])
    server.register_extension(_named_issuer(issuer))
    return server


class KeyAssertion(JWTBearerClientAssertion):
    """A client that proves itself by a signed assertion (RFC 7523): for this endpoint alone, for a minute, and once."""

    CLIENT_AUTH_METHOD = "private_key_jwt"

    def __init__(self, token_endpoint: str, clock: Callable[[], float]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.token_endpoint, self.clock = token_endpoint, clock
        self.used: set[str] = set()

    def process_assertion_claims(self, assertion: str, resolve_key: Any) -> Any:
        """Verify as the library does, by our clock; the life of an assertion and its algorithms too."""
        try:
            claims = jwt.decode(assertion, resolve_key, ["RS256", "ES256", "ES384", "ES512"]).claims
            wanted: Any = {name: {"essential": True} for name in ("iss", "sub", "jti", "iat", "exp")}
            audience: Any = {"essential": True, "value": self.token_endpoint}
            JWTClaimsRegistry(int(self.clock()), 0, aud=audience, **wanted).validate(claims)
        except JoseError as error:
            raise InvalidClientError(description="The assertion is not good.") from error
        alone = claims["aud"] == self.token_endpoint and claims["iss"] == claims["sub"]
        if not alone or claims["exp"] - claims["iat"] > 60 or claims["jti"] in self.used:
            raise InvalidClientError(description="The assertion is not for this request.")
        self.used.add(claims["jti"])
        return claims

    def resolve_client_public_key(self, client: Client) -> KeySet:
        keys: Any = client.public_keys() if client.public_keys is not None else {"keys": []}
        return KeySet.import_key_set(keys)


def _code_grant(store: Store) -> type[grants.AuthorizationCodeGrant]:
    class CodeGrant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = [  # noqa: RUF012 -- as the library declares it
            "client_secret_basic",
            "client_secret_post",
            KeyAssertion.CLIENT_AUTH_METHOD,
        ]

        def save_authorization_code(self, code: str, request: Any) -> None:
            data = request.payload.data
            store.codes[code] = Code(
                code=code,
                client_id=request.client.client_id,
                redirect_uri=request.payload.redirect_uri,
                scope=request.scope,
                nonce=data.get("nonce"),
                session=request.user,
                challenge=data.get("code_challenge"),
                challenge_method=data.get("code_challenge_method"),
            )

        def query_authorization_code(self, code: str, client: Client) -> Code | None:
            found = store.codes.get(code)
            return found if found and found.client_id == client.client_id else None

        def delete_authorization_code(self, authorization_code: Code) -> None:
            store.codes.pop(authorization_code.code, None)

        def authenticate_user(self, authorization_code: Code) -> SignedIn:
            return authorization_code.session

    return CodeGrant


class _Challenge(CodeChallenge):
    """Proof of possession of the code: S256 only (RFC 7636 section 4.2)."""

    required = True
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012 -- as the library declares it

    def __init__(self) -> None:
        """Leave the library's constructor aside, which only sets `required`."""

    def get_authorization_code_challenge(self, authorization_code: Code) -> str | None:
        return authorization_code.challenge

    def get_authorization_code_challenge_method(self, authorization_code: Code) -> str | None:
        return authorization_code.challenge_method


class _IdToken(OpenIDCode):
    def __init__(self, make: Callable[[Code, str], str | None]) -> None:
        self.require_nonce = False
        self._make = make

    def exists_nonce(self, nonce: str, request: Any) -> bool:
        return False

    def process_token(self, grant: Any, response: Any) -> dict[str, Any]:
        token: dict[str, Any] = response[1]
        made = self._make(grant.request.authorization_code, token["access_token"])
        if made is not None:
            token["id_token"] = made
        return token


def _named_issuer(issuer: Callable[[], str | None]) -> type[IssuerParameter] | IssuerParameter:
    class NamedIssuer(IssuerParameter):
        def get_issuer(self) -> str | None:
            return issuer()

    return NamedIssuer()
