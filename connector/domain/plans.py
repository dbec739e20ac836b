"""What a vendor sells: plans, the seats that each pool of a plan has, and what one more seat costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from connector.domain.errors import CapacityByContract, InvalidValue, NotFound
from connector.domain.text import Text


@dataclass(frozen=True, slots=True)
class Price:
    """What one seat costs a month; `currency` is an ISO 4217 code."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class PoolOffer:
    """The seats that a plan has in one pool.

    `included` come with the plan, `most` is where buying ends; None is without limit (or none is published). A vendor
    that agrees the number with each customer, or sells seats singly, offers `by_contract`: then `included` means
    nothing, and the account says how many it has. A missing price is unknown, never zero.
    """

    included: int | None = 0
    most: int | None = 0
    prices: tuple[Price, ...] = ()
    by_contract: bool = False

    @property
    def offered(self) -> bool:
        """Whether the plan has, or sells, any seat of the pool."""
        return self.most != 0

    @property
    def free(self) -> bool:
        """Whether seats come with the plan without limit, so that nobody pays for one."""
        return self.included is None and not self.by_contract

    def is_paid(self, capacity: int | None) -> bool:
        """Tell whether one seat more than this many is paid for: it does not come with the plan."""
        included = 0 if self.by_contract else self.included
        return capacity is not None and included is not None and capacity >= included

    def price_in(self, currency: str) -> Price | None:
        """Return the price of one more seat in this currency; None when it is not known."""
        return next((price for price in self.prices if price.currency == currency), None)


NOT_OFFERED = PoolOffer()


@dataclass(frozen=True, slots=True)
class Addon:
    """Something bought beside the plan: the feature that bears its key, and perhaps seats of its own."""

    key: str
    pools: Mapping[str, PoolOffer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan of a catalogue, or that plan with add-ons taken; `pools` has an offer for every pool of the catalogue."""

    key: str
    label: Text
    pools: Mapping[str, PoolOffer]
    features: frozenset[str] = frozenset()
    addons: Mapping[str, Addon] = field(default_factory=dict)

    def offer(self, pool: str) -> PoolOffer:
        """Return what the plan offers in a pool; raises NotFound with the pools that there are."""
        try:
            return self.pools[pool]
        except KeyError:
            raise NotFound("pool", pool, self.pools) from None

    def capacity(self, pool: str) -> int | None:
        """Return the seats that a new account has in a pool: None is without limit, 0 is not offered.

        Raises CapacityByContract where only the account knows.
        """
        offer = self.offer(pool)
        if offer.by_contract:
            raise CapacityByContract(self.key, pool)
        return offer.included

    def most(self, pool: str) -> int | None:
        """Return how many seats an account can have in a pool by buying; None is without limit."""
        return self.offer(pool).most

    @property
    def by_contract(self) -> frozenset[str]:
        """The pools whose capacity the account must state."""
        return frozenset(pool for pool, offer in self.pools.items() if offer.by_contract)

    def capacities(self, stated: Mapping[str, int | None]) -> dict[str, int | None]:
        """Return the capacity of every pool of an account: what it states of its own, for the rest what is included.

        Raises NotFound for a pool that does not exist, InvalidValue below zero or beyond what the plan sells, and
        CapacityByContract where a number is missing that only the account knows.
        """
        for pool, number in stated.items():
            self.admit(pool, number)
        return {pool: stated[pool] if pool in stated else self.capacity(pool) for pool in self.pools}

    def admit(self, pool: str, number: int | None) -> None:
        """Let pass a number of seats that the plan allows in a pool, None being without limit.

        Raises NotFound for a pool that does not exist, InvalidValue below zero or beyond what the plan sells.
        """
        most = self.offer(pool).most
        if number is not None and number < 0:
            raise InvalidValue(f"seats.{pool}", "a number of seats is never below zero.")
        if most is not None and (number is None or number > most):
            wanted = "without limit" if number is None else number
            raise InvalidValue(f"seats.{pool}", f"the plan {self.key} has at most {most}, not {wanted}.")

    def with_addons(self, addons: Iterable[str]) -> Plan:
        """Return the plan as it is with these add-ons: their features are its features, their seats its seats.

        Raises NotFound for an add-on that is not sold with this plan.
        """
        features, pools = set(self.features), dict(self.pools)
        for key in addons:
            if key not in self.addons:
                raise NotFound("add-on", key, self.addons)
            features.add(key)
            pools.update(self.addons[key].pools)
        return replace(self, features=frozenset(features), pools=pools)
