"""Accounts at vendors: opening them, and how many seats their pools have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import count

from connector.domain.accounts import Account
from connector.domain.errors import AlreadyExists, CapacityBelowUse, InvalidValue, NotFound
from connector.domain.events import THE_CLOCK, Cause, Event, Kind
from connector.domain.identifiers import new_id
from connector.domain.seats import SeatPool
from connector.domain.tenancy import Tenant, checked_slug
from connector.lifecycle.books import note_purchases
from connector.lifecycle.offering import people_stating
from connector.lifecycle.settling import fresh_rulebook, settle
from connector.mappers.rulebook import Terms, terms_of
from connector.storage.work import Work


def open_account(
    work: Work,
    slug: str,
    vendor: str,
    plan: str,
    cause: Cause,
    *,
    name: str | None = None,
    capacities: Mapping[str, int | None] | None = None,
    addons: Iterable[str] = (),
    owner_email: str | None = None,
    tenant_slug: str | None = None,
) -> Account:
    """Open an account from a vendor's catalogue, with a pool for each kind of seat that its plan has.

    Of whom a directory has stated what it offers, to those it is due at once. `capacities` are the seats bought, or
    agreed by contract, by pool. Raises NotFound with the known vendors, plans or pools, InvalidValue for a number that
    the plan does not allow, AlreadyExists.
    """
    tenant = only_tenant(work, tenant_slug)
    work.tenancy.lock_policy(tenant.id, exclusively=True)
    account = add_account(
        work,
        tenant,
        slug,
        vendor,
        plan,
        cause,
        name=name,
        capacities=capacities,
        addons=addons,
        owner_email=owner_email,
    )
    stating = sorted(people_stating(work, account))
    if stating:
        work.people.lock(stating)
        book = fresh_rulebook(work, tenant.id)
        settle(work, tenant.id, book, work.people.by_id(stating).values(), cause, seats_changed_in=[account.id])
    return account


def add_account(
    work: Work,
    tenant: Tenant,
    slug: str,
    vendor: str,
    plan: str,
    cause: Cause,
    *,
    name: str | None = None,
    capacities: Mapping[str, int | None] | None = None,
    addons: Iterable[str] = (),
    owner_email: str | None = None,
) -> Account:
    """Write a new account as `open_account` does.

    The caller holds the policy exclusively, and settles those whom it concerns.
    """
    if work.accounts.named(checked_slug("account", slug)) is not None:
        raise AlreadyExists("account", "name", slug)
    account = Account(new_id(), tenant.id, slug, name or slug, vendor, plan, tuple(addons), owner_email, True, work.now)
    terms = terms_of(account)
    pools = [_pool(account, terms, key, size) for key, size in terms.plan.capacities(capacities or {}).items()]
    work.accounts.add(account, pools)
    after = {"name": slug, "vendor": vendor, "plan": plan, "pools": {pool.key: pool.capacity for pool in pools}}
    work.trail.tell([_event(work, account, Kind.ACCOUNT_OPENED, cause, None, after)])
    return account


def open_first_account(work: Work, tenant: Tenant, cause: Cause) -> Account:
    """Open the account that every tenant begins with: its own product, so that discovery has a seat to show.

    It is called after the tenant, `<slug>-app`, with a number where another tenant's account has the name.
    """
    stem, names = f"{tenant.slug[:54]}-app", count(2)
    slug = stem
    while work.accounts.named(slug) is not None:
        slug = f"{stem}-{next(names)}"
    work.tenancy.lock_policy(tenant.id, exclusively=True)
    return add_account(work, tenant, slug, "plain", "standard", cause, name=tenant.display_name or tenant.slug)


def change_capacity(work: Work, slug: str, pool_key: str, capacity: int | None, cause: Cause) -> SeatPool:
    """Set how many seats a pool has, the owner's included; whoever waits longest gets what is added.

    Promises past their time end first. Raises CapacityBelowUse when more are held or promised even so: nobody is
    evicted. Raises InvalidValue for a number that the plan does not allow, NotFound.
    """
    account = account_named(work, slug)
    work.tenancy.lock_policy(account.tenant_id, exclusively=True)
    terms = terms_of(account)
    terms.plan.admit(pool_key, capacity)
    book = fresh_rulebook(work, account.tenant_id)
    settle(work, account.tenant_id, book, (), THE_CLOCK, seats_changed_in=[account.id])
    pool = work.accounts.pools([account.id])[account.id][pool_key]
    changed = pool.with_capacity(capacity, owners_seats(terms, pool_key, capacity))
    in_use = replace(changed, owner=max(pool.owner, changed.owner)).in_use
    fewer = capacity is not None and (pool.capacity is None or capacity < pool.capacity)
    if capacity is not None and fewer and capacity < in_use:
        raise CapacityBelowUse(slug, pool_key, capacity, in_use)
    changed.keep_what_is_assigned()
    work.accounts.write_capacity(changed)
    note_purchases(work, account)
    before, after = {"pools": {pool_key: pool.capacity}}, {"pools": {pool_key: capacity}}
    work.trail.tell([_event(work, account, Kind.ACCOUNT_CHANGED, cause, before, after)])
    settle(work, account.tenant_id, book, (), cause, seats_changed_in=[account.id])
    return work.accounts.pools([account.id])[account.id][pool_key]


def account_named(work: Work, slug: str) -> Account:
    """Return the account of this name; raises NotFound with the known ones."""
    account = work.accounts.named(slug)
    if account is None:
        raise NotFound("account", slug, (one.slug for one in work.accounts.all()))
    return account


def only_tenant(work: Work, slug: str | None) -> Tenant:
    """Return the tenant of this name, or the only one there is; raises NotFound, InvalidValue."""
    tenants = work.tenancy.tenants()
    if slug is None and len(tenants) == 1:
        return tenants[0]
    if slug is None and tenants:
        raise InvalidValue("tenant", f"say which one: {', '.join(one.slug for one in tenants)}.")
    tenant = next((one for one in tenants if one.slug == slug), None)
    if tenant is None:
        raise NotFound("tenant", slug or "main", (one.slug for one in tenants))
    return tenant


def _pool(account: Account, terms: Terms, key: str, capacity: int | None) -> SeatPool:
    owner, pending_counts = owners_seats(terms, key, capacity), terms.catalogue.invitation.counts_in_quota
    return SeatPool(new_id(), account.id, key, capacity, 0, 0, owner, pending_counts)


def owners_seats(terms: Terms, key: str, capacity: int | None) -> int:
    """Return how many seats of a pool the account's owner holds: none of a pool that has none."""
    return terms.catalogue.owner_seats.get(key, 0) if capacity is None or capacity > 0 else 0


def _event(
    work: Work,
    account: Account,
    kind: Kind,
    cause: Cause,
    before: Mapping[str, object] | None,
    after: Mapping[str, object],
) -> Event:
    return Event(work.now, account.tenant_id, kind, account.id, cause, None, account.id, before, after)
