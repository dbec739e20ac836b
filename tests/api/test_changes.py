"""Changes: rehearsed by the same computation, confirmed by version, and never done twice for one key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.api.operations import OPERATIONS, Change
from connector.domain.operator_tokens import Scope
from connector.lifecycle import operator_tokens, reporting
from connector.lifecycle.directories import USE_NOTED_EVERY

from ..lifecycle.company import Clock, Company
from .conftest import Program

RULE = {"name": "all", "account": "crm", "filter": "active eq true", "role": "member"}
BUY = "/accounts/crm/pools/seats/purchases"


def test_every_change_can_be_rehearsed() -> None:
    """Issue 4, item 12: every operation that changes something takes `dry_run`; none that reads does."""
    changing = {name for name, one in OPERATIONS.items() if isinstance(one.query, Change)}
    writing = {name for name, one in OPERATIONS.items() if not one.scope.endswith(":read")}
    assert writing - changing == {"api-invitations.link"}, "whoever may invite may also read a link"
    assert changing <= writing


def test_a_dry_run_tells_what_is_then_done_and_does_nothing(company: Company, everything: Program) -> None:
    """Who gains and who waits, in the order of the line; the trail does not hear of it."""
    for name in ("ada", "bob", "cyd", "dan"):
        company.person(name)
    before = _trail(company)
    for method, path, body in (
        ("POST", "/rules", RULE),
        ("PUT", "/accounts/crm/pools/seats/capacity", {"capacity": 1}),
        ("POST", "/accounts/crm/freeze", None),
        ("POST", "/tenants", {"name": "beta"}),
        ("POST", "/directories", {"name": "entra"}),
        ("POST", "/directories/okta/tokens", {}),
        ("POST", "/accounts", {"name": "vpn", "vendor": "plain", "plan": "standard"}),
        (
            "POST",
            "/accounts/crm/members/grant",
            {"directory": "okta", "user_name": "ada@acme.example", "role": "member"},
        ),
    ):
        shown = everything.told(method, f"{path}?dry_run=true", body)
        assert shown["dry_run"] is True
        assert "secret" not in shown.get("result", {}) or shown["result"]["secret"] is None
        assert _trail(company) == before, path
    shown = everything.told("POST", "/rules?dry_run=true", RULE)
    done = everything.told("POST", "/rules", RULE, 201)
    assert done["effects"] == shown["effects"]
    assert [(one["user_name"][:3], one["outcome"], one["state"], one["place"]) for one in done["effects"]] == [
        ("ada", "gains", "invited", None),
        ("bob", "gains", "invited", None),
        ("cyd", "gains", "invited", None),
        ("dan", "waits", "waiting", 1),
    ]


def test_a_purchase_is_confirmed_with_the_version_of_its_preview(company: Company, everything: Program) -> None:
    """When the ledger has moved since: 409 with the new figures, and nothing is bought."""
    company.everybody()
    for name in ("ada", "bob", "cyd", "dan"):
        company.person(name)
    everything.told("PUT", "/accounts/crm/billing", {"currency": "EUR", "anchor": "2026-11-01", "budget": "10.00"})
    for item, price in (("plan/standard", "0.00 EUR"), ("seats/seats", "30.00 EUR")):
        everything.told("PUT", "/accounts/crm/prices", {"item": item, "price": price})
    preview = everything.told("POST", f"{BUY}?dry_run=true", {"number": 9})["result"]
    assert (preview["charge"]["amount"], preview["charge"]["currency"]) == ("16.00", "EUR")
    assert (preview["next_invoice"]["amount"], preview["next_invoice_on"]) == ("60.00", "2026-12-01")
    assert preview["needs_approval"] is True
    version = {"number": 9, "version": preview["version"]}
    refused = everything.told("POST", BUY, version, 409)
    assert (refused["code"], refused["facts"]["budget"]) == ("approval-needed", "10.00 EUR")
    company.person("eve")
    moved = everything.told("POST", BUY, {**version, "approve": True}, 409)
    assert moved["code"] == "ledger-moved"
    figures = moved["facts"]["preview"]
    assert figures["version"] != preview["version"]
    assert figures["charge"] == preview["charge"]
    assert company.pool().capacity == 3
    again = {"number": 9, "version": figures["version"], "approve": True}
    done = everything.told("POST", BUY, again)
    assert done["result"]["version"] == figures["version"]
    assert sorted(one["user_name"][:3] for one in done["effects"] if one["outcome"] == "gains") == ["dan", "eve"]
    assert company.pool().capacity == 12
    small = everything.told("PUT", "/accounts/crm/plan", {"plan": "standard", "seats": {"seats": 2}}, 409)
    assert (small["code"], len(small["facts"]["holders"]["seats"])) == ("plan-too-small", 5)


def test_a_request_that_comes_again_with_its_key_is_answered_as_the_first_time(
    company: Company, everything: Program, program: Callable[..., Program], clock: Clock
) -> None:
    """And nothing is done twice; another request with the key is refused, another token's key is another's."""
    key = {"Idempotency_Key": "order-66"}
    first = everything.told("POST", BUY, {"number": 2}, **key)
    answer = everything.ask("POST", BUY, {"number": 2}, **key)
    assert (answer.status_code, answer.json) == (200, first)
    assert answer.headers["Idempotency-Replayed"] == "true"
    assert company.pool().capacity == 5
    assert everything.told("POST", BUY, {"number": 3}, 422, **key)["code"] == "key-reused"
    program(Scope.SEATS_WRITE).told("POST", BUY, {"number": 2}, **key)
    assert company.pool().capacity == 7
    assert (
        everything.told("POST", BUY, {"number": 2_000_000}, 422, Idempotency_Key="wrong")["code"] == "invalid-request"
    )
    assert (
        everything.told("POST", "/rules", {**RULE, "role": "x"}, 404, Idempotency_Key="mended")["code"] == "not-found"
    )
    everything.told("POST", "/rules", RULE, 201, Idempotency_Key="mended")
    everything.told("POST", f"{BUY}?dry_run=true", {"number": 2}, Idempotency_Key="rehearsed")
    everything.told("POST", BUY, {"number": 2}, Idempotency_Key="rehearsed")
    assert company.pool().capacity == 9
    secret = everything.told("POST", "/directories/okta/tokens", {}, 422, Idempotency_Key="s")
    assert "a secret, which is kept nowhere" in secret["detail"]
    clock.now += operator_tokens.ANSWERS_KEPT + USE_NOTED_EVERY
    everything.told("GET", "/accounts")
    everything.told("POST", BUY, {"number": 2}, **key)
    assert company.pool().capacity == 11, "after a day a key is forgotten"


def test_the_trail_names_the_token_and_the_request(company: Company, everything: Program) -> None:
    """`api:NAME`, and the number that the answer had in `X-Request-Id`."""
    answer = everything.ask("POST", "/accounts/crm/freeze")
    event = _trail(company)[-1]
    assert (event["actor"], event["reference"]) == ("api:program-1", answer.headers["X-Request-Id"])


def test_pages_follow_each_other_without_gap_or_repetition(company: Company, everything: Program) -> None:
    """Whatever the size of a page, and while somebody is added at the end."""
    company.everybody()
    names = [f"p{number:02}" for number in range(7)]
    for name in names[:-1]:
        company.person(name)
    for path, key in (("/people?directory=okta", "user_name"), ("/accounts/crm/members?x=", "user_name")):
        path = path.replace("?x=", "?")
        found: list[str] = []
        cursor = ""
        while True:
            page = everything.told("GET", f"{path}&limit=2{cursor}".replace("?&", "?"))
            found += [one[key][:3] for one in page["items"]]
            if len(found) == 2 and key in path:
                company.person(names[-1])
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert found == names[: len(found)]
        assert len(found) >= 6


def _trail(company: Company) -> list[dict[str, Any]]:
    return company.read(lambda work: list(reporting.events(work, None, 0, with_values=True)))
