"""The provider itself: whom it knows, which keys it signs with, what it says, and what it says wrongly when told to."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import requests
from joserfc import jwt
from joserfc.jwk import ECKey, KeyParameters, OKPKey, RSAKey

from demo.authorization import Client, Code, SignedIn, Store
from demo.deviations import CLAIM_CHANGES, OTHER_ISSUER, SIGNATURES, Deviation
from demo.speaking import MANNERS, Claims, ProviderPerson, Speech
from demo.transmitter import Transmitter

CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class OpenIdProvider:
    """The provider: its people, clients, keys, sessions and present deviations."""

    def __init__(
        self,
        issuer: str,
        speech: Speech,
        people: Iterable[ProviderPerson],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.issuer = issuer
        self.speech = speech
        self.manners = MANNERS[speech]
        self.people = {person.user_name: person for person in people}
        self.clock = clock
        self.algorithm = "RS256"
        self.deviations: set[Deviation] = set()
        self.vouches: Claims = {}
        """Claims of every ID token beyond the product's own: how surely people have signed in, for instance."""
        self.requests: list[str] = []
        self.store = Store()
        self.signals = Transmitter(issuer, clock, self.sign)
        self._keys: list[RSAKey | ECKey | OKPKey] = [_new_key("RS256")]
        self._withdrawn = self._keys

    # -- administration

    def register_client(
        self,
        client_id: str,
        client_secret: str,
        redirect_uris: Iterable[str],
        post_logout_redirect_uris: Iterable[str] = (),
        backchannel_logout_uri: str | None = None,
        public_keys: Callable[[], Claims] | None = None,
    ) -> Client:
        """Let a relying party in; the same `client_id` again replaces it."""
        client = Client(
            client_id,
            client_secret,
            tuple(redirect_uris),
            tuple(post_logout_redirect_uris),
            backchannel_logout_uri,
            public_keys,
        )
        self.store.clients[client_id] = client
        return client

    def rotate_keys(self, *, algorithm: str = "RS256", keep_old: bool = True) -> None:
        """Sign with a new key from now on; the old ones stay published unless `keep_old` is false."""
        self.algorithm = algorithm
        if not keep_old:
            self._withdrawn = self._keys
        self._keys = [_new_key(algorithm), *(self._keys if keep_old else ())]

    @contextmanager
    def deviate(self, *deviations: Deviation) -> Iterator[None]:
        """Misbehave in these ways for as long as the block lasts."""
        before = set(self.deviations)
        self.deviations |= set(deviations)
        try:
            yield
        finally:
            self.deviations = before

    def sign_out(self, user_name: str) -> int:
        """End every session of a person and tell every client that took part; return how many clients agreed."""
        told = 0
        for sid, (session, _) in list(self.store.sessions.items()):
            if session.person.user_name == user_name:
                told += self.end_session(sid)
        return told

    def end_session(self, sid: str) -> int:
        """End one session; its clients get a logout token (OpenID Connect Back-Channel Logout 1.0 section 2.5)."""
        session, client_ids = self.store.sessions.pop(sid)
        told = 0
        for client in (self.store.clients[client_id] for client_id in client_ids):
            if client.backchannel_logout_uri:
                form = {"logout_token": self.logout_token(client.client_id, session)}
                told += requests.post(client.backchannel_logout_uri, data=form, timeout=10).ok
        return told

    # -- what it says

    @property
    def public_keys(self) -> Claims:
        """The key set that is published."""
        return {"keys": [{**key.as_dict(private=False), "use": "sig"} for key in self._keys]}

    def metadata(self) -> Claims:
        """Return the discovery document (OpenID Connect Discovery 1.0 section 3)."""
        algorithms = [self.algorithm]
        if Deviation.NO_ALGORITHM in self.deviations:
            algorithms.append("none")
        if Deviation.PUBLIC_KEY_AS_SECRET in self.deviations:
            algorithms.append("HS256")
        elsewhere = Deviation.DISCOVERY_PLAIN_HTTP_ELSEWHERE in self.deviations
        promised = {"authorization_response_iss_parameter_supported": True} if self.manners.names_itself else {}
        return {
            "issuer": self._discovered_issuer(),
            "authorization_endpoint": self.issuer + self.manners.authorize,
            "token_endpoint": ("http://plain.example" if elsewhere else self.issuer) + self.manners.token,
            "jwks_uri": self.issuer + self.manners.keys,
            "userinfo_endpoint": self.issuer + self.manners.userinfo,
            "end_session_endpoint": self.issuer + self.manners.end_session,
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise" if self.speech is Speech.ENTRA else "public"],
            "id_token_signing_alg_values_supported": algorithms,
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "private_key_jwt"],
            "scopes_supported": ["openid", "profile", "email"],
            "code_challenge_methods_supported": ["S256"],
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
            **promised,
        }

    def response_issuer(self) -> str | None:
        """Return what the authorization response names as its issuer (RFC 9207), or None to name nobody."""
        if Deviation.WRONG_RESPONSE_ISSUER in self.deviations:
            return OTHER_ISSUER
        silent = Deviation.NO_RESPONSE_ISSUER in self.deviations or not self.manners.names_itself
        return None if silent else self.issuer

    def id_token(self, code: Code, access_token: str) -> str | None:
        """Return the ID token that goes with an access token, or None where it is left out."""
        if Deviation.NO_ID_TOKEN in self.deviations:
            return None
        claims = self._protocol_claims(code.client_id, code.session)
        claims |= {"auth_time": code.session.auth_time, "sid": code.session.sid}
        if code.nonce is not None:
            claims["nonce"] = code.nonce
        if self.manners.hashes_access_token:
            claims["at_hash"] = self._half_hash(access_token)
        claims |= self.manners.claims(code.session.person, code.client_id) | self.vouches
        for deviation in self.deviations & CLAIM_CHANGES.keys():
            CLAIM_CHANGES[deviation](claims)
        return self.sign(claims)

    def logout_token(self, client_id: str, session: SignedIn, **changes: object) -> str:
        """Return a logout token; `changes` overrides claims, and None leaves one out."""
        claims = self._protocol_claims(client_id, session, life=120)
        claims |= {"jti": secrets.token_hex(16), "sid": session.sid, "events": {LOGOUT_EVENT: {}}}
        claims["sub"] = self.manners.claims(session.person, client_id)["sub"]
        claims |= changes
        return self.sign({name: value for name, value in claims.items() if value is not None}, typ="logout+jwt")

    def revocation_token(self, audience: str, **changes: object) -> str:
        """Return the bearer of an order to sign somebody out everywhere, as Okta's; `changes` as of a logout token."""
        now = int(self.clock())
        claims: Claims = {"iss": self.issuer, "sub": "client", "aud": audience, "jti": secrets.token_hex(16)}
        claims |= {"iat": now, "nbf": now - 300, "exp": now + 300, **changes}
        named = {name: value for name, value in claims.items() if value is not None}
        return self.sign(named, typ="global-token-revocation+jwt")

    def sign(self, claims: Claims, typ: str = "JWT") -> str:
        """Sign with the newest key, or as the present deviation says."""
        key = (self._withdrawn if Deviation.WITHDRAWN_KEY in self.deviations else self._keys)[0]
        for deviation in self.deviations & SIGNATURES.keys():
            assert isinstance(key, RSAKey)  # noqa: S101 -- hostile signatures are made with RSA keys
            return SIGNATURES[deviation](claims, key, typ)
        return jwt.encode({"alg": self.algorithm, "kid": key.kid, "typ": typ}, claims, key, [self.algorithm])

    def userinfo(self, session: SignedIn, client_id: str) -> Claims:
        """Return the claims of the userinfo endpoint."""
        claims = self.manners.claims(session.person, client_id)
        if Deviation.USERINFO_OTHER_SUBJECT in self.deviations:
            claims["sub"] = "somebody-else"
        return claims

    def _protocol_claims(self, client_id: str, session: SignedIn, life: int = 3600) -> Claims:
        now = int(self.clock())
        return {"iss": self.issuer, "aud": client_id, "iat": now, "exp": now + life}

    def _discovered_issuer(self) -> str:
        if Deviation.DISCOVERY_OTHER_ISSUER in self.deviations:
            return OTHER_ISSUER
        return self.issuer + ("/" if Deviation.DISCOVERY_TRAILING_SLASH in self.deviations else "")

    def _half_hash(self, access_token: str) -> str:
        """Hash as OpenID Connect Core 1.0 section 3.1.3.6 says; Ed25519 goes with SHA-512."""
        bits = "512" if self.algorithm == "Ed25519" else self.algorithm[2:]
        digest = hashlib.new(f"sha{bits}", access_token.encode()).digest()
        return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _new_key(algorithm: str) -> RSAKey | ECKey | OKPKey:
    parameters: KeyParameters = {"kid": secrets.token_hex(8)}
    if algorithm in CURVES:
        return ECKey.generate_key(CURVES[algorithm], parameters)
    if algorithm == "Ed25519":
        return OKPKey.generate_key("Ed25519", parameters)
    return RSAKey.generate_key(2048, parameters)
