"""Who may ask for what: tokens, scopes, tenants, and the problem documents of everything that is refused."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from connector.api.operations import OPERATIONS, PREFIX
from connector.api.problems import STATUSES, status_of
from connector.domain import errors
from connector.domain.events import Kind
from connector.domain.operator_tokens import Scope
from connector.lifecycle import directories, freezing, operator_tokens, reporting
from connector.storage.outages import DatabaseUnavailable

from ..lifecycle.company import OPERATOR, Clock, Company
from .conftest import Program

Make = Callable[..., Program]


ODD_HEADERS: list[dict[str, str]] = [
    {},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer jso_00"},
    {"Authorization": "Basic jso_00"},
    {"Authorization": "\u00e9"},
]


def all_errors(kind: type[errors.DomainError] = errors.DomainError) -> Iterator[type[errors.DomainError]]:
    for each in kind.__subclasses__():
        yield each
        yield from all_errors(each)


def operations(app: Flask) -> dict[str, tuple[str, str]]:
    """Return each operation with its method and address."""
    found = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPERATIONS:
            method = next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"}))
            found[rule.endpoint] = (method, rule.rule.removeprefix(PREFIX))
    return found


def test_every_refusal_of_the_rules_has_a_status() -> None:
    """A gap in the table would be answered as a failure of ours."""
    gaps = [one.__name__ for one in all_errors() if not any(kind in STATUSES for kind in one.__mro__)]
    assert gaps == []
    assert set(STATUSES.values()) <= {401, 403, 404, 409, 422}
    assert status_of(errors.NotFound("account", "crm")) == 404


def test_no_operation_opens_without_a_token_and_its_scope(app: Flask, program: Make) -> None:
    """Missing, unknown, malformed: 401 with a challenge, alike. Every other scope together: 403 that names the one."""
    stranger = app.test_client()
    for endpoint, (method, path) in operations(app).items():
        address = PREFIX + path.replace("<", "").replace(">", "")
        for header in ODD_HEADERS if path == "/accounts" else ODD_HEADERS[:1]:
            answer = stranger.open(address, method=method, headers=header)
            assert (answer.status_code, answer.json["code"]) == (401, "operator-token-refused"), endpoint
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'
            assert answer.content_type == "application/problem+json"
    makers = {scope: program(*(one for one in Scope if one is not scope)) for scope in Scope}
    for endpoint, (method, path) in operations(app).items():
        scope = OPERATIONS[endpoint].scope
        answer = makers[scope].ask(method, path.replace("<", "").replace(">", ""))
        assert (answer.status_code, answer.json["code"]) == (403, "scope-missing"), endpoint
        assert answer.json["facts"] == {"scope": scope.value}
    token = program().token
    for header, status in (
        (f"bearer  {token} ", 200),
        (f"Basic {token}", 401),
        (token, 401),
        (f"Bearer {token}x", 401),
    ):
        assert stranger.get(f"{PREFIX}/accounts", headers={"Authorization": header}).status_code == status, header
    assert {one.scope for one in OPERATIONS.values()} == set(Scope)


def test_a_token_is_over_when_it_expires_is_revoked_or_its_tenant_is_off(
    company: Company, app: Flask, clock: Clock, program: Make
) -> None:
    """From the next request on, and the trail tells both its making and its end."""

    def opens(token: str) -> bool:
        return Program(app.test_client(), token).ask("GET", "/accounts").status_code == 200

    def made(name: str, **facts: Any) -> str:
        return company.write(operator_tokens.create_token, name, ["accounts:read"], OPERATOR, **facts)[1]

    short, kept = made("short", lifetime=operator_tokens.USE_NOTED_EVERY), made("kept", tenant_slug="main")
    assert short.startswith("jso_")
    assert (opens(short), opens(kept)) == (True, True)
    used = {one.token.name: one.token.last_used_at for one in company.read(operator_tokens.tokens)}
    assert used == {"short": clock.now, "kept": clock.now}
    clock.forward(minutes=1)
    assert (opens(short), opens(kept)) == (False, True)
    company.write(freezing.switch_tenant, "main", OPERATOR, active=False)
    assert not opens(kept)
    company.write(freezing.switch_tenant, "main", OPERATOR, active=True)
    assert opens(kept)
    company.write(operator_tokens.revoke_token, kept[:12], OPERATOR)
    assert not opens(kept)
    assert [len(company.events(kind)) for kind in (Kind.OPERATOR_TOKEN_CREATED, Kind.OPERATOR_TOKEN_REVOKED)] == [2, 1]
    assert not any(short in str(row) or kept in str(row) for row in company.sql("SELECT * FROM operator_token"))
    with pytest.raises(errors.NotFound):
        company.write(operator_tokens.revoke_token, "kept", OPERATOR)


def test_tokens_are_made_with_known_scopes_and_one_name_each(company: Company) -> None:
    """A slip in a scope is told with the names there are, nearest first; a name is free again after its revocation."""
    make = operator_tokens.create_token
    with pytest.raises(errors.InvalidValue, match="'account:read' is none; there are accounts:read, "):
        company.write(make, "ci", ["account:read"], OPERATOR)
    for wrong in ((), ("accounts:read", "everything")):
        with pytest.raises(errors.InvalidValue):
            company.write(make, "ci", wrong, OPERATOR)
    with pytest.raises(errors.InvalidValue):
        company.write(make, "C I", ["accounts:read"], OPERATOR)
    with pytest.raises(errors.NotFound):
        company.write(make, "ci", ["accounts:read"], OPERATOR, tenant_slug="nobody")
    company.write(make, "ci", ["accounts:read"], OPERATOR)
    with pytest.raises(errors.AlreadyExists):
        company.write(make, "ci", ["accounts:read"], OPERATOR)
    company.write(operator_tokens.revoke_token, "ci", OPERATOR)
    company.write(make, "ci", ["accounts:read"], OPERATOR)


def test_a_token_of_one_tenant_sees_nothing_else(company: Company, app: Flask, program: Make) -> None:
    """What is another tenant's is 404 as what is not there, in addresses, queries and bodies; lists have none of it."""
    company.everybody()
    company.account("hub", vendor="hubspot", plan="free")
    company.rule(account="hub", name="core", where="active eq true", seat_type="core")
    ada = company.person("ada")
    company.accept(ada, "hub")
    company.deactivate(ada)
    company.write(directories.create_tenant, "beta", OPERATOR)
    company.write(directories.create_directory, "beta-idp", directories.Idp.GENERIC, OPERATOR, "beta")
    own, whole = program(tenant="beta"), program()
    kept = {"account": "crm", "kept_for": "x", "seat_types": ["seat"], "ends_at": "2026-12-24T00:00:00Z"}
    foreign = {
        "tenant": "main",
        "account": "crm",
        "directory": "okta",
        "order_id": company.orders(ada)[0].id,
        "handover_id": whole.told("GET", "/handovers")["items"][0]["id"],
        "reservation_id": whole.told("POST", "/reservations", kept, 201)["result"]["id"],
    }
    asked = 0
    for endpoint, (method, path) in operations(app).items():
        names = [key for key in foreign if f"<{key}>" in path]
        if names:
            address = path
            for key, value in foreign.items():
                address = address.replace(f"<{key}>", value)
            answer = own.ask(
                method, address.replace("<", "").replace(">", ""), {} if OPERATIONS[endpoint].takes else None
            )
            asked += 1
            assert answer.status_code == 404, (endpoint, answer.status_code, answer.json)
            assert "known" not in answer.json["facts"], endpoint
        elif method == "GET" and endpoint != "api-configuration.export":
            found = own.ask(method, f"{path}?directory=beta-idp&user_name=x" if "person" in path else path)
            assert not any(word in found.get_data(as_text=True) for word in ('"crm"', '"hub"', '"okta"')), endpoint
    assert asked > 40
    rule = {"name": "r", "account": "crm", "filter": "active eq true", "role": "member"}
    assert own.told("POST", "/rules", rule, 404)["facts"] == {"kind": "account", "name": "crm"}
    mixed = {**rule, "account": "beta-app", "directory": "okta"}
    assert own.told("POST", "/rules", mixed, 404)["facts"] == {"kind": "directory", "name": "okta"}
    assert own.told("GET", "/accounts?tenant=main", None, 404)["facts"] == {"kind": "tenant", "name": "main"}
    assert own.told("POST", "/tenants", {"name": "gamma"}, 403)["code"] == "token-of-one-tenant"
    assert own.told("DELETE", "/rules/everybody-crm", None, 404)["facts"] == {"kind": "rule", "name": "everybody-crm"}
    assert [one["tenant"] for one in own.told("GET", "/tenants")["items"]] == ["beta"]
    opened = own.told("POST", "/accounts", {"name": "wiki", "vendor": "plain", "plan": "standard"}, 201)
    assert opened["result"]["tenant"] == "beta"
    file = whole.ask("GET", "/configuration").data
    assert b"okta" in file
    assert b"okta" not in own.ask("GET", "/configuration").data
    assert own.told("POST", "/configuration?dry_run=true", file, 404, Content_Type="application/yaml")["facts"] == {
        "kind": "tenant",
        "name": "main",
    }


