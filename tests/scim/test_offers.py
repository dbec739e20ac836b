"""What accounts offer, for Okta Identity Governance to find and directories to state."""

from __future__ import annotations

from typing import Any

import pytest

from connector.domain.offered import OKTA_ENTITLEMENT, OKTA_ROLE
from connector.lifecycle import Lifecycle, accounts

from .conftest import CAUSE, PATCH_URN, Directory

KINDS = {"/Entitlements": OKTA_ENTITLEMENT, "/Roles": OKTA_ROLE}


def page(directory: Directory, path: str, **query: Any) -> dict[str, Any]:
    answer = directory.call("GET", path, query_string=query)
    assert answer.status_code == 200, answer.json
    return dict(answer.json or {})


@pytest.fixture
def vendor(directory: Directory, lifecycle: Lifecycle) -> Directory:
    """Give a directory whose tenant has a plain account with five seats and one at a vendor with seat types."""
    lifecycle.write(accounts.open_account, "app", "plain", "standard", CAUSE, capacities={"seats": 5}, name="Our app")
    lifecycle.write(
        accounts.open_account,
        "hub",
        "hubspot",
        "sales_or_service_pro",
        CAUSE,
        capacities={"core": 3, "sales_service": 2},
    )
    return directory


def test_every_seat_type_on_sale_is_an_entitlement(vendor: Directory) -> None:
    """Each with its account and with what is free in the description."""
    found = page(vendor, "/Entitlements")
    assert {each["id"] for each in found["Resources"]} >= {"app:seat", "hub:core", "hub:sales_service"}
    first = found["Resources"][0]
    assert first == {
        "schemas": [OKTA_ENTITLEMENT],
        "id": "app:seat",
        "displayName": "Our app: Seat",
        "value": "app:seat",
        "type": "Seat",
        "description": "A seat of the type Seat in Our app; free: 5.",
        "meta": {
            "resourceType": "Entitlement",
            "location": f"https://seats.example/scim/{vendor.slug}/v2/Entitlements/app:seat",
        },
    }
    assert page(vendor, "/Entitlements/app:seat") == page(vendor, "/Entitlements/APP:SEAT") == first


def test_every_role_that_can_be_given_is_a_role(vendor: Directory) -> None:
    """The owner's alone is not offered."""
    found = page(vendor, "/Roles")["Resources"]
    assert {each["id"] for each in found} >= {"app:member", "hub:super_admin"}
    assert {each["schemas"][0] for each in found} == {OKTA_ROLE}


@pytest.mark.parametrize(("path", "urn"), KINDS.items())
def test_the_endpoint_is_found_by_its_schema(directory: Directory, path: str, urn: str) -> None:
    """Okta's guide: ResourceTypes, then Schemas, then the endpoint; nothing in the schema can be written."""
    types = page(directory, "/ResourceTypes")["Resources"]
    assert [each["endpoint"] for each in types if each["schema"] == urn] == [path]
    attributes = page(directory, f"/Schemas/{urn}")["attributes"]
    assert {each["mutability"] for each in attributes} == {"readOnly"}


@pytest.mark.parametrize("path", KINDS)
def test_what_is_offered_is_read_only(vendor: Directory, path: str) -> None:
    """405 to every method that would change something."""
    for method, place in (("POST", path), ("PUT", f"{path}/x"), ("PATCH", f"{path}/x"), ("DELETE", f"{path}/x")):
        answer = vendor.call(method, place, {})
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")


def test_the_list_is_paged_and_filtered(vendor: Directory) -> None:
    """As any list; what is not offered for so short a one says so."""
    total = page(vendor, "/Entitlements")["totalResults"]
    second = page(vendor, "/Entitlements", startIndex=2, count=1)
    assert (second["totalResults"], second["startIndex"], second["itemsPerPage"]) == (total, 2, 1)
    assert page(vendor, "/Entitlements", count=0)["Resources"] == []
    found = page(vendor, "/Entitlements", filter='value sw "HUB:c"', attributes="displayName")["Resources"]
    assert [set(each) for each in found] == [{"schemas", "id", "displayName"}]
    assert page(vendor, "/Roles", filter=f'schemas eq "{OKTA_ROLE}" and type eq "seat"')["totalResults"] == 0
    assert vendor.call("GET", "/Roles", query_string={"filter": 'userName eq "x"'}).status_code == 400
    assert vendor.call("GET", "/Roles", query_string={"sortBy": "value"}).status_code == 501
    assert vendor.call("GET", "/Roles", query_string={"cursor": ""}).status_code == 501
    assert vendor.call("GET", "/Roles/nothing").status_code == 404


def test_an_entitlement_makes_a_seat_due_until_it_is_taken_back(vendor: Directory) -> None:
    """Without any rule: stated on creation, gone with a PATCH; what nobody offers is kept and does nothing."""
    ada = vendor.person("ada", entitlements=[{"value": "App:Seat", "type": "Seat"}, {"value": "gold"}])
    extension = "urn:jumpseat:params:scim:schemas:extension:membership:1.0:User"
    assert [each["account"] for each in ada[extension]["memberships"]] == ["app"]
    assert [each["value"] for each in ada["entitlements"]] == ["App:Seat", "gold"]
    body = {
        "schemas": [PATCH_URN],
        "Operations": [{"op": "remove", "path": 'entitlements[value eq "app:seat"]'}],
    }
    after = dict(vendor.call("PATCH", f"/Users/{ada['id']}", body).json or {})
    assert [each["value"] for each in after["entitlements"]] == ["gold"]
    assert not any(each["seatTypes"] for each in after.get(extension, {}).get("memberships", ()))
