"""How accounts are billed, what they have bought since when, and what is planned for the end of a period."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, delete, insert, select, union, update

from connector.domain.billing import BillingTerms, Entry, Line, PlannedChange
from connector.storage.tables import account, billing, purchase, seat_pool


class Billing:
    """Billing terms, purchases and planned changes of accounts."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def terms(self, account_id: str) -> BillingTerms | None:
        """Return how an account is billed; None where nobody has said it."""
        row = self.connection.execute(select(billing).where(billing.c.account_id == account_id)).first()
        if row is None:
            return None
        prices = {item: Decimal(price) for item, price in row.prices.items()}
        budget = None if row.budget is None else Decimal(row.budget)
        return BillingTerms(row.currency, row.time_zone, row.anchor, row.months, prices, budget)

    def write_terms(self, account_id: str, terms: BillingTerms) -> None:
        """State how an account is billed, for the first time or anew."""
        values = {
            "currency": terms.currency,
            "time_zone": terms.time_zone,
            "anchor": terms.anchor,
            "months": terms.months,
            "prices": {item: f"{price:f}" for item, price in terms.prices.items()},
            "budget": None if terms.budget is None else f"{terms.budget:f}",
        }
        known = update(billing).where(billing.c.account_id == account_id).values(values)
        if not self.connection.execute(known).rowcount:
            self.connection.execute(insert(billing).values(account_id=account_id, **values))

    def history(self, account_id: str) -> list[Entry]:
        """Return all that an account has bought, in the order of the days from which it counts."""
        query = select(purchase).where(purchase.c.account_id == account_id).order_by(purchase.c.day, purchase.c.item)
        return [
            Entry(row.item, row.day, Line(row.quantity, None if row.price is None else Decimal(row.price)))
            for row in self.connection.execute(query)
        ]

    def record(self, account_id: str, entries: Iterable[Entry]) -> None:
        """Note what is bought from a day on; of one item on one day the last word holds."""
        for one in entries:
            same = (purchase.c.account_id == account_id, purchase.c.item == one.item, purchase.c.day == one.day)
            self.connection.execute(delete(purchase).where(*same))
            price = None if one.line.price is None else f"{one.line.price:f}"
            values = {"item": one.item, "day": one.day, "quantity": one.line.quantity, "price": price}
            self.connection.execute(insert(purchase).values(account_id=account_id, **values))

    def forget(self, account_id: str) -> None:
        """Begin an account's books anew, and take back what was planned."""
        self.connection.execute(delete(purchase).where(purchase.c.account_id == account_id))
        self.plan(account_id, None)

    def planned(self, account_id: str) -> PlannedChange | None:
        """Return the change of plan that the end of a period will bring."""
        query = select(billing).where(billing.c.account_id == account_id, billing.c.next_plan.is_not(None))
        row = self.connection.execute(query).first()
        if row is None:
            return None
        facts = row.next_plan
        return PlannedChange(facts["plan"], tuple(facts["addons"]), facts["seats"], row.next_plan_at)

    def plan(self, account_id: str, change: PlannedChange | None) -> None:
        """Plan a change of an account that has billing terms, or take it back."""
        facts = change and {"plan": change.plan, "addons": list(change.addons), "seats": dict(change.seats)}
        values = {"next_plan": facts, "next_plan_at": change and change.at}
        self.connection.execute(update(billing).where(billing.c.account_id == account_id).values(values))

    def accounts_due(self, now: datetime) -> list[tuple[str, str]]:
        """Return (tenant, account) wherever seats are to be given back, or a plan to be changed, by now."""
        released = select(seat_pool.c.account_id).where(seat_pool.c.release_at <= now)
        planned = select(billing.c.account_id).where(billing.c.next_plan_at <= now)
        query = select(account.c.tenant_id, account.c.id).where(account.c.id.in_(union(released, planned)))
        return [(row.tenant_id, row.id) for row in self.connection.execute(query.order_by(account.c.id))]
