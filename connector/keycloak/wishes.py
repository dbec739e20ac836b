"""What a realm should look like: values, from what the operator told. Written in the words of Keycloak's admin API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.keycloak import gate

THEME = "jumpseat"
WORKER_CLIENT = "jumpseat-worker"
Representation = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Broker:
    """An identity provider that the realm sends people to. `kind` is one of `BROKERS`, and its name in the realm."""

    kind: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the operator wants of a realm, for one directory of ours."""

    realm: str
    client_id: str
    redirect_uri: str
    logout_uri: str
    home_url: str
    signed_out_url: str
    themed: bool = True
    brokers: tuple[Broker, ...] = ()
    tells: bool = False
    """Whether the worker tells the realm how its people stand."""
    reads: bool = False
    """Whether the worker reads the realm's users and groups."""
    creates: bool = False
    """Whether the realm's users are made by the worker."""


def realm_settings(wishes: Wishes) -> Representation:
    """Return the realm's own settings, the flows that it signs people in with among them.

    Registering and resetting a password are ways in that pass no gate, so both are off. Access tokens that a resource
    server checks by itself outlive a cut by `accessTokenLifespan` (seconds) at most.
    """
    themes = {"loginTheme": THEME, "emailTheme": THEME} if wishes.themed else {}
    return {
        "enabled": True,
        "registrationAllowed": False,
        "resetPasswordAllowed": False,
        "bruteForceProtected": True,
        "internationalizationEnabled": True,
        "supportedLocales": ["en", "fr"],
        "accessTokenLifespan": 60,
        "eventsEnabled": True,
        "eventsExpiration": 30 * 24 * 3600,
        "adminEventsEnabled": True,
        "browserFlow": gate.BROWSER.alias,
        "directGrantFlow": gate.DIRECT_GRANT.alias,
        **({"editUsernameAllowed": True} if wishes.creates else {}),
        **themes,
    }


def admission_scope() -> Representation:
    """Return the client scope by which the gate knows Jumpseat's client."""
    return {
        "name": gate.ADMISSION_SCOPE,
        "description": "Whoever has not accepted an invitation may sign in at this client. For Jumpseat's alone.",
        "protocol": "openid-connect",
        "attributes": {"include.in.token.scope": "false", "display.on.consent.screen": "false"},
    }


def client(wishes: Wishes) -> Representation:
    """Return Jumpseat's client: confidential, code flow with PKCE, told of every session that ends."""
    return {
        "clientId": wishes.client_id,
        "name": "Jumpseat",
        "enabled": True,
        "protocol": "openid-connect",
        "publicClient": False,
        "clientAuthenticatorType": "client-secret",
        "standardFlowEnabled": True,
        "implicitFlowEnabled": False,
        "directAccessGrantsEnabled": False,
        "serviceAccountsEnabled": False,
        "frontchannelLogout": False,
        "fullScopeAllowed": False,
        "baseUrl": wishes.home_url,
        "redirectUris": [wishes.redirect_uri],
        "webOrigins": [],
        "attributes": {
            "pkce.code.challenge.method": "S256",
            "backchannel.logout.url": wishes.logout_uri,
            "backchannel.logout.session.required": "true",
            "backchannel.logout.revoke.offline.tokens": "true",
            "post.logout.redirect.uris": wishes.signed_out_url,
        },
    }


def worker_client() -> Representation:
    """Return the client as which the worker speaks to the realm: a service account, and no way to sign anybody in."""
    return {
        "clientId": WORKER_CLIENT,
        "name": "Jumpseat's worker",
        "enabled": True,
        "protocol": "openid-connect",
        "publicClient": False,
        "clientAuthenticatorType": "client-secret",
        "standardFlowEnabled": False,
        "implicitFlowEnabled": False,
        "directAccessGrantsEnabled": False,
        "serviceAccountsEnabled": True,
        "fullScopeAllowed": True,
        "redirectUris": [],
        "webOrigins": [],
    }


