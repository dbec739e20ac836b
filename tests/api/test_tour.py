"""Every operation once, over HTTP: what a program does from the first tenant to the last departure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, request

from connector.api.operations import OPERATIONS

from ..lifecycle.company import Company
from .conftest import Program

ADA = {"directory": "okta", "user_name": "ada@acme.example"}
YAML = "application/yaml"


def test_every_operation_does_what_it_says(
    company: Company, app: Flask, everything: Program, program: Callable[..., Program]
) -> None:
    """Issue 4, item 12: every operation of the command line over HTTP, each of them answered as described."""
    visited: set[str] = set()
    app.before_request(lambda: visited.add(str(request.endpoint)))
    told = everything.told

    # Tenants and directories.
    assert told("POST", "/tenants", {"name": "beta"}, 201)["result"]["tenant"] == "beta"
    assert told("PATCH", "/tenants/beta", {"display_name": "Beta", "active": False})["result"]["active"] is False
    assert [one["tenant"] for one in told("GET", "/tenants")["items"]] == ["beta", "main"]
    made = told("POST", "/directories", {"name": "entra", "idp": "entra", "tenant": "main"}, 201)["result"]
    assert made["token"].startswith("jst_")
    assert made["scim_base_url"].endswith("/scim/entra/v2")
    sign_in = {"issuer": "https://login.example", "client_id": "jumpseat", "client_secret": "s"}
    assert told("PUT", "/directories/entra/sign-in", sign_in)["result"]["subject_claim"] == "oid"
    assert told("PATCH", "/directories/entra", {"requests_per_second": 50})["result"]["requests_per_second"] == 50
    trust = {"tenant_id": "11111111-2222-3333-4444-555555555555"}
    assert told("PUT", "/directories/entra/entra-trust", trust)["result"]["entra_tenant_id"] == trust["tenant_id"]
    assert told("DELETE", "/directories/entra/entra-trust")["result"]["entra_tenant_id"] is None
    assert told("GET", "/directories/entra")["idp"] == "entra"
    assert "entra" in [one["directory"] for one in told("GET", "/directories?tenant=main")["items"]]
    for kind, begins in (("tokens", "jst_"), ("client-secrets", "jss_")):
        secret = told("POST", f"/directories/entra/{kind}", {"days": 30}, 201)["result"]
        assert secret["secret"].startswith(begins)
        listed = told("GET", f"/directories/entra/{kind}")["items"]
        assert secret["id"] in [one["id"] for one in listed]
        assert all("secret" not in one for one in listed)
        assert told("DELETE", f"/directories/entra/{kind}/{secret['id']}")["result"]["id"] == secret["id"]

    # Accounts, seats, money.
    vpn = {"name": "vpn", "vendor": "plain", "plan": "standard", "seats": {"seats": 1}, "tenant": "main"}
    assert told("POST", "/accounts", vpn, 201)["result"]["pools"][0]["capacity"] == 1
    assert told("GET", "/accounts/vpn")["vendor"] == "plain"
    assert {"crm", "vpn"} <= {one["account"] for one in told("GET", "/accounts")["items"]}
    assert "brevo" in [one["vendor"] for one in told("GET", "/vendors")["items"]]
    assert told("POST", "/accounts/vpn/freeze")["result"]["frozen_at"]
    assert told("POST", "/accounts/vpn/unfreeze")["result"]["frozen_at"] is None
    step_up = {"amr": ["mfa"], "acr": [], "max_age_minutes": 15}
    assert told("PUT", "/accounts/vpn/step-up", step_up)["result"] == step_up
    assert told("GET", "/accounts/vpn/step-up") == step_up
    assert told("PUT", "/accounts/vpn/line-order", {"order": "priority"})["result"]["line_order"] == "priority"
    grace = {"when_full": "grace", "seats": 1, "days": 3}
    assert told("PUT", "/accounts/vpn/pools/seats/when-full", grace)["result"]["pools"][0]["grace"] == 1
    assert told("PUT", "/accounts/vpn/pools/seats/capacity", {"capacity": 14})["result"]["pools"][0]["capacity"] == 14
    billing = {"currency": "EUR", "anchor": "2026-11-01", "time_zone": "Europe/Paris", "budget": "500.00"}
    assert told("PUT", "/accounts/vpn/billing", billing)["result"]["budget"] == "500.00"
    for item, price in (("plan/standard", "0.00 EUR"), ("seats/seats", "12.00 EUR")):
        told("PUT", "/accounts/vpn/prices", {"item": item, "price": price})
    assert told("GET", "/accounts/vpn/billing")["next_invoice"]["amount"] == "48.00"
    bought = told("POST", "/accounts/vpn/pools/seats/purchases", {"number": 2}, 200)["result"]
    assert bought["pools"]["seats"]["after"] == 16
    assert bought["next_invoice"]["amount"] == "72.00"
    assert (
        told("POST", "/accounts/vpn/pools/seats/releases", {"number": 1})["result"]["pools"]["seats"]["released"] == 1
    )
    assert [one["kind"] for one in told("GET", "/accounts/vpn/coming")["items"]] == ["release"]
    assert told("DELETE", "/accounts/vpn/pools/seats/releases")["result"] == {"kept": 1}
    planned = told("PUT", "/accounts/vpn/plan", {"plan": "standard", "seats": {"seats": 5}, "at_renewal": True})
    assert planned["result"]["takes_effect"] == "2026-11-30T23:00:00+00:00"
    assert told("DELETE", "/accounts/vpn/planned-plan")["result"]["plan"] == "standard"

    # Reservations, rules, members, invitations.
    kept = {"account": "vpn", "kept_for": "the new one", "seat_types": ["seat"], "ends_at": "2026-12-24T00:00:00Z"}
    reservation = told("POST", "/reservations", kept, 201)["result"]
    assert reservation["state"] == "kept"
    whom = {"directory": "okta", "kept_for": "newcomer"}
    assert told("PUT", f"/reservations/{reservation['id']}/person", whom)["result"]["directory"] == "okta"
    assert [one["id"] for one in told("GET", "/reservations?account=vpn")["items"]] == [reservation["id"]]
    told("DELETE", f"/reservations/{reservation['id']}")
    assert told("GET", "/reservations?account=vpn")["items"] == []
    people = {}
    for name in ("ada", "bob", "cyd", "dan"):
        people[name] = company.person(name)
    rule = {"name": "all", "account": "crm", "filter": "active eq true", "role": "member"}
    effects = told("POST", "/rules", rule, 201)["effects"]
    assert [(one["user_name"], one["outcome"]) for one in effects if one["outcome"] == "waits"] == [
        ("dan@acme.example", "waits")
    ]
    assert [one["rule"] for one in told("GET", "/rules")["items"]] == ["all"]
    assert [(one["place"], one["user_name"]) for one in told("GET", "/accounts/crm/line")["items"]] == [
        (1, "dan@acme.example")
    ]
    assert [one["user_name"] for one in told("GET", "/accounts/crm/members?limit=2")["items"]] == [
        "ada@acme.example",
        "bob@acme.example",
    ]
    first = told("GET", "/invitations?account=crm&state=pending&limit=2")
    assert len(first["items"]) == 2
    assert len(told("GET", f"/invitations?account=crm&state=pending&limit=2&cursor={first['next']}")["items"]) == 1
    assert told("POST", "/accounts/crm/invitations/resend", ADA)["result"]["expires_at"]
    assert (
        "/invitations/"
        in told("GET", "/accounts/crm/invitations/link?directory=okta&user_name=ada@acme.example")["link"]
    )
    cancelled = told("POST", "/accounts/crm/invitations/cancel", {**ADA, "user_name": "bob@acme.example"})
    assert {(one["user_name"], one["outcome"]) for one in cancelled["effects"]} == {
        ("bob@acme.example", "loses"),
        ("dan@acme.example", "gains"),
    }
    told("PUT", "/accounts/crm/invitations/vendor-state", {**ADA, "state": None})
    company.capacity(4)
    company.decline(company.person("eva"))
    told("POST", "/accounts/crm/invitations/delete", {**ADA, "user_name": "eva@acme.example"})
    company.accept(people["ada"])
    company.accept(people["cyd"])
    assert told("POST", "/accounts/crm/members/suspend", ADA)["effects"][0]["outcome"] == "suspended"
    assert told("POST", "/accounts/crm/members/reactivate", ADA)["effects"][0]["state"] == "active"
    told("POST", "/accounts/crm/members/grant", {**ADA, "role": "member"})
    assert told("GET", "/accounts/crm/members")["items"][0]["by"] == ["hand", "rule"]
    billing = {"currency": "EUR", "anchor": "2026-11-01"}
    told("PUT", "/accounts/crm/billing", billing)
    told("POST", "/accounts/crm/members/withdraw", {**ADA, "at_renewal": True})
    told("POST", "/accounts/crm/members/keep", ADA)
    told("POST", "/accounts/crm/members/withdraw", ADA)
    assert told("GET", "/accounts/crm/members")["items"][0]["by"] == ["rule"]
    assert (
        told("POST", "/accounts/crm/members/remove", {**ADA, "user_name": "cyd@acme.example"})["effects"][0]["outcome"]
        == "loses"
    )
    assert told("POST", "/accounts/crm/members/revoke", ADA)["effects"][0]["state"] == "ended"

    # People, history, import.
    assert [one["user_name"] for one in told("GET", '/people?directory=okta&filter=userName sw "d"')["items"]] == [
        "dan@acme.example"
    ]
    assert told("GET", "/person?directory=okta&user_name=ada@acme.example")["accounts"]["crm"] == "ended"
    explained = told("GET", "/person/explanation?directory=okta&user_name=ada@acme.example")
    place = next(one for one in explained["accounts"] if one["account"] == "crm")
    assert (place["gate"], place["answer"]) == ("revoked", "revoked")
    assert place["rules"][0]["fires"] is True
    states = [one["after"] for one in told("GET", "/person/history?directory=okta&user_name=ada@acme.example")["items"]]
    assert (states[0], states[-1]) == ("invited", "ended")
    assert len(told("GET", "/accounts/crm/history?limit=3")["items"]) == 3
    assert [one["user_name"] for one in told("GET", "/accounts/crm/seat-ledger")["items"]] == [
        "ada@acme.example",
        "cyd@acme.example",
    ]
    sheet = b"Email,First name\nnew@acme.example,New\nnew@acme.example,Again\n"
    rows = told("POST", "/accounts/vpn/imports?role=member", sheet, Content_Type="text/csv")["result"]["rows"]
    assert [(one["row"], one["outcome"]) for one in rows] == [(2, "no-sign-in"), (3, "duplicate")]

    # Departures.
    hubspot = {"name": "hub", "vendor": "hubspot", "plan": _plan(told), "seats": _seats(told), "tenant": "main"}
    told("POST", "/accounts", hubspot, 201)
    seat = {"name": "hub", "account": "hub", "filter": 'userName eq "dan@acme.example"', "seat_type": "core"}
    told("POST", "/rules", seat, 201)
    company.accept(people["dan"], "hub")
    company.deactivate(people["dan"])
    order = next(one for one in told("GET", "/work-orders?account=hub")["items"] if one["task"] == "revoke")
    assert order["steps"]
    assert order["gate_cut"] is True
    assert told("PUT", f"/work-orders/{order['id']}/assignee", {"assignee": "Tess"})["result"]["assignee"] == "Tess"
    assert told("GET", f"/work-orders/{order['id']}")["assignee"] == "Tess"
    assert told("POST", f"/work-orders/{order['id']}/done")["result"]["state"] == "done"
    assert order["id"] in [one["id"] for one in told("GET", "/work-orders?closed=true")["items"]]
    assert told("GET", "/departures")["items"][0]["user_name"] in ("dan@acme.example", "ada@acme.example")
    handover = told("GET", "/handovers?account=hub")["items"][0]
    heir = {"address": "heir@acme.example"}
    assert told("PUT", f"/handovers/{handover['id']}/heir", heir)["result"]["heir_address"] == "heir@acme.example"
    key = handover["assets"][0]["asset"]
    done = told("POST", f"/handovers/{handover['id']}/done", {"assets": [key]})["result"]
    assert [one["done_by"] for one in done["assets"] if one["asset"] == key] == ["api:program-1"]
    assert told("POST", f"/handovers/{handover['id']}/done", {})["result"]["state"] == "done"
    assert told("GET", f"/handovers/{handover['id']}")["closed_at"]
    for each in told("GET", "/work-orders")["items"]:
        told("POST", f"/work-orders/{each['id']}/done")
    erased = told("POST", "/person/erase", {**ADA, "user_name": "dan@acme.example"})["result"]
    assert erased["blanked"]

    # The file, the trail, the letters.
    told("DELETE", "/rules/hub?tenant=main")
    written = everything.ask("GET", "/configuration?tenant=main")
    assert written.content_type == "application/yaml; charset=utf-8"
    same = told("POST", "/configuration?dry_run=true", written.data, Content_Type=YAML)["result"]
    assert same["differences"] == []
    wanted = written.get_data(as_text=True).replace("priority", "time").encode()
    applied = told("POST", "/configuration", wanted, Content_Type=YAML)["result"]
    assert [(one["sign"], one["name"]) for one in applied["differences"]] == [("~", "vpn")]
    page = told("GET", "/events?limit=5&values=true")
    after = told("GET", f"/events?limit=5&cursor={page['next']}")
    assert page["items"][-1]["seq"] < after["items"][0]["seq"]
    assert told("GET", "/deliveries")["items"] == []

    assert {one for one in OPERATIONS if one not in visited} == set()


def _plan(told: Callable[..., Any]) -> str:
    vendor = next(one for one in told("GET", "/vendors")["items"] if one["vendor"] == "hubspot")
    return str(next(iter(vendor["plans"])))


def _seats(told: Callable[..., Any]) -> dict[str, int]:
    vendor = next(one for one in told("GET", "/vendors")["items"] if one["vendor"] == "hubspot")
    offered = next(iter(vendor["plans"].values()))["pools"]
    return {key: 5 for key, one in offered.items() if one == "by-contract"}
