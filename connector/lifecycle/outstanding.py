"""What is outstanding: who waits, which invitations are open, what is to be done at vendors, what was not delivered.

Plain values for the command line and the console, with the names that people know. Nothing here changes anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from connector.domain.accounts import Account
from connector.domain.errors import NotFound
from connector.domain.handovers import Heir
from connector.domain.invitations import Invitation, InvitationState
from connector.domain.memberships import Membership
from connector.domain.people import Person
from connector.domain.reservations import ReservationState
from connector.domain.text import Text
from connector.domain.work_orders import Task, WorkOrder, filled
from connector.lifecycle.accounts import account_named
from connector.lifecycle.invitations import link
from connector.lifecycle.reporting import directory_slugs
from connector.mappers.catalogues import load_catalogue
from connector.mappers.rulebook import catalogue_of
from connector.storage.work import Work

SOMEBODY = Text("whoever takes it over", "la personne qui reprend")
NONE = Text("none", "rien")
NOTHING_YET = Text(
    "Nobody has confirmed that access was given; if it was not, there is nothing to end, and this order is done.",
    "Rien ne confirme que cet accès a été donné ; sinon, il reste seulement à déclarer cet ordre de travail terminé.",
)
LOOK_FIRST = Text(
    "An earlier order was not confirmed; look at what is there before you begin.",
    "Un ordre de travail précédent est resté sans confirmation ; regarder ce qui est en place avant de commencer.",
)
_KEPT_AS = {InvitationState.EXPIRED: (InvitationState.EXPIRED, InvitationState.PENDING)}
"""Nobody may have noted an expiry yet."""


@dataclass(frozen=True, slots=True)
class InvitationReport:
    """An invitation as it stands now, with names.

    `vendor_state` is the vendor's own word of its own invitation, where one was noted. `link` is where a pending one is
    answered, for an operator who asks for it.
    """

    invitation: Invitation
    state: InvitationState
    account: str
    directory: str
    person: Person
    vendor_state: str | None
    link: str | None


@dataclass(frozen=True, slots=True)
class Waiter:
    """Somebody who waits, and her place in the account's line; none for whom something other than a seat is missing."""

    membership: Membership
    account: str
    directory: str
    person: Person
    place: int | None


@dataclass(frozen=True, slots=True)
class OrderReport:
    """A work order with names, and its steps in the words of the vendor's catalogue, with its own facts in them.

    `note` says what nobody knows about the order whose place it took; None where it took none.
    """

    order: WorkOrder
    account: str
    vendor_name: str
    directory: str
    person: Person
    seats: tuple[Text, ...]
    permissions: tuple[Text, ...]
    steps: tuple[Text, ...]
    note: Text | None
    late: bool

    @property
    def gate_cut(self) -> bool:
        """Whether our gate refuses already, so that what is left is the vendor's side of a departure."""
        return self.order.task is Task.REVOKE and self.order.state == "open"


@dataclass(frozen=True, slots=True)
class Departure:
    """An access that was cut: the gate refuses since `at`; `open_steps` are still to be done at the vendor."""

    at: datetime
    account: str
    directory: str
    person: Person
    open_steps: int


@dataclass(frozen=True, slots=True)
class Coming:
    """Something that time will bring; `kind` is release, grace, reservation, plan or grant."""

    at: datetime
    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class FailedDelivery:
    """A letter that could not be delivered; `given_up`, or tried again at `next_try`. `error` holds no secret."""

    id: str
    kind: str
    tenant: str
    given_up: bool
    attempts: int
    next_try: datetime
    error: str


def invitations(
    work: Work, state: InvitationState | None, account_slug: str | None, at_most: int, *, links: bool = False
) -> list[InvitationReport]:
    """Return invitations, the latest first; raises NotFound."""
    account_id = account_named(work, account_slug).id if account_slug else None
    states = tuple(InvitationState) if state is None else _KEPT_AS.get(state, (state,))
    found = work.invitations.latest(_tenant_ids(work), at_most, account_id=account_id, states=states)
    names = _Names(work, (one.person_id for one in found))
    vendors = work.invitations.vendor_states(one.membership_id for one in found)
    reports = []
    for one in found:
        now, said = one.state_at(work.now), vendors.get(one.membership_id)
        where = link(work, one) if links and now is InvitationState.PENDING else None
        named = (names.account(one), names.directory(one), names.person(one))
        reports.append(InvitationReport(one, now, *named, said.state if said else None, where))
    return [one for one in reports if state in (None, one.state)]


