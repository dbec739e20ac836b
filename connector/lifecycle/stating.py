"""Writing what a file says of a tenant: its directories, accounts and rules. Nobody is settled here.

What decides over seats (plan, add-ons, number of seats, what a full pool does) is returned and not written for pools,
since who is in the way of it is known only after a settlement was worked out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from connector.domain.accounts import Account
from connector.domain.billing import BillingTerms
from connector.domain.configuration import (
    Difference,
    PoolPolicy,
    SignIn,
    StatedAccount,
    StatedBilling,
    StatedDirectory,
    StatedTenant,
    difference,
)
from connector.domain.errors import IdentitiesBound, InvalidValue
from connector.domain.events import Cause, Kind
from connector.domain.seats import SeatPool
from connector.domain.tenancy import Directory, Idp, Tenant, checked_issuer, checked_slug
from connector.lifecycle import accounts, directories, invoicing
from connector.lifecycle.accounts import owners_seats
from connector.lifecycle.books import capacities_under
from connector.lifecycle.exporting import policy_of, stated_account, stated_directory
from connector.lifecycle.own_sets import check_set
from connector.lifecycle.pool_policies import check_fallbacks
from connector.lifecycle.stating_rules import state_rules
from connector.lifecycle.sub_accounts import check_sub_account
from connector.mappers.configuration import account_document, directory_document
from connector.mappers.rulebook import terms_of
from connector.storage.work import Work

FORGOTTEN = "its client secret is forgotten: jumpseat directory oidc {} ... --secret-file FILE"
LACKS_CLIENT = "without a client secret, unless you give one: jumpseat directory oidc {} ... --secret-file FILE"
LACKS_SCIM = "without a SCIM token, until you make one: jumpseat token create {}"
TAKEN_BACK = "the change to {} that was planned is taken back"


@dataclass(frozen=True, slots=True)
class Shape:
    """What the pools of an account are to be: seats by pool, and what they do when full."""

    account: Account
    capacities: Mapping[str, int | None]
    policies: Mapping[str, PoolPolicy]

    def of(self, pool: SeatPool) -> SeatPool:
        """Return a pool as it is to be; one that is so already is the same."""
        capacity, policy = self.capacities[pool.key], self.policies.get(pool.key)
        owner = owners_seats(terms_of(self.account), pool.key, capacity)
        if (capacity, owner) != (pool.capacity, pool.owner):
            pool = pool.with_capacity(capacity, owner)
        if policy is None or policy == policy_of(pool):
            return pool
        return replace(
            pool,
            when_full=policy.when_full,
            grace=policy.seats,
            grace_days=policy.days,
            grace_until=None,
            fallback=policy.fallback,
        )


@dataclass(slots=True)
class Stated:
    """What was written for one tenant, and what is left to settle.

    `shapes` are by account id, `before` and `pools_before` the accounts as they were. Where plan or add-ons, fallbacks,
    the order of the line or rules changed, people may be due something else; and so may those of directories whose
    people could not sign in before.
    """

    tenant: Tenant
    differences: list[Difference] = field(default_factory=list)
    before: dict[str, Account] = field(default_factory=dict)
    pools_before: dict[str, Mapping[str, SeatPool]] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    terms_changed: set[str] = field(default_factory=set)
    rules_changed: set[str] = field(default_factory=set)
    sign_in_changed: set[str] = field(default_factory=set)
    unmentioned: list[str] = field(default_factory=list)

    def note(self, one: Difference | None, *notes: str) -> bool:
        """Keep a difference, if it is one; tell whether it is."""
        if one is not None:
            self.differences.append(replace(one, notes=tuple(note for note in notes if note)))
        return one is not None


def state_tenant(work: Work, wanted: StatedTenant, cause: Cause, *, prune: bool) -> Stated:
    """Write what a file says of a tenant; with `prune`, rules that it does not name are removed.

    The caller holds the policies of all tenants that are there already, exclusively. Raises what the use cases raise
    that write one such thing.
    """
    tenant = work.tenancy.tenant_named(wanted.name)
    if tenant is None:
        tenant = directories.create_tenant(work, wanted.name, cause, wanted.title, with_account=not wanted.accounts)
        work.tenancy.lock_policy(tenant.id, exclusively=True)
        stated = Stated(tenant)
        begins_with = [f"it begins with the account {one.slug}" for one in work.accounts.all(tenant.id)]
        stated.note(
            difference("tenant", wanted.name, None, {"title": wanted.title} if wanted.title else {}), *begins_with
        )
    else:
        stated = Stated(tenant)
        _state_title(work, stated, wanted, cause)
    for directory in wanted.directories.values():
        _state_directory(work, stated, directory, cause)
    for account in wanted.accounts.values():
        _state_account(work, stated, account, cause)
    found = state_rules(work, tenant, wanted.rules, cause, prune=prune, terms_changed=stated.terms_changed)
    stated.differences += found.differences
    stated.rules_changed |= found.accounts
    _note_unmentioned(work, stated, wanted)
    return stated


def _state_title(work: Work, stated: Stated, wanted: StatedTenant, cause: Cause) -> None:
    now = stated.tenant.display_name
    if wanted.title is None or wanted.title == now:
        return
    directories.name_tenant(work, wanted.name, wanted.title, cause)
    stated.note(difference("tenant", wanted.name, {"title": now} if now else {}, {"title": wanted.title}))


# Directories.


def _state_directory(work: Work, stated: Stated, wanted: StatedDirectory, cause: Cause) -> None:
    now = work.tenancy.directory_named(checked_slug("directory", wanted.name))
    if now is None:
        _open_directory(work, stated, wanted, cause)
        return
    _refuse_elsewhere(work, stated, "directory", wanted.name, now.tenant_id)
    if now.idp is not wanted.idp:
        raise InvalidValue(f"directories.{wanted.name}.idp", f"it is {now.idp.value}, and stays so; open another one.")
    sign_in = wanted.sign_in and _with_claim(wanted.sign_in, now.subject_claim, now.idp)
    active = now.active if wanted.active is None else wanted.active
    rate = wanted.requests_per_second or now.requests_per_second
    merged = StatedDirectory(now.slug, now.idp, active, sign_in or stated_directory(now).sign_in, rate)
    if merged.active != now.active:
        directories.set_active(work, now.slug, cause, active=active)
    if merged.requests_per_second != now.requests_per_second:
        directories.set_rate(work, now.slug, cause, merged.requests_per_second)
    forgets = _set_sign_in(work, stated, now, sign_in, cause) if sign_in else False
    before, after = directory_document(stated_directory(now)), directory_document(merged)
    stated.note(difference("directory", now.slug, before, after), FORGOTTEN.format(now.slug) if forgets else "")


def _open_directory(work: Work, stated: Stated, wanted: StatedDirectory, cause: Cause) -> None:
    if wanted.idp is Idp.LOCAL:
        own = next(one.slug for one in work.tenancy.directories(stated.tenant.id) if one.idp is Idp.LOCAL)
        raise InvalidValue(f"directories.{wanted.name}.idp", f"{stated.tenant.slug} has its local directory: {own}.")
    opened = directories.add_directory(work, stated.tenant, wanted.name, wanted.idp, cause)
    sign_in = wanted.sign_in and _with_claim(wanted.sign_in, None, wanted.idp)
    notes = [LACKS_SCIM.format(wanted.name)]
    if sign_in:
        _set_sign_in(work, stated, opened, sign_in, cause)
        notes.append(LACKS_CLIENT.format(wanted.name))
    if wanted.active is False:
        directories.set_active(work, wanted.name, cause, active=False)
    if wanted.requests_per_second is not None:
        directories.set_rate(work, wanted.name, cause, wanted.requests_per_second)
    merged = replace(wanted, active=wanted.active is not False, sign_in=sign_in)
    stated.note(difference("directory", wanted.name, None, directory_document(merged)), *notes)


def _with_claim(sign_in: SignIn, now: str | None, idp: Idp) -> SignIn:
    return replace(sign_in, subject_claim=sign_in.subject_claim or now or directories.SUBJECT_CLAIMS.get(idp, "sub"))


def _set_sign_in(work: Work, stated: Stated, now: Directory, wanted: SignIn, cause: Cause) -> bool:
    """Write how a directory's people sign in; tell whether the client's secret was forgotten for it.

    The secret of one client at one provider is never shown to another.
    """
    if stated_directory(now).sign_in == wanted:
        return False
    checked_issuer(wanted.issuer, http_loopback=work.settings.allow_http_loopback)
    keeps = (now.issuer, now.client_id) == (wanted.issuer, wanted.client_id)
    current = work.tenancy.directory(now.id)
    changed = replace(
        current,
        issuer=wanted.issuer,
        client_id=wanted.client_id,
        client_secret_sealed=now.client_secret_sealed if keeps else None,
        client_key_sealed=now.client_key_sealed if keeps else None,
        subject_claim=wanted.subject_claim,
        bind=wanted.bind,
        version=current.version + 1,
    )
    work.tenancy.change_directory(changed)
    others = work.identities.count_of_others(now.id, wanted.issuer)
    if others:
        raise IdentitiesBound(now.slug, now.issuer or "another provider", others)
    before, after = directory_document(stated_directory(now)), directory_document(stated_directory(changed))
    directories.tell(work, now, Kind.DIRECTORY_CHANGED, now.id, cause, after, before)
    if not now.signs_in:
        stated.sign_in_changed.add(now.id)
    return now.proves_itself_by is not None and not keeps


# Accounts.


def _state_account(work: Work, stated: Stated, wanted: StatedAccount, cause: Cause) -> None:
    now = work.accounts.named(checked_slug("account", wanted.name))
    if now is None:
        _open_account(work, stated, wanted, cause)
        return
    _refuse_elsewhere(work, stated, "account", wanted.name, now.tenant_id)
    if now.vendor != wanted.vendor:
        raise InvalidValue(f"accounts.{wanted.name}.vendor", f"it is {now.vendor}, and stays so; open another account.")
    pools = work.accounts.pools([now.id])[now.id]
    before = stated_account(work, now, pools)
    changed, shape = _shaped(now, wanted, pools)
    _state_billing(work, now, wanted.billing, cause)
    work.accounts.write(changed)
    after_pools = {key: shape.of(pool) for key, pool in pools.items()}
    terms_changed = (changed.plan, changed.addons) != (now.plan, now.addons)
    planned = work.billing.planned(now.id) if terms_changed else None
    if planned is not None:
        work.billing.plan(now.id, None)
    after = stated_account(work, changed, after_pools)
    found = difference("account", now.slug, account_document(before), account_document(after))
    if stated.note(found, TAKEN_BACK.format(planned.plan) if planned else ""):
        stated.before[now.id], stated.shapes[now.id], stated.pools_before[now.id] = now, shape, pools
    reordered = changed.line_order is not now.line_order
    if _write_fallbacks(work, changed, pools, shape) or reordered or _own(changed) != _own(now):
        stated.terms_changed.add(now.id)


def _shaped(now: Account, wanted: StatedAccount, pools: Mapping[str, SeatPool]) -> tuple[Account, Shape]:
    old = terms_of(now)
    sold = old.catalogue.plan(wanted.plan).addons
    kept = tuple(key for key in now.addons if key in sold)
    changed = replace(
        now,
        plan=wanted.plan,
        addons=kept if wanted.addons is None else wanted.addons,
        name=wanted.title or now.name,
        owner_email=wanted.owner_email or now.owner_email,
        line_order=wanted.line_order or now.line_order,
    )
    changed = _with_own(changed, wanted)
    new = terms_of(changed)
    if (changed.plan, set(changed.addons)) != (now.plan, set(now.addons)):
        return changed, Shape(changed, capacities_under(old, new, pools, wanted.seats), wanted.when_full)
    for key, number in wanted.seats.items():
        if number != pools[key].capacity:
            new.plan.admit(key, number)
    capacities = {key: pool.capacity for key, pool in pools.items()} | dict(wanted.seats)
    return changed, Shape(changed, capacities, wanted.when_full)


def _with_own(account: Account, wanted: StatedAccount) -> Account:
    """Return the account with the sets, sub-accounts and manner of inviting that the file states, each checked.

    Raises SetRefused, InvalidValue.
    """
    if wanted.sub_accounts is not None:
        account = replace(account, sub_accounts=wanted.sub_accounts)
    if (sent := wanted.invitations) is not None:
        account = replace(account, mails=sent.mails, reminder_hours=sent.reminder_hours)
    if wanted.sets is not None:
        account = replace(account, sets=wanted.sets)
    for name in wanted.sub_accounts or ():
        check_sub_account(terms_of(account), name)
    for name, held in (wanted.sets or {}).items():
        check_set(account, name, held)
    return account


def _own(account: Account) -> tuple[object, ...]:
    """Return what decides, besides seats, over what is due in an account."""
    return account.plan, account.addons, account.sets, account.sub_accounts


def _write_fallbacks(work: Work, account: Account, pools: Mapping[str, SeatPool], shape: Shape) -> bool:
    """Write which seat types are given when pools are full, since they decide over what is due; tell if any changed.

    Raises as `check_fallbacks` does. The rest of a pool is written when nobody is in the way of it.
    """
    after = {key: shape.of(pool) for key, pool in pools.items()}
    check_fallbacks(account, after)
    differing = [key for key, pool in pools.items() if pool.fallback != after[key].fallback]
    work.accounts.write_pools(replace(pools[key], fallback=after[key].fallback) for key in differing)
    return bool(differing)


def _open_account(work: Work, stated: Stated, wanted: StatedAccount, cause: Cause) -> None:
    opened = accounts.add_account(
        work,
        stated.tenant,
        wanted.name,
        wanted.vendor,
        wanted.plan,
        cause,
        name=wanted.title,
        capacities=wanted.seats,
        addons=wanted.addons or (),
        owner_email=wanted.owner_email,
    )
    changed = _with_own(replace(opened, line_order=wanted.line_order or opened.line_order), wanted)
    if changed != opened:
        work.accounts.write(opened := changed)
    stated.terms_changed.add(opened.id)
    _state_billing(work, opened, wanted.billing, cause)
    pools = work.accounts.pools([opened.id])[opened.id]
    shape = Shape(opened, {key: pool.capacity for key, pool in pools.items()}, wanted.when_full)
    after = stated_account(work, opened, {key: shape.of(pool) for key, pool in pools.items()})
    stated.note(difference("account", opened.slug, None, account_document(after)))
    stated.before[opened.id], stated.shapes[opened.id], stated.pools_before[opened.id] = opened, shape, pools
    _write_fallbacks(work, opened, pools, shape)


def _state_billing(work: Work, account: Account, wanted: StatedBilling | None, cause: Cause) -> None:
    """Write how an account is billed and what its items cost, as far as that differs."""
    if wanted is None:
        return
    now = work.billing.terms(account.id)
    terms = BillingTerms(wanted.currency, wanted.time_zone, wanted.anchor, wanted.months, {}, wanted.budget)
    if now is None or replace(now, prices={}) != terms:
        invoicing.state_billing(
            work,
            account.slug,
            cause,
            currency=wanted.currency,
            time_zone=wanted.time_zone,
            anchor=wanted.anchor,
            months=wanted.months,
            budget=wanted.budget,
        )
    known = invoicing.terms_or_refuse(work, account).prices
    for item, price in wanted.prices.items():
        if known.get(item) != price:
            invoicing.state_price(work, account.slug, item, f"{price:f} {wanted.currency}", cause)


# Small steps that several of the above share.


def _refuse_elsewhere(work: Work, stated: Stated, kind: str, name: str, tenant_id: str) -> None:
    """Refuse what belongs to another tenant: names are unique in an installation, and nothing changes hands."""
    if tenant_id != stated.tenant.id:
        owner = next(one.slug for one in work.tenancy.tenants() if one.id == tenant_id)
        raise InvalidValue(kind, f"{name!r} belongs to the tenant {owner!r}, not to {stated.tenant.slug!r}.")


def _note_unmentioned(work: Work, stated: Stated, wanted: StatedTenant) -> None:
    """Note what is there and stays as it is, since the file does not mention it."""
    tenant_id = stated.tenant.id
    places = [one.slug for one in work.tenancy.directories(tenant_id) if one.idp is not Idp.LOCAL]
    mine, rules = [one.slug for one in work.accounts.all(tenant_id)], [one.name for one in work.rules.all(tenant_id)]
    stated.unmentioned += [f"directory {name}" for name in places if name not in wanted.directories]
    stated.unmentioned += [f"account {name}" for name in mine if name not in wanted.accounts]
    stated.unmentioned += [f"rule {name}" for name in rules if name not in wanted.rules]
