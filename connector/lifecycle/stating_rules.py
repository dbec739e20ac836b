"""Writing the rules that a file states for a tenant. Nobody is settled here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from connector.domain.accounts import Account, Rule
from connector.domain.configuration import Difference, StatedRule, difference
from connector.domain.errors import NotFound
from connector.domain.events import Cause
from connector.domain.folding import fold
from connector.domain.identifiers import new_id
from connector.domain.tenancy import Directory, Tenant, checked_slug
from connector.lifecycle import ruling
from connector.lifecycle.exporting import group_of, stated_rule
from connector.mappers.configuration import rule_document
from connector.mappers.rulebook import terms_of
from connector.storage.work import Work


@dataclass(slots=True)
class ChangedRules:
    """What became of rules, and the ids of the accounts in which people may be due something else for it."""

    differences: list[Difference] = field(default_factory=list)
    accounts: set[str] = field(default_factory=set)


def state_rules(
    work: Work,
    tenant: Tenant,
    wanted: Mapping[str, StatedRule],
    cause: Cause,
    *,
    prune: bool,
    terms_changed: Collection[str],
) -> ChangedRules:
    """Write the rules that are not as they are to be; with `prune`, remove those that are not named.

    A rule of the file must be one that its account can meet, if it is another than before, or if the account is one of
    `terms_changed`. Raises as `check_rule` does, and NotFound for an account or directory that the tenant has not.
    """
    found = ChangedRules()
    mine = {one.id: one for one in work.accounts.all(tenant.id)}
    places = {one.id: one for one in work.tenancy.directories(tenant.id)}
    known = {one.name: one for one in work.rules.all(tenant.id)}
    for each in wanted.values():
        now = known.get(each.name)
        rule = _rule(work, tenant, each, now, {one.slug: one for one in mine.values()}, places)
        before = rule_document(stated_rule(work, now, mine, places)) if now else None
        after = rule_document(replace(each, group=_spelt(work, each, now)))
        differs = difference("rule", each.name, before, after)
        if differs is not None or rule.account_id in terms_changed:
            ruling.check_rule(rule, terms_of(mine[rule.account_id]))
        if differs is not None:
            ruling.put_rule(work, rule, now, cause)
            found.differences.append(differs)
            found.accounts |= {rule.account_id, now.account_id if now else rule.account_id}
    for name in sorted(known.keys() - wanted.keys()) if prune else ():
        gone = known[name]
        differs = difference("rule", name, rule_document(stated_rule(work, gone, mine, places)), None)
        found.differences += [differs] if differs else []
        found.accounts.add(gone.account_id)
        ruling.drop_rule(work, gone, cause)
    return found


def _rule(
    work: Work,
    tenant: Tenant,
    wanted: StatedRule,
    now: Rule | None,
    mine: Mapping[str, Account],
    places: Mapping[str, Directory],
) -> Rule:
    """Return a rule as it is to be; one that means the same group by another name keeps what it is bound to."""
    slugs = {one.slug: one.id for one in places.values()}
    if wanted.account not in mine:
        raise NotFound("account", wanted.account, mine)
    if wanted.directory is not None and wanted.directory not in slugs:
        raise NotFound("directory", wanted.directory, slugs)
    rule = Rule(
        now.id if now else new_id(),
        tenant.id,
        mine[wanted.account].id,
        checked_slug("rule", wanted.name),
        wanted.priority,
        frozenset(wanted.permissions),
        wanted.seat_type,
        wanted.role,
        slugs[wanted.directory] if wanted.directory else None,
        None,
        wanted.group_external_id,
        fold(wanted.group) if wanted.group else None,
        wanted.filter,
        now.created_at if now else work.now,
        wanted.group,
    )
    if now is None or not _means_the_same(work, wanted, now) or now.directory_id != rule.directory_id:
        return rule
    same = (now.group_id, now.group_external_id, now.group_name_folded, now.group_name)
    return replace(rule, group_id=same[0], group_external_id=same[1], group_name_folded=same[2], group_name=same[3])


def _means_the_same(work: Work, wanted: StatedRule, now: Rule) -> bool:
    return wanted.group_external_id == now.group_external_id and _spelt(work, wanted, now) == group_of(work, now)


def _spelt(work: Work, wanted: StatedRule, now: Rule | None) -> str | None:
    """Return the group's name as it is spelt now, if the file means that: case aside, or the name it had before."""
    if wanted.group is None or now is None or now.group_name_folded is None:
        return wanted.group
    current = group_of(work, now) or wanted.group
    return current if fold(wanted.group) in (fold(current), now.group_name_folded) else wanted.group
