"""Bulk, versions and discovery."""

from __future__ import annotations

from typing import Any

from connector.scim.bulk import MAX_BYTES

from ..conftest import USER_URN, Directory
from .asking import BULK, ENTERPRISE, LIST, SEARCH, refused, seen


def _bulk(directory: Directory, *operations: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    answer = directory.call("POST", "/Bulk", {"schemas": [BULK], "Operations": list(operations), **more})
    assert answer.status_code == 200, answer.text
    return list((answer.json or {})["Operations"])


def _post(name: str, manager: str | None = None) -> dict[str, Any]:
    extension = {ENTERPRISE: {"manager": {"value": manager}}} if manager else {}
    data = {"schemas": [USER_URN], "userName": name, **extension}
    return {"method": "POST", "path": "/Users", "bulkId": name, "data": data}


def test_b1_56_many_operations_in_one_request(directory: Directory) -> None:
    """References by bulkId, also in a circle; failOnErrors; the status of each as a text; 413 beyond the limits."""
    results = _bulk(directory, _post("a", "bulkId:b"), _post("b", "bulkId:a"), _post("c", "bulkId:nobody"))
    assert {each["bulkId"]: each["status"] for each in results} == {"a": "201", "b": "201", "c": "409"}
    ids = {each["userName"]: each["id"] for each in seen(directory, "/Users")["Resources"]}
    managers = [
        each[ENTERPRISE]["manager"]["value"] for each in seen(directory, "/Users", sortBy="userName")["Resources"]
    ]
    assert managers == [ids["b"], ids["a"]]
    assert [each["status"] for each in _bulk(directory, _post("a"), _post("d"), failOnErrors=1)] == ["409"]
    config = seen(directory, "/ServiceProviderConfig")["bulk"]
    assert config == {"supported": True, "maxOperations": 1000, "maxPayloadSize": MAX_BYTES}
    for more in ({"Operations": [_post(str(n)) for n in range(1001)]}, {"Operations": [], "x": "x" * MAX_BYTES}):
        refused(directory.call("POST", "/Bulk", {"schemas": [BULK], **more}), 413)


def test_b1_57_a_version_may_be_the_condition(directory: Directory, ada: dict[str, Any]) -> None:
    """A weak tag in the header and in meta; of two who write on one version the second is 412; 304 for a known one."""
    path, version = f"/Users/{ada['id']}", ada["meta"]["version"]
    answer = directory.call("GET", path)
    assert answer.headers["ETag"] == version
    assert version.startswith('W/"')
    assert directory.call("GET", path, headers={"If-None-Match": version}).status_code == 304
    write = {"op": "replace", "path": "title", "value": "Dr"}
    headers = {"If-Match": version}
    assert directory.patch(path, write, headers=headers).status_code == 200
    refused(directory.patch(path, {**write, "value": "Prof"}, headers=headers), 412)
    refused(directory.call("DELETE", path, headers=headers), 412)
    assert seen(directory, path)["title"] == "Dr"


def test_b1_58_what_discovery_tells_is_true(directory: Directory, ada: dict[str, Any]) -> None:
    """What is advertised works, a password cannot be changed; a filter is 403, paging is passed over."""
    config = seen(directory, "/ServiceProviderConfig")
    features = {name: config[name]["supported"] for name in ("patch", "bulk", "filter", "sort", "etag")}
    assert set(features.values()) == {True}
    assert config["changePassword"]["supported"] is False
    operation = {"op": "replace", "path": "password", "value": "x" * 12}
    assert (directory.patch(f"/Users/{ada['id']}", operation).json or {})["meta"]["version"] == 'W/"1"'
    assert seen(directory, "/Users", sortBy="userName", filter="userName pr", cursor="")["totalResults"] == 1
    for resource_type in seen(directory, "/ResourceTypes")["Resources"]:
        assert seen(directory, resource_type["endpoint"])["schemas"] == [LIST]
        urns = [resource_type["schema"], *(each["schema"] for each in resource_type["schemaExtensions"])]
        assert [seen(directory, f"/Schemas/{urn}")["id"] for urn in urns] == urns
    for path in ("/ServiceProviderConfig", "/Schemas", "/ResourceTypes"):
        refused(directory.call("GET", path, query_string={"filter": "id pr"}), 403)
        assert seen(directory, path, startIndex=2, count=1, sortBy="id", attributes="id") == seen(directory, path)
        refused(directory.call("POST", path, {}), 405)


def test_b1_59_the_schemas_are_a_list(directory: Directory, ada: dict[str, Any]) -> None:
    """With everything that a resource shows, and the characteristics of each attribute."""
    listed = seen(directory, "/Schemas")
    assert listed["schemas"] == [LIST]
    assert listed["totalResults"] == listed["itemsPerPage"] == len(listed["Resources"])
    by_urn = {each["id"]: each for each in listed["Resources"]}
    described = {attribute["name"] for attribute in by_urn[USER_URN]["attributes"]}
    assert set(ada) - {"schemas", "id", "externalId", "meta"} <= described
    for attribute in by_urn[USER_URN]["attributes"]:
        assert {"name", "type", "multiValued", "required", "mutability", "returned"} <= set(attribute)
    everything = directory.call("POST", "/.search", {"schemas": [SEARCH]}).json or {}
    assert all(set(each["schemas"]) <= set(by_urn) for each in everything["Resources"])
