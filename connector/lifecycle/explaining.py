"""Why somebody holds what she holds, and why not more: the rules, looked at one by one with her facts as they are now.

The same rulebook and the same decision as settlement's and the gate's, so that the explanation cannot differ from what
happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from connector.domain.access import Admission, Facts, Reason, SessionLimits, decide
from connector.domain.accounts import Account
from connector.domain.grants import By, by
from connector.domain.invitations import Invitation
from connector.domain.memberships import Membership
from connector.domain.people import Member, Person
from connector.domain.permissions import Problem, combine
from connector.lifecycle.departures import Unfinished, unfinished
from connector.lifecycle.outstanding import OrderReport, orders_of
from connector.lifecycle.reporting import RuleReport, person_named, rules
from connector.lifecycle.settling import fresh_rulebook
from connector.mappers.rulebook import CompiledRule, Rulebook
from connector.storage.work import Work


class Verdict(StrEnum):
    """Whether a rule is about somebody, and what decided it."""

    BY_GROUP = "by-group"
    BY_FILTER = "by-filter"
    BY_HAND = "by-hand"
    NOT_IN_GROUP = "not-in-group"
    GROUP_UNSEEN = "group-unseen"
    FILTER_DIFFERS = "filter-differs"
    OTHER_DIRECTORY = "other-directory"
    ACCOUNT_CLOSED = "account-closed"
    INACTIVE = "inactive"

    @property
    def fires(self) -> bool:
        """Whether the rule makes something due."""
        return self in (Verdict.BY_GROUP, Verdict.BY_FILTER, Verdict.BY_HAND)


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """A rule, and what it comes to for this person; `by` says whether it is one, or given by hand, or stated of her."""

    report: RuleReport
    verdict: Verdict

    @property
    def by(self) -> By:
        """How what it grants comes about."""
        return by([self.report.rule.id])[0]


@dataclass(frozen=True, slots=True)
class Place:
    """A person's place in one account, and everything that it follows from.

    `gate` is what the gate would say now if she were signed in; None admits her. `place` is hers on the waiting line,
    from 1. `withheld` is what rules grant and the account cannot give. `unfinished` is what her departure waits for.
    """

    account: Account
    membership: Membership | None
    gate: Reason | None
    place: int | None
    invitation: Invitation | None
    verdicts: tuple[RuleVerdict, ...]
    withheld: tuple[Problem, ...]
    orders: tuple[OrderReport, ...]
    unfinished: Unfinished | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that decides what a person holds; `events` are her latest, without personal values."""

    person: Person
    directory: str
    signs_in: bool
    identity: tuple[str, str] | None
    groups: tuple[Member, ...]
    places: tuple[Place, ...]
    events: tuple[Mapping[str, Any], ...]


