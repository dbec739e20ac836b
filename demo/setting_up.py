"""What an operator does beforehand, by the same use cases as the command line: directories, accounts, rules."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from dataclasses import dataclass, field

from connector.domain.events import Cause, CauseKind
from connector.domain.tenancy import Idp
from connector.lifecycle import Lifecycle, accounts, directories, reporting, ruling
from demo.cast import HOUSES, Company, company
from demo.claims import NotSo, hold
from demo.offers import ACCOUNTS, RULES, name_of
from demo.openid import OpenIdProvider
from demo.provider import running
from demo.scim import EntraClient, OktaClient, ScimClient
from demo.speaking import Speech

CAUSE = Cause(CauseKind.OPERATOR, "demo")
CLIENT_ID = "jumpseat"
IDPS = {Speech.OKTA: Idp.OKTA, Speech.ENTRA: Idp.ENTRA}
CLIENTS: dict[Speech, type[ScimClient]] = {Speech.OKTA: OktaClient, Speech.ENTRA: EntraClient}


@dataclass(slots=True)
class Estate:
    """What the operator set up: the names in the connector, and what speaks for each company."""

    lifecycle: Lifecycle
    company: Company
    clients: dict[Speech, ScimClient] = field(default_factory=dict)
    providers: dict[Speech, OpenIdProvider] = field(default_factory=dict)

    @property
    def public_url(self) -> str:
        return self.lifecycle.settings.public_url

    def directory(self, house: Speech) -> str:
        return f"demo-{house.value}-{self.company.run}"

    def account(self, key: str) -> str:
        return f"demo-{key}-{self.company.run}"

    def account_name(self, key: str) -> str:
        """Return the account's name as letters and pages show it."""
        return f"{name_of(key)} (demo {self.company.run})"


def set_up(lifecycle: Lifecycle, stack: ExitStack) -> Estate:
    """Open both directories with their providers, the accounts and the rules; all are closed with `stack`."""
    tenant = _tenant(lifecycle)
    estate = Estate(lifecycle, company(_free_name(lifecycle)))
    for house in HOUSES:
        _open_directory(estate, house, tenant, stack)
    for offer in ACCOUNTS:
        lifecycle.write(
            accounts.open_account,
            estate.account(offer.key),
            offer.vendor,
            offer.plan,
            CAUSE,
            name=estate.account_name(offer.key),
            capacities=offer.seats,
            addons=offer.addons,
            tenant_slug=tenant,
        )
    for rule in RULES:
        for house in HOUSES:
            lifecycle.write(
                ruling.add_rule,
                f"demo-{HOUSES[house]}-{rule.seat.account}-{rule.key}-{estate.company.run}",
                estate.account(rule.seat.account),
                CAUSE,
                directory_slug=estate.directory(house),
                group=rule.group,
                where=rule.where,
                seat_type=rule.seat_type,
                role=rule.role,
                permissions=rule.permissions,
            )
    return estate


def _tenant(lifecycle: Lifecycle) -> str:
    """Return the only tenant there is, made on an empty installation; among several, one of the demo's own."""
    found = [one.slug for one in lifecycle.read(reporting.tenants_meant, None)]
    name = (found or ["main"])[0] if len(found) < 2 else "demo"
    if name not in found:
        lifecycle.write(directories.create_tenant, name, CAUSE)
    return name


def _free_name(lifecycle: Lifecycle) -> str:
    """Return four characters that no earlier performance on this database was named by."""
    taken = {one.directory.slug.rpartition("-")[2] for one in lifecycle.read(reporting.directories)}
    for _ in range(100):
        name = secrets.token_hex(2)
        if name not in taken:
            return name
    raise NotSo("The demo found no free name on this database; start with a fresh one (JUMPSEAT_DATABASE_URL).")


def _open_directory(estate: Estate, house: Speech, tenant: str, stack: ExitStack) -> None:
    slug, write = estate.directory(house), estate.lifecycle.write
    _, token = write(directories.create_directory, slug, IDPS[house], CAUSE, tenant)
    people = [one.at_provider for one in estate.company.of(house)]
    provider = stack.enter_context(running(house, people))
    secret = secrets.token_urlsafe(32)
    provider.register_client(CLIENT_ID, secret, [f"{estate.public_url}/callback/{slug}"])
    write(
        directories.set_sign_in,
        slug,
        CAUSE,
        issuer=provider.issuer,
        client_id=CLIENT_ID,
        client_secret=secret,
    )
    client = CLIENTS[house](f"{estate.public_url}/scim/{slug}/v2", token)
    stack.callback(client.session.close)
    estate.providers[house], estate.clients[house] = provider, client
    status = client.test_connection()
    hold(
        status != 401,
        f"The connector at {estate.public_url} does not know the directory that was just made in the database of "
        f"these settings: it uses another. Start both in one folder, with the same JUMPSEAT_* settings.",
    )
    hold(status == 200, f"The connection test of {slug} was answered {status}.")
