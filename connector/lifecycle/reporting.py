"""What an operator is told: accounts and their seats, directories, rules, people.

Plain values for the command line and the console. Nothing here changes anything, and nothing is counted that a
settlement has counted already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connector.domain.accounts import Account, Rule
from connector.domain.attributes import USER
from connector.domain.errors import NotFound
from connector.domain.listing import Listing
from connector.domain.memberships import Membership, State
from connector.domain.people import Person
from connector.domain.realms import Realm
from connector.domain.scim_clients import ClientSecret, EntraTrust
from connector.domain.seats import SeatPool
from connector.domain.settlement import Changes
from connector.domain.tenancy import Directory, DirectoryToken, Idp, Tenant
from connector.domain.text import Text
from connector.lifecycle.accounts import account_named
from connector.lifecycle.directories import directory_named
from connector.mappers.catalogues import load_catalogue
from connector.mappers.filters import parse_filter
from connector.storage.work import Work


@dataclass(frozen=True, slots=True)
class DirectoryReport:
    """A directory with what it states and what opens it; `active_people` are those whom it wants in."""

    directory: Directory
    tenant: str
    scim_base_url: str | None
    people: int
    active_people: int
    groups: int
    tokens: tuple[DirectoryToken, ...]
    client_secrets: tuple[ClientSecret, ...]
    entra_trust: EntraTrust | None
    realm: Realm | None = None


@dataclass(frozen=True, slots=True)
class PoolReport:
    """A seat pool; `waiting` for one of its seats, `kept_out` for another reason (no sign-in), and so not in line."""

    pool: SeatPool
    label: Text
    waiting: int = 0
    kept_out: int = 0


@dataclass(frozen=True, slots=True)
class AccountReport:
    """An account as it stands; `states` counts its memberships."""

    account: Account
    tenant: str
    vendor_name: str
    plan: Text
    pools: tuple[PoolReport, ...]
    states: Mapping[State, int]


@dataclass(frozen=True, slots=True)
class RuleReport:
    """A rule with the names of what it refers to; `group` is the bound group's, or the one it waits for."""

    rule: Rule
    account: str
    directory: str | None
    group: str | None

    @property
    def bound(self) -> bool:
        """Whether it can fire: by a filter, or by a group that the directory has stated."""
        return self.rule.filter is not None or self.rule.group_id is not None


@dataclass(frozen=True, slots=True)
class Effect:
    """What settling came to, in people: each counts once for each account concerned.

    `kept_out` are due a seat and not in line, for something other than a seat is missing.
    """

    invited: int = 0
    waiting: int = 0
    kept_out: int = 0
    active: int = 0
    changed: int = 0
    cut: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class PersonReport:
    """A person with her memberships, the ended ones too."""

    person: Person
    directory: str
    places: tuple[tuple[str, Membership], ...]


def directories(work: Work, tenant_slug: str | None = None) -> list[DirectoryReport]:
    """Return every directory, those of one tenant when it is named; raises NotFound."""
    tenants = {one.id: one.slug for one in tenants_meant(work, tenant_slug)}
    people, groups = work.people.counts(), work.groups.counts()
    return [
        DirectoryReport(
            one,
            tenants[one.tenant_id],
            scim_base_url(work, one),
            *people.get(one.id, (0, 0)),
            groups.get(one.id, 0),
            tuple(work.tenancy.tokens(one.id)),
            tuple(work.scim_clients.secrets(one.id)),
            work.scim_clients.trust(one.id),
            work.realms.of(one.id),
        )
        for one in work.tenancy.directories()
        if one.tenant_id in tenants
    ]


def directory(work: Work, slug: str) -> DirectoryReport:
    """Return one directory; raises NotFound with the known ones."""
    wanted = directory_named(work, slug)
    return next(one for one in directories(work) if one.directory.id == wanted.id)


def scim_base_url(work: Work, one: Directory) -> str | None:
    """Return the address that is given to the identity provider; the built-in directory has none."""
    return None if one.idp is Idp.LOCAL else f"{work.settings.public_url}/scim/{one.slug}/v2"


def accounts(work: Work, tenant_slug: str | None = None) -> list[AccountReport]:
    """Return every account with its pools, those of one tenant when it is named; raises NotFound."""
    tenants = {one.id: one.slug for one in tenants_meant(work, tenant_slug)}
    found = [one for one in work.accounts.all() if one.tenant_id in tenants]
    ids = [one.id for one in found]
    pools, states, waiting = work.accounts.pools(ids), work.ledger.counts(ids), _waiting(work, ids)
    return [
        _account_report(one, tenants[one.tenant_id], pools[one.id], states[one.id], waiting.get(one.id, {}))
        for one in found
    ]


def account(work: Work, slug: str) -> AccountReport:
    """Return one account with its pools; raises NotFound with the known ones."""
    wanted = account_named(work, slug)
    return next(one for one in accounts(work) if one.account.id == wanted.id)


def kept_out(work: Work) -> int:
    """Return how many memberships are due and not in line, for something other than a seat is missing."""
    lines = work.ledger.lines(one.id for one in work.accounts.all())
    return sum(number for _, _, obstructed, number in lines if obstructed)


