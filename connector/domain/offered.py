"""What accounts offer, as resource types that Okta Identity Governance discovers; nobody writes them.

Okta's guide to SCIM with entitlements names the schemas; the endpoints and what is in them are ours.
"""

from __future__ import annotations

from connector.domain.attributes import Attribute, Mutability, ResourceType, Returned, Schema, Uniqueness

OKTA_ENTITLEMENT = "urn:okta:scim:schemas:core:1.0:Entitlement"
OKTA_ROLE = "urn:okta:scim:schemas:core:1.0:Role"

_ATTRIBUTES = (
    Attribute(
        "displayName",
        required=True,
        mutability=Mutability.READ_ONLY,
        returned=Returned.ALWAYS,
        description="The name to show.",
    ),
    Attribute(
        "value",
        case_exact=False,
        mutability=Mutability.READ_ONLY,
        uniqueness=Uniqueness.SERVER,
        description="What to state of a User; equal to the id.",
    ),
    Attribute("type", mutability=Mutability.READ_ONLY, description="Seat or Role."),
    Attribute("description", mutability=Mutability.READ_ONLY, description="What is free, and what one more costs."),
)

ENTITLEMENT = ResourceType(
    "Entitlement",
    "/Entitlements",
    Schema(
        OKTA_ENTITLEMENT,
        "Entitlement",
        "A seat type of an account: due to whom `entitlements` of a User name it.",
        _ATTRIBUTES,
    ),
)
ROLE = ResourceType(
    "Role",
    "/Roles",
    Schema(OKTA_ROLE, "Role", "A role at an account's vendor: due to whom `roles` of a User name it.", _ATTRIBUTES),
)
