"""What this server can do, told exactly (RFC 7643 sections 5 to 7, RFC 7644 section 4)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from connector.domain.attributes import ENTERPRISE, GROUP, MEMBERSHIP, USER, Attribute, ResourceType, Schema, Type
from connector.domain.errors import NotFound
from connector.domain.offered import ENTITLEMENT, ROLE
from connector.domain.tenancy import Presented
from connector.scim.bulk import MAX_BYTES
from connector.scim.bulk_operations import MAX_OPERATIONS
from connector.scim.cursors import TIMEOUT
from connector.scim.listing import DEFAULT_COUNT, MAX_COUNT, list_message

Json = Any

CONFIG_URN = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
RESOURCE_TYPE_URN = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
SCHEMA_URN = "urn:ietf:params:scim:schemas:core:2.0:Schema"

SCHEMAS = (USER.schema, GROUP.schema, ENTERPRISE, MEMBERSHIP, ENTITLEMENT.schema, ROLE.schema)
RESOURCE_TYPES = (USER, GROUP, ENTITLEMENT, ROLE)


_BEARER = {
    "type": "oauthbearertoken",
    "name": "Bearer token",
    "description": "The directory's token in the Authorization header (RFC 6750).",
    "specUri": "https://www.rfc-editor.org/info/rfc6750",
    "primary": True,
}
_ENTRA = {
    "type": "oauthbearertoken",
    "name": "Microsoft Entra ID",
    "description": "A JWT that Entra ID issues for provisioning, in the Authorization header (RFC 6750, RFC 7519).",
    "specUri": "https://www.rfc-editor.org/info/rfc6750",
    "primary": False,
}


def _client_credentials(base_url: str) -> dict[str, Json]:
    return {
        "type": "oauth2",
        "name": "OAuth 2.0 client credentials",
        "description": f"An access token from {token_url(base_url)}, by client_secret_basic or client_secret_post.",
        "specUri": "https://www.rfc-editor.org/info/rfc6749",
        "primary": False,
    }


def token_url(base_url: str) -> str:
    """Return where a client of the directory gets its access tokens."""
    return f"{base_url.removesuffix('/v2')}/token"


def service_provider_config(base_url: str, ways_in: Collection[Presented]) -> dict[str, Json]:
    """Return the features, and what opens the directory.

    A feature that is not offered says so, with the numbers that clients read all the same.
    authentik takes `bulk.maxOperations` for the number of members that one PATCH may carry.
    """
    schemes = {
        Presented.TOKEN: _BEARER,
        Presented.CLIENT: _client_credentials(base_url),
        Presented.ENTRA: _ENTRA,
    }
    return {
        "schemas": [CONFIG_URN],
        "patch": {"supported": True},
        "bulk": {"supported": True, "maxOperations": MAX_OPERATIONS, "maxPayloadSize": MAX_BYTES},
        "filter": {"supported": True, "maxResults": MAX_COUNT},
        "changePassword": {"supported": False},
        "sort": {"supported": True},
        "etag": {"supported": True},
        "pagination": {
            "cursor": True,
            "index": True,
            "defaultPaginationMethod": "index",
            "defaultPageSize": DEFAULT_COUNT,
            "maxPageSize": MAX_COUNT,
            "cursorTimeout": TIMEOUT,
        },
        "authenticationSchemes": [scheme for way, scheme in schemes.items() if way in ways_in],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base_url}/ServiceProviderConfig"},
    }


def all_schemas(base_url: str) -> dict[str, Json]:
    """Return every served schema, as one list: discovery is not paged."""
    return list_message(len(SCHEMAS), 1, [_schema(schema, base_url) for schema in SCHEMAS])


def one_schema(urn: str, base_url: str) -> dict[str, Json]:
    """Return the schema of that URN, whatever its case, or raise NotFound."""
    for schema in SCHEMAS:
        if schema.urn.lower() == urn.lower():
            return _schema(schema, base_url)
    raise NotFound("schema", urn, (schema.urn for schema in SCHEMAS))


def all_resource_types(base_url: str) -> dict[str, Json]:
    """Return every resource type, as one list."""
    return list_message(len(RESOURCE_TYPES), 1, [_resource_type(each, base_url) for each in RESOURCE_TYPES])


def one_resource_type(name: str, base_url: str) -> dict[str, Json]:
    """Return the resource type of that name, or raise NotFound."""
    for resource in RESOURCE_TYPES:
        if resource.name == name:
            return _resource_type(resource, base_url)
    raise NotFound("resource type", name, (resource.name for resource in RESOURCE_TYPES))


def _schema(schema: Schema, base_url: str) -> dict[str, Json]:
    return {
        "schemas": [SCHEMA_URN],
        "id": schema.urn,
        "name": schema.name,
        "description": schema.description,
        "attributes": [_attribute(attribute) for attribute in schema.attributes],
        "meta": {"resourceType": "Schema", "location": f"{base_url}/Schemas/{schema.urn}"},
    }


def _attribute(attribute: Attribute) -> dict[str, Json]:
    described: dict[str, Json] = {
        "name": attribute.name,
        "type": attribute.type.value,
        "multiValued": attribute.multi_valued,
        "description": attribute.description,
        "required": attribute.required,
        "mutability": attribute.mutability.value,
        "returned": attribute.returned.value,
    }
    if attribute.type in (Type.STRING, Type.REFERENCE, Type.BINARY):
        described |= {"caseExact": attribute.case_exact, "uniqueness": attribute.uniqueness.value}
    if attribute.canonical_values:
        described["canonicalValues"] = list(attribute.canonical_values)
    if attribute.reference_types:
        described["referenceTypes"] = list(attribute.reference_types)
    if attribute.sub_attributes:
        described["subAttributes"] = [_attribute(sub) for sub in attribute.sub_attributes]
    return described


def _resource_type(resource: ResourceType, base_url: str) -> dict[str, Json]:
    return {
        "schemas": [RESOURCE_TYPE_URN],
        "id": resource.name,
        "name": resource.name,
        "description": resource.schema.description,
        "endpoint": resource.endpoint,
        "schema": resource.schema.urn,
        "schemaExtensions": [{"schema": extension.urn, "required": False} for extension in resource.extensions],
        "meta": {"resourceType": "ResourceType", "location": f"{base_url}/ResourceTypes/{resource.name}"},
    }