def waiting(work: Work, at_most: int, account_slug: str | None = None) -> list[Waiter]:
    """Return who waits, account by account, each in the order of its line; raises NotFound."""
    accounts = [account_named(work, account_slug)] if account_slug else work.accounts.all()
    found = work.ledger.waiting((one.id for one in accounts), at_most)
    names = _Names(work, (one.person_id for one in found))
    places: dict[str, int] = {}
    reports = []
    for one in found:
        place = None
        if one.obstacle is None:
            place = places[one.account_id] = places.get(one.account_id, 0) + 1
        reports.append(Waiter(one, names.account(one), names.directory(one), names.person(one), place))
    return reports


def coming(work: Work, account_slug: str) -> list[Coming]:
    """Return what will happen in an account by itself, the next first: what is planned, kept, given back or ends.

    What was to happen before now and has not is told too. Raises NotFound.
    """
    account = account_named(work, account_slug)
    found = []
    for pool in work.accounts.pools([account.id])[account.id].values():
        if pool.release_at is not None:
            found.append(Coming(pool.release_at, "release", f"{pool.released} of {pool.key} given back"))
        if pool.grace_until is not None and pool.short:
            found.append(Coming(pool.grace_until, "grace", f"grace of {pool.key} ends"))
    for one in work.reservations.open_in([account.id]):
        begins = one.state is ReservationState.PLANNED and one.starts_at > work.now
        at, verb = (one.starts_at, "begins") if begins else (one.ends_at, "lapses")
        found.append(Coming(at, "reservation", f"reservation for {one.kept_for} {verb}"))
    planned = work.billing.planned(account.id)
    if planned is not None:
        found.append(Coming(planned.at, "plan", f"plan becomes {' + '.join([planned.plan, *planned.addons])}"))
    given = [grant for grant in work.grants.in_account(account.id) if grant.next_at is not None]
    people = work.people.by_id(grant.person_id for grant in given)
    for grant in given:
        name = people[grant.person_id].stated.user_name
        told = "taken back from" if grant.next is None else f"becomes {grant.next.seat_type or 'another'} for"
        found.append(Coming(grant.next_at or work.now, "grant", f"grant by hand {told} {name}"))
    return sorted(found, key=lambda each: each.at)


def open_orders(work: Work, account_slug: str | None = None) -> list[OrderReport]:
    """Return what is still to be done by hand at vendors, the oldest first; raises NotFound."""
    account_id = account_named(work, account_slug).id if account_slug else None
    found = [one for one in work.trail.open_orders() if account_id in (None, one.account_id)]
    return _order_reports(work, found)


def latest_orders(work: Work, at_most: int) -> list[OrderReport]:
    """Return work orders in whatever state, the latest first."""
    return _order_reports(work, work.trail.all_orders(None, at_most))


def order_named(work: Work, order_id: str) -> OrderReport:
    """Return a work order by its id, or by the end of it when it names one open order alone; raises NotFound."""
    matching = [one for one in work.trail.open_orders() if order_id and one.id.endswith(order_id)]
    order = matching[0] if len(matching) == 1 else work.trail.find_order(order_id)
    if order is None:
        raise NotFound("open work order", order_id)
    return _order_reports(work, [order])[0]


def orders_of(work: Work, person_id: str) -> list[OrderReport]:
    """Return what is still to be done by hand for one person, the oldest first."""
    return _order_reports(work, work.trail.open_orders(None, person_id))


def departures(work: Work, at_most: int) -> list[Departure]:
    """Return the accesses that were cut last, the latest first."""
    found = work.ledger.cut(_tenant_ids(work), at_most)
    names = _Names(work, (one.person_id for one in found))
    steps: dict[tuple[str, str], int] = {}
    for order in work.trail.open_orders():
        if order.task is Task.REVOKE:
            key = (order.account_id, order.person_id)
            steps[key] = steps.get(key, 0) + len(_steps(names.accounts[order.account_id], order))
    return [
        Departure(
            one.ended_at or work.now,
            names.account(one),
            names.directory(one),
            names.person(one),
            steps.get((one.account_id, one.person_id), 0),
        )
        for one in found
    ]


