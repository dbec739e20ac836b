"""What the server says of itself (RFC 7644 section 4), and that it is true."""

from __future__ import annotations

from typing import Any

import pytest

from connector.domain.attributes import CORE_GROUP, CORE_USER, ENTERPRISE_USER, MEMBERSHIP_USER
from connector.domain.offered import OKTA_ENTITLEMENT, OKTA_ROLE

from .conftest import Directory


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Give one database: discovery asks it for the token alone."""
    return sqlite_url


def _get(directory: Directory, path: str) -> dict[str, Any]:
    answer = directory.call("GET", path)
    assert answer.status_code == 200
    return dict(answer.json or {})


def _nulls(document: Any) -> bool:
    if isinstance(document, dict):
        return any(map(_nulls, document.values()))
    return any(map(_nulls, document)) if isinstance(document, list) else document is None


def test_the_configuration_tells_what_is_offered(directory: Directory) -> None:
    """RFC 7643 section 5; what is not offered says so, and answers 501 (see test_routes)."""
    config = _get(directory, "/ServiceProviderConfig")
    offered = ("patch", "filter", "bulk", "sort", "etag", "changePassword")
    assert {name: config[name]["supported"] for name in offered} == {
        "patch": True,
        "filter": True,
        "bulk": True,
        "sort": True,
        "etag": True,
        "changePassword": False,
    }
    assert config["filter"]["maxResults"] == 1000
    assert config["bulk"]["maxOperations"] == 1000
    assert [scheme["type"] for scheme in config["authenticationSchemes"]] == ["oauthbearertoken"]
    assert config["meta"]["resourceType"] == "ServiceProviderConfig"


def test_every_schema_is_listed_and_found_by_its_urn(directory: Directory) -> None:
    """RFC 7643 section 7: camelCase words, no nulls (Entra ID), the same by id in any case."""
    listed = _get(directory, "/Schemas")
    served = [CORE_USER, CORE_GROUP, ENTERPRISE_USER, MEMBERSHIP_USER, OKTA_ENTITLEMENT, OKTA_ROLE]
    assert [schema["id"] for schema in listed["Resources"]] == served
    assert listed["totalResults"] == listed["itemsPerPage"] == 6
    assert not _nulls(listed)
    for schema in listed["Resources"]:
        assert _get(directory, f"/Schemas/{schema['id'].lower()}") == schema
        assert schema["meta"]["location"].endswith(f"/Schemas/{schema['id']}")


def test_an_attribute_is_described_whole(directory: Directory) -> None:
    """The characteristics of RFC 7643 section 7, sub-attributes with theirs."""
    attributes = {each["name"]: each for each in _get(directory, f"/Schemas/{CORE_USER}")["attributes"]}
    assert {key: value for key, value in attributes["userName"].items() if key != "description"} == {
        "name": "userName",
        "type": "string",
        "multiValued": False,
        "required": True,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "server",
    }
    value = next(each for each in attributes["photos"]["subAttributes"] if each["name"] == "value")
    assert (value["type"], value["referenceTypes"]) == ("reference", ["external"])
    kind = next(each for each in attributes["emails"]["subAttributes"] if each["name"] == "type")
    assert kind["canonicalValues"] == ["work", "home", "other"]
    assert attributes["groups"]["mutability"] == "readOnly"
    assert "caseExact" not in attributes["active"]


def test_resource_types_name_their_schemas(directory: Directory) -> None:
    """RFC 7643 section 6; by name too."""
    listed = _get(directory, "/ResourceTypes")["Resources"]
    assert [(each["name"], each["endpoint"], each["schema"]) for each in listed] == [
        ("User", "/Users", CORE_USER),
        ("Group", "/Groups", CORE_GROUP),
        ("Entitlement", "/Entitlements", OKTA_ENTITLEMENT),
        ("Role", "/Roles", OKTA_ROLE),
    ]
    assert [each["schema"] for each in listed[0]["schemaExtensions"]] == [ENTERPRISE_USER, MEMBERSHIP_USER]
    assert _get(directory, "/ResourceTypes/User") == listed[0]


@pytest.mark.parametrize("path", ["/Schemas/urn:x", "/ResourceTypes/Device"])
def test_an_unknown_one_is_not_found(directory: Directory, path: str) -> None:
    """404 with what there is."""
    answer = directory.call("GET", path)
    assert answer.status_code == 404
    assert "User" in answer.json["detail"]


@pytest.mark.parametrize("path", ["/Schemas", "/ResourceTypes", "/ServiceProviderConfig", "/Schemas/x"])
def test_discovery_takes_no_filter(directory: Directory, path: str) -> None:
    """403 (RFC 7644 section 4); paging parameters are passed over."""
    assert directory.call("GET", path, query_string={"filter": "id pr"}).status_code == 403
    paged = directory.call("GET", "/Schemas", query_string={"count": "1", "startIndex": "2"})
    assert paged.json["itemsPerPage"] == 6
