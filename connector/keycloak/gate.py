"""The invitation gate: flows of Keycloak's own parts that refuse whoever has not accepted, at every client but ours.

Jumpseat's own client is let through by a client scope that it alone carries: a pending person must be able to sign in
there, for accepting is what she signs in for. Jumpseat itself decides at every request; this gate keeps her out of the
realm's other clients. The same three steps stand in every flow, since a brokered sign-in passes the post-broker flow
and never the browser flow (keycloak/keycloak#10250). The gate stands beside the whole of signing in, at the top: within
it, a person whom the cookie knows would walk past (keycloak/keycloak#38308).
"""

from __future__ import annotations

from connector.keycloak.flows import Flow, Step, SubFlow

ATTRIBUTE = "jumpseat_invite"
"""The attribute of a user of the realm that says whether she accepted: pending, accepted or revoked."""

ACCEPTED = "accepted"
LEAVING = "leaving"
"""Stands there while somebody is being sent out: the gate is shut, and what ends her access is under way."""
STATES = ("pending", ACCEPTED, "revoked", LEAVING)

PERSON = "jumpseat_person"
"""The attribute of a user whom we made: whose, by the person's id."""
SUBJECT = "jumpseat_subject"
"""The attribute of a user whom we made, and the claim to us: what names her at her own directory, the externalId."""

ADMISSION_SCOPE = "jumpseat-admission"
"""The client scope whose client the gate lets through. It changes no token."""

PENDING_MESSAGE = "jumpseatInvitationPending"
STRANGER_MESSAGE = "jumpseatNotProvisioned"


def _gate(flow: str) -> SubFlow:
    not_accepted = {
        "attribute_name": ATTRIBUTE,
        "attribute_expected_value": ACCEPTED,
        "include_group_attributes": "false",
        "not": "true",
        "regex": "false",
    }
    return SubFlow(
        f"{flow}-gate",
        "CONDITIONAL",
        (
            Step("conditional-client-scope", config={"client_scope": ADMISSION_SCOPE, "negate": "true"}),
            Step("conditional-user-attribute", config=not_accepted),
            Step("deny-access-authenticator", config={"denyErrorMessage": PENDING_MESSAGE}),
        ),
    )


_SECOND_FACTOR = SubFlow(
    "jumpseat-browser-second-factor",
    "CONDITIONAL",
    (
        Step("conditional-user-configured"),
        Step("auth-otp-form", "ALTERNATIVE"),
        Step("webauthn-authenticator", "ALTERNATIVE"),
        Step("auth-recovery-authn-code-form", "ALTERNATIVE"),
    ),
)

BROWSER = Flow(
    "jumpseat-browser",
    "Signs in as the built-in browser flow does, then asks whether the invitation was accepted",
    (
        SubFlow(
            "jumpseat-browser-sign-in",
            "REQUIRED",
            (
                Step("auth-cookie", "ALTERNATIVE"),
                Step("identity-provider-redirector", "ALTERNATIVE"),
                SubFlow("jumpseat-browser-forms", "ALTERNATIVE", (Step("auth-username-password-form"), _SECOND_FACTOR)),
            ),
        ),
        _gate("jumpseat-browser"),
    ),
)

POST_BROKER = Flow(
    "jumpseat-post-broker",
    "After every sign-in at an identity provider: asks whether the invitation was accepted",
    # Of a condition alone that does not hold, Keycloak makes a failure.
    (Step("allow-access-authenticator"), _gate("jumpseat-post-broker")),
)

DIRECT_GRANT = Flow(
    "jumpseat-direct-grant",
    "Password grants, of admin-cli for one, pass the same gate",
    (
        Step("direct-grant-validate-username"),
        Step("direct-grant-validate-password"),
        SubFlow(
            "jumpseat-direct-grant-otp",
            "CONDITIONAL",
            (Step("conditional-user-configured"), Step("direct-grant-validate-otp")),
        ),
        _gate("jumpseat-direct-grant"),
    ),
)

FIRST_BROKER = Flow(
    "jumpseat-first-broker",
    "Refuses whoever an identity provider sends and nobody linked: no account is made or taken over by signing in",
    (Step("deny-access-authenticator", config={"denyErrorMessage": STRANGER_MESSAGE}),),
)

FLOWS = (BROWSER, POST_BROKER, DIRECT_GRANT, FIRST_BROKER)