def rules(work: Work, tenant_slug: str | None = None) -> list[RuleReport]:
    """Return the rules in the order of their priority, each tenant's together; raises NotFound."""
    found = [rule for tenant in tenants_meant(work, tenant_slug) for rule in work.rules.all(tenant.id)]
    slugs = {one.id: one.slug for one in work.accounts.all()}
    slugs_of_directories = directory_slugs(work)
    names = work.groups.names(rule.group_id for rule in found if rule.group_id)
    return [
        RuleReport(
            rule,
            slugs[rule.account_id],
            slugs_of_directories.get(rule.directory_id or ""),
            names.get(rule.group_id or "", rule.group_external_id or rule.group_name or rule.group_name_folded),
        )
        for rule in found
    ]


def effect_of(results: Iterable[Changes]) -> Effect:
    """Count what settlements came to."""
    changes = [change for result in results for change in result.changes]
    arrived = [
        change.after
        for change in changes
        if change.after.state is State.WAITING and (change.before is None or change.before.state is State.ENDED)
    ]
    return Effect(
        invited=sum(change.invites for change in changes),
        waiting=sum(one.obstacle is None for one in arrived),
        kept_out=sum(one.obstacle is not None for one in arrived),
        active=sum(change.grants for change in changes),
        changed=sum(change.alters for change in changes),
        cut=sum(change.cuts for change in changes),
        withdrawn=sum(change.withdraws and not change.after.holds for change in changes),
    )


def people(
    work: Work, directory_slug: str | None, where: str | None, start_index: int, count: int
) -> tuple[int, list[PersonReport]]:
    """Return how many people there are, and some of them in order of arrival; raises NotFound, InvalidFilter.

    `where` is a SCIM filter; `start_index` counts from 1, one directory after the other.
    """
    parsed = parse_filter(where, USER) if where else None
    wanted = [directory_named(work, directory_slug)] if directory_slug else work.tenancy.directories()
    total, found, skipped = 0, list[Person](), start_index - 1
    for one in wanted:
        page = work.people.page(one.id, Listing(parsed, skipped + 1, count - len(found)))
        total, skipped = total + page.total, max(0, skipped - page.total)
        found += page.items
    return total, _person_reports(work, found)


def person(work: Work, directory_slug: str, user_name: str) -> PersonReport:
    """Return one person by userName; raises NotFound."""
    return _person_reports(work, [person_named(work, directory_slug, user_name)])[0]


def person_named(work: Work, directory_slug: str, user_name: str) -> Person:
    """Return the person who bears this userName in a directory, case and width aside; raises NotFound."""
    found = work.people.named(directory_named(work, directory_slug).id, user_name)
    if found is None:
        raise NotFound("person", user_name)
    return found


def events(work: Work, tenant_slug: str | None, after: int, *, with_values: bool) -> Iterator[dict[str, Any]]:
    """Yield the audit trail behind an event number, in the order it was written; raises NotFound.

    Read within one unit of work, so that nothing is left out between two pages. Values are personal data.
    """
    tenants = {one.id: one.slug for one in work.tenancy.tenants()}
    only = tenants_meant(work, tenant_slug)[0].id if tenant_slug else None
    for event in work.trail.events(only, None, after):
        values = {key: event.pop(key) for key in ("values_before", "values_after")}
        named = {**event, "tenant": tenants[event["tenant_id"]], **(values if with_values else {})}
        yield {key: value for key, value in named.items() if value is not None}


def tenants_meant(work: Work, slug: str | None) -> list[Tenant]:
    """Return the tenant of this name, or all of them without one; raises NotFound."""
    tenants = work.tenancy.tenants()
    found = [one for one in tenants if slug in (None, one.slug)]
    if slug is not None and not found:
        raise NotFound("tenant", slug, (one.slug for one in tenants))
    return found


def directory_slugs(work: Work) -> dict[str, str]:
    """Return directory -> its name."""
    return {one.id: one.slug for one in work.tenancy.directories()}


def _waiting(work: Work, account_ids: Iterable[str]) -> dict[str, dict[str, tuple[int, int]]]:
    """Return account -> pool -> (how many wait for a seat of it, how many are kept out by something else)."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for account_id, wanted, kept_out, number in work.ledger.lines(account_ids):
        pools = found.setdefault(account_id, {})
        for key in wanted:
            in_line, out = pools.get(key, (0, 0))
            pools[key] = (in_line, out + number) if kept_out else (in_line + number, out)
    return found


def _account_report(
    one: Account,
    tenant: str,
    pools: Mapping[str, SeatPool],
    states: Mapping[State, int],
    waiting: Mapping[str, tuple[int, int]],
) -> AccountReport:
    catalogue = load_catalogue(one.vendor)
    reports = tuple(
        PoolReport(pools[key], pool.label, *waiting.get(key, (0, 0)))
        for key, pool in catalogue.pools.items()
        if key in pools
    )
    return AccountReport(one, tenant, catalogue.name, catalogue.plan(one.plan).label, reports, states)


def _person_reports(work: Work, found: Iterable[Person]) -> list[PersonReport]:
    listed = list(found)
    directories = directory_slugs(work)
    places: dict[str, list[tuple[str, Membership]]] = {}
    for entry in work.ledger.with_accounts(one.id for one in listed):
        places.setdefault(entry["membership"].person_id, []).append((entry["slug"], entry["membership"]))
    return [PersonReport(one, directories[one.directory_id], tuple(places.get(one.id, ()))) for one in listed]