def test_whatever_names_a_tenants_thing_is_called_alike_everywhere(app: Flask) -> None:
    """On these names rests that a token of one tenant is kept to it; a new one in an address must be judged here."""
    names = {name for rule in app.url_map.iter_rules() if rule.endpoint in OPERATIONS for name in rule.arguments}
    kept = {"tenant", "account", "directory", "order_id", "handover_id", "reservation_id"}
    within = {"pool", "token", "secret", "rule"}
    assert names == kept | within


JSON, CSV, YAML = ({"Content_Type": one} for one in ("application/json", "text/csv", "text/yaml"))
POOL = "/accounts/crm/pools/seats/capacity"

WRONG: dict[str, tuple[str, str, Any, dict[str, str], int, str]] = {
    "an unknown address": ("GET", "/nothing", None, {}, 404, "not-found"),
    "another unknown address": ("BREW", "//x\n", None, {}, 404, "not-found"),
    "a method that is not there": ("DELETE", "/accounts", None, {}, 405, "method-not-allowed"),
    "no JSON": ("POST", "/accounts", b"{", JSON, 400, "invalid-json"),
    "half a surrogate pair": ("POST", "/tenants", b'{"name": "\\ud800"}', JSON, 400, "invalid-json"),
    "no object": ("POST", "/accounts", [], {}, 422, "invalid-request"),
    "a NUL": ("POST", "/tenants", {"name": "a\0"}, {}, 422, "invalid-request"),
    "a NUL in a query": ("GET", "/accounts?tenant=%00", None, {}, 422, "invalid-request"),
    "another media type": ("POST", "/accounts", b"x", {"Content_Type": "text/plain"}, 415, "unsupported-media-type"),
    "no body": ("POST", "/accounts", None, {}, 415, "unsupported-media-type"),
    "a body beyond the limit": ("POST", "/tenants", {"name": "x" * 1100000}, {}, 413, "request-entity-too-large"),
    "a field that is not known": ("POST", "/tenants", {"nmae": "x"}, {}, 422, "invalid-request"),
    "a slip in a query": ("POST", "/tenants?dryrun=true", {"name": "x"}, {}, 422, "invalid-request"),
    "a yes that is none": ("POST", "/tenants?dry_run=yes", {"name": "x"}, {}, 422, "invalid-request"),
    "a number too large": ("PUT", POOL, {"capacity": 10**30}, {}, 422, "invalid-request"),
    "a number with a fraction": ("PUT", POOL, {"capacity": 1.5}, {}, 422, "invalid-request"),
    "a number in a text": ("PUT", POOL, {"capacity": "5"}, {}, 422, "invalid-request"),
    "a yes for a number": ("PUT", POOL, {"capacity": True}, {}, 422, "invalid-request"),
    "a time without its zone": (
        "POST",
        "/reservations",
        {"account": "crm", "kept_for": "x", "seat_types": ["seat"], "ends_at": "2026-12-24T00:00:00"},
        {},
        422,
        "invalid-request",
    ),
    "a cursor that nobody was given": ("GET", "/people?directory=okta&cursor=xx!", None, {}, 422, "invalid-cursor"),
    "a cursor of another list": ("GET", "/events?cursor=bm8", None, {}, 422, "invalid-cursor"),
    "a page of none": ("GET", "/accounts?limit=0", None, {}, 422, "invalid-request"),
    "a filter that is none": ("GET", "/people?directory=okta&filter=x%20xx", None, {}, 422, "invalid-filter"),
    "a name that cannot be": ("POST", "/tenants", {"name": "A B"}, {}, 422, "invalid-value"),
    "a name that is taken": ("POST", "/tenants", {"name": "main"}, {}, 409, "already-exists"),
    "a plan that is not known": ("PUT", "/accounts/crm/plan", {"plan": "standart"}, {}, 404, "not-found"),
    "a file that is none": ("POST", "/configuration", b"- &a [*a]", YAML, 422, "file-invalid"),
    "a file that is not UTF-8": ("POST", "/configuration", b"\xff\xfe\xff", YAML, 422, "invalid-request"),
    "a sheet with too many rows": (
        "POST",
        "/accounts/crm/imports",
        b"Email\n" + b"a@b.example\n" * 1001,
        CSV,
        422,
        "sheet-unreadable",
    ),
    "a broken row": ("POST", "/accounts/crm/imports", b"Email\na@b.example\nno\n", CSV, 422, "list-refused"),
    "a key that is none": ("POST", "/tenants", {"name": "x"}, {"Idempotency_Key": "a b"}, 422, "invalid-request"),
}  # fmt: skip


