"""The configuration as it is now: what `jumpseat export` writes, and what a file is compared with."""

from __future__ import annotations

from collections.abc import Mapping

from connector.domain.accounts import Account, Rule
from connector.domain.billing import BillingTerms
from connector.domain.configuration import (
    Configuration,
    PoolPolicy,
    SignIn,
    StatedAccount,
    StatedBilling,
    StatedDirectory,
    StatedInvitations,
    StatedRule,
    StatedTenant,
)
from connector.domain.seats import LineOrder, SeatPool, WhenFull
from connector.domain.tenancy import Directory, Tenant
from connector.lifecycle.accounts import only_tenant
from connector.storage.work import Work


def exported(work: Work, tenant_slug: str | None = None) -> Configuration:
    """Return everything that a file can state, of one tenant when it is named; raises NotFound."""
    tenants = work.tenancy.tenants() if tenant_slug is None else [only_tenant(work, tenant_slug)]
    return Configuration({one.slug: stated_tenant(work, one) for one in tenants})


def stated_tenant(work: Work, tenant: Tenant) -> StatedTenant:
    """Return a tenant as a file would state it."""
    directories = {one.id: one for one in work.tenancy.directories(tenant.id)}
    accounts = {one.id: one for one in work.accounts.all(tenant.id)}
    pools = work.accounts.pools(accounts)
    return StatedTenant(
        tenant.slug,
        tenant.display_name or None,
        {one.slug: stated_directory(one) for one in directories.values()},
        {one.slug: stated_account(work, one, pools[one.id]) for one in accounts.values()},
        {one.name: stated_rule(work, one, accounts, directories) for one in work.rules.all(tenant.id)},
    )


def stated_directory(one: Directory) -> StatedDirectory:
    """Return a directory as a file would state it, without its secrets."""
    signs_in = one.issuer is not None and one.client_id is not None
    sign_in = SignIn(one.issuer or "", one.client_id or "", one.subject_claim, one.bind) if signs_in else None
    return StatedDirectory(one.slug, one.idp, one.active, sign_in, one.requests_per_second)


def stated_account(work: Work, one: Account, pools: Mapping[str, SeatPool]) -> StatedAccount:
    """Return an account as a file would state it: with every pool, and what is not the usual for a full one."""
    terms = work.billing.terms(one.id)
    return StatedAccount(
        one.slug,
        one.vendor,
        one.plan,
        one.name,
        one.owner_email or None,
        one.addons,
        {key: pool.capacity for key, pool in pools.items()},
        {key: policy_of(pool) for key, pool in pools.items() if pool.when_full is not WhenFull.WAIT},
        None if one.line_order is LineOrder.TIME else one.line_order,
        None if terms is None else _billing(terms),
        one.sets or None,
        one.sub_accounts or None,
        None
        if (invitations := StatedInvitations(one.mails, one.reminder_hours)) == StatedInvitations()
        else invitations,
    )


def _billing(terms: BillingTerms) -> StatedBilling:
    return StatedBilling(terms.currency, terms.time_zone, terms.anchor, terms.months, terms.budget, dict(terms.prices))


def policy_of(pool: SeatPool) -> PoolPolicy:
    """Return what a pool does when it is full."""
    return PoolPolicy(pool.when_full, pool.grace, pool.grace_days, pool.fallback)


def stated_rule(
    work: Work, one: Rule, accounts: Mapping[str, Account], directories: Mapping[str, Directory]
) -> StatedRule:
    """Return a rule as a file would state it: a group that is bound by its name has the name that it has now."""
    return StatedRule(
        one.name,
        accounts[one.account_id].slug,
        directories[one.directory_id].slug if one.directory_id else None,
        group_of(work, one),
        one.group_external_id,
        one.filter,
        one.seat_type,
        one.role,
        tuple(sorted(one.permissions)),
        one.priority,
    )


def group_of(work: Work, rule: Rule) -> str | None:
    """Return the name by which a rule means its group; None where it has none, or goes by the externalId alone."""
    if rule.group_name_folded is None:
        return None
    found = work.groups.find(rule.directory_id or "", rule.group_id) if rule.group_id else None
    return found.stated.display_name if found else rule.group_name or rule.group_name_folded
