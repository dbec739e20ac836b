"""`/accounts` and `/vendors`: accounts, their pools and policies, who waits, and what a sign-in has to prove."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response
from marshmallow import Schema
from marshmallow import fields as plain

from connector.api import fields
from connector.api.access import cause, own_tenant
from connector.api.changing import change, changed
from connector.api.operations import Operations, read
from connector.api.paging import Paged, page, page_of
from connector.domain.catalogue import Catalogue
from connector.domain.memberships import Obstacle
from connector.domain.operator_tokens import Scope
from connector.domain.seats import LineOrder, WhenFull
from connector.domain.step_up import StepUp
from connector.lifecycle import accounts, freezing, outstanding, pool_policies, reporting, seating, stepping_up
from connector.lifecycle.reporting import AccountReport
from connector.mappers.catalogues import known_catalogues, load_catalogue
from connector.storage.work import Work

noun = Operations("accounts", "Accounts at vendors, or of your own product, and their seat pools.")


class PoolSchema(Schema):
    """The seats of one kind in one account."""

    pool = fields.text("Its key in the vendor's catalogue.", attribute="pool.key", example="seats")
    capacity = fields.number(
        "How many seats there are; null is without limit.", attribute="pool.capacity", allow_none=True
    )
    owner = fields.number("Of them, the account owner's.", attribute="pool.owner")
    held = fields.number("Held by members.", attribute="pool.held")
    promised = fields.number("Promised by pending invitations.", attribute="pool.promised")
    reserved = fields.number("Kept for people who are expected.", attribute="pool.reserved")
    released = fields.number("Given back at `release_at`.", attribute="pool.released")
    release_at = fields.moment("When released seats are given back.", attribute="pool.release_at", allow_none=True)
    when_full = fields.choice("What becomes of those for whom it has no seat.", WhenFull, attribute="pool.when_full")
    fallback = fields.text("The seat type given instead meanwhile.", attribute="pool.fallback", allow_none=True)
    grace = fields.number("Seats that can be had beyond the capacity.", attribute="pool.grace")
    grace_days = fields.number("For how many days.", attribute="pool.grace_days")
    grace_until = fields.moment("When the grace ends.", attribute="pool.grace_until", allow_none=True)
    free = fields.number("How many can still be given; null is without limit.", attribute="pool.free", allow_none=True)
    waiting = fields.number("How many people wait for one.")
    kept_out = fields.number("How many are due one and kept out by something else, by a missing sign-in say.")


class AccountSchema(Schema):
    """An account at a vendor, or of your own product."""

    account = fields.text("Its name.", attribute="account.slug", example="crm")
    title = fields.text("Its name as people read it.", attribute="account.name")
    tenant = fields.text("The customer organisation.", example="acme")
    vendor = fields.text("The key of the vendor's catalogue.", attribute="account.vendor", example="hubspot")
    plan = fields.text("The key of the plan.", attribute="account.plan")
    addons = fields.names("The keys of the add-ons.", attribute="account.addons")
    owner_email = fields.text("Who owns it at the vendor.", attribute="account.owner_email", allow_none=True)
    active = fields.yes_no("Whether it is open.", attribute="account.active")
    frozen_at = fields.moment("Since when nobody gets in.", attribute="account.frozen_at", allow_none=True)
    line_order = fields.choice("In which order those who wait are served.", LineOrder, attribute="account.line_order")
    members = plain.Function(
        lambda one: {state.value: number for state, number in sorted(one.states.items())},
        metadata={"description": "By state: how many memberships.", "type": "object"},
    )
    pools = fields.many("Its seat pools.", PoolSchema)


class NewAccount(Schema):
    """An account to open."""

    name = fields.text("Its name: a-z, 0-9 and '-'.", required=True, longest=63, example="crm")
    vendor = fields.text("The key of a vendor's catalogue; GET /vendors lists them.", required=True, example="plain")
    plan = fields.text("The key of a plan of the vendor.", required=True, example="standard")
    seats = fields.keyed("Seats bought, or agreed by contract, by pool.", fields.number("Seats."), load_default=dict)
    addons = fields.names("Add-ons taken with the plan.", load_default=list)
    owner_email = fields.text("Who owns it at the vendor.", load_default=None, allow_none=True)
    title = fields.text("Its name as people read it.", load_default=None, allow_none=True)
    tenant = fields.text("Needed when there are several.", load_default=None, allow_none=True)


class Listed(Paged):
    tenant = fields.text("Those of this tenant alone.")


class WhenFullSchema(Schema):
    """What becomes of those for whom a pool has no seat."""

    when_full = fields.choice(
        "They wait, are refused, have a grace, or a seat of another type meanwhile.", WhenFull, required=True
    )
    seats = fields.number("Of a grace: how many seats more.", load_default=0)
    days = fields.number("Of a grace: for how many days from the first of them on.", most=3650, load_default=0)
    fallback = fields.text("Of a fallback: the seat type that they have meanwhile.", load_default=None, allow_none=True)


class Capacity(Schema):
    """How many seats a pool has."""

    capacity = fields.number("Seats, the owner's included.", required=True, example=25)
    approve = fields.yes_no("Though the next invoice is above the budget.", load_default=False)


class Line(Schema):
    """The order of a waiting line."""

    order = fields.choice("By time of arrival, or by the priority of the rule.", LineOrder, required=True)


class StepUpSchema(Schema):
    """What an account asks for beyond a sign-in; nothing where all is empty."""

    acr = fields.sorted_names("Authentication contexts, of which one is enough.", load_default=list)
    amr = fields.sorted_names("Methods, all of which the provider must vouch for.", load_default=list)
    max_age_minutes = fields.number(
        "How many minutes ago she may have proved herself at most.", least=1, most=525_600, **fields.OPTIONAL
    )


class WaiterSchema(Schema):
    """Somebody who waits for a seat."""

    place = fields.number(
        "Her place in line, from 1; null where something other than a seat is missing.", allow_none=True
    )
    user_name = fields.text("Her userName.", attribute="person.stated.user_name")
    directory = fields.text("Her directory.")
    kept_out_by = fields.choice(
        "What is missing, other than a seat.", Obstacle, attribute="membership.obstacle", allow_none=True
    )


class ComingSchema(Schema):
    """Something that time will bring."""

    at = fields.moment("When.")
    kind = fields.text("What sort of thing: release, grace, reservation, plan or grant.")
    what = fields.text("What, in words.")


class VendorSchema(Schema):
    """A vendor's catalogue: what can be bought and given."""

    vendor = fields.text("Its key.", example="brevo")
    name = fields.text("Its name.")
    pools = fields.names("The kinds of seats that are counted.")
    plans = fields.anything("By plan: its seats by pool (a number, `unlimited` or `by-contract`), and its add-ons.")
    seat_types = fields.anything("By seat type: the pools of which it takes a seat.")
    roles = fields.names("Roles that can be given.")
    permissions = fields.names("Permissions that can be given.")


