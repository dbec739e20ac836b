"""One identity provider as we deal with it: begin a sign-in, complete it, hear that a session is over."""

from __future__ import annotations

import dataclasses
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests
from authlib.common.urls import add_params_to_uri
from authlib.integrations.base_client import OAuthError
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import UserInfo

from connector.domain.identities import LoginSecrets, LogoutNotice
from connector.domain.sessions import Identity
from connector.domain.step_up import StepUp
from connector.lifecycle.client_keys import ClientKey
from connector.sso.claims import Expected, identity_of, notice_of
from connector.sso.failures import SignInRefused
from connector.sso.orders import REVOCATION_TYPES, revocation_of
from connector.web.issuers.failures import Fault, ProviderFailure
from connector.web.issuers.metadata import Metadata
from connector.web.issuers.published import Published
from connector.web.issuers.tokens import verified
from connector.web.issuers.transport import BoundedSession

ASSERTION_SECONDS = 60
"""How long what proves our client is good for."""

ID_TOKEN_TYPES = frozenset({"jwt"})
LOGOUT_TOKEN_TYPES = frozenset({"logout+jwt", "jwt"})

# Answers of the authorization endpoint that say that the person, not the provider, stopped (RFC 6749 section 4.1.2.1,
# OpenID Connect Core 1.0 section 3.1.2.6).
_STOPPED = frozenset({"access_denied", "login_required", "interaction_required", "consent_required"})


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """How a directory's people sign in. `redirect_uri` is that directory's own, so that providers cannot be mixed up.

    `max_age` asks that the person has proved herself within that time. `always_ask_userinfo` asks the userinfo endpoint
    even when the ID token says enough. `contexts_by_claim` asks for authentication contexts as Entra ID wants it.
    `revocation_issuer` signs orders to sign somebody out, where that is not the issuer itself.
    `client_key` and the algorithm that it signs with prove us instead of a secret (RFC 7523 section 2.2).
    """

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    """None where it proves itself by a private key, or by nothing."""
    redirect_uri: str
    scope: str = "openid profile email"
    max_age: timedelta | None = None
    always_ask_userinfo: bool = False
    allow_http_loopback: bool = False
    contexts_by_claim: bool = False
    revocation_issuer: str | None = None
    client_key: tuple[ClientKey, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that was begun: send the browser to `url`, keep `secrets` for its return."""

    url: str
    secrets: LoginSecrets


class Provider:
    """An OpenID provider behind every check that Authlib leaves out. Safe to share between threads.

    Every method raises ProviderFailure when the provider is down or says something that cannot be believed.
    """

    def __init__(self, config: ProviderConfig) -> None:
        self._config = config
        self._published = Published(config.issuer, allow_http_loopback=config.allow_http_loopback)
        revoker = config.revocation_issuer or config.issuer
        self._revoker = (
            self._published
            if revoker == config.issuer
            else Published(revoker, allow_http_loopback=config.allow_http_loopback)
        )

    def begin(self, now: datetime, login_hint: str | None = None, step_up: StepUp | None = None) -> Begun:
        """Return where to send the browser; state, nonce and PKCE verifier are new each time (RFC 9700 section 2.1)."""
        metadata = self._published.metadata(now)
        kept = LoginSecrets(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
        wishes = self._wishes(login_hint, step_up or StepUp())
        with self._session(metadata, now) as session:
            url, _ = session.create_authorization_url(
                metadata.authorization_endpoint,
                state=kept.state,
                code_verifier=kept.code_verifier,
                nonce=kept.nonce,
                **wishes,
            )
        return Begun(url, kept)

    def complete(self, params: Mapping[str, str], kept: LoginSecrets, now: datetime) -> Identity:
        """Return who has signed in, from the parameters of the callback and what `begin` gave to keep.

        Raises SignInRefused when the person stopped or the parameters do not belong to this sign-in.
        """
        metadata = self._published.metadata(now)
        code = self._code(params, kept, metadata)
        with self._session(metadata, now) as session:
            answer = self._exchange(session, metadata, code, kept)
            token = verified(answer.get("id_token"), self._published.key_finder(now), ID_TOKEN_TYPES)
            config = self._config
            expected = Expected(config.issuer, config.client_id, kept.nonce, answer["access_token"], config.max_age)
            identity = identity_of(token, expected, now)
            claims = {**self._userinfo(session, metadata, identity), **identity.claims}
        return dataclasses.replace(identity, id_token=answer["id_token"], claims=claims)

    def read_logout_token(self, token: str, now: datetime) -> LogoutNotice:
        """Return what a back-channel logout token asks for, its signature and claims checked."""
        signed = verified(token, self._published.key_finder(now), LOGOUT_TOKEN_TYPES)
        return notice_of(signed, self._config.issuer, self._config.client_id, now)

    def read_revocation_token(self, token: str, audience: str, now: datetime) -> tuple[str, datetime]:
        """Return the `jti` of a token that may order to sign somebody out, and until when it can be presented."""
        signed = verified(token, self._revoker.key_finder(now), REVOCATION_TYPES)
        return revocation_of(signed, self._config.revocation_issuer or self._config.issuer, audience, now)

    def end_session_url(self, now: datetime, id_token: str | None, return_to: str) -> str | None:
        """Return where the browser ends its session at the provider too, or None where the provider has no such place.

        `return_to` must be registered there as `post_logout_redirect_uri` (OpenID Connect RP-Initiated Logout 1.0).
        """
        endpoint = self._published.metadata(now).end_session_endpoint
        if endpoint is None:
            return None
        params = {"client_id": self._config.client_id, "post_logout_redirect_uri": return_to}
        hint = {"id_token_hint": id_token} if id_token else {}
        return str(add_params_to_uri(endpoint, hint | params))

    def _wishes(self, login_hint: str | None, step_up: StepUp) -> dict[str, Any]:
        """Return what the provider is asked for beside a sign-in (OpenID Connect Core 1.0 sections 3.1.2.1 and 5.5)."""
        wishes: dict[str, Any] = {"login_hint": login_hint} if login_hint else {}
        ages = [age for age in (self._config.max_age, step_up.max_age) if age is not None]
        if ages:
            wishes["max_age"] = int(min(ages).total_seconds())
        if step_up.acr and self._config.contexts_by_claim:
            contexts = {"essential": True, "values": sorted(step_up.acr)}
            wishes["claims"] = json.dumps({"id_token": {"acrs": contexts}})
        elif step_up.acr:
            wishes["acr_values"] = " ".join(sorted(step_up.acr))
        return wishes

    def _code(self, params: Mapping[str, str], kept: LoginSecrets, metadata: Metadata) -> str:
        """Check that the response is the configured issuer's answer to this sign-in, and return its code."""
        if not hmac.compare_digest(params.get("state", "").encode(), kept.state.encode()):
            raise SignInRefused(SignInRefused.EXPIRED)
        named = params.get("iss")
        if named != self._config.issuer and (named is not None or metadata.names_itself):
            raise ProviderFailure(Fault.RESPONSE_OF_ANOTHER_ISSUER)
        if "error" in params:
            if params["error"] in _STOPPED:
                raise SignInRefused(SignInRefused.CANCELLED)
            raise ProviderFailure(Fault.RESPONSE_ERROR)
        if not params.get("code"):
            raise SignInRefused(SignInRefused.INCOMPLETE)
        return params["code"]

    def _exchange(
        self, session: BoundedSession, metadata: Metadata, code: str, kept: LoginSecrets
    ) -> Mapping[str, Any]:
        try:
            answer = session.fetch_token(
                metadata.token_endpoint, grant_type="authorization_code", code=code, code_verifier=kept.code_verifier
            )
        except (OAuthError, requests.HTTPError) as error:
            raise ProviderFailure(Fault.CODE_REFUSED) from error
        except (TypeError, ValueError) as error:
            raise ProviderFailure(Fault.NOT_JSON) from error
        if not isinstance(answer.get("access_token"), str):
            raise ProviderFailure(Fault.CODE_REFUSED, "access_token")
        if "id_token" not in answer:
            raise ProviderFailure(Fault.NO_ID_TOKEN)
        return answer  # type: ignore[no-any-return]

    def _userinfo(self, session: BoundedSession, metadata: Metadata, identity: Identity) -> Mapping[str, Any]:
        """Ask for the claims of the profile where the ID token lacks them; they must be of the same subject."""
        enough = "email" in identity.claims and "preferred_username" in identity.claims
        if metadata.userinfo_endpoint is None or (enough and not self._config.always_ask_userinfo):
            return {}
        found = session.fetch_object(metadata.userinfo_endpoint, with_token=True)
        if found.get("sub") != identity.subject:
            raise ProviderFailure(Fault.USERINFO_OF_SOMEBODY_ELSE)
        return {name: found[name] for name in UserInfo.REGISTERED_CLAIMS if name in found}

    def _session(self, metadata: Metadata, now: datetime) -> BoundedSession:
        config = self._config
        secret, method = self._proof(metadata, now)
        session = BoundedSession(
            client_id=config.client_id,
            client_secret=secret,
            token_endpoint_auth_method=method,
            scope=config.scope,
            redirect_uri=config.redirect_uri,
            code_challenge_method="S256",
        )
        session.allow_http_loopback = config.allow_http_loopback
        return session

    def _proof(self, metadata: Metadata, now: datetime) -> tuple[object, object]:
        """Return by what, and how, the client proves itself: an assertion of its own, good for one request."""
        config = self._config
        if config.client_key is not None:
            key, algorithm = config.client_key
            issued_at = int(now.timestamp())
            claims = {"iat": issued_at, "exp": issued_at + ASSERTION_SECONDS, "jti": secrets.token_urlsafe(32)}
            return key, PrivateKeyJWT(metadata.token_endpoint, claims, {"kid": key.kid, "typ": "JWT"}, algorithm)
        if config.client_secret is not None:
            return config.client_secret, "client_secret_basic" if metadata.takes_basic else "client_secret_post"
        return None, "none"
