"""Work orders: what a human has to do at a vendor without a gateway, from a settlement to the one who confirms it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from connector.domain.errors import NotFound, OwnerStays
from connector.domain.events import Cause, Event, Kind
from connector.domain.identifiers import new_id
from connector.domain.settlement import Change, Changes
from connector.domain.work_orders import Task, WorkOrder, merged
from connector.mappers.rulebook import Rulebook
from connector.storage.work import Work

REVOKE_WITHIN = timedelta(hours=4)
GRANT_WITHIN = timedelta(days=2)

_STEPS = {Task.GRANT: "invite", Task.CHANGE: "change", Task.REVOKE: "revoke"}


def order_work(work: Work, book: Rulebook, changes: Changes, cause: Cause) -> list[Event]:
    """Open a work order for what a human has to do; return the events.

    It takes the place of the one that is open for the same person and account, and says so: of an order that nobody has
    confirmed nobody knows whether it was begun, so that an end of access is never taken back with it. Whoever had taken
    that one has this one too.
    """
    terms = book.terms.get(changes.account_id)
    if terms is None or not terms.catalogue.work_orders:
        return []
    tasks = {change.after.person_id: task for change in changes.changes if (task := _task(change)) is not None}
    if not tasks:
        return []
    replaced = work.trail.supersede(changes.account_id, tasks, work.now)
    orders = [
        _work_order(work, change, tasks[change.after.person_id], replaced.get(change.after.person_id))
        for change in changes.changes
        if change.after.person_id in tasks
    ]
    work.trail.order(orders)
    return [event for one in orders for event in _events(work, one, replaced, cause)]


def assign_order(work: Work, order_id: str, assignee: str | None, cause: Cause) -> WorkOrder:
    """Note who does what a work order asks for; None: nobody yet. Raises NotFound for one that is not open."""
    order = _found(work, order_id)
    if order.state != "open":
        raise NotFound("open work order", order_id)
    if order.assignee != assignee:
        work.trail.assign_order(order.id, assignee)
        before, after = {"assignee": order.assignee}, {"assignee": assignee}
        work.trail.tell([_event(work, order, Kind.WORK_ORDER_ASSIGNED, cause, before, after)])
    return order


def finish_order(work: Work, order_id: str, cause: Cause) -> WorkOrder:
    """Note that somebody has done at the vendor what a work order asks for; harmless when it is closed already.

    `order_id` may be the end of an id, as lists show it, when it names one open order alone. Raises NotFound, and
    OwnerStays for the end of an owner's access while she owns the account: the vendor would have refused it.
    """
    order = _found(work, order_id)
    if order.state == "open":
        if order.task is Task.REVOKE:
            _refuse_owner(work, order)
        work.trail.close_order(order.id, "done", cause.actor, work.now)
        before = {"state": order.state, "task": order.task.value}
        work.trail.tell([_event(work, order, Kind.WORK_ORDER_DONE, cause, before, {"state": "done"})])
    return order


def _refuse_owner(work: Work, order: WorkOrder) -> None:
    account = next(one for one in work.accounts.all(order.tenant_id) if one.id == order.account_id)
    if account.owner_id == order.person_id:
        raise OwnerStays(work.people.by_id([order.person_id])[order.person_id].stated.user_name, account.slug)


def _found(work: Work, order_id: str) -> WorkOrder:
    matching = [one.id for one in work.trail.open_orders() if one.id.endswith(order_id)] if order_id else []
    order = work.trail.find_order(matching[0] if len(matching) == 1 else order_id)
    if order is None:
        raise NotFound("open work order", order_id)
    return order


def _task(change: Change) -> Task | None:
    if change.cuts:
        return Task.REVOKE
    if change.grants:
        return Task.GRANT
    return Task.CHANGE if change.alters else None


def _work_order(work: Work, change: Change, wanted: Task, replaced: WorkOrder | None) -> WorkOrder:
    task = merged(wanted, replaced.task if replaced else None)
    details = {
        "steps": _STEPS[task],
        "seat_types": sorted(change.after.seat_types),
        "permissions": sorted(change.after.permissions),
    } | ({"replaces": replaced.task.value} if replaced else {})
    due_at = work.now + (REVOKE_WITHIN if task is Task.REVOKE else GRANT_WITHIN)
    after = change.after
    whose = (new_id(), after.tenant_id, after.account_id, after.person_id)
    assignee = replaced.assignee if replaced else None
    return WorkOrder(*whose, task, details, "open", work.now, due_at, assignee=assignee)


def _events(work: Work, one: WorkOrder, replaced: Mapping[str, WorkOrder], cause: Cause) -> list[Event]:
    opened = {"task": one.task.value, "due_at": one.due_at.isoformat()}
    events = [_event(work, one, Kind.WORK_ORDER_OPENED, cause, None, opened)]
    if before := replaced.get(one.person_id):
        told = ({"state": "open", "task": before.task.value}, {"state": "superseded", "by": one.id})
        events.insert(0, _event(work, before, Kind.WORK_ORDER_REPLACED, cause, *told))
    return events


def _event(
    work: Work,
    one: WorkOrder,
    kind: Kind,
    cause: Cause,
    before: Mapping[str, object] | None,
    after: Mapping[str, object],
) -> Event:
    return Event(work.now, one.tenant_id, kind, one.id, cause, one.person_id, one.account_id, before, after)
