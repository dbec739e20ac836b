"""What accounts offer, for Okta Identity Governance to find and directories to state."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from connector.domain.offered import OKTA_ENTITLEMENT, OKTA_ROLE
from connector.lifecycle import Lifecycle, accounts, directories, invoicing

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
    first = next(each for each in found["Resources"] if each["id"] == "app:seat")
    assert first == {
        "schemas": [OKTA_ENTITLEMENT],
        "id": "app:seat",
        "displayName": "Our app: Seat",
        "value": "app:seat",
        "type": "Seat",
        "description": "A seat of the type Seat in Our app; free: 5; cost of one more: nothing.",
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


def _costs(directory: Directory) -> dict[str, str]:
    found = page(directory, "/Entitlements")["Resources"]
    return {each["id"]: each["description"].rpartition("cost of one more: ")[2] for each in found}


def test_the_description_tells_what_one_more_costs(vendor: Directory, lifecycle: Lifecycle) -> None:
    """By the vendor's list; nothing while it comes with the plan; what nobody has said is unknown, and never 0."""
    costs = _costs(vendor)
    assert costs["app:seat"] == "nothing."
    assert costs["hub:view_only"] == "nothing."
    lifecycle.write(accounts.change_capacity, "app", "seats", 10, CAUSE)
    assert _costs(vendor)["app:seat"] == "unknown."
    state = {"currency": "EUR", "time_zone": "Europe/Paris", "anchor": date(2026, 1, 1), "months": 1}
    lifecycle.write(invoicing.state_billing, "app", CAUSE, **state)
    assert _costs(vendor)["app:seat"] == "unknown."
    lifecycle.write(invoicing.state_price, "app", "seats/seats", "7.5 EUR", CAUSE)
    assert _costs(vendor)["app:seat"] == "7.50 EUR a month."


def test_a_new_tenant_offers_a_seat_of_its_own(directory: Directory, lifecycle: Lifecycle) -> None:
    """However it was made there is one plain account, of a name that no other account has."""
    (only,) = page(directory, "/Entitlements")["Resources"]
    assert (only["value"], only["displayName"]) == ("main-app:seat", "main: Seat")
    lifecycle.write(accounts.open_account, "acme-app", "plain", "standard", CAUSE)
    lifecycle.write(directories.create_tenant, "acme", CAUSE, "Acme GmbH")
    opened = lifecycle.read(lambda work: work.accounts.named("acme-app-2"))
    assert opened is not None
    assert (opened.name, opened.vendor) == ("Acme GmbH", "plain")


def test_opening_an_account_is_heard_by_those_who_state_it_already(directory: Directory, lifecycle: Lifecycle) -> None:
    """At once, and by nobody else; a role that comes with a change of plan likewise (concerned_in)."""
    extension = "urn:jumpseat:params:scim:schemas:extension:membership:1.0:User"
    stated = {
        "ada": {"entitlements": [{"value": "CRM:seat"}]},
        "bo": {"roles": [{"value": "crm:member"}]},
        "cy": {"entitlements": [{"value": "crm:gold"}], "roles": [{"display": "crm:member"}]},
    }
    people = {name: directory.person(name, **attributes)["id"] for name, attributes in stated.items()}
    directory.person("dot")
    lifecycle.write(accounts.open_account, "crm", "plain", "standard", CAUSE, capacities={"seats": 1})
    places = {
        name: page(directory, f"/Users/{id_}").get(extension, {}).get("memberships") for name, id_ in people.items()
    }
    assert {name: [each["account"] for each in found or ()] for name, found in places.items()} == {
        "ada": ["crm"], "bo": ["crm"], "cy": []
    }  # fmt: skip
