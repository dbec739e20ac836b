"""Named sets of permissions of an account's own: checked when they are written, their holders settled at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from connector.domain.accounts import Account, Rule
from connector.domain.errors import AlreadyExists, InUse, NotFound, SetRefused
from connector.domain.events import Cause, Event, Kind
from connector.domain.grants import Given, ManualGrant
from connector.domain.own_catalogue import ON
from connector.domain.permissions import Reason, check, sentences
from connector.domain.tenancy import checked_slug
from connector.lifecycle.accounts import account_named
from connector.lifecycle.proposals import Effect, concerned_in, effects_of
from connector.lifecycle.ruling import check_rule, problems_of
from connector.lifecycle.settling import fresh_rulebook, settle
from connector.mappers.rulebook import terms_of
from connector.storage.work import Work


@dataclass(frozen=True, slots=True)
class SetReport:
    """A set, the rules that name it, and how many are given it by hand."""

    name: str
    permissions: frozenset[str]
    rules: tuple[str, ...]
    given: int


def sets_of(work: Work, account_slug: str) -> list[SetReport]:
    """Return the sets of an account in alphabetical order; raises NotFound."""
    account = account_named(work, account_slug)
    return [
        SetReport(name, held, tuple(one.name for one in _rules(work, account, name)), len(_given(work, account, name)))
        for name, held in sorted(account.sets.items())
    ]


def create_set(
    work: Work, account_slug: str, name: str, permissions: Iterable[str], cause: Cause, *, like: str | None = None
) -> Account:
    """Write a set of permissions, of a role's besides where it is to be `like` one; nobody holds it yet.

    Raises AlreadyExists where a set or a role of the vendor's has the name, NotFound for an unknown role, SetRefused
    with every offending permission and its cure.
    """
    account = _locked(work, account_slug)
    terms = terms_of(account)
    if checked_slug("set", name) in terms.catalogue.roles:
        raise AlreadyExists("set or role", "name", name)
    wanted = frozenset(permissions)
    if like is not None:
        wanted |= terms.catalogue.role(like).expand(terms.catalogue, terms.plan)
    check_set(account, name, wanted)
    return _write(work, account, name, wanted, cause)


def change_set(
    work: Work, account_slug: str, name: str, cause: Cause, *, add: Iterable[str] = (), take: Iterable[str] = ()
) -> tuple[Effect, ...]:
    """Add permissions to a set and take others out, and settle its holders; return what it did to whom.

    Raises NotFound for a set or a permission to take that is not there, SetRefused for what cannot be in a set, and
    RuleRefused or SetRefused where a rule or a grant by hand that names it could not be met any more.
    """
    account = _locked(work, account_slug)
    held, taken = set_named(account, name), frozenset(take)
    for key in sorted(taken - held):
        raise NotFound(f"permission in {name}", key, held)
    wanted = (held | frozenset(add)) - taken
    check_set(account, name, wanted)
    changed = replace(account, sets={**account.sets, name: wanted})
    check_uses(changed, name, _rules(work, account, name), _given(work, account, name))
    _write(work, account, name, wanted, cause)
    people = concerned_in(work, changed)
    work.people.lock(people)
    book = fresh_rulebook(work, account.tenant_id)
    return effects_of(work, settle(work, account.tenant_id, book, work.people.by_id(people).values(), cause))


def remove_set(work: Work, account_slug: str, name: str, cause: Cause) -> None:
    """Remove a set; raises InUse, with what names it, and NotFound."""
    account = _locked(work, account_slug)
    set_named(account, name)
    refuse_in_use(work, account, "set", name, {name, *(f"{name}{ON}{one}" for one in (*account.sub_accounts, "all"))})
    _write(work, account, name, None, cause)


def check_set(account: Account, name: str, wanted: frozenset[str]) -> None:
    """Let a set pass whose permissions can be held together in the account; where, those say who name it.

    Raises SetRefused with every offending permission and its cure.
    """
    terms = terms_of(replace(account, sets={}, sub_accounts=()))
    found = check(terms.catalogue, terms.plan, None, wanted)
    problems = sentences(one for one in found if one.reason is not SEAT_LATER)
    if not wanted:
        problems.append("It would be empty: name at least one permission.")
    if problems:
        raise SetRefused(name, account.slug, problems)


SEAT_LATER = Reason.SEAT_TYPE_MISSING
"""Which seat somebody has is said by the rule or the grant that names the set."""


def check_uses(changed: Account, name: str, rules: Iterable[Rule], given: Iterable[Given]) -> None:
    """Let a set pass of which every rule and every grant by hand that names it can still be met."""
    terms = terms_of(changed)
    for rule in rules:
        check_rule(rule, terms)
    problems = {problem for one in given for problem in problems_of(one, terms)}
    if problems:
        raise SetRefused(name, changed.slug, sorted(problems))


def refuse_in_use(work: Work, account: Account, kind: str, name: str, keys: Iterable[str]) -> None:
    """Raise InUse where a rule or a grant by hand names one of these roles or permissions."""
    named = frozenset(keys)
    users = [f"the rule {one.name}" for one in _rules_of(work, account) if named & one.set_names]
    by_hand = sum(bool(named & names_in_grant(one)) for one in work.grants.in_account(account.id))
    users += [f"{by_hand} grants by hand"] if by_hand else []
    if users:
        raise InUse(kind, name, users)


def names_in_grant(one: ManualGrant) -> frozenset[str]:
    """Return the roles and permissions that a grant by hand names, now or from the renewal on."""
    return frozenset(
        name for each in (one.given, one.next) if each for name in (each.role, *each.permissions) if name is not None
    )


def set_named(account: Account, name: str) -> frozenset[str]:
    """Return what a set holds; raises NotFound with the known ones."""
    try:
        return account.sets[name]
    except KeyError:
        raise NotFound("set", name, account.sets) from None


def _locked(work: Work, account_slug: str) -> Account:
    account = account_named(work, account_slug)
    work.tenancy.lock_policy(account.tenant_id, exclusively=True)
    return account_named(work, account_slug)


def _write(work: Work, account: Account, name: str, wanted: frozenset[str] | None, cause: Cause) -> Account:
    sets = {key: held for key, held in account.sets.items() if key != name}
    changed = replace(account, sets=sets if wanted is None else {**sets, name: wanted})
    work.accounts.write(changed)
    before, after = (None if one is None else sorted(one) for one in (account.sets.get(name), wanted))
    facts = ({"sets": {name: before}}, {"sets": {name: after}})
    what = (Kind.ACCOUNT_CHANGED, account.id, cause, None, account.id, *facts)
    work.trail.tell([Event(work.now, account.tenant_id, *what)])
    return changed


def _rules_of(work: Work, account: Account) -> list[Rule]:
    return [one for one in work.rules.all(account.tenant_id) if one.account_id == account.id]


def _rules(work: Work, account: Account, name: str) -> list[Rule]:
    return [one for one in _rules_of(work, account) if _means(one.role, name)]


def _given(work: Work, account: Account, name: str) -> list[Given]:
    found = work.grants.in_account(account.id)
    return [each for one in found for each in (one.given, one.next) if each is not None and _means(each.role, name)]


def _means(role: str | None, name: str) -> bool:
    """Tell whether a role is the set, in the account itself or in a sub-account."""
    return role is not None and role.partition(ON)[0] == name
