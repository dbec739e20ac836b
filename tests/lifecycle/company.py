"""A company on a real database, spoken to through the use cases alone; each of its verbs names only what matters.

Unless told otherwise everything happens in the directory `okta`, whose people sign in at https://idp.example with
their externalId as subject, and in the account `crm` of the plain vendor.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from connector.domain.access import Admission, Reason
from connector.domain.accounts import Account, Rule
from connector.domain.events import Cause, CauseKind, Kind
from connector.domain.identities import LogoutNotice
from connector.domain.invitations import InvitationState
from connector.domain.memberships import Membership, State
from connector.domain.people import Group, MemberChange, Person, StatedGroup, StatedPerson
from connector.domain.seats import SeatPool
from connector.domain.sessions import Identity
from connector.domain.tenancy import Bind, Directory, DirectoryAccess, Idp
from connector.domain.work_orders import WorkOrder
from connector.lifecycle import (
    Lifecycle,
    accounts,
    admission,
    cutting,
    directories,
    grouping,
    invitations,
    ordering_work,
    provisioning,
    ruling,
)
from connector.lifecycle.settling import settle_time
from connector.storage.work import Work

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
OPERATOR = Cause(CauseKind.OPERATOR, "cli:tess")
ISSUER = "https://idp.example"
SECRET_KEY = "k" * 40


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        self.now += timedelta(**amount)


class Company:
    """What a directory states, an operator does and people answer."""

    def __init__(self, lifecycle: Lifecycle, clock: Clock) -> None:
        self.lifecycle = lifecycle
        self.clock = clock
        self.write = lifecycle.write
        self.read = lifecycle.read

    # The operator's side.

    def directory(self, slug: str = "okta", idp: Idp = Idp.OKTA, *, signs_in: bool = True, **sign_in: Any) -> str:
        """Create a directory and return its token."""
        _, token = self.write(directories.create_directory, slug, idp, OPERATOR)
        if signs_in:
            self.sign_in_at(slug, **sign_in)
        return token

    def sign_in_at(self, slug: str, bind: Bind = Bind.SUBJECT, subject_claim: str | None = None) -> Directory:
        return self.write(
            directories.set_sign_in,
            slug,
            OPERATOR,
            issuer=ISSUER,
            client_id="jumpseat",
            client_secret="secret",
            subject_claim=subject_claim,
            bind=bind,
        )

    def account(
        self, slug: str = "crm", vendor: str = "plain", plan: str = "standard", addons: Iterable[str] = (), **seats: int
    ) -> Account:
        """Open an account; `seats` are the capacities by pool."""
        return self.write(accounts.open_account, slug, vendor, plan, OPERATOR, capacities=seats, addons=addons)

    def rule(self, group: str | None = None, account: str = "crm", name: str | None = None, **facts: Any) -> Rule:
        """Add a rule: members of a group of `okta`, or whomever `where` matches; the role `member` unless told."""
        if group is not None or "group_external_id" in facts:
            facts.setdefault("directory_slug", "okta")
        if not facts.keys() & {"role", "permissions", "seat_type"}:
            facts["role"] = "member"
        name = name or f"rule-{len(self.rules())}"
        rule, _ = self.write(ruling.add_rule, name, account, OPERATOR, group=group, **facts)
        return rule

    def everybody(self, account: str = "crm") -> Rule:
        """Let everybody be due a seat."""
        return self.rule(account=account, name=f"everybody-{account}", where="active eq true")

    def remove_rule(self, name: str) -> None:
        self.write(ruling.remove_rule, name, OPERATOR)

    def rules(self) -> dict[str, Rule]:
        tenants = self.read(lambda work: work.tenancy.tenants())
        return {rule.name: rule for one in tenants for rule in self.read(_rules, one.id)}

    def capacity(self, seats: int | None, account: str = "crm", pool: str = "seats") -> SeatPool:
        return self.write(accounts.change_capacity, account, pool, seats, OPERATOR)

    def act(self, verb: str, person: Person, account: str = "crm", directory: str = "okta") -> Any:
        """Let an operator cancel, revoke or resend."""
        use_case = getattr(invitations, verb)
        return self.write(use_case, account, directory, person.stated.user_name, OPERATOR)

    def let_time_pass(self, account: str = "crm", **amount: float) -> None:
        """Move the clock, and let the worker settle the account."""
        self.clock.forward(**amount)
        one = self.read(accounts.account_named, account)
        self.write(settle_time, one.tenant_id, one.id)

    # The directory's side.

    def access(self, slug: str = "okta") -> DirectoryAccess:
        return DirectoryAccess(self.read(directories.directory_named, slug), "token-id", "request-1")

    def person(self, name: str, directory: str = "okta", *, active: bool = True, **attributes: Any) -> Person:
        """State somebody new: `ada` is ada@acme.example with the externalId `ext-ada`, unless told."""
        stated = stated_person(name, active=active, **attributes)
        return self.write(provisioning.create_person, self.access(directory), stated)

    def people(self, *names: str) -> list[Person]:
        return [self.person(name) for name in names]

    def change(self, person: Person, directory: str = "okta", **attributes: Any) -> Person:
        """State attributes anew; None takes one away."""

        def changed(now: Person) -> StatedPerson:
            document = {**now.stated.attributes, **attributes}
            document = {name: value for name, value in document.items() if value is not None}
            return StatedPerson(document["userName"], document.get("externalId"), document["active"], document)

        return self.write(provisioning.change_person, self.access(directory), person.id, changed)

    def deactivate(self, person: Person, directory: str = "okta") -> Person:
        return self.change(person, directory, active=False)

    def delete(self, person: Person, directory: str = "okta") -> None:
        self.write(provisioning.delete_person, self.access(directory), person.id)

    def group(self, name: str, *members: Person, directory: str = "okta", external_id: str | None = None) -> Group:
        stated = stated_group(name, external_id)
        ids = frozenset(person.id for person in members)
        return self.write(grouping.create_group, self.access(directory), stated, ids)

    def regroup(
        self,
        group: Group,
        *,
        add: Iterable[Person] = (),
        remove: Iterable[Person] = (),
        only: Iterable[Person] | None = None,
        name: str | None = None,
        directory: str = "okta",
    ) -> Group:
        """Change who is in a group, and perhaps what it is called."""
        given = None if only is None else frozenset(person.id for person in only)
        members = MemberChange(given, frozenset(one.id for one in remove), frozenset(one.id for one in add))

        def changed(now: Group) -> tuple[StatedGroup, MemberChange]:
            return (now.stated if name is None else stated_group(name, now.stated.external_id)), members

        return self.write(grouping.change_group, self.access(directory), group.id, changed)

    def delete_group(self, group: Group, directory: str = "okta") -> None:
        self.write(grouping.delete_group, self.access(directory), group.id)

    # The people's side.

    def identity(self, person: Person, subject: str | None = None, **claims: Any) -> Identity:
        given = subject or person.stated.external_id or f"sub-{person.id}"
        return Identity(ISSUER, given, claims, sid=f"sid-{given}")

    def sign_in(self, person: Person, directory: str = "okta", subject: str | None = None, **claims: Any) -> str:
        """Sign in at the person's provider, and return the session's reference."""
        return self.write(admission.sign_in, directory, self.identity(person, subject, **claims)).session_token

    def invitation(self, person: Person, account: str = "crm") -> str:
        """Return the token that was mailed to somebody."""
        where = self.read(accounts.account_named, account)
        return self.read(_token_of, person.id, where.id)

    def accept(self, person: Person, account: str = "crm", directory: str = "okta") -> str:
        """Accept as oneself, and return the reference of the session in which it was done."""
        session = self.sign_in(person, directory)
        self.write(invitations.accept, self.invitation(person, account), session)
        return session

    def decline(self, person: Person, account: str = "crm") -> None:
        self.write(invitations.decline, self.invitation(person, account))

    def gate(self, session: str | None, account: str = "crm") -> Admission | Reason:
        """Knock at the gate."""
        outcome = self.read(admission.decide, session, account).outcome
        return outcome if isinstance(outcome, Admission) else outcome.reason

    def admits(self, session: str | None, account: str = "crm") -> bool:
        return isinstance(self.gate(session, account), Admission)

    def log_out(self, *, notice_id: str, subject: str | None = None, sid: str | None = None) -> int:
        """Let the provider say that sessions are over."""
        notice = LogoutNotice(ISSUER, subject, sid, notice_id, self.clock.now + timedelta(minutes=2))
        return self.write(cutting.end_sessions_of, "okta", notice)

    # What is to be seen.

    def member(self, person: Person, account: str = "crm") -> Membership | None:
        return self.read(_member, person.id, self.read(accounts.account_named, account).id)

    def state(self, person: Person, account: str = "crm") -> State | None:
        member = self.member(person, account)
        return member.state if member else None

    def states(self, *people: Person, account: str = "crm") -> list[State | None]:
        return [self.state(person, account) for person in people]

    def pool(self, key: str = "seats", account: str = "crm") -> SeatPool:
        one = self.read(accounts.account_named, account)
        return self.read(lambda work: work.accounts.pools([one.id]))[one.id][key]

    def line(self, account: str = "crm") -> list[str]:
        """Return the ids of those on the waiting line, in order."""
        one = self.read(accounts.account_named, account)
        return self.read(lambda work: [member.person_id for member in work.ledger.line(one.id)])

    def events(self, kind: Kind | None = None, person: Person | None = None) -> list[dict[str, Any]]:
        found = self.read(lambda work: list(work.trail.events(person_id=person.id if person else None)))
        return [event for event in found if kind is None or event["kind"] == kind.value]

    def mails(self) -> list[str]:
        """Return the people to whom invitations were posted, in order."""
        return self.read(_mailed)

    def closed_as(self, token: str) -> InvitationState:
        return self.read(invitations.look, token).state

    def orders(self, person: Person | None = None) -> list[WorkOrder]:
        """Return what is still to be done at vendors."""
        return self.read(lambda work: work.trail.open_orders(person_id=person.id if person else None))

    def finish_orders(self, person: Person) -> None:
        """Let somebody do at the vendors all that is still to be done for a person."""
        for order in self.orders(person):
            self.write(ordering_work.finish_order, order.id, OPERATOR)

    def live_sessions(self, person: Person) -> int:
        """Count the sessions of somebody that have not been ended."""
        query = "SELECT count(*) FROM session WHERE person_id = :id AND ended_at IS NULL"
        return int(self.sql(query, id=person.id)[0][0])

    def sql(self, statement: str, **values: Any) -> list[Any]:
        """Run a statement past the use cases."""
        with self.lifecycle.database.engine.begin() as connection:
            result = connection.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []


def stated_person(name: str, *, active: bool = True, **attributes: Any) -> StatedPerson:
    """Return what a directory states of somebody; None for an attribute leaves it out."""
    document: dict[str, Any] = {"userName": f"{name}@acme.example", "externalId": f"ext-{name}", "active": active}
    document = {key: value for key, value in {**document, **attributes}.items() if value is not None}
    return StatedPerson(document["userName"], document.get("externalId"), active, document)


def stated_group(name: str, external_id: str | None = None) -> StatedGroup:
    document = {"displayName": name} | ({"externalId": external_id} if external_id else {})
    return StatedGroup(name, external_id, document)


def _rules(work: Work, tenant_id: str) -> list[Rule]:
    return work.rules.all(tenant_id)


def _member(work: Work, person_id: str, account_id: str) -> Membership | None:
    held = work.ledger.of_people([person_id]).get(person_id, [])
    return next((member for member in held if member.account_id == account_id), None)


def _token_of(work: Work, person_id: str, account_id: str) -> str:
    member = _member(work, person_id, account_id)
    assert member is not None
    pending = work.invitations.pending_of([member.id])
    return invitations.link(work, pending[member.id]).rpartition("/")[2]


def _mailed(work: Work) -> list[str]:
    query = "SELECT payload FROM outbox WHERE kind = 'mail.invitation' ORDER BY id"
    payloads: list[Mapping[str, str]] = [_json(row.payload) for row in work.connection.exec_driver_sql(query)]
    found = [work.invitations.by_id(payload["invitation_id"]) for payload in payloads]
    return [one.person_id for one in found if one is not None]


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
