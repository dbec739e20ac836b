"""Rules to what is due: one tenant's rules, compiled once for each version of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from connector.domain.accounts import Account, Rule
from connector.domain.attributes import USER
from connector.domain.catalogue import Catalogue
from connector.domain.filter import Filter, matches
from connector.domain.folding import fold
from connector.domain.grants import ManualGrant
from connector.domain.memberships import NOTHING, Entitlement
from connector.domain.own_catalogue import with_sets, with_sub_accounts
from connector.domain.people import Person, StatedGroup
from connector.domain.permissions import Grant, combine, lesser
from connector.domain.plans import Plan
from connector.mappers.catalogues import load_catalogue
from connector.mappers.filters import parse_filter
from connector.mappers.offers import Offer, OfferKind, offers_of


@dataclass(frozen=True, slots=True)
class Terms:
    """What an account's vendor and plan allow."""

    account: Account
    catalogue: Catalogue
    plan: Plan


def catalogue_of(account: Account) -> Catalogue:
    """Return the vendor's catalogue with what the account has of its own: permission sets and sub-accounts."""
    vendors = load_catalogue(account.vendor)
    if not account.sets and vendors.sub_accounts is None:
        return vendors
    return _own_catalogue(account.vendor, frozenset(account.sets.items()), account.sub_accounts)


@lru_cache(maxsize=64)
def _own_catalogue(
    vendor: str, sets: frozenset[tuple[str, frozenset[str]]], sub_accounts: tuple[str, ...]
) -> Catalogue:
    return with_sub_accounts(with_sets(load_catalogue(vendor), dict(sets)), sub_accounts)


def terms_of(account: Account) -> Terms:
    """Return the terms of an account: its own catalogue, and its plan with the add-ons taken."""
    catalogue = catalogue_of(account)
    return Terms(account, catalogue, catalogue.plan(account.plan).with_addons(account.addons))


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its filter read and its role spelled out."""

    rule: Rule
    grant: Grant
    filter: Filter | None

    def fires(self, person: Person, group_ids: frozenset[str]) -> bool:
        """Tell whether the rule is about this person: by a group of hers, or by what her directory says of her."""
        if self.rule.directory_id is not None and self.rule.directory_id != person.directory_id:
            return False
        if self.filter is not None:
            # A directory may take `active` back without saying that anybody left; she then is as she was.
            return matches(self.filter, {**person.stated.attributes, "id": person.id, "active": person.active})
        return self.rule.group_id in group_ids


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything that decides what is due in one tenant, at one version of its rules and plans.

    `signs_in` are the directories whose people can sign in. `offered` is what each name makes due that a directory may
    state among the entitlements or roles of a person. `fallbacks` say, by account and pool, which seat type is given
    when the pool is full. `by_hand` tells whether operators have given anything to anybody, `mirrored` whether any
    realm is told how people stand.
    """

    rules: tuple[CompiledRule, ...]
    terms: Mapping[str, Terms]
    signs_in: frozenset[str] = frozenset()
    offered: Mapping[tuple[OfferKind, str], CompiledRule] = field(default_factory=dict)
    fallbacks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    by_hand: bool = False
    mirrored: bool = False
    _entitlements: dict[tuple[str, ...], Entitlement] = field(default_factory=dict, repr=False)

    @property
    def looks_at_groups(self) -> bool:
        """Whether any rule names a group, so that memberships must be known."""
        return any(compiled.rule.group_id is not None for compiled in self.rules)

    def concerns(self, group_id: str) -> bool:
        """Tell whether any rule is about this group."""
        return any(compiled.rule.group_id == group_id for compiled in self.rules)

    def awaiting(self, directory_id: str, stated: StatedGroup) -> list[Rule]:
        """Return the rules that named this group before it was seen: by externalId, else by displayName."""
        return [compiled.rule for compiled in self.rules if _awaits(compiled.rule, directory_id, stated)]

    def stated_by(self, person: Person) -> list[CompiledRule]:
        """Return what the entitlements and roles stated of a person make due: a name that nobody offers, nothing."""
        found = {
            compiled.rule.id: compiled
            for kind in OfferKind
            for entry in person.stated.attributes.get(kind) or ()
            if (compiled := self.offered.get((kind, fold(str(entry.get("value") or ""))))) is not None
        }
        return list(found.values())

    def given_to(self, grants: Iterable[ManualGrant]) -> list[CompiledRule]:
        """Return what is given by hand as the rules that they come to; in accounts that are closed, nothing."""
        return [compile_grant(one, self.terms[one.account_id]) for one in grants if one.account_id in self.terms]

    def due(
        self, person: Person, group_ids: frozenset[str], grants: Iterable[ManualGrant] = ()
    ) -> dict[str, Entitlement]:
        """Return account -> what is due to this person there, by rules, by what her directory states, and by hand.

        Nothing is due to somebody whom her directory wants out.
        """
        if not person.active:
            return {}
        fired: dict[str, list[CompiledRule]] = {}
        for compiled in self.rules:
            if compiled.rule.account_id in self.terms and compiled.fires(person, group_ids):
                fired.setdefault(compiled.rule.account_id, []).append(compiled)
        for compiled in (*self.stated_by(person), *self.given_to(grants)):
            fired.setdefault(compiled.rule.account_id, []).append(compiled)
        found = {account_id: self._entitlement(account_id, rules) for account_id, rules in fired.items()}
        return {
            account_id: self._seated(account_id, due, person) for account_id, due in found.items() if due.seat_types
        }

    def _seated(self, account_id: str, due: Entitlement, person: Person) -> Entitlement:
        """Take nothing from the pools for the account's owner: the vendor seats her beside them, or has counted her."""
        terms = self.terms[account_id]
        if person.id != terms.account.owner_id or terms.catalogue.owner_leaves is None:
            return due
        return replace(due, pools=NOTHING, fallbacks=())

    def _entitlement(self, account_id: str, fired: Sequence[CompiledRule]) -> Entitlement:
        key = tuple(sorted(compiled.rule.id for compiled in fired))
        found = self._entitlements.get(key)
        if found is None:
            found = self._entitlements[key] = self._combined(account_id, fired, key)
        return found

    def _combined(self, account_id: str, fired: Sequence[CompiledRule], key: tuple[str, ...]) -> Entitlement:
        catalogue, plan = self.terms[account_id].catalogue, self.terms[account_id].plan
        outcome = combine(catalogue, plan, [compiled.grant for compiled in fired])
        alone = {one.rule.id: combine(catalogue, plan, [one.grant]).seat_types for one in fired}
        makers = [one for one in fired if alone[one.rule.id] & outcome.seat_types] or fired
        entitlement = Entitlement(
            seat_types=outcome.seat_types,
            pools=catalogue.pools_for(outcome.seat_types),
            permissions=outcome.permissions,
            sets=frozenset().union(*(compiled.rule.set_names for compiled in fired)),
            covered=catalogue.covered_by(outcome.seat_types),
            rules=key,
            priority=max(one.rule.priority for one in makers),
        )
        return self._with_fallbacks(account_id, entitlement, frozenset())

    def _with_fallbacks(self, account_id: str, wanted: Entitlement, full: frozenset[str]) -> Entitlement:
        """Add what is given instead when a pool is full, and instead of that, and so on: never what is full already."""
        named = self.fallbacks.get(account_id, {})
        pairs = [
            (key, self._instead(account_id, wanted, key, full | {key})) for key in sorted(wanted.pools & named.keys())
        ]
        fallbacks = tuple((key, instead) for key, instead in pairs if instead is not None)
        covered = wanted.covered.union(*(instead.covered for _, instead in fallbacks))
        return replace(wanted, fallbacks=fallbacks, covered=covered)

    def _instead(self, account_id: str, wanted: Entitlement, key: str, full: frozenset[str]) -> Entitlement | None:
        catalogue, plan = self.terms[account_id].catalogue, self.terms[account_id].plan
        kept = frozenset(one for one in wanted.seat_types if key not in catalogue.seat_type(one).draws)
        seats, permissions = lesser(catalogue, plan, kept | {self.fallbacks[account_id][key]}, wanted.permissions)
        pools = catalogue.pools_for(seats)
        if not seats or pools & full:
            return None
        instead = replace(
            wanted, seat_types=seats, pools=pools, permissions=permissions, covered=catalogue.covered_by(seats)
        )
        return self._with_fallbacks(account_id, instead, full)


