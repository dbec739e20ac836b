"""What is wrong, or will be, and how it is mended."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from connector.domain.seats import WhenFull
from connector.domain.tenancy import Bind, Idp
from connector.lifecycle import (
    Lifecycle,
    delivery,
    diagnosis,
    directories,
    invoicing,
    pool_policies,
    scim_clients,
    seating,
)
from connector.lifecycle.diagnosis import Check, Finding
from connector.settings import Settings

from .company import OPERATOR, Company

GUID = "6c5bb468-14b2-4183-baf2-06d523e03bd3"


def found(company: Company, check: Check) -> list[Finding]:
    return company.read(diagnosis.diagnose)[check]


def test_nothing_is_wrong_with_a_company_that_works(company: Company) -> None:
    """Every check is made, and none finds anything."""
    company.account(seats=5)
    company.everybody()
    company.accept(company.person("ada", externalId="00uabcdefghijklmnopq"))
    company.write(delivery.claim)
    assert company.read(diagnosis.diagnose) == {check: [] for check in Check}


def test_a_directory_without_sign_in_is_wrong(company: Company) -> None:
    """Nobody of it can be invited; the built-in one matters once it has people."""
    company.directory("entra", Idp.ENTRA, signs_in=False)
    (finding,) = found(company, Check.SIGN_IN)
    assert finding.wrong
    assert "entra" in finding.sentence
    assert "jumpseat directory oidc entra" in finding.cure
    company.person("zoe", "main-local")
    assert len(found(company, Check.SIGN_IN)) == 2


@pytest.mark.parametrize(
    ("idp", "external_id", "odd"),
    [
        (Idp.ENTRA, GUID, False),
        (Idp.ENTRA, "ada", True),
        (Idp.KEYCLOAK, GUID, False),
        (Idp.KEYCLOAK, "ada", True),
        (Idp.OKTA, "00u1a2b3c4d5e6f7g8h9", False),
        (Idp.OKTA, "ada@acme.example", True),
        (Idp.GENERIC, "anything-but-an-address", False),
        (Idp.GENERIC, "ada@acme.example", True),
        (Idp.GENERIC, None, False),
    ],
)
def test_an_external_id_that_the_subject_can_never_equal_is_wrong(
    empty: Company, idp: Idp, external_id: str | None, odd: bool
) -> None:
    """Each provider's subject has a form; who has none stated is bound at first acceptance."""
    empty.directory("corp", idp)
    empty.person("ada", "corp", externalId=external_id)
    findings = found(empty, Check.SUBJECT)
    assert bool(findings) is odd
    assert all("1 of 1 people of corp" in one.sentence for one in findings)


def test_the_subject_is_not_looked_at_where_first_acceptance_binds(empty: Company) -> None:
    """Nor those whom the directory wants out."""
    empty.directory("corp", Idp.ENTRA)
    ada = empty.person("ada", "corp")
    assert found(empty, Check.SUBJECT)
    empty.deactivate(ada, "corp")
    assert not found(empty, Check.SUBJECT)
    empty.person("berta", "corp")
    empty.sign_in_at("corp", bind=Bind.FIRST_ACCEPTANCE)
    assert not found(empty, Check.SUBJECT)


def test_a_configured_claim_has_no_known_form(empty: Company) -> None:
    """Entra may send something else than oid; an address is still no id."""
    empty.directory("corp", Idp.ENTRA, subject_claim="employeeid")
    empty.person("ada", "corp", externalId="4711")
    assert not found(empty, Check.SUBJECT)


@pytest.mark.parametrize(("days", "soon"), [(29, True), (31, False)])
def test_a_token_that_expires_within_thirty_days_is_wrong(company: Company, days: int, soon: bool) -> None:
    """The day is told, so that it can be replaced in time."""
    company.write(directories.create_token, "okta", OPERATOR, timedelta(days=days))
    assert len(found(company, Check.TOKENS)) == soon


@pytest.mark.parametrize(("days", "soon"), [(29, True), (31, False)])
def test_a_client_secret_that_expires_within_thirty_days_is_wrong(company: Company, days: int, soon: bool) -> None:
    """As a token that does; an expired one stops provisioning."""
    company.write(scim_clients.create_secret, "okta", OPERATOR, timedelta(days=days))
    findings = found(company, Check.TOKENS)
    assert len(findings) == soon
    assert all("client secret" in one.sentence and "jumpseat client create okta" in one.cure for one in findings)


def test_a_directory_whose_clients_prove_themselves_otherwise_needs_no_token(company: Company) -> None:
    """By a client secret, or by Entra ID's word."""
    (token,) = company.read(lambda work: work.tenancy.tokens(directories.directory_named(work, "okta").id))
    company.write(directories.revoke_token, "okta", token.id, OPERATOR)
    secret, _ = company.write(scim_clients.create_secret, "okta", OPERATOR)
    assert not found(company, Check.TOKENS)
    company.write(scim_clients.revoke_secret, "okta", secret.id, OPERATOR)
    assert found(company, Check.TOKENS)
    tenant = "cbb1a5ac-f33b-45fa-9bf5-f37db0fed422"
    company.write(scim_clients.trust_entra, "okta", OPERATOR, tenant_id=tenant)
    assert not found(company, Check.TOKENS)


def test_a_directory_without_a_valid_token_is_wrong_unless_it_is_off(company: Company) -> None:
    """Its provider would get nothing but refusals."""
    (token,) = company.read(lambda work: work.tenancy.tokens(directories.directory_named(work, "okta").id))
    company.write(directories.revoke_token, "okta", token.id, OPERATOR)
    (finding,) = found(company, Check.TOKENS)
    assert finding.cure == "jumpseat token create okta"
    company.write(directories.set_active, "okta", OPERATOR, active=False)
    assert not found(company, Check.TOKENS)