def worker_roles(wishes: Wishes) -> frozenset[str]:
    """Return what the worker may do in the realm, as roles of its client `realm-management`: no more than it has to."""
    return frozenset({"view-users"} | ({"manage-users"} if wishes.tells else set()))


def attributes(wishes: Wishes) -> Iterable[Representation]:
    """Return the declarations of our attributes. The person herself neither sees nor edits them in her account."""
    states = {"validations": {"options": {"options": list(gate.STATES)}}}
    yield _attribute(gate.ATTRIBUTE, "Jumpseat invitation") | states
    if wishes.creates:
        yield _attribute(gate.PERSON, "Jumpseat person")
        yield _attribute(gate.SUBJECT, "Id at her own directory")
        # Names are the directory's: the realm lets them be changed, and its people not.
        yield {"name": "username", "permissions": {"view": ["admin", "user"], "edit": ["admin"]}}


def _attribute(name: str, shown_as: str) -> dict[str, Any]:
    permissions = {"view": ["admin"], "edit": ["admin"]}
    return {"name": name, "displayName": shown_as, "permissions": permissions, "multivalued": False}


def subject_mapper() -> Representation:
    """Return what makes a claim to Jumpseat's client of the externalId of a user whom we made.

    Her `sub` is the realm's, and no directory states it.
    """
    return {
        "name": gate.SUBJECT,
        "protocol": "openid-connect",
        "protocolMapper": "oidc-usermodel-attribute-mapper",
        "config": {
            "user.attribute": gate.SUBJECT,
            "claim.name": gate.SUBJECT,
            "jsonType.label": "String",
            "id.token.claim": "true",
            "access.token.claim": "false",
            "userinfo.token.claim": "true",
        },
    }


def identity_provider(broker: Broker) -> Representation:
    """Return an identity provider, its secret left out: Keycloak shows it to nobody, so it cannot be compared.

    It makes and links no account when somebody signs in, whatever e-mail address the provider states.
    """
    return {
        "alias": broker.kind,
        "displayName": NAMES[broker.kind],
        "providerId": "oidc",
        "enabled": True,
        "trustEmail": False,
        "storeToken": False,
        "linkOnly": False,
        "firstBrokerLoginFlowAlias": gate.FIRST_BROKER.alias,
        "postBrokerLoginFlowAlias": gate.POST_BROKER.alias,
        "config": {
            "issuer": broker.issuer,
            **BROKERS[broker.kind](broker.issuer.rstrip("/")),
            "clientId": broker.client_id,
            "clientAuthMethod": "client_secret_post",
            "defaultScope": "openid profile email",
            "useJwksUrl": "true",
            "validateSignature": "true",
            "pkceEnabled": "true",
            "pkceMethod": "S256",
            "syncMode": "IMPORT",
        },
    }


def _okta(issuer: str) -> Mapping[str, str]:
    base = issuer if "/oauth2" in issuer else f"{issuer}/oauth2"
    return _endpoints(f"{base}/v1/authorize", f"{base}/v1/token", f"{base}/v1/keys", f"{base}/v1/logout")


def _entra(issuer: str) -> Mapping[str, str]:
    base = issuer.removesuffix("/v2.0")
    oauth = f"{base}/oauth2/v2.0"
    return _endpoints(f"{oauth}/authorize", f"{oauth}/token", f"{base}/discovery/v2.0/keys", f"{oauth}/logout")


def _keycloak(issuer: str) -> Mapping[str, str]:
    base = f"{issuer}/protocol/openid-connect"
    return _endpoints(f"{base}/auth", f"{base}/token", f"{base}/certs", f"{base}/logout")


def _endpoints(authorize: str, token: str, keys: str, logout: str) -> Mapping[str, str]:
    return {"authorizationUrl": authorize, "tokenUrl": token, "jwksUrl": keys, "logoutUrl": logout}


BROKERS: Mapping[str, Callable[[str], Mapping[str, str]]] = {"okta": _okta, "entra": _entra, "keycloak": _keycloak}
NAMES = {"okta": "Okta", "entra": "Microsoft", "keycloak": "Keycloak"}