def compile_rulebook(
    rules: Iterable[Rule],
    accounts: Iterable[Account],
    signs_in: Iterable[str] = (),
    terms: Callable[[Account], Terms] = terms_of,
    *,
    fallbacks: Mapping[str, Mapping[str, str]] | None = None,
    by_hand: bool = False,
) -> Rulebook:
    """Compile a tenant's rules; accounts that are closed make nothing due."""
    known = {account.id: terms(account) for account in accounts if account.active}
    compiled = tuple(compile_rule(rule, known[rule.account_id]) for rule in rules if rule.account_id in known)
    offers = (offer for each in known.values() for offer in offers_of(each.account, each.catalogue, each.plan))
    offered = {(offer.kind, fold(offer.name)): _rule_of(offer, known[offer.account.id]) for offer in offers}
    return Rulebook(compiled, known, frozenset(signs_in), offered, fallbacks or {}, by_hand)


def compile_rule(rule: Rule, terms: Terms) -> CompiledRule:
    """Read the rule's filter and spell its role out; raises InvalidFilter, or NotFound for a role nobody knows."""
    permissions = rule.permissions
    if rule.role is not None:
        permissions |= terms.catalogue.role(rule.role).expand(terms.catalogue, terms.plan, rule.seat_type)
    parsed = parse_filter(rule.filter, USER) if rule.filter is not None else None
    return CompiledRule(rule, Grant(rule.seat_type, permissions), parsed)


def compile_grant(grant: ManualGrant, terms: Terms) -> CompiledRule:
    """Return what is given by hand as the rule that it comes to, for one person; the rule is in no table."""
    given = grant.given
    rule = Rule(
        id=grant.source,
        tenant_id=grant.tenant_id,
        account_id=grant.account_id,
        name=f"by hand ({grant.given_by})",
        priority=0,
        permissions=given.permissions,
        seat_type=given.seat_type,
        role=given.role,
    )
    return compile_rule(rule, terms)


def _rule_of(offer: Offer, terms: Terms) -> CompiledRule:
    """Return an offer as the rule that whoever states its name is due it; the rule is in no table."""
    is_seat = offer.kind is OfferKind.ENTITLEMENT
    rule = Rule(
        id=f"{offer.kind}:{offer.name}",
        tenant_id=offer.account.tenant_id,
        account_id=offer.account.id,
        name=f"{offer.kind} {offer.name}",
        priority=0,
        permissions=frozenset(),
        seat_type=offer.key if is_seat else None,
        role=None if is_seat else offer.key,
        filter=f'{offer.kind}.value eq "{offer.name}"',
    )
    return compile_rule(rule, terms)


def _awaits(rule: Rule, directory_id: str, stated: StatedGroup) -> bool:
    if rule.group_id is not None or rule.directory_id != directory_id:
        return False
    if rule.group_external_id is not None:
        return rule.group_external_id == stated.external_id
    return rule.group_name_folded is not None and rule.group_name_folded == fold(stated.display_name)