def test_what_is_wrong_is_told_as_a_problem_and_nothing_is_done(
    company: Company, everything: Program, caplog: pytest.LogCaptureFixture
) -> None:
    """RFC 9457: media type, status, a code for programs and a sentence for people, of each kind of mistake."""
    before = len(list(company.read(_events)))
    for what, (method, path, body, headers, status, code) in WRONG.items():
        answer = everything.ask(method, path, body, **headers)
        assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), (what, answer.data)
        told = answer.json
        assert (told["code"], told["status"]) == (code, status), (what, told)
        assert told["detail"]
        assert told["type"] == f"urn:jumpseat:problem:{code}"
        assert "Traceback" not in told["detail"]
        assert everything.token not in answer.get_data(as_text=True) + caplog.text
        if status == 405:
            assert answer.headers["Allow"] == "GET, POST"
    assert len(list(company.read(_events))) == before


def test_a_failure_of_ours_is_a_number_and_an_outage_says_when_to_try_again(
    everything: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing of the inside is told; the log has it, under the same number."""

    def broken(*_: object) -> None:
        raise RuntimeError("secret-inside")

    def away(*_: object) -> None:
        raise DatabaseUnavailable("full")

    monkeypatch.setattr(reporting, "account", broken)
    with caplog.at_level(logging.ERROR):
        told = everything.told("GET", "/accounts/crm", None, 500)
    assert told["code"] == "unexpected"
    assert told["facts"]["reference"] in caplog.text
    assert "secret-inside" not in str(told)
    assert everything.token not in caplog.text
    monkeypatch.setattr(reporting, "account", away)
    answer = everything.ask("GET", "/accounts/crm")
    assert (answer.status_code, answer.json["code"]) == (503, "database-unavailable")
    assert answer.headers["Retry-After"] == "5"


def _events(work: Any) -> list[Any]:
    return list(reporting.events(work, None, 0, with_values=False))