def test_a_secret_kept_under_another_key_is_wrong(company: Company) -> None:
    """It cannot be read any more, so that signing in would fail at the provider."""
    assert not found(company, Check.SECRETS)
    changed = Lifecycle(company.lifecycle.database, Settings(secret_key="another key, long enough for it"))
    (finding,) = changed.read(diagnosis.diagnose)[Check.SECRETS]
    assert "okta" in finding.sentence


def test_a_rule_about_a_group_that_is_not_there_is_wrong(company: Company) -> None:
    """Never seen, or deleted since."""
    company.account()
    company.rule("Sales", name="sales")
    (finding,) = found(company, Check.RULES)
    assert "jumpseat rule remove sales" in finding.cure
    group = company.group("Sales")
    assert not found(company, Check.RULES)
    company.delete_group(group)
    assert found(company, Check.RULES)


def test_an_account_whose_plan_is_not_in_the_catalogue_any_more_is_wrong(company: Company) -> None:
    """The sentence names the plans that there are."""
    company.account()
    company.sql("UPDATE account SET plan = 'gone' WHERE slug = 'crm'")
    (finding,) = found(company, Check.ACCOUNTS)
    assert "standard" in finding.sentence


def test_stated_roles_that_no_rule_looks_at_are_told_and_are_not_wrong(company: Company) -> None:
    """They are stored and echoed, and make nothing due."""
    company.account()
    company.rule(name="admins", where='roles.value eq "admin"')
    company.person("ada", roles=[{"value": "admin"}, {"value": "auditor"}], entitlements=[{"value": "gold"}])
    company.person("berta", roles=[{"value": "auditor"}, {"value": "crm:member"}], entitlements=[{"value": "CRM:seat"}])
    roles, entitlements = found(company, Check.STATED_ROLES)
    assert not roles.wrong
    assert "auditor" in roles.sentence
    assert "admin," not in roles.sentence
    assert "gold" in entitlements.sentence
    assert "crm:" not in (roles.sentence + entitlements.sentence).lower()


def test_letters_that_were_given_up_are_wrong(company: Company) -> None:
    """One that is tried again is not, yet."""
    company.account(seats=2)
    company.everybody()
    company.people("ada", "berta")
    first, second = company.write(delivery.claim)
    company.write(delivery.failed, first, "down", permanent=False)
    assert not found(company, Check.DELIVERIES)
    company.write(delivery.failed, second, "no such mailbox", permanent=True)
    assert "1" in found(company, Check.DELIVERIES)[0].sentence


def test_letters_that_nobody_tries_to_send_say_that_no_worker_runs(company: Company) -> None:
    """After five minutes; before that, the worker may be busy."""
    company.account()
    company.everybody()
    company.person("ada")
    company.clock.forward(minutes=4)
    assert not found(company, Check.DELIVERIES)
    company.clock.forward(minutes=2)
    assert "worker" in found(company, Check.DELIVERIES)[0].sentence


def test_work_orders_past_their_time_are_wrong(company: Company) -> None:
    """A leaver's order is due in hours."""
    company.account("hub", "hubspot", "starter", core=2)
    company.rule(account="hub", where="active eq true", seat_type="core", permissions=["contacts.view"])
    ada = company.person("ada")
    company.accept(ada, "hub")
    company.deactivate(ada)
    assert not found(company, Check.WORK_ORDERS)
    company.clock.forward(hours=5)
    assert found(company, Check.WORK_ORDERS)


def test_a_grace_that_is_over_is_told_while_more_have_seats_than_there_are(company: Company) -> None:
    """Not while it lasts, and not once the seats are bought."""
    company.account(seats=1)
    company.everybody()
    company.write(pool_policies.set_when_full, "crm", "seats", WhenFull.GRACE, OPERATOR, seats=2, days=14)
    for person in company.people("ada", "ben", "cy"):
        company.accept(person)
    company.clock.forward(days=13)
    assert not found(company, Check.SEATS)
    company.clock.forward(days=1)
    (finding,) = found(company, Check.SEATS)
    assert finding.wrong
    assert "2 more than there are have a seat" in finding.sentence
    assert "jumpseat account buy crm seats 2" in finding.cure
    company.write(seating.buy_seats, "crm", "seats", 2, OPERATOR)
    assert not found(company, Check.SEATS)


def test_a_plan_that_could_not_become_another_when_it_was_to_is_told(company: Company) -> None:
    """Its day is over and too many seats are in use; it is tried again until it can be done or is taken back."""
    company.account("crm", "brevo", "standard", marketing=3)
    company.rule(where="active eq true", permissions=["email_campaigns.send"])
    facts: dict[str, Any] = {"currency": "EUR", "time_zone": "UTC", "anchor": date(2026, 1, 1)}
    company.write(invoicing.state_billing, "crm", OPERATOR, **facts)
    for person in company.people("ada", "ben"):
        company.accept(person)
    company.write(seating.change_plan, "crm", "standard", OPERATOR, seats={"marketing": 1}, at_renewal=True)
    assert not found(company, Check.SEATS)
    company.clock.now = datetime(2026, 12, 1, 0, 10, tzinfo=UTC)
    for tenant_id, account_id in company.read(seating.accounts_due):
        company.write(seating.carry_out, tenant_id, account_id)
    (finding,) = found(company, Check.SEATS)
    assert "The plan of crm was to become standard on 2026-12-01 and could not." in finding.sentence
    company.write(seating.cancel_plan, "crm", OPERATOR)
    assert not found(company, Check.SEATS)