@noun.reads("/vendors", Scope.ACCOUNTS_READ, page_of(VendorSchema), query=Paged)
def vendors(asked: dict[str, Any]) -> dict[str, Any]:
    """List the vendors' catalogues."""
    return page((_vendor(load_catalogue(key)) for key in known_catalogues()), lambda one: str(one["vendor"]), asked)


@noun.reads("/accounts", Scope.ACCOUNTS_READ, page_of(AccountSchema), query=Listed)
def index(asked: dict[str, Any]) -> dict[str, Any]:
    """List accounts with their seat pools."""
    return page(read(reporting.accounts, own_tenant(asked.get("tenant"))), lambda one: one.account.slug, asked)


@noun.changes("POST", "/accounts", Scope.ACCOUNTS_WRITE, changed(AccountSchema), takes=NewAccount, status=201)
def create(_: dict[str, Any], body: dict[str, Any]) -> Response:
    """Open an account, with a pool for each kind of seat that its plan has."""
    return change(
        accounts.open_account,
        body["name"],
        body["vendor"],
        body["plan"],
        cause(),
        name=body["title"],
        capacities=body["seats"],
        addons=tuple(body["addons"]),
        owner_email=body["owner_email"],
        tenant_slug=own_tenant(body["tenant"]),
        shown=lambda work, made: reporting.account(work, made.slug),
    )


@noun.reads("/accounts/<account>", Scope.ACCOUNTS_READ, AccountSchema)
def show(_: dict[str, Any], account: str) -> AccountReport:
    """Show an account: plan, seat pools, and how many members are in which state."""
    report: AccountReport = read(reporting.account, account)
    return report


@noun.reads("/accounts/<account>/line", Scope.MEMBERS_READ, page_of(WaiterSchema), query=Paged)
def line(asked: dict[str, Any], account: str) -> dict[str, Any]:
    """List who waits for a seat, in the order in which they are served; those kept out by something else come last."""
    waiters = read(outstanding.waiting, LINE_READ, account)
    return page(waiters, lambda one: f"{one.place or LINE_READ:09d} {one.membership.id}", asked)