def failed_deliveries(work: Work, at_most: int) -> list[FailedDelivery]:
    """Return deliveries that have failed, whether or not they are tried again, the latest first."""
    tenants = {one.id: one.slug for one in work.tenancy.tenants()}
    return [
        FailedDelivery(
            row["id"],
            row["kind"],
            tenants[row["tenant_id"]],
            row["state"] == "failed",
            row["attempts"],
            row["due_at"],
            row["error"],
        )
        for row in work.trail.failures(tenants, at_most)
    ]


class _Names:
    """The names of accounts, directories and people, read once for a whole report."""

    def __init__(self, work: Work, person_ids: Iterable[str]) -> None:
        self.accounts = {one.id: one for one in work.accounts.all()}
        self.people = work.people.by_id(person_ids)
        self.directories = directory_slugs(work)

    def account(self, of: Membership | Invitation | WorkOrder) -> str:
        return self.accounts[of.account_id].slug

    def person(self, of: Membership | Invitation | WorkOrder) -> Person:
        return self.people[of.person_id]

    def directory(self, of: Membership | Invitation | WorkOrder) -> str:
        return self.directories[self.person(of).directory_id]


def _tenant_ids(work: Work) -> list[str]:
    return [one.id for one in work.tenancy.tenants()]


def _order_reports(work: Work, orders: Iterable[WorkOrder]) -> list[OrderReport]:
    found = list(orders)
    heirs = {(one.account_id, one.person_id): one.heir for one in work.handovers.all()} if found else {}
    names = _Names(
        work, [*(one.person_id for one in found), *(one.person_id for one in heirs.values() if one.person_id)]
    )
    reports = []
    for order in found:
        heir = heirs.get((order.account_id, order.person_id))
        reports.append(_order_report(work, order, names, heir_name(heir, names.people) if heir else SOMEBODY))
    return reports


def heir_name(heir: Heir, people: Mapping[str, Person]) -> Text:
    """Return how an heir is called: by her name, or by the address that was stated of her."""
    person = people.get(heir.person_id or "")
    name = person.display_name if person else heir.address
    return Text(name, name) if name else SOMEBODY


def _order_report(work: Work, order: WorkOrder, names: _Names, heir: Text) -> OrderReport:
    at = names.accounts[order.account_id]
    catalogue = catalogue_of(at)
    seats = [catalogue.seat_types[key].label for key in order.details["seat_types"] if key in catalogue.seat_types]
    permissions = [
        catalogue.permissions[key].label for key in order.details["permissions"] if key in catalogue.permissions
    ]
    person = names.person(order)
    facts = facts_of(person, at) | {"seats": _listed(seats), "permissions": _listed(permissions), "heir": heir}
    return OrderReport(
        order,
        at.slug,
        catalogue.name,
        names.directory(order),
        person,
        tuple(seats),
        tuple(permissions),
        tuple(filled(step, facts) for step in _steps(at, order)),
        _note(order),
        order.state == "open" and order.due_at < work.now,
    )


def facts_of(person: Person, at: Account) -> dict[str, Text]:
    """Return what the steps of a catalogue can name of somebody and of an account."""
    address = person.work_email or person.stated.user_name
    named = {"person": person.display_name, "address": address, "account": at.name}
    return {key: Text(value, value) for key, value in named.items()} | dict.fromkeys(("seats", "permissions"), NONE)


def _listed(labels: Iterable[Text]) -> Text:
    found = list(labels)
    return Text(", ".join(one.en for one in found), ", ".join(one.fr for one in found)) if found else NONE


def _note(order: WorkOrder) -> Text | None:
    if order.replaces is None:
        return None
    return NOTHING_YET if (order.task, order.replaces) == (Task.REVOKE, Task.GRANT) else LOOK_FIRST


def _steps(at: Account, order: WorkOrder) -> tuple[Text, ...]:
    """Return what is to be done, beginning with the transfer that the vendor wants before its owner can go."""
    catalogue = load_catalogue(at.vendor)
    steps = catalogue.work_orders.get(order.details["steps"], ())
    first = catalogue.owner_leaves if order.task is Task.REVOKE and at.owner_id == order.person_id else None
    return (first, *steps) if first else steps