def explain(work: Work, directory_slug: str, user_name: str, at_most: int = 10) -> Explanation:
    """Explain what a person holds in the accounts that are about her, and what not; raises NotFound.

    An account all of whose rules look at other directories, and where she has no place, says nothing of her.
    """
    person = person_named(work, directory_slug, user_name)
    directory = work.tenancy.directory(person.directory_id)
    tenant = next(one for one in work.tenancy.tenants() if one.id == person.tenant_id)
    groups = tuple(work.groups.groups_of([person.id])[person.id])
    members = {one.account_id: one for one in work.ledger.of_people([person.id]).get(person.id, ())}
    pending = work.invitations.pending_of(one.id for one in members.values())
    book = fresh_rulebook(work, person.tenant_id)
    given = work.grants.of_people([person.id]).get(person.id, []) if book.by_hand else []
    stated = [*book.stated_by(person), *book.given_to(given)]
    slugs = {one.id: one.slug for one in work.accounts.all(person.tenant_id)}
    by_name = [RuleReport(one.rule, slugs[one.rule.account_id], directory.slug, None) for one in stated]
    reports = rules(work, tenant.slug) + by_name
    group_ids = frozenset(one.id for one in groups)
    orders = orders_of(work, person.id)
    waits_for = {one.account: one for one in unfinished(work, person.id)}
    places = []
    for account in work.accounts.all(person.tenant_id):
        member = members.get(account.id)
        verdicts = _verdicts(book, stated, reports, account, person, group_ids)
        if member is None and all(one.verdict is Verdict.OTHER_DIRECTORY for one in verdicts):
            continue
        invitation = pending.get(member.id) if member else None
        gate = _gate(work, person, directory.active and tenant.active, account, member, invitation)
        place = work.ledger.ahead(member) + 1 if member and member.waiting_number and not member.obstacle else None
        here = tuple(one for one in orders if one.order.account_id == account.id)
        withheld = _withheld(book, account, verdicts, stated)
        open_still = waits_for.get(account.slug)
        places.append(Place(account, member, gate, place, invitation, verdicts, withheld, here, open_still))
    return Explanation(
        person,
        directory.slug,
        directory.signs_in,
        work.people.identities([person.id]).get(person.id),
        groups,
        tuple(places),
        tuple(work.trail.latest(person.id, at_most)),
    )


def _verdicts(
    book: Rulebook,
    stated: list[CompiledRule],
    reports: list[RuleReport],
    account: Account,
    person: Person,
    group_ids: frozenset[str],
) -> tuple[RuleVerdict, ...]:
    compiled = {one.rule.id: one for one in (*book.rules, *stated)}
    return tuple(
        RuleVerdict(one, _verdict(compiled.get(one.rule.id), person, group_ids))
        for one in reports
        if one.rule.account_id == account.id
    )


def _verdict(compiled: CompiledRule | None, person: Person, group_ids: frozenset[str]) -> Verdict:
    if compiled is None:
        return Verdict.ACCOUNT_CLOSED
    rule, by_filter = compiled.rule, compiled.filter is not None
    if rule.directory_id not in (None, person.directory_id):
        return Verdict.OTHER_DIRECTORY
    if not person.active:
        return Verdict.INACTIVE
    if by([rule.id]) == [By.HAND]:
        return Verdict.BY_HAND
    if compiled.fires(person, group_ids):
        return Verdict.BY_FILTER if by_filter else Verdict.BY_GROUP
    if by_filter:
        return Verdict.FILTER_DIFFERS
    return Verdict.NOT_IN_GROUP if rule.group_id else Verdict.GROUP_UNSEEN


def _withheld(
    book: Rulebook, account: Account, verdicts: tuple[RuleVerdict, ...], stated: list[CompiledRule]
) -> tuple[Problem, ...]:
    fired = {one.report.rule.id for one in verdicts if one.verdict.fires}
    grants = [one.grant for one in (*book.rules, *stated) if one.rule.id in fired]
    if not grants:
        return ()
    terms = book.terms[account.id]
    return combine(terms.catalogue, terms.plan, grants).withheld


def _gate(
    work: Work,
    person: Person,
    switched_on: bool,
    account: Account,
    member: Membership | None,
    invitation: Invitation | None,
) -> Reason | None:
    """Ask the gate's own decision, as if a session had begun just now."""
    facts = Facts(
        session_found=True,
        session_expires_at=work.now + timedelta(hours=1),
        last_seen_at=work.now,
        tenant_active=switched_on,
        directory_active=switched_on,
        person_id=person.id,
        user_name=person.stated.user_name,
        person_active=person.active,
        account_id=account.id,
        account=account.slug,
        account_active=account.active,
        account_frozen=account.frozen_at is not None,
        state=member.state if member else None,
        answer=member.answer if member else None,
        obstacle=member.obstacle if member else None,
        invitation_expires_at=invitation.expires_at if invitation else None,
    )
    outcome = decide(facts, work.now, SessionLimits(idle_seconds=3600))
    return None if isinstance(outcome, Admission) else outcome.reason
