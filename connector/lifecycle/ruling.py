"""Rules: checked when they are written, and settled in the same unit of work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from connector.domain.accounts import Rule
from connector.domain.attributes import USER
from connector.domain.errors import AlreadyExists, InvalidValue, NotFound, RuleRefused
from connector.domain.events import Cause, Event, Kind
from connector.domain.filter import contradicts_itself
from connector.domain.folding import fold
from connector.domain.grants import Given
from connector.domain.identifiers import new_id
from connector.domain.permissions import Grant, check, check_role, combine, sentences
from connector.domain.settlement import Changes
from connector.domain.tenancy import checked_slug
from connector.lifecycle.accounts import account_named
from connector.lifecycle.settling import fresh_rulebook, settle
from connector.mappers.filters import parse_filter
from connector.mappers.rulebook import Rulebook, Terms, terms_of
from connector.storage.work import Work


def add_rule(
    work: Work,
    name: str,
    account_slug: str,
    cause: Cause,
    *,
    directory_slug: str | None = None,
    group: str | None = None,
    group_external_id: str | None = None,
    where: str | None = None,
    seat_type: str | None = None,
    role: str | None = None,
    permissions: Iterable[str] = (),
    priority: int = 0,
) -> tuple[Rule, list[Changes]]:
    """Write a rule, and settle everybody whom it is about.

    Members of a group (by its displayName or externalId in a directory), or people whom a SCIM filter matches, are due
    a seat type and permissions in an account. A group not seen yet is bound when it arrives. Raises NotFound for an
    unknown account, directory, seat type or role, RuleRefused with everything else that is wrong, InvalidFilter.
    """
    account = account_named(work, account_slug)
    work.tenancy.lock_policy(account.tenant_id, exclusively=True)
    rule = Rule(
        new_id(),
        account.tenant_id,
        account.id,
        checked_slug("rule", name),
        priority,
        frozenset(permissions),
        seat_type,
        role,
        _directory_id(work, account.tenant_id, directory_slug) if directory_slug else None,
        group_external_id=group_external_id,
        group_name_folded=fold(group) if group else None,
        group_name=group,
        filter=where,
        created_at=work.now,
    )
    if any(other.name == rule.name for other in work.rules.all(rule.tenant_id)):
        raise AlreadyExists("rule", "name", rule.name)
    check_rule(rule, terms_of(account))
    rule = put_rule(work, rule, None, cause)
    return rule, _settle_concerned(work, rule, cause)


def put_rule(work: Work, rule: Rule, before: Rule | None, cause: Cause) -> Rule:
    """Write a rule that was checked, in the place of `before` where there is one, and bind it to its group.

    Nobody is settled: the caller holds the policy exclusively, and settles everybody concerned in this unit of work.
    """
    if before is None or _names(before) != _names(rule):
        named = rule.group_name_folded is not None or rule.group_external_id is not None
        found = work.groups.named(rule.directory_id or "", rule.group_external_id, rule.group_name_folded)
        rule = replace(rule, group_id=found if named else None)
    if before is None:
        work.rules.add(rule)
        work.trail.tell([_event(work, rule, Kind.RULE_ADDED, cause)])
    else:
        work.rules.write(rule)
        facts = (_facts(before), _facts(rule))
        work.trail.tell(
            [Event(work.now, rule.tenant_id, Kind.RULE_CHANGED, rule.id, cause, None, rule.account_id, *facts)]
        )
    return rule


def drop_rule(work: Work, rule: Rule, cause: Cause) -> None:
    """Remove a rule; as with `put_rule`, settling is the caller's."""
    work.rules.remove(rule.id)
    work.trail.tell([_event(work, rule, Kind.RULE_REMOVED, cause)])


def _names(rule: Rule) -> tuple[str | None, ...]:
    """Return what a rule calls its group."""
    return rule.directory_id, rule.group_external_id, rule.group_name_folded