@noun.reads("/accounts/<account>/coming", Scope.ACCOUNTS_READ, page_of(ComingSchema), query=Paged)
def coming(asked: dict[str, Any], account: str) -> dict[str, Any]:
    """List what time will bring: seats given back, ends of graces, planned changes of plan."""
    return page(read(outstanding.coming, account), lambda one: f"{one.at.isoformat()} {one.kind} {one.what}", asked)


@noun.changes("POST", "/accounts/<account>/freeze", Scope.ACCOUNTS_WRITE, changed(AccountSchema))
def freeze(_: dict[str, Any], account: str) -> Response:
    """Let nobody into an account, from the next request on; all keep their seats."""
    return change(freezing.freeze, account, cause(), shown=_shown(account))


@noun.changes("POST", "/accounts/<account>/unfreeze", Scope.ACCOUNTS_WRITE, changed(AccountSchema))
def unfreeze(_: dict[str, Any], account: str) -> Response:
    """Let everybody in again who holds a seat in an account."""
    return change(freezing.unfreeze, account, cause(), shown=_shown(account))


@noun.changes("PUT", "/accounts/<account>/line-order", Scope.ACCOUNTS_WRITE, changed(AccountSchema), takes=Line)
def line_order(_: dict[str, Any], body: dict[str, Any], account: str) -> Response:
    """Serve those who wait by time of arrival, or by the priority of the rule that makes their seat due."""
    return change(pool_policies.set_line_order, account, body["order"], cause(), shown=_shown(account))


@noun.changes(
    "PUT",
    "/accounts/<account>/pools/<pool>/when-full",
    Scope.ACCOUNTS_WRITE,
    changed(AccountSchema),
    takes=WhenFullSchema,
)
def when_full(_: dict[str, Any], body: dict[str, Any], account: str, pool: str) -> Response:
    """Say what becomes of those for whom a pool has no seat."""
    wanted = {key: body[key] for key in ("seats", "days", "fallback")}
    return change(
        pool_policies.effects_when_full, account, pool, body["when_full"], cause(), shown=_shown(account), **wanted
    )


@noun.changes(
    "PUT", "/accounts/<account>/pools/<pool>/capacity", Scope.SEATS_WRITE, changed(AccountSchema), takes=Capacity
)
def capacity(_: dict[str, Any], body: dict[str, Any], account: str, pool: str) -> Response:
    """Set how many seats a pool has; whoever waits longest gets what is added. Nobody is evicted."""
    wanted = {"approved": body["approve"]}
    return change(seating.set_seats, account, pool, body["capacity"], cause(), shown=_shown(account), **wanted)


@noun.reads("/accounts/<account>/step-up", Scope.ACCOUNTS_READ, StepUpSchema)
def step_up(_: dict[str, Any], account: str) -> dict[str, Any]:
    """Show what an account asks for beyond a sign-in."""
    return _step_up(read(stepping_up.asked_for, account))


@noun.changes("PUT", "/accounts/<account>/step-up", Scope.ACCOUNTS_WRITE, changed(StepUpSchema), takes=StepUpSchema)
def set_step_up(_: dict[str, Any], body: dict[str, Any], account: str) -> Response:
    """Let an account open only to strong or recent sign-ins, from the next request on."""
    minutes = body["max_age_minutes"]
    wanted = StepUp(frozenset(body["acr"]), frozenset(body["amr"]), timedelta(minutes=minutes) if minutes else None)
    return change(stepping_up.ask_for, account, wanted, cause(), shown=lambda *_: _step_up(wanted))


LINE_READ = 100_000
"""People on a waiting line who are read at most."""


def _shown(slug: str) -> Any:
    def shown(work: Work, _: Any) -> AccountReport:
        return reporting.account(work, slug)

    return shown


def _step_up(asked: StepUp) -> dict[str, Any]:
    minutes = int(asked.max_age.total_seconds() // 60) if asked.max_age is not None else None
    return {"acr": asked.acr, "amr": asked.amr, "max_age_minutes": minutes}


def _vendor(one: Catalogue) -> dict[str, Any]:
    offered = {
        plan.key: {
            "pools": {
                key: "by-contract" if offer.by_contract else "unlimited" if offer.included is None else offer.included
                for key, offer in plan.pools.items()
                if offer.offered
            },
            "addons": list(plan.addons),
        }
        for plan in one.plans.values()
    }
    return {
        "vendor": one.key,
        "name": one.name,
        "pools": list(one.pools),
        "plans": offered,
        "seat_types": {seat.key: sorted(seat.draws) for seat in one.seat_types.values()},
        "roles": [role.key for role in one.roles.values() if role.assignable],
        "permissions": [permission.key for permission in one.permissions.values() if permission.grantable],
    }
