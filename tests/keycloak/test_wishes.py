"""What a realm is asked to look like."""

from __future__ import annotations

import pytest

from connector.keycloak import gate
from connector.keycloak.flows import Step, SubFlow
from connector.keycloak.wishes import Broker, Wishes, client, identity_provider, realm_settings

WISHES = Wishes(
    realm="acme",
    client_id="jumpseat",
    redirect_uri="https://seats.example/callback/acme",
    logout_uri="https://seats.example/backchannel-logout/acme",
    home_url="https://seats.example/me",
    signed_out_url="https://seats.example/login",
)


@pytest.mark.parametrize(
    ("kind", "issuer", "endpoints"),
    [
        (
            "okta",
            "https://acme.okta.com",
            {
                "authorizationUrl": "https://acme.okta.com/oauth2/v1/authorize",
                "tokenUrl": "https://acme.okta.com/oauth2/v1/token",
                "jwksUrl": "https://acme.okta.com/oauth2/v1/keys",
                "logoutUrl": "https://acme.okta.com/oauth2/v1/logout",
            },
        ),
        (
            "okta",
            "https://acme.okta.com/oauth2/default",
            {
                "authorizationUrl": "https://acme.okta.com/oauth2/default/v1/authorize",
                "tokenUrl": "https://acme.okta.com/oauth2/default/v1/token",
                "jwksUrl": "https://acme.okta.com/oauth2/default/v1/keys",
                "logoutUrl": "https://acme.okta.com/oauth2/default/v1/logout",
            },
        ),
        (
            "entra",
            "https://login.microsoftonline.com/0a1b/v2.0",
            {
                "authorizationUrl": "https://login.microsoftonline.com/0a1b/oauth2/v2.0/authorize",
                "tokenUrl": "https://login.microsoftonline.com/0a1b/oauth2/v2.0/token",
                "jwksUrl": "https://login.microsoftonline.com/0a1b/discovery/v2.0/keys",
                "logoutUrl": "https://login.microsoftonline.com/0a1b/oauth2/v2.0/logout",
            },
        ),
    ],
)
def test_a_providers_endpoints_follow_from_its_issuer(kind: str, issuer: str, endpoints: dict[str, str]) -> None:
    """Okta's and Microsoft's published endpoints, for Okta's organisation and custom authorization servers."""
    config = identity_provider(Broker(kind, issuer, "id", "secret"))["config"]
    assert {key: config[key] for key in endpoints} == endpoints
    assert config["issuer"] == issuer


@pytest.mark.parametrize("kind", ["okta", "entra", "keycloak"])
def test_a_provider_signs_nobody_in_past_the_gate(kind: str) -> None:
    """Signatures are checked, no stated address is trusted, no account is made, and the gate stands behind."""
    wanted = identity_provider(Broker(kind, "https://idp.example", "id", "secret"))
    assert wanted["config"]["validateSignature"] == "true"
    assert wanted["config"]["pkceMethod"] == "S256"
    assert wanted["trustEmail"] is False
    assert wanted["firstBrokerLoginFlowAlias"] == gate.FIRST_BROKER.alias
    assert wanted["postBrokerLoginFlowAlias"] == gate.POST_BROKER.alias


def test_a_providers_secret_is_not_compared() -> None:
    """Keycloak masks it in every answer, so that a comparison would find drift for ever."""
    assert "clientSecret" not in identity_provider(Broker("okta", "https://acme.okta.com", "id", "s3cret"))["config"]
    assert "s3cret" not in repr(Broker("okta", "https://acme.okta.com", "id", "s3cret"))


def test_our_client_takes_codes_with_pkce_and_nothing_else() -> None:
    """No implicit flow, no passwords, no service account; only our callback, and our ear for sessions that end."""
    wanted = client(WISHES)
    assert wanted["redirectUris"] == ["https://seats.example/callback/acme"]
    assert wanted["attributes"]["pkce.code.challenge.method"] == "S256"
    assert wanted["attributes"]["backchannel.logout.url"] == "https://seats.example/backchannel-logout/acme"
    assert not any(wanted[way] for way in ("publicClient", "implicitFlowEnabled", "directAccessGrantsEnabled"))
    assert not wanted["frontchannelLogout"], "Keycloak sends no back-channel logout to a client with the other kind"


def test_the_ways_that_pass_no_gate_are_shut() -> None:
    """Registering and resetting a password sign people in by flows of their own."""
    settings = realm_settings(WISHES)
    assert settings["registrationAllowed"] is False
    assert settings["resetPasswordAllowed"] is False


@pytest.mark.parametrize("flow", [gate.BROWSER, gate.POST_BROKER, gate.DIRECT_GRANT], ids=lambda flow: flow.alias)
def test_the_gate_stands_at_the_top_of_every_flow(flow: gate.Flow) -> None:
    """Last, and beside the whole of signing in; nothing there is ALTERNATIVE, beside which Keycloak would ignore it."""
    *before, last = flow.steps
    assert isinstance(last, SubFlow)
    assert last.requirement == "CONDITIONAL"
    assert [step.provider for step in last.steps if isinstance(step, Step)] == [
        "conditional-client-scope",
        "conditional-user-attribute",
        "deny-access-authenticator",
    ]
    assert all(one.requirement != "ALTERNATIVE" for one in before)
    assert before, "a flow of a condition alone fails when the condition does not hold"
