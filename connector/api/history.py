"""Who held what when, given by whom and why, and at what price."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema
from marshmallow import fields as plain

from connector.api import fields
from connector.api.figures import Amount
from connector.api.members import Whom
from connector.api.operations import Operations, read
from connector.api.paging import Paged, cursor, page_of, read_number
from connector.domain.operator_tokens import Scope
from connector.domain.seat_ledger import Priced
from connector.lifecycle import history

noun = Operations("history", "Who held what when, given by whom and why, and at what price.")


class EntrySchema(Schema):
    """One change of a membership."""

    at = fields.moment("When.")
    account = fields.text("The account.")
    directory = fields.text("Her directory.")
    user_name = fields.text("Her userName.", attribute="person.stated.user_name")
    before = fields.text("The state before.", allow_none=True)
    after = fields.text("The state afterwards.")
    seats_before = fields.names("Her seats before.")
    seats_after = fields.names("Her seats afterwards.")
    gained = fields.names("Permissions that she has since.")
    lost = fields.names("Permissions that she has no more.")
    why = fields.text("Why.")
    by = fields.text("Who or what set it off.")
    through = fields.names("The rules, or the hand, that it came through.")
    reference = fields.text("The request.", allow_none=True)


class SeatRowSchema(Schema):
    """A seat held from one time to another."""

    user_name = fields.text("Who held it.", attribute="person.stated.user_name")
    directory = fields.text("Her directory.")
    pool = fields.text("The pool.", attribute="held.pool")
    seat_types = fields.names("The seat types.", attribute="held.seat_types")
    since = fields.moment("From when on.", attribute="held.since")
    until = fields.moment("Until when; null for now.", attribute="held.until", allow_none=True)
    price = Amount("Of one seat, a month; null where it is not known.", attribute="held.price", allow_none=True)
    priced = fields.choice("Whether it was bought, or included, or nobody kept books.", Priced, attribute="held.priced")


class LedgerPage(Schema):
    """The seat ledger of an account."""

    account = fields.text("The account.", attribute="account.slug")
    currency = fields.text("Of the prices.", allow_none=True)
    items = fields.many("Who held which seat from when to when, the earliest first.", SeatRowSchema)
    held = fields.keyed("By pool: how many seats the ledger says are held now.", plain.Integer())
    counted = fields.keyed("By pool: how many the counters say; the same.", plain.Integer())
    next = fields.text("The cursor of the next page; null when there is none.", allow_none=True)


class OfPerson(Paged, Whom):
    """Whose history."""


@noun.reads("/person/history", Scope.PEOPLE_READ, page_of(EntrySchema), query=OfPerson)
def of_person(asked: dict[str, Any]) -> dict[str, Any]:
    """Tell what a person held when, in every account: permissions before and after, by whom, through what."""
    return _from(read(history.history_of_person, asked["directory"], asked["user_name"]), asked)


@noun.reads("/accounts/<account>/history", Scope.MEMBERS_READ, page_of(EntrySchema), query=Paged)
def of_account(asked: dict[str, Any], account: str) -> dict[str, Any]:
    """Tell who held what when in an account."""
    return _from(read(history.history_of_account, account), asked)


@noun.reads("/accounts/<account>/seat-ledger", Scope.SEATS_READ, LedgerPage, query=Paged)
def seats(asked: dict[str, Any], account: str) -> dict[str, Any]:
    """Write the seat ledger of an account: who held which seat from when to when, at what price a month."""
    ledger = read(history.seat_ledger, account)
    known = {"account": ledger.account, "currency": ledger.currency, "held": ledger.open, "counted": ledger.counted}
    return {**known, **_from(ledger.rows, asked)}


def _from(entries: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """Return a page by number: history only grows, at its end."""
    start, limit = read_number(asked), asked["limit"]
    found = list(entries)
    more = start + limit < len(found)
    return {"items": found[start : start + limit], "next": cursor(str(start + limit)) if more else None}