def remove_rule(work: Work, name: str, cause: Cause, tenant_id: str | None = None) -> tuple[Rule, list[Changes]]:
    """Remove a rule; what it alone made due ends. Raises NotFound with the known ones."""
    rules = [rule for one in work.tenancy.tenants() if tenant_id in (None, one.id) for rule in work.rules.all(one.id)]
    rule = next((rule for rule in rules if rule.name == name), None)
    if rule is None:
        raise NotFound("rule", name, (rule.name for rule in rules))
    work.tenancy.lock_policy(rule.tenant_id, exclusively=True)
    drop_rule(work, rule, cause)
    return rule, _settle_people(work, rule.tenant_id, work.ledger.due_in(rule.account_id), cause)


def _directory_id(work: Work, tenant_id: str, slug: str) -> str:
    """Return the directory of this name; one of another tenant is not there."""
    known = {one.slug: one.id for one in work.tenancy.directories(tenant_id)}
    if slug not in known:
        raise NotFound("directory", slug, known)
    return known[slug]


def check_rule(rule: Rule, terms: Terms) -> None:
    """Let a rule pass that says whom it is about, and asks for what the account can give.

    Raises InvalidValue, InvalidFilter, NotFound for an unknown seat type or role, RuleRefused with all other problems.
    """
    names_group = rule.group_name_folded is not None or rule.group_external_id is not None
    if names_group == (rule.filter is not None):
        raise InvalidValue("rule", "say whom it is about: either a group or a filter.")
    if names_group and rule.directory_id is None:
        raise InvalidValue("directory", "a group belongs to a directory; say which one.")
    if rule.filter is not None and contradicts_itself(parse_filter(rule.filter, USER)):
        raise InvalidValue("filter", f"{rule.filter!r} contradicts itself, so nobody would ever match it.")
    problems = problems_of(Given(rule.seat_type, rule.role, rule.permissions), terms)
    if problems:
        raise RuleRefused(rule.name, problems)


def problems_of(given: Given, terms: Terms) -> list[str]:
    """Return all that speaks against giving this in an account; raises NotFound for an unknown seat type or role."""
    if given.seat_type is not None:
        terms.catalogue.seat_type(given.seat_type)
    if given.role is not None:
        terms.catalogue.role(given.role)
        problems = check_role(terms.catalogue, terms.plan, given.seat_type, given.role, given.permissions)
    else:
        problems = check(terms.catalogue, terms.plan, given.seat_type, given.permissions)
    if not problems and given == Given():
        problems = list(combine(terms.catalogue, terms.plan, [Grant()]).withheld)
    return sentences(problems)


def _settle_concerned(work: Work, rule: Rule, cause: Cause) -> list[Changes]:
    book = fresh_rulebook(work, rule.tenant_id)
    if rule.filter is None:
        people = sorted(work.groups.member_ids(rule.group_id)) if rule.group_id else []
        return _settle_people(work, rule.tenant_id, people, cause, book)
    directories = [rule.directory_id] if rule.directory_id else _directories(work, rule.tenant_id)
    return _settle_people(work, rule.tenant_id, work.people.of_directories(directories), cause, book)


def _directories(work: Work, tenant_id: str) -> list[str]:
    return [one.id for one in work.tenancy.directories(tenant_id)]


def _settle_people(
    work: Work, tenant_id: str, people: list[str], cause: Cause, book: Rulebook | None = None
) -> list[Changes]:
    work.people.lock(people)
    found = work.people.by_id(people).values()
    return settle(work, tenant_id, book or fresh_rulebook(work, tenant_id), found, cause)


def _event(work: Work, rule: Rule, kind: Kind, cause: Cause) -> Event:
    before, after = (None, _facts(rule)) if kind is Kind.RULE_ADDED else (_facts(rule), None)
    return Event(work.now, rule.tenant_id, kind, rule.id, cause, None, rule.account_id, before, after)


def _facts(rule: Rule) -> dict[str, object]:
    facts = {
        "name": rule.name,
        "group": rule.group_id or rule.group_external_id or rule.group_name_folded,
        "filter": rule.filter,
        "seat_type": rule.seat_type,
        "role": rule.role,
        "permissions": sorted(rule.permissions),
        "priority": rule.priority,
    }
    return {key: value for key, value in facts.items() if value not in (None, [])}
